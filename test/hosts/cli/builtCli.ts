// The built program, run as child processes.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll } from 'vitest'

const root = join(import.meta.dirname, '../../..')
// Inside the repository, so that Node can resolve packages. One for each worker of Vitest.
const built = join(root, `test-results/cli-${process.env.VITEST_POOL_ID}`)

/** Address of a module in the folder of the built program. */
export const builtFile = (name: string) => join(built, name)

let building: Promise<void> | undefined

/** Builds the library once for all suites of this process. */
const buildLibrary = () =>
  (building ??= (async () => {
    const options = { outDir: built, emptyOutDir: true }
    await build({ root, mode: 'library', logLevel: 'error', build: options })
    cpSync(join(root, 'assets'), join(built, 'standalone/assets'), { recursive: true })
  })())

export interface Ended {
  status: number
  stdout: string
  stderr: string
}

interface Options {
  /** Module to import before the program, such as one that makes writes fail. */
  preload?: string
  env?: Record<string, string>
}

/** Arguments of Node that run the program. */
export const cliArguments = (args: readonly string[], { preload }: Options = {}) => [
  ...(preload === undefined ? [] : ['--import', preload]),
  builtFile('cli.js'),
  ...args,
]

/** Runs the built program in a temporary folder for this suite. */
export function useCli() {
  const folder = mkdtempSync(join(tmpdir(), 'litegraph-diffusion-'))
  beforeAll(buildLibrary, 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const cli = (args: readonly string[], options: Options = {}) =>
    new Promise<Ended>((resolve) => {
      execFile(
        process.execPath,
        cliArguments(args, options),
        { cwd: folder, env: { ...process.env, ...options.env }, maxBuffer: 2 ** 26 },
        (error, stdout, stderr) =>
          resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
      )
    })
  return { folder, cli }
}
