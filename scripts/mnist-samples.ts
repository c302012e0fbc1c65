// Samples of MNIST digits for the evaluation, with guidance as in the workflows and without it.
import type { GraphNode, Wire } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import type { OutputFile } from '../src/engine/plan/op.ts'
import type { Elapsed, Source } from './evaluation.ts'
import { node, observerNode, runParts, splitParts } from './evaluation.ts'
import { CLASSES } from './mnist-judge.ts'

/** Samples per draw: ten per class. */
export const COUNT = 100
const SEED = 7
const GUIDANCE = 2
/** Sampling as in the workflows, but in 50 steps. */
const SAMPLING = {
  sampler: 'ddim',
  num_inference_steps: 50,
  eta: 0,
  clip: 'on',
  clip_range: 1,
  rederive: true,
}
/** Sampling without guidance, of what the network has learned. */
const UNGUIDED = {
  sampler: 'dpmpp_2m',
  timesteps: { num_inference_steps: 20, sigmas: 'karras', sigma_max: 80 },
}

/** One draw of 100 samples with cycling classes. */
interface Draw {
  /** Prefix of the ids of its nodes. */
  name: string
  seed: number
  model: Wire
  inputs?: Record<string, Wire>
  params: Record<string, unknown>
}

/** Samples of one draw, images in [-1, 1]. */
const samplingNodes = (
  schedule: Wire,
  { name, seed, model, inputs, params }: Draw,
): GraphNode[] => [
  node(
    `${name} noise`,
    'diffusion/GaussianNoise',
    {},
    { batch_size: COUNT, shape: '14, 14, 4', seed },
  ),
  node(
    `${name} labels`,
    'diffusion/Labels',
    {},
    { batch_size: COUNT, num_classes: CLASSES, label: -1 },
  ),
  node(
    `${name} patches`,
    'diffusion/Sampler',
    {
      model,
      schedule,
      x_T: wire(`${name} noise`, 'noise'),
      condition: wire(`${name} labels`, 'labels'),
      ...inputs,
    },
    { ...params, seed: SEED, keep_every: 50 },
  ),
  node(
    `${name} samples`,
    'diffusion/DepthToSpace',
    { samples: wire(`${name} patches`, 'x_0') },
    { block_size: 2 },
  ),
]

/** Nodes of all draws, by the kind of sampling. */
function planSampling({ model, schedule }: Source, draws: number, unguided: number) {
  const count = (length: number) => Array.from({ length }, (_, i) => i)
  const all = {
    guided: count(draws).map((i): Draw => ({
      name: `guided ${i}`,
      seed: SEED + i,
      model: wire('guided', 'model'),
      params: SAMPLING,
    })),
    unguided: count(unguided).map((i): Draw => ({
      name: `unguided ${i}`,
      seed: SEED + 100 + i,
      model,
      inputs: { timesteps: wire('timesteps', 'timesteps') },
      params: { sampler: UNGUIDED.sampler },
    })),
  }
  const looks = (kind: readonly Draw[]) =>
    kind.map(({ name }) => observerNode(`${name} look`, wire(`${name} samples`, 'samples')))
  return {
    making: [
      node('guided', 'diffusion/GuidedModel', { model }, { scale: GUIDANCE }),
      node('timesteps', 'diffusion/Timesteps', { schedule }, UNGUIDED.timesteps),
      ...[...all.guided, ...all.unguided].flatMap((draw) => samplingNodes(schedule, draw)),
    ],
    guided: looks(all.guided),
    unguided: looks(all.unguided),
  }
}

/** The evaluated checkpoint. */
const keptNodes = ({ model, schedule }: Source): GraphNode[] => [
  node('checkpoint', 'diffusion/SaveCheckpoint', { model, schedule }, { name: 'mnist' }),
]

export interface Run {
  /** Samples by draw, with cycling classes. */
  images: Float32Array
  /** The same without guidance. */
  unguided: Float32Array
  files: OutputFile[]
  /** Times of the training, if any, and of the sampling. */
  training?: Elapsed
  sampling: Elapsed
}

/** Trains if required, and samples. Requires a backend. Throws GraphError. */
export async function sampleMnist(
  source: Source,
  { draws, unguided }: { draws: number; unguided: number },
  say: (line: string) => void = () => {},
): Promise<Run> {
  const plan = planSampling(source, draws, unguided)
  const { seen, files, took } = await runParts(
    splitParts(source, plan.making, [...plan.guided, ...plan.unguided, ...keptNodes(source)]),
    source.assets,
    say,
  )
  const [sampling, training] = took.toReversed()
  const read = (looks: readonly GraphNode[]) =>
    Float32Array.from(looks.flatMap(({ id }) => [...(seen.get(id) ?? [])]))
  return {
    images: read(plan.guided),
    unguided: read(plan.unguided),
    files,
    sampling,
    ...(training && { training }),
  }
}
