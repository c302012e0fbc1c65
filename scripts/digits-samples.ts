// Samples digits from a model and evaluates them, for eval-digits.ts and eval-samplers.ts.
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { OutputFile } from '../src/engine/plan/op.ts'
import type { Judgement } from './digits-judge.ts'
import { judge, realDigits } from './digits-judge.ts'
import type { Source } from './evaluation.ts'
import { loadedBytes, observerNode, node, splitParts, runParts } from './evaluation.ts'

/** Number of samples: fifty per class. */
const COUNT = 500
const CLASSES = 10
/** Seed of the noise, if no workflow sets one. */
const SEED = 1

/** Params of Sampler, and the guidance scale; 1 means none. */
export interface Sampling {
  params: { sampler: string; num_inference_steps: number; [name: string]: unknown }
  scale?: number
}

/** Settings of the record: DDIM in 50 steps, x_0 clipped, noise as predicted, no guidance. */
export const recordedSampling: Sampling = {
  params: {
    sampler: 'ddim',
    num_inference_steps: 50,
    eta: 0,
    clip: 'on',
    clip_range: 1,
    rederive: false,
  },
}

/** Mean over the draws. */
export interface Result extends Judgement {
  /** Time of the training, or of the sampling without a training. */
  seconds: number
}

/** Samples of one draw of the noise. */
function samplingNodes(
  { model, schedule, seed = SEED }: Source,
  { params, scale = 1 }: Sampling,
  draw: number,
): GraphNode[] {
  const guided =
    scale === 1 ? [] : [node(`guided ${draw}`, 'diffusion/GuidedModel', { model }, { scale })]
  return [
    node(
      `noise ${draw}`,
      'diffusion/GaussianNoise',
      {},
      { batch_size: COUNT, shape: '8, 8, 1', seed: seed + draw },
    ),
    node(
      `labels ${draw}`,
      'diffusion/Labels',
      {},
      { batch_size: COUNT, num_classes: CLASSES, label: -1 },
    ),
    ...guided,
    node(
      `samples ${draw}`,
      'diffusion/Sampler',
      {
        model: guided.length ? wire(guided[0].id, 'model') : model,
        schedule,
        x_T: wire(`noise ${draw}`, 'noise'),
        condition: wire(`labels ${draw}`, 'labels'),
      },
      { ...params, seed, keep_every: params.num_inference_steps },
    ),
  ]
}

/** The model, and an image of the first draw. */
const keptNodes = ({ model, schedule }: Source): GraphNode[] => [
  node('keep checkpoint', 'diffusion/SaveCheckpoint', { model, schedule }, { name: 'digits' }),
  node(
    'keep picture',
    'diffusion/SaveImage',
    { images: wire('samples 0', 'x_0') },
    { name: 'digits', columns: 20 },
  ),
]

export interface Options {
  sampling?: Sampling
  draws: number
  /** Writes files of the model and samples. */
  keep?: boolean
  say?: (line: string) => void
}

export interface Run {
  /** Samples of each draw. */
  draws: Float32Array[]
  files: OutputFile[]
  seconds: number
}

/** Trains if required, and samples. Throws GraphError. */
export async function sampleDigits(source: Source, options: Options): Promise<Run> {
  const { sampling = recordedSampling, draws: count, keep = false, say = () => {} } = options
  const draws = Array.from({ length: count }, (_, draw) => draw)
  const looks = draws.map((draw) => observerNode(`look ${draw}`, wire(`samples ${draw}`, 'x_0')))
  const nodes = draws.flatMap((draw) => samplingNodes(source, sampling, draw))
  const parts = splitParts(source, nodes, [...looks, ...(keep ? keptNodes(source) : [])])
  const { seen, files, took } = await runParts(parts, source.assets, say)
  return { draws: looks.map(({ id }) => seen.get(id)!), files, seconds: took[0].wall }
}

export async function judgeRun({ draws, seconds }: Run): Promise<Result> {
  const { train } = await realDigits()
  const labels = Array.from({ length: COUNT }, (_, i) => i % CLASSES)
  const judgements = draws.map((images) => judge({ images, labels }, train))
  const mean = (name: keyof Judgement) =>
    judgements.reduce((sum, own) => sum + own[name], 0) / judgements.length
  return { frechet: mean('frechet'), accuracy: mean('accuracy'), seconds, nearest: mean('nearest') }
}

/**
 * Samples a checkpoint's model and evaluates the samples. Requires a backend. Throws GraphError.
 */
export const judgeCheckpoint = async (
  name: string,
  bytes: Uint8Array,
  options: Options,
): Promise<Result> => judgeRun(await sampleDigits(await loadedBytes(name, bytes), options))
