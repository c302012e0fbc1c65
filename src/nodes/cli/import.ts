// The command that makes a data set of a folder of images.
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Decode, SourceFile } from '../../engine/datasets/import.ts'
import { ImportError } from '../../engine/datasets/import.ts'
import { readBytes } from '../folder.ts'
import { drawnRows, importDataset } from '../import.ts'
import { infoOf } from '../kept.ts'
import type { ImportArguments } from './arguments.ts'
import type { Terminal } from './terminal.ts'

/** Writes the data set, and says what is in it and what was left out. Throws ImportError. */
export async function importFolder({ folder, out, name, options, quiet }: ImportArguments, terminal: Terminal): Promise<0> {
  const decode = await loadDecoder()
  let tenth = 0
  const { bytes, report } = await importDataset({
    name,
    files: await filesIn(folder),
    options,
    decode,
    onProgress(done, total) {
      if (quiet || Math.floor((10 * done) / total) <= tenth) return
      tenth = Math.floor((10 * done) / total)
      terminal.line(`${done} of ${total} files`)
    },
  })
  await writeFile(out, bytes)
  for (const { path, reason } of report.skipped) terminal.line(`left out: ${path}: ${reason}`)
  const classes = report.classes.map(({ name, count }) => `${name} (${count})`).join(', ')
  terminal.line(`${report.count} images${classes ? ` of ${report.classes.length} classes: ${classes}` : ''} in ${out}`)
  terminal.line(`SHA-256 ${infoOf(name, bytes).sha256}`)
  return 0
}

async function filesIn(folder: string): Promise<SourceFile[]> {
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
  if (!canvas)
    throw new ImportError('Images are read by the package @napi-rs/canvas, which is not installed: npm install @napi-rs/canvas')
  return async (bytes) => {
    const image = await canvas.loadImage(bytes)
    const { width, height } = image
    const context = (height: number) => canvas.createCanvas(width, height).getContext('2d')
    return { width, height, rows: drawnRows(image, width, context), close() {} }
  }
}
