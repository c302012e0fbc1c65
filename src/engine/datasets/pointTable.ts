// Points as tables of comma-separated values (RFC 4180), with an optional column of classes. Parsed
// strictly, because tables come from untrusted files.
import { EngineError } from '../base/errors.ts'
import { csvCell, looksLikeFormula } from '../base/shownText.ts'
import { processMessages } from '../messages/process.ts'
import { naturalOrder } from './order.ts'
import { readTable, type Table, type TableFault } from './table.ts'

/** Limits on untrusted tables. */
export const TABLE_LIMITS = { characters: 4_000_000, columns: 4096, classes: 10_000 } as const

/** The column of classes: `auto`, see {@link parsePointTable}, the last one, or none. */
export const classColumns = ['auto', 'last', 'none'] as const
export type ClassColumn = (typeof classColumns)[number]

export interface PointTable {
  /** The coordinates of each point, `dim` numbers per point. */
  data: Float32Array
  dim: number
  labels?: Int32Array
  classNames?: string[]
}

/**
 * Reads a table: one point per line, cells separated by commas, semicolons, tabs or spaces. Empty
 * lines and lines that begin with # are skipped. The first line is a header if none of its cells is
 * a number. Classes are by default the column `label` or `class`, or else the last column if it
 * contains other text than numbers. Throws EngineError about `table`, with the line and column.
 */
export function parsePointTable(text: string, classes: ClassColumn = 'auto'): PointTable {
  if (text.length > TABLE_LIMITS.characters) {
    throw new EngineError(processMessages.tableTooLong, {
      argument: 'table',
      most: TABLE_LIMITS.characters,
      count: text.length,
    })
  }
  const table = readTable(text)
  const { width } = table
  const header = isHeader(table) ? table.cells.slice(0, width) : undefined
  const rows = pointRows(table, header ? 1 : 0)
  if (rows.count === 0 && !table.fault)
    throw new EngineError(processMessages.emptyTable, { argument: 'table' })
  if (table.fault) throw tableFault(table.fault, width)
  const classColumn = findClassColumn(rows, header, classes)
  const dim = width - (classColumn === undefined ? 0 : 1)
  if (dim < 1 || dim > TABLE_LIMITS.columns) {
    throw new EngineError(processMessages.tableColumns, {
      argument: 'table',
      most: TABLE_LIMITS.columns,
      count: dim,
    })
  }
  const data = new Float32Array(rows.count * dim)
  let at = 0
  for (let row = 0; row < rows.count; row++)
    for (let column = 0; column < width; column++)
      if (column !== classColumn)
        data[at++] = parseCell(rows.cell(row, column), rows.line(row), column)
  if (classColumn === undefined) return { data, dim }
  return { data, dim, ...assignClasses(rows, classColumn) }
}

/** Access to the rows of a table after its header. */
interface PointRows {
  count: number
  width: number
  cell(row: number, column: number): string
  line(row: number): number
}

const pointRows = ({ cells, lines, width }: Table, first: number): PointRows => ({
  count: Math.max(0, lines.length - first),
  width,
  cell: (row, column) => cells[(row + first) * width + column],
  line: (row) => lines[row + first],
})

const isHeader = ({ cells, lines, width }: Table): boolean =>
  lines.length > 0 && cells.slice(0, width).every((cell) => !isNumberCell(cell))

function tableFault(fault: TableFault, expected: number): EngineError {
  const { line } = fault
  return fault.kind === 'quote'
    ? new EngineError(processMessages.tableQuote, { argument: 'table', line })
    : new EngineError(processMessages.tableWidth, {
        argument: 'table',
        line,
        expected,
        count: fault.count,
      })
}

/**
 * Excludes what `Number` accepts besides decimal numbers, such as 0x10. Digits match in one way only:
 * otherwise a long number that is none would take quadratic time.
 */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

const isNumberCell = (cell: string) => NUMBER.test(cell)

function parseCell(cell: string, line: number, column: number): number {
  const value = isNumberCell(cell) ? Math.fround(Number(cell)) : NaN
  if (Number.isFinite(value)) return value
  throw new EngineError(processMessages.tableNumber, {
    argument: 'table',
    line,
    column: column + 1,
    text: cell.slice(0, 40),
  })
}

function findClassColumn(
  { count, width, cell }: PointRows,
  header: readonly string[] | undefined,
  classes: ClassColumn,
): number | undefined {
  const last = width - 1
  if (classes === 'none') return undefined
  if (classes === 'last') return last
  const named = header?.findIndex((name) => /^(label|class)$/i.test(name)) ?? -1
  if (named >= 0) return named
  if (last === 0) return undefined
  for (let row = 0; row < count; row++) if (!isNumberCell(cell(row, last))) return last
  return undefined
}

/**
 * Numbers classes in the natural order of their names. There are few, as a table in which each point
 * has a class of its own is one whose class column is none.
 */
function assignClasses(
  { count, cell }: PointRows,
  column: number,
): { labels: Int32Array; classNames: string[] } {
  const names = new Set<string>()
  for (let row = 0; row < count; row++) {
    names.add(cell(row, column))
    if (names.size > TABLE_LIMITS.classes)
      throw new EngineError(processMessages.tableClasses, {
        argument: 'table',
        most: TABLE_LIMITS.classes,
      })
  }
  const classNames = [...names].sort(naturalOrder)
  const labelByName = new Map(classNames.map((name, label) => [name, label]))
  const labels = new Int32Array(count)
  for (let row = 0; row < count; row++) labels[row] = labelByName.get(cell(row, column)) ?? 0
  return { classNames, labels }
}

/**
 * Writes points with a header, x_1, x_2, ... and `label`. Numbers have the nine digits that
 * identify a float32, so that reading them gives equal bits.
 */
export function writePointTable({ data, dim, labels, classNames }: PointTable): string {
  const header = Array.from({ length: dim }, (_, axis) => `x_${axis + 1}`)
  const rows = Array.from({ length: data.length / dim }, (_, i) => {
    const cells = Array.from(data.subarray(i * dim, (i + 1) * dim), (value) =>
      String(Number(value.toPrecision(9))),
    )
    const label = labels?.[i]
    if (label !== undefined) cells.push(quoteColumn(classNames?.[label] ?? String(label)))
    return cells.join(',')
  })
  return [[...header, ...(labels ? ['label'] : [])].join(','), ...rows, ''].join('\r\n')
}

/** Names may come from untrusted files; numbers with a sign are no formulas. */
const quoteColumn = (name: string): string =>
  csvCell(name, isNumberCell(name) || !looksLikeFormula(name))

/** Centres and scales points to a standard deviation of 1 over all axes together. */
export function standardisePoints({ data, dim }: PointTable): Float32Array {
  const count = data.length / dim
  const means = new Float64Array(dim)
  data.forEach((value, i) => (means[i % dim] += value / count))
  const variance = data.reduce((sum, value, i) => sum + (value - means[i % dim]) ** 2, 0)
  const deviation = Math.sqrt(variance / data.length) || 1
  return data.map((value, i) => (value - means[i % dim]) / deviation)
}
