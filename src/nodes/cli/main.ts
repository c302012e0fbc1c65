#!/usr/bin/env node
// Entry point of the program `litegraph-diffusion`.
import { readFileSync } from 'node:fs'
import { CheckpointError } from '../../engine/checkpoint/error.ts'
import { ImportError } from '../../engine/datasets/import.ts'
import { cliMessages } from '../messages/cli.ts'
import { SettingError } from '../settings.ts'
import { WorkflowError } from '../workflow.ts'
import { help, parseArguments, UsageError } from './arguments.ts'
import { createTerminal } from './terminal.ts'

const version = () =>
  (
    JSON.parse(
      readFileSync(new URL(/* @vite-ignore */ '../package.json', import.meta.url), 'utf8'),
    ) as { version: string }
  ).version

/** Loads the engine; deferred, so that bad arguments are reported at once. */
const loadEngine = () => import('./run.ts')

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
        return await (
          await loadEngine()
        ).checkWorkflow(wanted.file, createTerminal(process.stderr, true))
      case 'run':
        return await (
          await loadEngine()
        ).runWorkflow(wanted, createTerminal(process.stderr, wanted.quiet))
      case 'script':
        return await (await loadEngine()).writeScript(wanted, createTerminal(process.stderr, true))
      case 'import':
        return await (
          await import('./import.ts')
        ).importFolder(wanted, createTerminal(process.stderr, wanted.quiet))
      default:
        return wanted satisfies never
    }
  } catch (error) {
    return printError(error)
  }
}

/** Messages by Node's error codes. */
const fileErrors: Record<string, (path?: string) => string> = {
  ENOENT: (path) => cliMessages.fileNotFound({ path }),
  EISDIR: () => cliMessages.isFolder(),
  EEXIST: (path) => cliMessages.isFile({ path }),
  ENOTDIR: (path) => cliMessages.parentIsFile({ path }),
  EACCES: (path) => cliMessages.noAccess({ path }),
  ENOSPC: () => cliMessages.diskFull(),
}

/** Prints an error, without a stack if the user can fix it. Returns the exit code. */
function printError(error: unknown): number {
  if (error instanceof UsageError || error instanceof SettingError) {
    process.stderr.write(`${error.message}\n${cliMessages.seeHelp()}\n`)
    return 2
  }
  if (error instanceof CheckpointError) {
    process.stderr.write(`${error.message}\n${error.cure}\n`)
    return 1
  }
  const known =
    error instanceof WorkflowError ||
    error instanceof ImportError ||
    (error instanceof Error && 'code' in error)
  const { code, path } = error as NodeJS.ErrnoException
  const formatError = code !== undefined && fileErrors[code]
  if (formatError) {
    process.stderr.write(`${formatError(path)}\n`)
    return 1
  }
  process.stderr.write(
    `${known ? (error as Error).message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  return 1
}

// WebGPU in Node would keep the process alive.
process.exit(await main(process.argv.slice(2)))
