#!/usr/bin/env node
// Entry point of the program `litegraph-diffusion`.
import { existsSync, readFileSync } from 'node:fs'
import { help, parseArguments } from './arguments.ts'
import { describeFailure } from '../node/failure.ts'
import { exitNow, handleInterrupts } from './interrupts.ts'
import { flushOutput, guardOutput } from './output.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import { WORKER_COMMAND } from './lessons/workerMessages.ts'
import { createTerminal } from './terminal.ts'

/** The version in package.json, which is above the built program and above the sources. */
function version(): string {
  const candidates = ['../package.json', '../../../package.json'].map(
    (path) => new URL(/* @vite-ignore */ path, import.meta.url),
  )
  const file = candidates.find((each) => existsSync(each)) ?? candidates[0]
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** Parts of the package, next to the program. */
const built = {
  templates: new URL(/* @vite-ignore */ './page-templates.br', import.meta.url),
  engine: new URL(/* @vite-ignore */ './standalone/core.js', import.meta.url),
  script: new URL(/* @vite-ignore */ './standalone/litegraph-diffusion.js', import.meta.url),
  licences: new URL(/* @vite-ignore */ './standalone/THIRD-PARTY-LICENSES.txt', import.meta.url),
}

/** Commands load the engine only now, so that wrong usage is reported at once. */
async function runCommand(wanted: ReturnType<typeof parseArguments>): Promise<ExitStatus> {
  const terminal = (quiet: boolean) => createTerminal(process.stderr, quiet)
  if ('nodes' in wanted && wanted.nodes.length > 0)
    await (await import('./nodeTypes.ts')).addNodeTypes(wanted.nodes)
  switch (wanted.command) {
    case 'help':
      process.stdout.write(help)
      return statuses.done.code
    case 'version':
      process.stdout.write(`${version()}\n`)
      return statuses.done.code
    case 'check':
      return (await import('./check.ts')).checkWorkflows(wanted, terminal(true))
    case 'run':
      return (await import('./run.ts')).runWorkflow(wanted, terminal(wanted.quiet))
    case 'script':
      return (await import('./script.ts')).writeScript(wanted, terminal(true))
    case 'torch':
      return (await import('./torch.ts')).writeTorch(wanted, terminal(true))
    case 'page':
      return (await import('./page.ts')).writePage(wanted, built, terminal(true))
    case 'widget':
      return (await import('./widget.ts')).writeWidget(wanted, built)
    case 'onnx':
      return (await import('./onnx.ts')).writeOnnx(wanted, terminal(wanted.quiet))
    case 'import':
      return (await import('./import.ts')).importFolder(wanted, terminal(wanted.quiet))
    case 'lessons':
      return (await import('./lessons/main.ts')).runLessons(wanted, terminal(true))
    default:
      return wanted satisfies never
  }
}

/** Prints an error as a sentence. Returns the exit status. */
function printFailure(error: unknown): ExitStatus {
  const { text, stack, status } = describeFailure(error)
  const terminal = createTerminal(process.stderr, true)
  terminal.line(text)
  if (stack !== undefined) terminal.line(stack)
  return status
}

/** Commands, and the hidden one of the processes of `lessons check`. */
const runArguments = async (argv: string[]): Promise<ExitStatus> =>
  argv[0] === WORKER_COMMAND
    ? (await import('./lessons/worker.ts')).runWorker()
    : runCommand(parseArguments(argv))

async function main(argv: string[]): Promise<ExitStatus> {
  const status = await runArguments(argv).catch(printFailure)
  const unwritten = await flushOutput()
  if (unwritten === undefined) return status
  process.stderr.write(`${unwritten}\n`)
  return status || statuses.failed.code
}

guardOutput()
handleInterrupts()
process.on('uncaughtException', (error) => exitNow(printFailure(error)))
// WebGPU in Node would keep the process alive.
exitNow(await main(process.argv.slice(2)))
