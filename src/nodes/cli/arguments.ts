// What the command line asks for.
import { parseArgs } from 'node:util'
import type { BackendName } from '../../engine/protocol.ts'

export const help = `litegraph-diffusion runs the graphs of its editor without a browser.

  litegraph-diffusion run workflow.json --out dir [options]
  litegraph-diffusion check workflow.json

run writes into dir: a PNG of every view, a CSV of every chart and loss, the files that nodes
make (checkpoints), and summary.json. check only says what is wrong with a workflow.
A PNG with a workflow in it, or a ZIP of a workflow and its files, can be given instead of JSON.

  --out dir              where the results go; made if it is not there
  --set Node.param=value another value, for the node of this title or id; as often as you like
  --steps n              the same for the steps of every training
  --target node          run to this node only; as often as you like
  --backend name         wasm (the default), webgpu (needs the npm package webgpu), cpu, or auto
  --checkpoint file      a checkpoint for the workflow: a ZIP, or the folder of a pipeline or model of
                         diffusers; as often as you like. A node that names another takes it by
                         --set "Load Checkpoint.checkpoint=file.zip" (folder.zip for a folder)
  --dataset file         a data set that the workflow names; as often as you like
  --state dir            keep trained states there, and go on from them the next time
  --quiet                no progress
  --help, --version

Exit status: 0 done, 1 the workflow has faults or cannot be read, 2 wrong usage, 130 stopped.
`

export class UsageError extends Error {
  override name = 'UsageError'
}

export interface RunArguments {
  command: 'run'
  file: string
  out: string
  settings: Record<string, string>
  steps: number | undefined
  targets: string[]
  backend: BackendName | 'auto'
  checkpoints: string[]
  datasets: string[]
  state: string | undefined
  quiet: boolean
}

export type Arguments = RunArguments | { command: 'check'; file: string } | { command: 'help' } | { command: 'version' }

const backends = ['wasm', 'webgpu', 'cpu', 'auto'] as const

/** @throws UsageError */
export function parseArguments(argv: string[]): Arguments {
  const { values, positionals } = parse(argv)
  if (values.help) return { command: 'help' }
  if (values.version) return { command: 'version' }
  const [command, file, ...more] = positionals
  if (command === undefined) throw new UsageError('Say what to do: run or check.')
  if (command !== 'run' && command !== 'check') throw new UsageError(`There is no command ${command}; there are run and check.`)
  if (file === undefined) throw new UsageError(`Say which workflow to ${command}.`)
  if (more.length > 0) throw new UsageError(`One workflow at a time; what is ${more.join(' ')}?`)
  if (command === 'check') return { command, file }
  if (values.out === undefined) throw new UsageError('Say where the results go: --out dir.')
  return {
    command,
    file,
    out: values.out,
    settings: Object.fromEntries(values.set.map(parseSetting)),
    steps: values.steps === undefined ? undefined : parseSteps(values.steps),
    targets: values.target,
    backend: parseBackend(values.backend),
    checkpoints: values.checkpoint,
    datasets: values.dataset,
    state: values.state,
    quiet: values.quiet,
  }
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        set: { type: 'string', multiple: true, default: [] },
        steps: { type: 'string' },
        target: { type: 'string', multiple: true, default: [] },
        backend: { type: 'string', default: 'wasm' },
        checkpoint: { type: 'string', multiple: true, default: [] },
        dataset: { type: 'string', multiple: true, default: [] },
        state: { type: 'string' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function parseSetting(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new UsageError(`--set wants Node.param=value, not ${text}.`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function parseSteps(text: string): number {
  const steps = Number(text)
  if (!Number.isInteger(steps) || steps < 1) throw new UsageError(`--steps wants a whole number above 0, not ${text}.`)
  return steps
}

function parseBackend(text: string): BackendName | 'auto' {
  const backend = backends.find((name) => name === text)
  if (!backend) throw new UsageError(`There is no backend ${text} here; there are ${backends.join(', ')}.`)
  return backend
}
