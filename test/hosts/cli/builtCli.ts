// The built program, run as child processes.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject } from 'vitest'

/** Inside the repository, so that Node can resolve packages; {@link useCli} waits for it. */
const built = join(import.meta.dirname, '../../../test-results/library')

/** Address of a module in the folder of the built program. */
export const builtFile = (name: string) => join(built, name)

/** Waits for the build that all suites of a run share. */
async function buildLibrary() {
  const answer = await fetch(`${inject('servers')}library`)
  const folder = await answer.text()
  expect(folder).toBe(built)
}

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
  beforeAll(buildLibrary)
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
