// What the command line asks for.
import { parseArgs } from 'node:util'
import { basename, resolve } from 'node:path'
import { messageOf } from '../../engine/plan/fault.ts'
import type { BackendName, ImportOptions } from '../../engine/protocol.ts'

export const help = `litegraph-diffusion runs the graphs of its editor without a browser.

  litegraph-diffusion run workflow.json --out dir [options]
  litegraph-diffusion check workflow.json
  litegraph-diffusion script workflow.json [--out script.ts]
  litegraph-diffusion import folder --out data.safetensors [--size 32] [--grey] [--fit crop] [--labels]

run writes into dir: a PNG of every view, a CSV of every chart and loss, the files that nodes
make (checkpoints), and summary.json. check only says what is wrong with a workflow;
script writes it as a program of a few lines a loop that computes the same numbers, to be read and changed.
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
  --state dir            keep trained states there, and go on from them the next time; and which kernels were
                         the quickest on a GPU
  --measure              choose the kernels for a GPU anew, as on its first run with --state
  --quiet                no progress
  --help, --version

import makes a data set of the images in a folder (and in its ZIPs), for --dataset.

  --out file             the data set; workflows name it by its SHA-256, which is printed
  --size n or wxh        of every image, in pixels; 32 if not said
  --grey                 one channel instead of red, green and blue
  --fit name             what to do with other shapes: crop (the default), pad with black, or stretch
  --position x,y         which part of a cropped image stays, or where a padded one lies: 0,0 the left and the
                         top, 1,1 the right and the bottom; the middle if not said
  --labels               the innermost folder of an image is its class
  --name name            of the data set; that of the folder if not said

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
  measure: boolean
  quiet: boolean
}

export interface ImportArguments {
  command: 'import'
  folder: string
  out: string
  name: string
  options: ImportOptions
  quiet: boolean
}

export interface ScriptArguments {
  command: 'script'
  file: string
  /** Unset: standard output. */
  out: string | undefined
  settings: Record<string, string>
  steps: number | undefined
}

export type Arguments =
  | RunArguments
  | ImportArguments
  | ScriptArguments
  | { command: 'check'; file: string }
  | { command: 'help' }
  | { command: 'version' }

const backends = ['wasm', 'webgpu', 'cpu', 'auto'] as const

/** @throws UsageError */
export function parseArguments(argv: string[]): Arguments {
  const { values, positionals } = parse(argv)
  if (values.help) return { command: 'help' }
  if (values.version) return { command: 'version' }
  const [command, file, ...more] = positionals
  if (command === undefined) throw new UsageError('Say what to do: run, check, script or import.')
  if (command !== 'run' && command !== 'check' && command !== 'script' && command !== 'import') {
    throw new UsageError(`There is no command ${command}; there are run, check, script and import.`)
  }
  const what = command === 'import' ? 'folder' : 'workflow'
  if (file === undefined) throw new UsageError(`Say which ${what} to ${command}.`)
  if (more.length > 0) throw new UsageError(`One ${what} at a time; what is ${more.join(' ')}?`)
  if (command === 'check') return { command, file }
  if (command === 'import') return importArguments(file, values)
  const changes = {
    settings: Object.fromEntries(values.set.map(parseSetting)),
    steps: values.steps === undefined ? undefined : parseSteps(values.steps),
  }
  if (command === 'script') return { command, file, out: values.out, ...changes }
  if (values.out === undefined) throw new UsageError('Say where the results go: --out dir.')
  if (values.measure && values.state === undefined)
    throw new UsageError('--measure needs a place to keep its choice: --state dir.')
  return {
    command,
    file,
    out: values.out,
    ...changes,
    targets: values.target,
    backend: parseBackend(values.backend),
    checkpoints: values.checkpoint,
    datasets: values.dataset,
    state: values.state,
    measure: values.measure,
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
        size: { type: 'string', default: '32' },
        grey: { type: 'boolean', default: false },
        fit: { type: 'string', default: 'crop' },
        position: { type: 'string' },
        labels: { type: 'boolean', default: false },
        name: { type: 'string' },
        state: { type: 'string' },
        measure: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}

function importArguments(
  folder: string,
  { out, name, size, grey, fit, position, labels, quiet }: ReturnType<typeof parse>['values'],
): ImportArguments {
  if (out === undefined) throw new UsageError('Say where the data set goes: --out data.safetensors.')
  const [, width, height = width] = /^(\d+)(?:x(\d+))?$/.exec(size) ?? []
  if (width === undefined) throw new UsageError(`--size wants pixels, 32 or 64x48, not ${size}.`)
  const known = fits.find((name) => name === fit)
  if (!known) throw new UsageError(`There is no --fit ${fit}; there are ${fits.join(', ')}.`)
  const options: ImportOptions = {
    width: Number(width),
    height: Number(height),
    channels: grey ? 1 : 3,
    fit: known,
    ...(position !== undefined && { position: positionOf(position) }),
    labels,
  }
  return { command: 'import', folder, out, name: name ?? basename(resolve(folder)), options, quiet }
}

function positionOf(text: string): [number, number] {
  const [x, y, more] = text.split(',').map((part) => (part.trim() ? Number(part) : NaN))
  const share = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1
  if (!share(x) || !share(y) || more !== undefined)
    throw new UsageError(`--position wants two numbers from 0 to 1, 0.5,0, not ${text}.`)
  return [x, y]
}

const fits = ['crop', 'pad', 'stretch'] as const

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
