// Commands of the program with their operands, options and help texts. Parsing, types, help and
// errors follow from this table.
import { MOST_ITERATIONS } from '../../engine/plan/plannedWork.ts'
import type { ArithmeticOption } from '../../engine/protocol.ts'
import { cliMessages } from '../../messages/cli.ts'
import { HAND_IN_MEMORY } from './lessons/limits.ts'
import {
  check,
  flag,
  list,
  map,
  oneOf,
  parseCount,
  parsed,
  parsePosition,
  parsePositive,
  parseSetting,
  parseSize,
  parseThreads,
  required,
  text,
  type Options,
} from './options.ts'
import { UsageError } from '../node/failure.ts'

export interface Command {
  usage: string
  /** Text above `listed` in the help text. */
  about?: string
  /** Options that the help text lists here, in its order. */
  listed?: Options
  /** Reads the words after the command. Throws UsageError. */
  operands(words: string[], command: string): object
  /** Options by the keys of their results, in the order in which they are checked. */
  options: Options
}

const pick = <T, K extends keyof T>(table: T, ...keys: K[]) =>
  Object.fromEntries(keys.map((key) => [key, table[key]])) as Pick<T, K>

// ---- Operands

function severalFiles(files: string[], command: string, kind = 'workflow') {
  if (!files[0]) throw new UsageError(cliMessages.noFile({ kind, command }))
  return { files }
}

function oneFile(words: string[], command: string, kind = 'workflow') {
  const [file, ...more] = severalFiles(words, command, kind).files
  if (more.length > 0)
    throw new UsageError(cliMessages.severalFiles({ kind, more: more.join(' ') }))
  return { file }
}

function noFile([file]: string[]) {
  if (file !== undefined) throw new UsageError(cliMessages.widgetFile({ file }))
  return {}
}

/** Actions of the command `lessons`, with the number of operands of each. */
const lessonActions = { list: 0, check: 1, validate: 1, answer: 2 } as const
const answerKinds = ['number', 'choice', 'text'] as const

/** Operands: the folder of check and validate; the kind and the value of an answer. */
function lessonAction([word = '', ...operands]: string[]) {
  const actions = Object.keys(lessonActions) as (keyof typeof lessonActions)[]
  const action = oneOf(actions, cliMessages.lessonAction)(word)
  const count = lessonActions[action]
  if (operands.length !== count) throw new UsageError(cliMessages.lessonOperands({ action, count }))
  if (action === 'answer') oneOf(answerKinds, cliMessages.answerKind)(operands[0])
  return { action, operands }
}

// ---- Options

const count = parsed(parseCount)
const positive = (initial: number) => parsed(parsePositive, initial)
const backend = parsed(oneOf(['wasm', 'webgpu', 'cpu', 'auto'], cliMessages.backend), 'wasm')
const arithmetic = parsed(
  oneOf(['portable', 'fused', 'measured'] satisfies ArithmeticOption[], cliMessages.arithmetic),
  'portable',
)
const fit = parsed(oneOf(['crop', 'pad', 'stretch'], cliMessages.fit), 'crop')
const imageSize = parsed(parseSize, [32, 32])
const needsState = (fault: () => string) => (help: string) =>
  check(flag(help), (value, { state }) => (value && state === undefined ? fault() : undefined))

const common = {
  out: text('--out dir              folder for the results; created if needed'),
  settings: map(
    list('--set Node.param=value sets a param of the node with this title or id; repeatable'),
    (settings) => Object.fromEntries(settings.map(parseSetting)),
  ),
  steps: count('--steps n              sets the steps of every training'),
  iterations: count(`
  --iterations n         planned iterations of all loops, multiplied where they are nested, beyond
                         which nothing runs; default ${MOST_ITERATIONS.toLocaleString('en')}`),
  targets: list('--target node          runs only this node and its inputs; repeatable'),
  backend: backend(
    '--backend name         wasm (default), webgpu (needs the npm package webgpu), cpu, or auto',
  ),
  threads: parsed(parseThreads)(`
  --threads n            threads of wasm, 1 to 8; default: LITEGRAPH_DIFFUSION_THREADS, or the number
                         of cores, one less if there are more than 4. They do not change the results`),
  checkpoints: list(`
  --checkpoint file      a checkpoint that a node uses: a ZIP, or the folder of a diffusers pipeline
                         or model; repeatable. To use it in a node that names another one:
                         --set "Load Checkpoint.checkpoint=file.zip" (folder.zip for a folder)`),
  datasets: list('--dataset file         a data set that a node uses; repeatable'),
  state: text(`
  --state dir            stores trained states, to continue from them in the next run, and what
                         was measured`),
  arithmetic: arithmetic(`
  --arithmetic name      portable (default): on wasm the same bits on all machines; fused: one
                         instruction to multiply and add on wasm, which rounds once; measured: the
                         fastest instructions of wasm and kernels of a GPU on this machine. States
                         of a training are continued with the arithmetic that they began with`),
  measure: needsState(cliMessages.measureWithoutState)(
    '--measure              measures again; needs --state',
  ),
  float16Products: needsState(cliMessages.float16WithoutState)(`
  --float16-products     products on a GPU may be of float16 where that is faster; sums are
                         float32; needs --state`),
  verify: check(
    flag(`
  --verify               runs twice from the start and compares the bits of all shown and saved
                         values, losses and training states; needs no --out`),
    (verify, { state }) =>
      verify && state !== undefined ? cliMessages.verifyWithState() : undefined,
  ),
  nodes: list(`
  --nodes file.mjs       a module that exports own nodes and kinds of models; repeatable; also for
                         check and script`),
  notebook: flag('--notebook             torch: also writes a notebook beside the program'),
  quiet: flag('--quiet                prints no progress'),
}

/** Options of all commands. */
export const programOptions = {
  debug: flag('--debug                prints the stack of an unexpected error; for all commands'),
  help: flag('--help, --version', 'h'),
  version: flag('--version'),
}

const changes = pick(common, 'settings', 'steps')
const files = pick(common, 'checkpoints', 'datasets')
const engine = {
  ...pick(common, 'measure', 'float16Products', 'iterations', 'backend', 'threads', 'arithmetic'),
  ...pick(common, 'state', 'nodes', 'quiet'),
}

const reportOptions = {
  json: flag(
    '--json                 prints them on standard output, as a list of { file, faults, notices }',
  ),
}

const modelOptions = {
  node: text(`
  --node name            the node whose model is written, by title or id, or one of its outputs
                         (name.slot); default: that of SaveCheckpoint, or of all samplers`),
  size: parsed(parseSize)(
    '--size n or wxh        size of the images of an autoencoder in pixels; default: that of its config',
  ),
}

const datasetOptions = {
  out: required(
    text(
      '--out file             the data set; workflows refer to it by its SHA-256, which is printed',
    ),
    cliMessages.noDatasetFile,
  ),
  size: imageSize('--size n or wxh        size of every image in pixels; default 32'),
  grey: flag('--grey                 one channel instead of red, green and blue'),
  fit: fit(
    '--fit name             fitting of other shapes: crop (default), pad with black, or stretch',
  ),
  position: parsed(parsePosition)(`
  --position x,y         position of the crop, or of a padded image: 0,0 is the top left, 1,1 the
                         bottom right; default: the centre`),
  labels: flag('--labels               uses the innermost folder of an image as its class'),
  captions: flag(`
  --captions             stores captions: those of CSV files with the columns file and caption, or
                         the names of the images`),
  name: text('--name name            name of the data set; default: the name of the folder'),
}

const lessonOptions = {
  lesson: text(
    '--lesson course/name   check: the lesson of workflows without a summary; only this lesson',
  ),
  lessons: text(
    '--lessons dir          folder of courses; default: those that come with the program',
  ),
  code: map(
    text("--code text            check: the course's code that students enter when they export"),
    (code = '') => code,
  ),
  trust: flag(
    '--trust                check: uses the results in summaries without running their workflows',
  ),
  json: flag('--json, --csv          check: prints the result in this format; validate: --json'),
  csv: flag('--csv'),
  seconds: positive(600)(`
  --seconds n            check: time limit of a check; default 600. A handed-in file has four times
                         as long for all of its checks`),
  memory: positive(HAND_IN_MEMORY)(`
  --memory n             check: memory limit of a handed-in file in MiB; default ${HAND_IN_MEMORY}`),
  within: positive(0.01)(
    '--within n             answer: accepted difference of a number; default 0.01',
  ),
}

// ---- Commands

export const commands = {
  run: {
    usage: 'workflow.json --out dir [options]',
    about: `
run writes into dir: a PNG of every view, a CSV of every chart and loss, the output files of nodes
(checkpoints), and summary.json. script writes a workflow as a short program that computes the same
numbers. torch writes it as a program for PyTorch, with the files that it needs beside it. page
writes a workflow, its files and the engine to one HTML file, which opens from disk; or a lesson with
its workflow. widget writes the widget of notebooks (anywidget) with its engine to one file.
Each workflow can be JSON, a PNG that contains it, or a ZIP with its files. Files are written
completely or not at all.
`,
    listed: { ...common, ...programOptions },
    operands: oneFile,
    options: {
      ...changes,
      out: check(common.out, (out, { verify }) =>
        out === undefined && !verify ? cliMessages.noResultFolder() : undefined,
      ),
      ...pick(common, 'verify', 'targets'),
      ...files,
      ...engine,
    },
  },
  check: {
    usage: 'workflow.json ... [--json]',
    about:
      'check prints all faults and notices of each workflow: node, slot or param, message and cure.',
    listed: reportOptions,
    operands: severalFiles,
    options: { ...reportOptions, ...pick(common, 'nodes') },
  },
  script: {
    usage: 'workflow.json [--out script.mjs]',
    operands: oneFile,
    options: { ...changes, ...pick(common, 'out', 'nodes') },
  },
  torch: {
    usage: 'workflow.json --out train.py [--notebook]',
    operands: oneFile,
    options: {
      ...changes,
      out: required(common.out, cliMessages.noTorchFile),
      ...pick(common, 'notebook'),
      ...files,
    },
  },
  page: {
    usage: 'workflow.json | lesson-folder --out page.html [--checkpoint file] [--dataset file]',
    operands: oneFile,
    options: { ...changes, out: required(common.out, cliMessages.noPageFile), ...files },
  },
  onnx: {
    usage: 'workflow.json | checkpoint.zip --out model.onnx [--node name] [--size 32]',
    about: `
onnx writes a model as ONNX: that of a checkpoint, or one that a workflow computes. The encoder and
the decoder of an autoencoder are files of their own, model.encode.onnx and model.decode.onnx. With a
workflow it has the options of run for its graph and files, and:
`,
    listed: modelOptions,
    operands: oneFile,
    options: {
      ...changes,
      out: required(common.out, cliMessages.noOnnxFile),
      ...files,
      ...engine,
      ...modelOptions,
    },
  },
  widget: {
    usage: '--out widget.js',
    operands: noFile,
    options: { out: required(common.out, cliMessages.noWidgetFile) },
  },
  import: {
    usage: 'folder --out data.safetensors [--size 32] [--grey] [--fit crop] [--labels]',
    about: 'import creates a data set for --dataset from the images in a folder and in its ZIPs.',
    listed: datasetOptions,
    operands: (words: string[], command: string) => oneFile(words, command, 'folder'),
    options: { ...datasetOptions, ...pick(common, 'quiet') },
  },
  lessons: {
    usage: 'list | check folder | validate folder | answer kind value',
    about: `
lessons works with the lessons of the editor. check runs their checks on a folder of handed-in
summaries and workflows and prints a table; validate checks the files of a course or a lesson for
their author; answer prints the line of an answer (number, choice or text); list lists lessons.
`,
    listed: lessonOptions,
    operands: lessonAction,
    options: lessonOptions,
  },
} satisfies Record<string, Command>
