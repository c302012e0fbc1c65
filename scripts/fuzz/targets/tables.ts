// Tables of points and captions: linear time, and cells as in RFC 4180.
import { strFromU8, strToU8 } from 'fflate'
import { EngineError } from '../../../src/engine/base/errors.ts'
import { csvCell, looksLikeFormula } from '../../../src/engine/base/shownText.ts'
import { readCaptionTable } from '../../../src/engine/datasets/captions.ts'
import {
  parsePointTable,
  TABLE_LIMITS,
  writePointTable,
  type PointTable,
} from '../../../src/engine/datasets/pointTable.ts'
import { readTable } from '../../../src/engine/datasets/table.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { mutateText } from '../textMutations.ts'
import { checkMessage, refusalOrResult, Violation } from '../violation.ts'

const seeds = [
  'x,y,label\n1,2,a\n3,4,"b, c"\r\n5,6,"d\n""e"""\n',
  '1;2\n3;4\n',
  '1\t2\n# comment "\n3\t4',
  'file,caption\n1.png,"a cat, asleep"\na/2.png,dog\n',
]
const words = [
  '"',
  '""',
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '#',
  '1\n',
  '"a\nb",',
  '=1+1',
  '\u200b=',
]

export const createTablesTarget = (): SingleTarget => ({
  share: 2,
  generate: (rng: Rng) => strToU8(createText(rng)),
  check: async (bytes, timed) => checkTables(strFromU8(bytes), timed),
})

/** Mutates a table, or makes one with a class for each point. */
function createText(rng: Rng): string {
  if (!rng.chance(0.01)) return mutateText(rng.pick(seeds), { words, most: 300_000 }, rng)
  return Array.from({ length: 2 ** rng.below(16) }, (_, i) => `1,c${i}\n`).join('')
}

function checkTables(text: string, timed: Timed) {
  const table = timed('readTable', () => readTable(text))
  const { cells, lines, width, fault } = table
  if (!fault && cells.length !== lines.length * width)
    throw new Violation('rows', `${cells.length} cells in ${lines.length} rows of ${width}`)
  if (lines.some((line, i) => line <= (lines[i - 1] ?? 0)))
    throw new Violation('rows', 'The lines of rows are not in order')
  const captions = timed('readCaptionTable', () => readCaptionTable('a/b.csv', text))
  if (typeof captions === 'string') checkMessage(captions, text)
  if (!fault && width > 0) checkAgain(cells, width)
  const points = refusalOrResult([EngineError], text, () =>
    timed('parsePointTable', () => parsePointTable(text)),
  )
  if (points) checkPoints(points)
  return points ? 'accepted' : 'refused'
}

/** Cells that are quoted are read again, so a line break or a quote in one ends no row. */
function checkAgain(cells: readonly string[], width: number) {
  const difficult = cells.slice(0, 50 * width).map((cell) => `a${cell}\r\n,"\nz`)
  const quoted = difficult.map((cell) => `"${cell.replaceAll('"', '""')}"`)
  const rows = Array.from({ length: quoted.length / width }, (_, i) =>
    quoted.slice(i * width, (i + 1) * width).join(','),
  )
  const again = readTable(rows.join('\r\n'))
  if (again.fault || again.cells.join('|') !== difficult.join('|'))
    throw new Violation('reopen', 'Quoted cells are read as others')
  for (const cell of cells.slice(0, 50)) {
    const written = csvCell(cell).replace(/^"/, '')
    if (looksLikeFormula(cell) && !written.startsWith("'"))
      throw new Violation('formula', `A cell is written as a formula: ${JSON.stringify(written)}`)
  }
}

function checkPoints(points: PointTable) {
  const { data, dim, labels, classNames = [] } = points
  const count = data.length / dim
  if (!Number.isInteger(count) || data.some((value) => !Number.isFinite(value)))
    throw new Violation('rows', 'Points are not finite, or incomplete')
  if ((labels && labels.length !== count) || classNames.length > TABLE_LIMITS.classes)
    throw new Violation('rows', 'Labels do not belong to the points')
  if (count > 1000) return
  const again = parsePointTable(writePointTable(points), labels ? 'last' : 'none')
  if (again.data.some((value, i) => value !== data[i]))
    throw new Violation('reopen', 'Written points are read as others')
}
