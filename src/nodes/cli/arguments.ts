// Arguments of the command line.
import { parseArgs } from 'node:util'
import { basename, resolve } from 'node:path'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { MAX_THREADS } from '../../engine/backends/wasm/threads.ts'
import { MOST_ITERATIONS } from '../../engine/plan/plannedWork.ts'
import type { ArithmeticOption, BackendName, ImportOptions } from '../../engine/protocol.ts'
import { HAND_IN_MEMORY } from './lessons/limits.ts'
import { cliMessages } from '../messages/cli.ts'
import { listStatuses } from './status.ts'

export const help = `litegraph-diffusion runs the graphs of its editor without a browser.

  litegraph-diffusion run workflow.json --out dir [options]
  litegraph-diffusion check workflow.json ... [--json]
  litegraph-diffusion script workflow.json [--out script.mjs]
  litegraph-diffusion torch workflow.json --out train.py [--notebook]
  litegraph-diffusion page workflow.json | lesson-folder --out page.html [--checkpoint file] [--dataset file]
  litegraph-diffusion onnx workflow.json | checkpoint.zip --out model.onnx [--node name] [--size 32]
  litegraph-diffusion widget --out widget.js
  litegraph-diffusion import folder --out data.safetensors [--size 32] [--grey] [--fit crop] [--labels]
  litegraph-diffusion lessons list | check folder | validate folder | answer kind value

run writes into dir: a PNG of every view, a CSV of every chart and loss, the output files of nodes
(checkpoints), and summary.json. script writes a workflow as a short program that computes the same
numbers. torch writes it as a program for PyTorch, with the files that it needs beside it. page
writes a workflow, its files and the engine to one HTML file, which opens from disk; or a lesson with
its workflow. widget writes the widget of notebooks (anywidget) with its engine to one file.
Each workflow can be JSON, a PNG that contains it, or a ZIP with its files. Files are written
completely or not at all.

  --out dir              folder for the results; created if needed
  --set Node.param=value sets a param of the node with this title or id; repeatable
  --steps n              sets the steps of every training
  --iterations n         planned iterations of all loops, multiplied where they are nested, beyond
                         which nothing runs; default ${MOST_ITERATIONS.toLocaleString('en')}
  --target node          runs only this node and its inputs; repeatable
  --backend name         wasm (default), webgpu (needs the npm package webgpu), cpu, or auto
  --threads n            threads of wasm, 1 to 8; default: LITEGRAPH_DIFFUSION_THREADS, or the number
                         of cores, one less if there are more than 4. They do not change the results
  --checkpoint file      a checkpoint that a node uses: a ZIP, or the folder of a diffusers pipeline
                         or model; repeatable. To use it in a node that names another one:
                         --set "Load Checkpoint.checkpoint=file.zip" (folder.zip for a folder)
  --dataset file         a data set that a node uses; repeatable
  --state dir            stores trained states, to continue from them in the next run, and what
                         was measured
  --arithmetic name      portable (default): on wasm the same bits on all machines; fused: one
                         instruction to multiply and add on wasm, which rounds once; measured: the
                         fastest instructions of wasm and kernels of a GPU on this machine. States
                         of a training are continued with the arithmetic that they began with
  --measure              measures again; needs --state
  --float16-products     products on a GPU may be of float16 where that is faster; sums are
                         float32; needs --state
  --verify               runs twice from the start and compares the bits of all shown and saved
                         values, losses and training states; needs no --out
  --nodes file.mjs       a module that exports own nodes and kinds of models; repeatable; also for
                         check and script
  --notebook             torch: also writes a notebook beside the program
  --quiet                prints no progress
  --debug                prints the stack of an unexpected error; for all commands
  --help, --version

check prints all faults and notices of each workflow: node, slot or param, message and cure.

  --json                 prints them on standard output, as a list of { file, faults, notices }

onnx writes a model as ONNX: that of a checkpoint, or one that a workflow computes. The encoder and
the decoder of an autoencoder are files of their own, model.encode.onnx and model.decode.onnx. With a
workflow it has the options of run for its graph and files, and:

  --node name            the node whose model is written, by title or id, or one of its outputs
                         (name.slot); default: that of SaveCheckpoint, or of all samplers
  --size n or wxh        size of the images of an autoencoder in pixels; default: that of its config

import creates a data set for --dataset from the images in a folder and in its ZIPs.

  --out file             the data set; workflows refer to it by its SHA-256, which is printed
  --size n or wxh        size of every image in pixels; default 32
  --grey                 one channel instead of red, green and blue
  --fit name             fitting of other shapes: crop (default), pad with black, or stretch
  --position x,y         position of the crop, or of a padded image: 0,0 is the top left, 1,1 the
                         bottom right; default: the centre
  --labels               uses the innermost folder of an image as its class
  --captions             stores captions: those of CSV files with the columns file and caption, or
                         the names of the images
  --name name            name of the data set; default: the name of the folder

lessons works with the lessons of the editor. check runs their checks on a folder of handed-in
summaries and workflows and prints a table; validate checks the files of a course or a lesson for
their author; answer prints the line of an answer (number, choice or text); list lists lessons.

  --lesson course/name   check: the lesson of workflows without a summary; only this lesson
  --lessons dir          folder of courses; default: those that come with the program
  --code text            check: the course's code that students enter when they export
  --trust                check: uses the results in summaries without running their workflows
  --json, --csv          check: prints the result in this format; validate: --json
  --seconds n            check: time limit of a check; default 600. A handed-in file has four times
                         as long for all of its checks
  --memory n             check: memory limit of a handed-in file in MiB; default ${HAND_IN_MEMORY}
  --within n             answer: accepted difference of a number; default 0.01

Exit status:
${listStatuses()}`

export class UsageError extends Error {
  override name = 'UsageError'
}

/** A workflow to run, with its settings and files. */
interface GraphArguments {
  file: string
  /** Undefined if the run is only verified. */
  out: string | undefined
  settings: Record<string, string>
  steps: number | undefined
  /** Planned iterations beyond which nothing runs; undefined: the default. */
  iterations: number | undefined
  backend: BackendName | 'auto'
  /** Threads of wasm; undefined: the default. */
  threads: number | undefined
  checkpoints: string[]
  datasets: string[]
  state: string | undefined
  measure: boolean
  arithmetic: ArithmeticOption
  /** Products on a GPU may be of float16. */
  float16Products: boolean
  quiet: boolean
  /** Modules with own nodes. */
  nodes: string[]
}

export interface RunArguments extends GraphArguments {
  command: 'run'
  targets: string[]
  verify: boolean
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
  /** Modules with own nodes. */
  nodes: string[]
}

export interface TorchArguments {
  command: 'torch'
  file: string
  out: string
  /** Also writes a notebook. */
  notebook: boolean
  settings: Record<string, string>
  steps: number | undefined
  checkpoints: string[]
  datasets: string[]
}

export interface PageArguments {
  command: 'page'
  file: string
  out: string
  settings: Record<string, string>
  steps: number | undefined
  checkpoints: string[]
  datasets: string[]
}

export interface OnnxArguments extends GraphArguments {
  command: 'onnx'
  /** The node whose model is written, or one of its outputs. */
  node: string | undefined
  /** Size of the images of an autoencoder. */
  size: readonly [width: number, height: number] | undefined
}

export interface WidgetArguments {
  command: 'widget'
  out: string
}

export interface CheckArguments {
  command: 'check'
  files: string[]
  json: boolean
  /** Modules with own nodes. */
  nodes: string[]
}

/** Actions of the command `lessons`, with the number of operands of each. */
const lessonActions = { list: 0, check: 1, validate: 1, answer: 2 } as const
const answerKinds = ['number', 'choice', 'text']

export interface LessonsArguments {
  command: 'lessons'
  action: keyof typeof lessonActions
  /** The folder of check and validate; the kind and the value of an answer. */
  operands: string[]
  lesson: string | undefined
  /** Folder of courses; undefined: those of the program. */
  lessons: string | undefined
  code: string
  trust: boolean
  /** Time limit of a check. */
  seconds: number
  /** Memory limit of a handed-in file, in MiB. */
  memory: number
  format: 'table' | 'json' | 'csv'
  within: number
}

export type Arguments =
  | RunArguments
  | ImportArguments
  | ScriptArguments
  | TorchArguments
  | PageArguments
  | OnnxArguments
  | WidgetArguments
  | CheckArguments
  | LessonsArguments
  | { command: 'help' }
  | { command: 'version' }

const backends = ['wasm', 'webgpu', 'cpu', 'auto'] as const

const arithmetics = ['portable', 'fused', 'measured'] as const satisfies ArithmeticOption[]

const optionTypes = {
  out: { type: 'string' },
  set: { type: 'string', multiple: true },
  steps: { type: 'string' },
  iterations: { type: 'string' },
  target: { type: 'string', multiple: true },
  backend: { type: 'string' },
  threads: { type: 'string' },
  checkpoint: { type: 'string', multiple: true },
  dataset: { type: 'string', multiple: true },
  nodes: { type: 'string', multiple: true },
  node: { type: 'string' },
  state: { type: 'string' },
  measure: { type: 'boolean' },
  arithmetic: { type: 'string' },
  'float16-products': { type: 'boolean' },
  verify: { type: 'boolean' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  lesson: { type: 'string' },
  lessons: { type: 'string' },
  code: { type: 'string' },
  trust: { type: 'boolean' },
  seconds: { type: 'string' },
  memory: { type: 'string' },
  within: { type: 'string' },
  size: { type: 'string' },
  grey: { type: 'boolean' },
  fit: { type: 'string' },
  position: { type: 'string' },
  labels: { type: 'boolean' },
  captions: { type: 'boolean' },
  name: { type: 'string' },
  notebook: { type: 'boolean' },
  quiet: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

type Option = keyof typeof optionTypes

const workflowOptions = ['out', 'set', 'steps', 'nodes'] as const

/** The options of each command, besides those of all. */
const optionsOf: Readonly<Record<string, readonly Option[]>> = {
  run: [
    ...workflowOptions,
    ...(['iterations', 'target', 'backend', 'threads', 'checkpoint', 'dataset'] as const),
    ...(['state', 'measure', 'arithmetic', 'float16-products', 'verify', 'quiet'] as const),
  ],
  check: ['json', 'nodes'],
  script: workflowOptions,
  torch: ['out', 'notebook', 'set', 'steps', 'checkpoint', 'dataset'],
  page: ['out', 'set', 'steps', 'checkpoint', 'dataset'],
  onnx: [
    ...workflowOptions,
    ...(['iterations', 'node', 'size', 'backend', 'threads', 'checkpoint', 'dataset'] as const),
    ...(['state', 'measure', 'arithmetic', 'float16-products', 'quiet'] as const),
  ],
  widget: ['out'],
  lessons: ['json', 'csv', 'lesson', 'lessons', 'code', 'trust', 'seconds', 'memory', 'within'],
  import: ['out', 'size', 'grey', 'fit', 'position', 'labels', 'captions', 'name', 'quiet'],
}

/** @throws UsageError */
export function parseArguments(argv: string[]): Arguments {
  const { values, positionals } = parseOptions(argv)
  if (values.help) return { command: 'help' }
  if (values.version) return { command: 'version' }
  const [command, ...files] = positionals
  if (command === undefined) throw new UsageError(cliMessages.noCommand())
  if (!Object.hasOwn(optionsOf, command))
    throw new UsageError(cliMessages.unknownCommand({ command }))
  requireOptions(command, values)
  if (command === 'lessons') return lessonsArguments(files, values)
  if (command === 'widget') return widgetArguments(files, values)
  const kind = command === 'import' ? 'folder' : 'workflow'
  const [file, ...more] = files
  if (!file) throw new UsageError(cliMessages.noFile({ kind, command }))
  const nodes = values.nodes ?? []
  if (command === 'check') return { command, files, json: values.json ?? false, nodes }
  if (more.length > 0)
    throw new UsageError(cliMessages.severalFiles({ kind, more: more.join(' ') }))
  if (command === 'import') return importArguments(file, values)
  const changes = {
    settings: Object.fromEntries((values.set ?? []).map(parseSetting)),
    steps: values.steps === undefined ? undefined : parseCount('steps', values.steps),
  }
  if (command === 'script') return { command, file, out: values.out, nodes, ...changes }
  if (command === 'torch') return { ...torchArguments(file, values), ...changes }
  if (command === 'page') return { ...pageArguments(file, values), ...changes }
  if (command === 'onnx') return { ...onnxArguments(file, values), ...changes }
  return { ...runArguments(file, values), ...changes }
}

type OptionValues = ReturnType<typeof parseOptions>['values']

function parseOptions(argv: string[]) {
  try {
    return parseArgs({ args: argv, allowPositionals: true, options: optionTypes })
  } catch (error) {
    // Node adds advice about positional arguments that start with a dash.
    throw new UsageError(getErrorMessage(error).replace(/\. To specify .*$/s, '.'))
  }
}

/** @throws UsageError for an option of another command, or an empty value */
function requireOptions(command: string, values: OptionValues) {
  const known = [...(optionsOf[command] ?? []), 'debug']
  for (const [option, value] of Object.entries(values)) {
    if (!known.includes(option)) throw new UsageError(cliMessages.otherOption({ command, option }))
    if ([value].flat().includes('')) throw new UsageError(cliMessages.emptyOption({ option }))
  }
}

/** @throws UsageError */
function lessonsArguments([action, ...operands]: string[], values: OptionValues): LessonsArguments {
  const actions = Object.keys(lessonActions) as LessonsArguments['action'][]
  const known = actions.find((each) => each === action)
  if (!known)
    throw new UsageError(cliMessages.lessonAction({ names: actions.join(', '), got: action ?? '' }))
  if (operands.length !== lessonActions[known])
    throw new UsageError(cliMessages.lessonOperands({ action: known, count: lessonActions[known] }))
  if (known === 'answer' && !answerKinds.includes(operands[0]))
    throw new UsageError(
      cliMessages.answerKind({ names: answerKinds.join(', '), got: operands[0] }),
    )
  const positive = (option: 'within' | 'seconds' | 'memory', initial: number) => {
    const value = Number(values[option] ?? initial)
    if (value > 0 && value < 1e6) return value
    throw new UsageError(cliMessages.positive({ option, got: String(values[option]) }))
  }
  return {
    command: 'lessons',
    action: known,
    operands,
    lesson: values.lesson,
    lessons: values.lessons,
    code: values.code ?? '',
    trust: values.trust ?? false,
    format: values.json ? 'json' : values.csv ? 'csv' : 'table',
    seconds: positive('seconds', 600),
    memory: positive('memory', HAND_IN_MEMORY),
    within: positive('within', 0.01),
  }
}

function runArguments(
  file: string,
  values: OptionValues,
): Omit<RunArguments, 'settings' | 'steps'> {
  const { out, state, verify = false } = values
  if (out === undefined && !verify) throw new UsageError(cliMessages.noResultFolder())
  if (verify && state !== undefined) throw new UsageError(cliMessages.verifyWithState())
  return {
    command: 'run',
    ...graphArguments(file, values),
    targets: values.target ?? [],
    verify,
  }
}

function graphArguments(
  file: string,
  values: OptionValues,
): Omit<GraphArguments, 'settings' | 'steps'> {
  const { out, state, measure = false, quiet = false } = values
  const float16Products = values['float16-products'] ?? false
  if (measure && state === undefined) throw new UsageError(cliMessages.measureWithoutState())
  if (float16Products && state === undefined)
    throw new UsageError(cliMessages.float16WithoutState())
  return {
    file,
    out,
    iterations:
      values.iterations === undefined ? undefined : parseCount('iterations', values.iterations),
    backend: parseBackend(values.backend ?? 'wasm'),
    threads: values.threads === undefined ? undefined : parseThreads(values.threads),
    nodes: values.nodes ?? [],
    checkpoints: values.checkpoint ?? [],
    datasets: values.dataset ?? [],
    state,
    measure,
    arithmetic: parseArithmetic(values.arithmetic ?? 'portable'),
    float16Products,
    quiet,
  }
}

function onnxArguments(
  file: string,
  values: OptionValues,
): Omit<OnnxArguments, 'settings' | 'steps'> {
  const { out, size, node } = values
  if (out === undefined) throw new UsageError(cliMessages.noOnnxFile())
  return {
    command: 'onnx',
    ...graphArguments(file, values),
    node,
    size: size === undefined ? undefined : parseSize(size),
  }
}

/** Parses `32` or `64x48`. */
function parseSize(text: string): [width: number, height: number] {
  const [, first, second = first] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? []
  if (first === undefined) throw new UsageError(cliMessages.size({ got: text }))
  return [Number(first), Number(second)]
}

function pageArguments(
  file: string,
  { out, checkpoint = [], dataset = [] }: OptionValues,
): Omit<PageArguments, 'settings' | 'steps'> {
  if (out === undefined) throw new UsageError(cliMessages.noPageFile())
  return { command: 'page', file, out, checkpoints: checkpoint, datasets: dataset }
}

function torchArguments(
  file: string,
  { out, checkpoint = [], dataset = [], notebook = false }: OptionValues,
): Omit<TorchArguments, 'settings' | 'steps'> {
  if (out === undefined) throw new UsageError(cliMessages.noTorchFile())
  return { command: 'torch', file, out, notebook, checkpoints: checkpoint, datasets: dataset }
}

function widgetArguments([file]: string[], { out }: OptionValues): WidgetArguments {
  if (file !== undefined) throw new UsageError(cliMessages.widgetFile({ file }))
  if (out === undefined) throw new UsageError(cliMessages.noWidgetFile())
  return { command: 'widget', out }
}

function importArguments(folder: string, values: OptionValues): ImportArguments {
  const { out, name, size = '32', fit = 'crop', position } = values
  if (out === undefined) throw new UsageError(cliMessages.noDatasetFile())
  const [width, height] = parseSize(size)
  const known = fits.find((name) => name === fit)
  if (!known) throw new UsageError(cliMessages.fit({ names: fits.join(', '), got: fit }))
  const options: ImportOptions = {
    width,
    height,
    channels: values.grey ? 1 : 3,
    fit: known,
    ...(position !== undefined && { position: parsePosition(position) }),
    labels: values.labels ?? false,
    ...(values.captions && { captions: true }),
  }
  return {
    command: 'import',
    folder,
    out,
    name: name ?? basename(resolve(folder)),
    options,
    quiet: values.quiet ?? false,
  }
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

function parseCount(option: 'steps' | 'iterations', text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new UsageError(cliMessages.count({ option, got: text }))
}

function parseThreads(text: string): number {
  const threads = Number(text)
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads
  throw new UsageError(cliMessages.threads({ most: MAX_THREADS, got: text }))
}

function parseArithmetic(text: string): ArithmeticOption {
  const found = arithmetics.find((name) => name === text)
  const names = arithmetics.join(', ')
  if (!found) throw new UsageError(cliMessages.arithmetic({ names, got: text }))
  return found
}

function parseBackend(text: string): BackendName | 'auto' {
  const backend = backends.find((name) => name === text)
  if (!backend) throw new UsageError(cliMessages.backend({ names: backends.join(', '), got: text }))
  return backend
}
