#!/usr/bin/env node
// The program `litegraph-diffusion`.
import { readFileSync } from 'node:fs'
import { CheckpointError } from '../../engine/checkpoint/error.ts'
import { ImportError } from '../../engine/datasets/import.ts'
import { SettingError } from '../settings.ts'
import { WorkflowError } from '../workflow.ts'
import { help, parseArguments, UsageError } from './arguments.ts'
import { terminal } from './terminal.ts'

const version = () =>
  (JSON.parse(readFileSync(new URL(/* @vite-ignore */ '../package.json', import.meta.url), 'utf8')) as { version: string })
    .version

/** Loads the engine, which takes longer than to say what is wrong with the arguments. */
const engine = () => import('./run.ts')

async function main(argv: string[]): Promise<number> {
  try {
    const wanted = parseArguments(argv)
    switch (wanted.command) {
      case 'help':
        process.stdout.write(help)
        return 0
      case 'version':
        process.stdout.write(`${version()}\n`)
        return 0
      case 'check':
        return await (await engine()).check(wanted.file, terminal(process.stderr, true))
      case 'run':
        return await (await engine()).run(wanted, terminal(process.stderr, wanted.quiet))
      case 'script':
        return await (await engine()).script(wanted, terminal(process.stderr, true))
      case 'import':
        return await (await import('./import.ts')).importFolder(wanted, terminal(process.stderr, wanted.quiet))
      default:
        return wanted satisfies never
    }
  } catch (error) {
    return explain(error)
  }
}

/** By Node's codes. */
const troubleWithFiles: Record<string, (path?: string) => string> = {
  ENOENT: (path) => `There is no file ${path}.`,
  EISDIR: () => 'A file was expected, but this is a folder.',
  EEXIST: (path) => `${path} is a file, not a folder.`,
  ENOTDIR: (path) => `A part of ${path} is a file, not a folder.`,
  EACCES: (path) => `${path} may not be read or written.`,
  ENOSPC: () => 'The disk is full.',
}

/** Says what went wrong without a stack where it is the user's to mend. */
function explain(error: unknown): number {
  if (error instanceof UsageError || error instanceof SettingError) {
    process.stderr.write(`${error.message}\nlitegraph-diffusion --help says what there is.\n`)
    return 2
  }
  if (error instanceof CheckpointError) {
    process.stderr.write(`${error.message}\n${error.cure}\n`)
    return 1
  }
  const known = error instanceof WorkflowError || error instanceof ImportError || (error instanceof Error && 'code' in error)
  const { code, path } = error as NodeJS.ErrnoException
  const inWords = code !== undefined && troubleWithFiles[code]
  if (inWords) {
    process.stderr.write(`${inWords(path)}\n`)
    return 1
  }
  process.stderr.write(`${known ? (error as Error).message : error instanceof Error ? error.stack : String(error)}\n`)
  return 1
}

// WebGPU in Node would keep the process alive.
process.exit(await main(process.argv.slice(2)))
