// RePaint: fills in a masked region, and goes back and forth so that both parts agree.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { addNoise } from '../process/forward.ts'
import type { Transitions } from '../process/timesteps.ts'
import type { Tensor } from '../base/tf.ts'
import type { DDIMOptions } from './ddim.ts'
import { ddimStep } from './ddim.ts'
import type { StepWith } from './step.ts'

export interface Known {
  /** Clean data, of the shape of x_t. */
  x0: Tensor
  /** 1 where data is known, 0 where it is filled in; broadcast over x_t. */
  mask: Tensor
}

export interface RepaintStep extends StepWith<'prediction' | 'noise'> {
  known: Known
}

/**
 * A step down (Lugmayr et al. 2022, algorithm 1): where the mask is 1 the known data, with the
 * noise of the target level; elsewhere a DDIM step. Both use the same noise, as in diffusers.
 * Throws EngineError as `ddimStep` does.
 */
export function repaintStep(
  { xt, prediction, from, to, known, noise }: RepaintStep,
  options: DDIMOptions,
): Tensor {
  const z = noise()
  const unknown = ddimStep({ xt, prediction, from, to, noise: () => z }, options)
  const noised = addNoise(known.x0, z, to)
  return unknown.add(noised.sub(unknown).mul(known.mask))
}

/**
 * The transitions of RePaint over a list (Lugmayr et al. 2022, section 4.2): down, but after every
 * `length` steps `length` steps up again, each stretch `samples` times in all. Throws EngineError
 * for numbers below 1.
 */
export function repaintTransitions(
  down: Transitions,
  length: number,
  samples: number,
): Transitions {
  const { t, tPrev, ratio, ratioPrev, ...begins } = down
  for (const [argument, value] of [
    ['jump_length', length],
    ['jump_n_sample', samples],
  ] as const) {
    if (Number.isInteger(value) && value >= 1) continue
    throw new EngineError(processMessages.jump, { argument, value })
  }
  const n = t.length
  /** Positions count completed transitions: 0 is x_T, n the end. */
  const way: [from: number, to: number][] = []
  // Remaining jumps at a position: at the end, and at every `length` steps before it, but not at
  // the first.
  const jumps = new Map<number, number>()
  for (let left = 0; left < n - length; left += length) jumps.set(n - left, samples - 1)
  const at = () => way.at(-1)?.[1] ?? 0
  const go = (by: 1 | -1) => way.push([at(), at() + by])
  while (at() < n) {
    go(1)
    const jumpsLeft = jumps.get(at()) ?? 0
    if (jumpsLeft === 0) continue
    jumps.set(at(), jumpsLeft - 1)
    for (let up = 0; up < length; up++) go(-1)
  }
  const [times, ratios] = [
    [...t, tPrev[n - 1]],
    ratio && ratioPrev ? [...ratio, ratioPrev[n - 1]] : undefined,
  ]
  const list = (values: number[], side: 0 | 1) =>
    Float64Array.from(way, (move) => values[move[side]])
  return {
    ...begins,
    t: list(times, 0),
    tPrev: list(times, 1),
    ...(ratios && { ratio: list(ratios, 0), ratioPrev: list(ratios, 1) }),
  }
}
