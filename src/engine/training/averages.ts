// State of the moving averages of weights during a training.
import { activeBackend } from '../base/backend.ts'
import type { Tensor1D } from '../base/tf.ts'
import type { EmaConfig } from './ema.ts'
import { emaDecay } from './ema.ts'

/** shadow - (1 - decay) (shadow - weights), for update number `update`, counted from 1. */
export function emaUpdate(
  config: EmaConfig,
  shadow: Tensor1D,
  weights: Tensor1D,
  update: number,
): Tensor1D {
  const decay = emaDecay(config, update)
  if (decay === 0) return weights
  return (
    activeBackend().blend?.(shadow, weights, 1 - decay) ??
    (shadow.sub(shadow.sub(weights).mul(1 - decay)) as Tensor1D)
  )
}

/** State of a moving average. */
export interface Average {
  /** The averaged weights, {@link flatten}ed. */
  weights: Tensor1D
  /** Power functions only: the width, for PostHocEMA. */
  sigma_rel?: number
  /** Averages at earlier updates, in order. */
  snapshots: Snapshot[]
}

export interface Snapshot {
  /** Number of the update, counted from 1. */
  t: number
  weights: Tensor1D
}

/** The average before the first update. */
export const beginAverage = (config: EmaConfig, weights: Tensor1D): Average => ({
  weights,
  ...(config.kind === 'power_function' && { sigma_rel: config.sigma_rel }),
  snapshots: [],
})

/** The average after update number `update`, counted from 1. */
export function averageUpdate(
  config: EmaConfig,
  average: Average,
  weights: Tensor1D,
  update: number,
): Average {
  const now = emaUpdate(config, average.weights, weights, update)
  const most = config.kind === 'power_function' ? config.snapshots : 0
  const snapshots =
    most > 0
      ? [...average.snapshots, { t: update, weights: now }].filter(({ t }) =>
          isKept(t, update, most),
        )
      : []
  return { ...average, weights: now, snapshots }
}

/**
 * Tests if the snapshot at t is kept. Snapshots stay evenly spaced in trainings of any length: when
 * there are more than `most`, every second one is dropped.
 */
function isKept(t: number, now: number, most: number): boolean {
  let stride = 1
  while (now / stride > most) stride *= 2
  return t % stride === 0
}
