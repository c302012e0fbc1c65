// Averages of the weights over the steps of a training, as they are carried through it.
import type { EmaConfig } from './ema.ts'
import { emaDecay } from './ema.ts'
import type { Tensor1D } from './tf.ts'
import { ownFunctions } from './wasm/module.ts'
import { blended, hasVectors } from './wasm/vectors.ts'
import { ownKernels, tensorOf } from './webgpu/own.ts'
import { averageStep } from './webgpu/kernels/optimizer.ts'

/** shadow - (1 - decay) (shadow - weights), for the update number `update`, from 1. */
export function emaUpdate(config: EmaConfig, shadow: Tensor1D, weights: Tensor1D, update: number): Tensor1D {
  const decay = emaDecay(config, update)
  if (decay === 0) return weights
  const backend = ownKernels()
  if (backend) return tensorOf(averageStep(backend, shadow, weights, 1 - decay))
  const own = ownFunctions()
  if (own && hasVectors(shadow)) return blended(own, shadow, weights, 1 - decay)
  return shadow.sub(shadow.sub(weights).mul(1 - decay)) as Tensor1D
}

/** An average as it is carried through a training. */
export interface Average {
  /** {@link flatten}ed, like the weights. */
  weights: Tensor1D
  /** Of a power function: its width, which PostHocEMA needs. */
  sigma_rel?: number
  /** What it was at earlier updates, in order. */
  snapshots: Snapshot[]
}

export interface Snapshot {
  /** Number of the update, from 1. */
  t: number
  weights: Tensor1D
}

/** Before the first update. */
export const beginAverage = (config: EmaConfig, weights: Tensor1D): Average => ({
  weights,
  ...(config.kind === 'power_function' && { sigma_rel: config.sigma_rel }),
  snapshots: [],
})

/** The average after the update number `update`, from 1. */
export function averageUpdate(config: EmaConfig, average: Average, weights: Tensor1D, update: number): Average {
  const now = emaUpdate(config, average.weights, weights, update)
  const most = config.kind === 'power_function' ? config.snapshots : 0
  const snapshots = most > 0 ? [...average.snapshots, { t: update, weights: now }].filter(({ t }) => isKept(t, update, most)) : []
  return { ...average, weights: now, snapshots }
}

/** Evenly spread, however long the training becomes: once there are more than `most`, every second one goes. */
function isKept(t: number, now: number, most: number): boolean {
  let stride = 1
  while (now / stride > most) stride *= 2
  return t % stride === 0
}
