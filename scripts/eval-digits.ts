// Trains workflows/digits-train.json as it stands, on wasm, samples 500 digits and judges them beside what torch and diffusers
// reach with the same network: `npm run eval:digits`, with `--json` as one line of JSON, with `--steps n` for another number of
// steps, with `--checkpoint file.zip` (or a folder) without training, with `--out folder` to keep the checkpoint and a picture,
// with `--workflow file.json` for another training, with `--draws n` for the mean over more draws of the noise: from one to the
// next the Fréchet distance changes by about 0.02.
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends.ts'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { OutputFile } from '../src/engine/plan/op.ts'
import type { Judgement } from './digits-judge.ts'
import { evaluators, judge, realDigits } from './digits-judge.ts'
import type { Source } from './evaluation.ts'
import { checkpointAt, countOf, keepFiles, loadedBytes, look, node, partsOf, runParts, trainedBy } from './evaluation.ts'

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

/** Samples of one draw of the noise. */
const samplingNodes = ({ model, schedule, seed = SEED }: Source, draw: number): GraphNode[] => [
  node(`noise ${draw}`, 'diffusion/GaussianNoise', {}, { batch_size: COUNT, shape: '8, 8, 1', seed: seed + draw }),
  node(`labels ${draw}`, 'diffusion/Labels', {}, { batch_size: COUNT, num_classes: CLASSES, label: -1 }),
  node(
    `samples ${draw}`,
    'diffusion/Sampler',
    { model, schedule, x_T: wire(`noise ${draw}`, 'noise'), condition: wire(`labels ${draw}`, 'labels') },
    { ...SAMPLING, seed, keep_every: SAMPLING.num_inference_steps },
  ),
]

/** The model, and a picture of the first draw. */
const keptNodes = ({ model, schedule }: Source): GraphNode[] => [
  node('keep checkpoint', 'diffusion/SaveCheckpoint', { model, schedule }, { name: 'digits' }),
  node('keep picture', 'diffusion/SaveImage', { images: wire('samples 0', 'x_0') }, { name: 'digits', columns: 20 }),
]

interface Options {
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
async function sampled(source: Source, { draws: count, keep, say }: Options): Promise<Run> {
  const draws = Array.from({ length: count }, (_, draw) => draw)
  const looks = draws.map((draw) => look(`look ${draw}`, wire(`samples ${draw}`, 'x_0')))
  const sampling = draws.flatMap((draw) => samplingNodes(source, draw))
  const parts = partsOf(source, sampling, [...looks, ...(keep ? keptNodes(source) : [])])
  const { seen, files, took } = await runParts(parts, source.assets, say)
  return { draws: looks.map(({ id }) => seen.get(id)!), files, seconds: took[0]!.wall }
}

async function judged({ draws, seconds }: Run): Promise<Result> {
  const { train } = await realDigits()
  const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES)
  const judgements = draws.map((images) => judge({ images, labels }, train))
  const mean = (name: keyof Judgement) => judgements.reduce((sum, own) => sum + own[name], 0) / judgements.length
  return { frechet: mean('frechet'), accuracy: mean('accuracy'), seconds, nearest: mean('nearest') }
}

/** Samples of the model in a checkpoint, judged. The backend has to be there. Throws GraphError. */
export async function judgeCheckpoint(name: string, bytes: Uint8Array, draws: number): Promise<Result> {
  return judged(await sampled(await loadedBytes(name, bytes), { draws, keep: false, say: () => {} }))
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
  const source =
    values.checkpoint === undefined
      ? trainedBy(values.workflow, values.steps === undefined ? undefined : countOf(values.steps))
      : await loadedBytes(basename(values.checkpoint), await checkpointAt(values.checkpoint))
  const run = await sampled(source, { draws: countOf(values.draws), keep: values.out !== undefined, say })
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
