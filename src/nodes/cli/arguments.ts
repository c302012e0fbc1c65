// Arguments of the command line.
import { parseArgs } from 'node:util'
import { basename, resolve } from 'node:path'
import { getErrorMessage } from '../../engine/base/fault.ts'
import type { BackendName, ImportOptions } from '../../engine/protocol.ts'
import { cliMessages } from '../messages/cli.ts'

export const help = `litegraph-diffusion runs the graphs of its editor without a browser.

  litegraph-diffusion run workflow.json --out dir [options]
  litegraph-diffusion check workflow.json
  litegraph-diffusion script workflow.json [--out script.ts]
  litegraph-diffusion import folder --out data.safetensors [--size 32] [--grey] [--fit crop] [--labels]

run writes into dir: a PNG of every view, a CSV of every chart and loss, the output files of nodes
(checkpoints), and summary.json. check only reports the faults of a workflow. script writes it as a
short program that computes the same numbers.
Each workflow can be JSON, a PNG that contains it, or a ZIP with its files.

  --out dir              folder for the results; created if needed
  --set Node.param=value sets a param of the node with this title or id; repeatable
  --steps n              sets the steps of every training
  --target node          runs only this node and its inputs; repeatable
  --backend name         wasm (default), webgpu (needs the npm package webgpu), cpu, or auto
  --checkpoint file      a checkpoint for the workflow: a ZIP, or the folder of a diffusers pipeline
                         or model; repeatable. To use it in a node that names another one:
                         --set "Load Checkpoint.checkpoint=file.zip" (folder.zip for a folder)
  --dataset file         a data set that the workflow names; repeatable
  --state dir            stores trained states, to continue from them in the next run, and the
                         fastest kernels of a GPU
  --measure              measures the kernels of a GPU again; needs --state
  --quiet                prints no progress
  --help, --version

import creates a data set for --dataset from the images in a folder and in its ZIPs.

  --out file             the data set; workflows refer to it by its SHA-256, which is printed
  --size n or wxh        size of every image in pixels; default 32
  --grey                 one channel instead of red, green and blue
  --fit name             fitting of other shapes: crop (default), pad with black, or stretch
  --position x,y         position of the crop, or of a padded image: 0,0 is the top left, 1,1 the
                         bottom right; default: the centre
  --labels               uses the innermost folder of an image as its class
  --name name            name of the data set; default: the name of the folder

Exit status: 0 success, 1 faulty or unreadable workflow, 2 wrong usage, 130 stopped.
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
  /** Output file; standard output if undefined. */
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
  const { values, positionals } = parseOptions(argv)
  if (values.help) return { command: 'help' }
  if (values.version) return { command: 'version' }
  const [command, file, ...more] = positionals
  if (command === undefined) throw new UsageError(cliMessages.noCommand())
  if (command !== 'run' && command !== 'check' && command !== 'script' && command !== 'import') {
    throw new UsageError(cliMessages.unknownCommand({ command }))
  }
  const kind = command === 'import' ? 'folder' : 'workflow'
  if (file === undefined) throw new UsageError(cliMessages.noFile({ kind, command }))
  if (more.length > 0)
    throw new UsageError(cliMessages.severalFiles({ kind, more: more.join(' ') }))
  if (command === 'check') return { command, file }
  if (command === 'import') return importArguments(file, values)
  const changes = {
    settings: Object.fromEntries(values.set.map(parseSetting)),
    steps: values.steps === undefined ? undefined : parseSteps(values.steps),
  }
  if (command === 'script') return { command, file, out: values.out, ...changes }
  if (values.out === undefined) throw new UsageError(cliMessages.noResultFolder())
  if (values.measure && values.state === undefined)
    throw new UsageError(cliMessages.measureWithoutState())
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

function parseOptions(argv: string[]) {
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
    throw new UsageError(getErrorMessage(error))
  }
}

function importArguments(
  folder: string,
  {
    out,
    name,
    size,
    grey,
    fit,
    position,
    labels,
    quiet,
  }: ReturnType<typeof parseOptions>['values'],
): ImportArguments {
  if (out === undefined) throw new UsageError(cliMessages.noDatasetFile())
  const [, width, height = width] = /^(\d+)(?:x(\d+))?$/.exec(size) ?? []
  if (width === undefined) throw new UsageError(cliMessages.size({ got: size }))
  const known = fits.find((name) => name === fit)
  if (!known) throw new UsageError(cliMessages.fit({ names: fits.join(', '), got: fit }))
  const options: ImportOptions = {
    width: Number(width),
    height: Number(height),
    channels: grey ? 1 : 3,
    fit: known,
    ...(position !== undefined && { position: parsePosition(position) }),
    labels,
  }
  return { command: 'import', folder, out, name: name ?? basename(resolve(folder)), options, quiet }
}

function parsePosition(text: string): [number, number] {
  const [x, y, more] = text.split(',').map((part) => (part.trim() ? Number(part) : NaN))
  const share = (value: number | undefined): value is number =>
    value !== undefined && value >= 0 && value <= 1
  if (!share(x) || !share(y) || more !== undefined)
    throw new UsageError(cliMessages.position({ got: text }))
  return [x, y]
}

const fits = ['crop', 'pad', 'stretch'] as const

function parseSetting(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new UsageError(cliMessages.setting({ got: text }))
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function parseSteps(text: string): number {
  const steps = Number(text)
  if (!Number.isInteger(steps) || steps < 1) throw new UsageError(cliMessages.steps({ got: text }))
  return steps
}

function parseBackend(text: string): BackendName | 'auto' {
  const backend = backends.find((name) => name === text)
  if (!backend) throw new UsageError(cliMessages.backend({ names: backends.join(', '), got: text }))
  return backend
}
