// The `import` command: creates a data set from a folder of images.
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import type { Decode, SourceFile } from '../../engine/datasets/import.ts'
import { ImportError } from '../../engine/datasets/import.ts'
import type { ImportOptions } from '../../engine/protocol.ts'
import { writeFileAtomically } from '../../storage/atomicFile.ts'
import { readBytes } from '../../storage/folder.ts'
import { createRowReader, importDataset } from '../../storage/importDataset.ts'
import { describeFile } from '../../storage/storedFiles.ts'
import { cliMessages } from '../../messages/cli.ts'
import type { Arguments } from './arguments.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import type { Terminal } from './terminal.ts'

/** Writes the data set and prints its contents and the skipped files. Throws ImportError. */
export async function importFolder(
  wanted: Arguments<'import'>,
  terminal: Terminal,
): Promise<ExitStatus> {
  const { file: folder, out, name = basename(resolve(folder)), quiet } = wanted
  const decode = await loadDecoder()
  let tenth = 0
  const { bytes, report } = await importDataset({
    name,
    files: await listSourceFiles(folder),
    options: importOptions(wanted),
    decode,
    onProgress(done, total) {
      const reached = Math.floor((10 * done) / Math.max(1, total))
      if (quiet || reached <= tenth) return
      tenth = reached
      terminal.line(cliMessages.importProgress({ done, total }))
    },
  })
  await writeFileAtomically(out, bytes)
  for (const { path, reason } of report.skipped)
    terminal.line(cliMessages.skipped({ path, reason }))
  const { count, classes, captions } = report
  const names = classes.map((each) => `${each.name} (${each.count})`).join(', ')
  terminal.line(
    classes.length > 0
      ? cliMessages.importedClasses({ count, classes: classes.length, names, out })
      : cliMessages.imported({ count, out }),
  )
  if (captions !== undefined) terminal.line(cliMessages.importedCaptions({ captions }))
  terminal.line(cliMessages.hash({ sha256: describeFile(name, bytes).sha256 }))
  return statuses.done.code
}

function importOptions({
  size: [width, height],
  grey,
  fit,
  position,
  labels,
  captions,
}: Arguments<'import'>): ImportOptions {
  return {
    width,
    height,
    channels: grey ? 1 : 3,
    fit,
    ...(position && { position }),
    labels,
    ...(captions && { captions }),
  }
}

async function listSourceFiles(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = join(entry.parentPath, entry.name)
        const path = file.slice(join(folder, sep).length).split(sep).join('/')
        return { path, size: (await stat(file)).size, read: () => readBytes(file) }
      }),
  )
}

async function loadDecoder(): Promise<Decode> {
  const canvas = await import('@napi-rs/canvas').catch(() => undefined)
  if (!canvas) throw new ImportError(cliMessages.noDecoder())
  return async (bytes) => {
    const image = await canvas.loadImage(bytes)
    const { width, height } = image
    const context = (height: number) => canvas.createCanvas(width, height).getContext('2d')
    return { width, height, rows: createRowReader(image, width, context), close() {} }
  }
}
