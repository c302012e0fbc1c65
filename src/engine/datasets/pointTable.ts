// Points as tables of comma-separated values (RFC 4180), with an optional column of classes. Parsed
// strictly, because tables come from untrusted files.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { naturalOrder } from './order.ts'
import { readTableRows, type TableRow } from './table.ts'

/** Limits on untrusted tables. */
export const TABLE_LIMITS = { characters: 4_000_000, columns: 4096 } as const

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
  const rows = readTableRows(text)
  const header = isHeader(rows[0]) ? rows.shift() : undefined
  const [first] = rows
  if (!first) throw new EngineError(processMessages.emptyTable, { argument: 'table' })
  const width = (header ?? first).cells.length
  checkWidths(rows, width)
  const classColumn = findClassColumn(rows, header, classes)
  const dim = width - (classColumn === undefined ? 0 : 1)
  if (dim < 1 || dim > TABLE_LIMITS.columns) {
    throw new EngineError(processMessages.tableColumns, {
      argument: 'table',
      most: TABLE_LIMITS.columns,
      count: dim,
    })
  }
  const data = new Float32Array(rows.length * dim)
  rows.forEach((row, i) => {
    let at = i * dim
    row.cells.forEach((cell, column) => {
      if (column !== classColumn) data[at++] = parseCell(cell, row.line, column)
    })
  })
  if (classColumn === undefined) return { data, dim }
  return { data, dim, ...assignClasses(rows.map(({ cells }) => cells[classColumn])) }
}

const isHeader = (row: TableRow | undefined) => row?.cells.every((cell) => !isNumber(cell)) ?? false

/** Excludes what `Number` accepts besides decimal numbers, such as 0x10. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

const isNumber = (cell: string) => NUMBER.test(cell)

function parseCell(cell: string, line: number, column: number): number {
  const value = isNumber(cell) ? Math.fround(Number(cell)) : NaN
  if (Number.isFinite(value)) return value
  throw new EngineError(processMessages.tableNumber, {
    argument: 'table',
    line,
    column: column + 1,
    text: cell.slice(0, 40),
  })
}

function checkWidths(rows: readonly TableRow[], width: number) {
  const wrong = rows.find(({ cells }) => cells.length !== width)
  if (!wrong) return
  throw new EngineError(processMessages.tableWidth, {
    argument: 'table',
    line: wrong.line,
    expected: width,
    count: wrong.cells.length,
  })
}

function findClassColumn(
  rows: readonly TableRow[],
  header: TableRow | undefined,
  classes: ClassColumn,
): number | undefined {
  const last = rows[0].cells.length - 1
  if (classes === 'none') return undefined
  if (classes === 'last') return last
  const named = header?.cells.findIndex((name) => /^(label|class)$/i.test(name)) ?? -1
  if (named >= 0) return named
  return last > 0 && rows.some(({ cells }) => !isNumber(cells[last])) ? last : undefined
}

/** Numbers classes in the natural order of their names. */
function assignClasses(names: readonly string[]): { labels: Int32Array; classNames: string[] } {
  const classNames = [...new Set(names)].sort(naturalOrder)
  const labelByName = new Map(classNames.map((name, label) => [name, label]))
  return { classNames, labels: Int32Array.from(names, (name) => labelByName.get(name) ?? 0) }
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
    if (label !== undefined) cells.push(quoteName(classNames?.[label] ?? String(label)))
    return cells.join(',')
  })
  return [[...header, ...(labels ? ['label'] : [])].join(','), ...rows, ''].join('\r\n')
}

/** Names may come from untrusted files; spreadsheets read some first characters as a formula. */
function quoteName(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) && !isNumber(name) ? `'${name}` : name
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Centres and scales points to a standard deviation of 1 over all axes together. */
export function standardisePoints({ data, dim }: PointTable): Float32Array {
  const count = data.length / dim
  const means = new Float64Array(dim)
  data.forEach((value, i) => (means[i % dim] += value / count))
  const variance = data.reduce((sum, value, i) => sum + (value - means[i % dim]) ** 2, 0)
  const deviation = Math.sqrt(variance / data.length) || 1
  return data.map((value, i) => (value - means[i % dim]) / deviation)
}
