// Captions of imported images: from tables of captions beside them, or from their file names.
import { textFields, type TextFields, type Message } from '../base/catalogue.ts'
import { datasetMessages } from '../messages/datasets.ts'
import { MAX_CAPTION } from './file.ts'
import { readTable } from './table.ts'

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
export function readCaptionTable(path: string, text: string): CaptionTable | Message {
  const { width, cells, lines, fault } = readTable(text.replace(/^\uFEFF/, ''))
  const header = cells.slice(0, width)
  const column = (pattern: RegExp) => header.findIndex((name) => pattern.test(name))
  const [file, caption] = [column(/^file(_?name)?$/i), column(/^(caption|text)$/i)]
  if (fault?.kind === 'quote') return datasetMessages.captionQuote({ line: fault.line })
  if (file < 0 || caption < 0) return datasetMessages.captionColumns()
  if (fault)
    return datasetMessages.captionCells({ line: fault.line, got: fault.count, expected: width })
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const captions = new Map<string, string>()
  for (let row = 1; row < lines.length; row++) {
    const name = cells[row * width + file].replaceAll('\\', '/').replace(/^(\.?\/)+/, '')
    captions.set(folder + name, cells[row * width + caption].slice(0, MAX_CAPTION))
  }
  return { path, captions }
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
): ({ path: string } & TextFields<'reason'>)[] {
  const known = new Set(paths)
  return tables.flatMap(({ path, captions }) => {
    const unused = [...captions.keys()].filter((file) => !known.has(file))
    return unused.length > 0
      ? [
          {
            path,
            ...textFields({
              reason: datasetMessages.captionsWithoutImages({
                count: unused.length,
                file: unused[0],
              }),
            }),
          },
        ]
      : []
  })
}
