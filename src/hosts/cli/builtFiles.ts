// Files of the built package from which commands write pages and widgets.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync, gzipSync } from 'node:zlib'
import { LESSON_TEMPLATE, PAGE_TEMPLATE } from '../page/fileNames.ts'
import { cliMessages } from '../../messages/cli.ts'
import type { PageEngine } from '../page/fillPage.ts'
import { packEngine } from '../page/packEngine.ts'
import { shippedInNode } from '../../storage/shippedInNode.ts'
import { CommandError } from '../node/failure.ts'

export interface BuiltFiles {
  /** Templates of pages in one file (build/onePage.ts). */
  templates: URL
  /** Script of the engine. */
  engine: URL
  /** The file for script tags. */
  script: URL
  /** Licences of the bundled packages. */
  licences: URL
}

/** @throws CommandError if the package was not built */
async function readBuilt(file: URL): Promise<Buffer> {
  const path = fileURLToPath(file)
  if (!existsSync(path)) throw new CommandError(cliMessages.noPageTemplate({ path }))
  return readFile(path)
}

/** @throws CommandError if the package was not built */
export const readBuiltText = async (file: URL): Promise<string> =>
  (await readBuilt(file)).toString('utf8')

/**
 * Returns the templates of pages and of lessons.
 * @throws CommandError if the package was not built
 */
export async function readTemplates(file: URL): Promise<{ page: string; lesson: string }> {
  const texts = JSON.parse(brotliDecompressSync(await readBuilt(file)).toString('utf8')) as Record<
    string,
    string
  >
  return { page: texts[PAGE_TEMPLATE], lesson: texts[LESSON_TEMPLATE] }
}

/**
 * Returns the engine and the files that a page needs: the script of the package, and the .wasm file
 * of its dependency.
 * @throws CommandError if the package was not built
 */
export async function readEngine(script: URL): Promise<PageEngine> {
  const { resolve } = createRequire(import.meta.url)
  const wasm = resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')
  return packEngine({
    script: await readBuilt(script),
    wasm: await readFile(wasm),
    digits: gzipSync(await shippedInNode().file('digits'), { level: 9 }),
  })
}
