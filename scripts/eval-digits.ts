// Trains workflows/digits-train.json as it stands, on wasm, samples 500 digits and judges them beside what torch and diffusers
// reach with the same network: `npm run eval:digits`, with `--json` as one line of JSON, with `--steps n` for another number of
// steps, with `--checkpoint file.zip` (or a folder) without training, with `--out folder` to keep the checkpoint and a picture,
// with `--workflow file.json` for another training, with `--draws n` for the mean over more draws of the noise: from one to the
// next the Fréchet distance changes by about 0.02.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends.ts'
import { packFolder } from '../src/engine/checkpoint/archive.ts'
import type { Fault } from '../src/engine/plan/fault.ts'
import { GraphError } from '../src/engine/plan/fault.ts'
import type { Graph, GraphNode, Wire } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { Assets, OutputFile } from '../src/engine/plan/op.ts'
import { declarationOf, opTable } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { Event } from '../src/engine/protocol.ts'
import { assetsOf } from '../src/nodes/assets.ts'
import { defineNode, samples } from '../src/nodes/define.ts'
import { readFolder } from '../src/nodes/folder.ts'
import { keptIn } from '../src/nodes/kept.ts'
import { withSettings } from '../src/nodes/settings.ts'
import { shippedInNode } from '../src/nodes/shipped-node.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/nodes/workflow.ts'
import type { Judgement } from './digits-judge.ts'
import { evaluators, judge, realDigits } from './digits-judge.ts'

const FILE = 'workflows/digits-train.json'
/** Fifty of each class. */
const COUNT = 500
const CLASSES = 10
/** As the record was made: DDIM in 50 steps, x_0 clipped and the noise left as predicted, no guidance. */
const SAMPLING = { sampler: 'ddim', num_inference_steps: 50, eta: 0, clip: 'on', clip_range: 1, rederive: false }
/** Of the noise, where no workflow says one. */
const SEED = 1

/** The mean over the draws. */
interface Result extends Judgement {
  /** Of the training; of the sampling where nothing was trained. */
  seconds: number
}

/** What samples are taken of, and where from. */
interface Source {
  graph: Graph
  model: Wire
  schedule: Wire
  seed: number
  /** To be run and timed by itself first. */
  training?: string
}

/** The workflow with its one training, whose averaged model is judged, and its one Sampler, which lends its schedule and noise. */
function trainedBy(file: string, steps: number | undefined): Source {
  const declarations = nodes.map(declarationOf)
  const { workflow } = parseWorkflow(readFileSync(file, 'utf8'), declarations)
  const opened = toGraph(workflow, declarations)
  const start = only(opened, 'TrainingStart')
  const graph = withSettings(opened, steps === undefined ? {} : { [`${start.id}.steps`]: steps }, declarations)
  const sampler = only(graph, 'Sampler')
  const noise = graph.nodes.find(({ id }) => id === sampler.inputs.x_T?.node)
  if (noise?.op !== 'diffusion/GaussianNoise') throw new Error('The Sampler of the workflow does not begin with GaussianNoise.')
  const end = only(graph, 'TrainingEnd')
  return {
    graph,
    model: wire(end.id, 'ema'),
    schedule: sampler.inputs.schedule!,
    seed: noise.params.seed as number,
    training: end.id,
  }
}

function only(graph: Graph, name: string): GraphNode {
  const found = graph.nodes.filter(({ op }) => op === `diffusion/${name}`)
  if (found.length !== 1) throw new Error(`The workflow has ${found.length} nodes of the type ${name}, not one.`)
  return found[0]!
}

/** A checkpoint, as it was kept among the files of the user. */
async function loadedFrom(name: string, bytes: Uint8Array): Promise<{ source: Source; assets: Assets }> {
  const kept = keptIn(memoryStore())
  const load = { id: 'load', op: 'diffusion/LoadCheckpoint', params: { checkpoint: await kept.put(name, bytes) }, inputs: {} }
  return {
    source: { graph: { nodes: [load] }, model: wire('load', 'model'), schedule: wire('load', 'schedule'), seed: SEED },
    assets: assetsOf(kept, nothingKept(), shippedInNode()),
  }
}

const nothingKept = () => keptIn(memoryStore())

const node = (id: string, op: string, inputs: Record<string, Wire>, params: Record<string, unknown> = {}): GraphNode => ({
  id,
  op,
  params,
  inputs,
})

/** Samples of one draw of the noise. */
const samplingNodes = ({ model, schedule, seed }: Source, draw: number): GraphNode[] => [
  node(`noise ${draw}`, 'diffusion/GaussianNoise', {}, { batch_size: COUNT, shape: '8, 8, 1', seed: seed + draw }),
  node(`labels ${draw}`, 'diffusion/Labels', {}, { batch_size: COUNT, num_classes: CLASSES, label: -1 }),
  node(
    `samples ${draw}`,
    'diffusion/Sampler',
    { model, schedule, x_T: wire(`noise ${draw}`, 'noise'), condition: wire(`labels ${draw}`, 'labels') },
    { ...SAMPLING, seed, keep_every: SAMPLING.num_inference_steps },
  ),
  node(`look ${draw}`, 'eval/Look', { samples: wire(`samples ${draw}`, 'x_0') }),
]

/** The model, and a picture of the first draw. */
const keptNodes = ({ model, schedule }: Source): GraphNode[] => [
  node('keep checkpoint', 'diffusion/SaveCheckpoint', { model, schedule }, { name: 'digits' }),
  node('keep picture', 'diffusion/SaveImage', { images: wire('samples 0', 'x_0') }, { name: 'digits', columns: 20 }),
]

interface Options {
  assets: Assets
  draws: number
  /** Whether to make files of the model and of samples. */
  keep: boolean
  say: (line: string) => void
}

interface Run {
  /** The samples of each draw. */
  draws: Float32Array[]
  files: OutputFile[]
  seconds: number
}

/** Trains if there is something to train, and samples. Throws GraphError. */
async function sampled(source: Source, { assets, draws, keep, say }: Options): Promise<Run> {
  const run: Run = { draws: [], files: [], seconds: 0 }
  const faults: Fault[] = []
  const session = createSession({
    ops: opTable([...nodes, lookInto(run.draws)]),
    assets,
    onEvent: (event) => {
      if (event.type === 'faults') faults.push(...event.faults)
      if (event.type === 'file') run.files.push(event.file)
      if (event.type === 'finished') run.seconds ||= event.seconds
      if (event.type === 'progress' && event.index % 50 === 0) say(progressText(event))
    },
  })
  if (source.training) await session.run({ type: 'run', run: 1, graph: source.graph, targets: [source.training] })
  // What was trained is kept: only the sampling is new.
  const sampling = Array.from({ length: draws }, (_, draw) => samplingNodes(source, draw)).flat()
  const added = [...sampling, ...(keep ? keptNodes(source) : [])]
  const targets = added.map(({ id }) => id).filter((id) => /^(look|keep) /.test(id))
  if (!faults.length) await session.run({ type: 'run', run: 2, graph: { nodes: [...source.graph.nodes, ...added] }, targets })
  await session.dispose()
  if (faults.length) throw new GraphError(faults)
  return run
}

/** An observer that takes what it sees out of the graph. */
const lookInto = (seen: Float32Array[]) =>
  defineNode({
    type: 'eval/Look',
    category: 'view',
    summary: 'Takes samples out of the graph.',
    inputs: { samples: samples() },
    outputs: {},
    params: {},
    view: async ({ samples: { tensor } }) => {
      seen.push((await tensor.data()) as Float32Array)
      return { kind: 'numbers', rows: [] }
    },
  })

const progressText = ({ index, count, loss }: Extract<Event, { type: 'progress' }>) =>
  `${index} of ${count}${loss === undefined ? '' : `, loss ${loss.toFixed(4)}`}`

async function judged({ draws, seconds }: Run): Promise<Result> {
  const { train } = await realDigits()
  const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES)
  const judgements = draws.map((images) => judge({ images, labels }, train))
  const mean = (name: keyof Judgement) => judgements.reduce((sum, own) => sum + own[name], 0) / judgements.length
  return { frechet: mean('frechet'), accuracy: mean('accuracy'), seconds, nearest: mean('nearest') }
}

/** Samples of the model in a checkpoint, judged. The backend has to be there. Throws GraphError. */
export async function judgeCheckpoint(name: string, bytes: Uint8Array, draws: number): Promise<Result> {
  const { source, assets } = await loadedFrom(name, bytes)
  return judged(await sampled(source, { assets, draws, keep: false, say: () => {} }))
}

async function checkpointAt(path: string): Promise<Uint8Array> {
  return statSync(path).isDirectory() ? packFolder(await readFolder(path)) : readFileSync(path)
}

function keepFiles(folder: string, files: readonly OutputFile[]) {
  mkdirSync(folder, { recursive: true })
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes)
}

function print(result: Result, what: string, { test, train }: Record<'test' | 'train', Judgement>) {
  const row = (name: string, { frechet, accuracy, nearest }: Partial<Judgement>) =>
    [name.padEnd(36), frechet?.toFixed(3), accuracy?.toFixed(3), nearest?.toFixed(2)]
      .map((cell, i) => (i ? (cell ?? '').padStart(i === 1 ? 12 : 10) : cell))
      .join('')
  console.log(`${''.padEnd(36)}${'Fréchet'.padStart(12)}${'accuracy'.padStart(10)}${'nearest'.padStart(10)}`)
  console.log(row(what, result))
  console.log(row('torch + diffusers, 3,000 steps', evaluators.reference.ddim50_cfg1_clip!))
  console.log(row('real digits that were kept aside', test))
  console.log(row('the training digits themselves', train))
  console.log(row('noise', evaluators.noise))
  console.log('Fréchet: distance to the training digits in 16 principal components. Accuracy: how many a linear classifier takes')
  console.log('for the digit that was asked for. Nearest: mean distance to the nearest training digit, 0 for copies.')
}

function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`Expected a whole number above 0, got "${text}".`)
}

export async function main(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      workflow: { type: 'string', default: FILE },
      steps: { type: 'string' },
      checkpoint: { type: 'string' },
      out: { type: 'string' },
      draws: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const { reason } = await startBackend({ prefer: 'wasm' })
  const say = (line: string) => values.json || console.error(line)
  const { source, assets } =
    values.checkpoint === undefined
      ? {
          source: trainedBy(values.workflow, values.steps === undefined ? undefined : countOf(values.steps)),
          assets: assetsOf(nothingKept(), nothingKept(), shippedInNode()),
        }
      : await loadedFrom(basename(values.checkpoint), await checkpointAt(values.checkpoint))
  const run = await sampled(source, { assets, draws: countOf(values.draws), keep: values.out !== undefined, say })
  if (values.out !== undefined) keepFiles(values.out, run.files)
  const result = await judged(run)
  if (values.json) {
    console.log(JSON.stringify(result))
    return
  }
  const { test, train } = await realDigits()
  const what = basename(values.checkpoint ?? values.workflow)
  print(result, what, { test: judge(test, train), train: judge(train, train) })
  console.log(`${result.seconds.toFixed(1)} s of ${source.training ? 'training' : 'sampling'} on ${reason}`)
}
