// Captions of imported images: from tables of captions beside them, or from their file names.
import { datasetMessages } from '../messages/datasets.ts'
import { MAX_CAPTION } from './file.ts'
import { readTableRows, type TableRow } from './table.ts'

/** Limit on an untrusted table of captions, in bytes. */
export const MAX_CAPTION_TABLE = 2 ** 23

/** Captions by path, of a table. */
export interface CaptionTable {
  path: string
  captions: ReadonlyMap<string, string>
}

/** True for files that may have captions of the images beside them. */
export const isCaptionTable = (path: string) => /\.csv$/i.test(path)

/**
 * Reads a table with the columns `file` (or `file_name`), relative to the folder of the table, and
 * `caption` (or `text`). Returns the reason as a text if it is none. Captions end after `MAX_CAPTION`
 * characters.
 */
export function readCaptionTable(path: string, text: string): CaptionTable | string {
  const [header, ...rows] = readTableRows(text.replace(/^\uFEFF/, ''))
  const column = (pattern: RegExp) => header?.cells.findIndex((name) => pattern.test(name)) ?? -1
  const [file, caption] = [column(/^file(_?name)?$/i), column(/^(caption|text)$/i)]
  if (file < 0 || caption < 0) return datasetMessages.captionColumns()
  const expected = header.cells.length
  const wrong = rows.find(({ cells }) => cells.length !== expected)
  if (wrong)
    return datasetMessages.captionCells({ line: wrong.line, got: wrong.cells.length, expected })
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const entry = ({ cells }: TableRow): [string, string] => [
    folder + cells[file].replaceAll('\\', '/').replace(/^(\.?\/)+/, ''),
    cells[caption].slice(0, MAX_CAPTION),
  ]
  return { path, captions: new Map(rows.map(entry)) }
}

/** The caption that the name of a file gives: the name without folders and extension. */
const nameCaption = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.[^.]+$/, '')
    .slice(0, MAX_CAPTION)

/** The caption of each path: that of the tables, empty for none; without tables, its name. */
export const captionPaths = (paths: readonly string[], tables: readonly CaptionTable[]): string[] =>
  paths.map((path) =>
    tables.length > 0
      ? (tables.find(({ captions }) => captions.has(path))?.captions.get(path) ?? '')
      : nameCaption(path),
  )

/** The reasons for which lines of tables are not used: they name other files than `paths`. */
export function unusedLines(
  paths: readonly string[],
  tables: readonly CaptionTable[],
): { path: string; reason: string }[] {
  const known = new Set(paths)
  return tables.flatMap(({ path, captions }) => {
    const unused = [...captions.keys()].filter((file) => !known.has(file))
    return unused.length > 0
      ? [
          {
            path,
            reason: datasetMessages.captionsWithoutImages({
              count: unused.length,
              file: unused[0],
            }),
          },
        ]
      : []
  })
}
