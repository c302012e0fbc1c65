// RePaint: fills in what is masked out, and goes back and forth so that both parts come to agree.
import { addNoise } from '../forward.ts'
import { NodeError } from '../plan/fault.ts'
import type { Levels } from '../schedule.ts'
import type { Transitions } from '../timesteps.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import type { DDIMOptions } from './ddim.ts'
import { ddimStep } from './ddim.ts'

export interface Known {
  /** Clean data, of the shape of x_t. */
  x0: Tensor
  /** 1 where it is known, 0 where it is to be filled in; broadcast over x_t. */
  mask: Tensor
}

/**
 * A step down (Lugmayr et al. 2022, algorithm 1): where the mask is 1 the known data, noised to the level of the step's end;
 * elsewhere what DDIM makes of x_t. Both by the same noise `z`, as diffusers has it. Throws NodeError as `ddimStep` does.
 */
export function repaintStep(
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts'>,
  from: Levels,
  to: Levels,
  { x0, mask }: Known,
  z: Tensor,
  options: DDIMOptions,
): Tensor {
  const unknown = ddimStep(xt, prediction, from, to, z, options)
  const known = addNoise(x0, z, to)
  return unknown.add(known.sub(unknown).mul(mask))
}

/**
 * The way of RePaint over a list of transitions (Lugmayr et al. 2022, section 4.2): down, but after every `length` steps `length`
 * steps up again, each stretch `samples` times in all. Throws NodeError for numbers below 1.
 */
export function repaintTransitions(down: Transitions, length: number, samples: number): Transitions {
  const { t, tPrev, ratio, ratioPrev, ...begins } = down
  for (const [param, value] of [
    ['jump_length', length],
    ['jump_n_sample', samples],
  ] as const) {
    if (Number.isInteger(value) && value >= 1) continue
    throw new NodeError({
      param,
      message: `Expected a whole number above 0, got ${value}.`,
      cure: 'Set it to 10, as in the paper.',
    })
  }
  const n = t.length
  /** Places are counted in transitions made: 0 is x_T, n the end. */
  const way: [from: number, to: number][] = []
  // How many jumps are still to be made at a place: at the end, and at every `length` steps before it, but not at the first.
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
  const [times, ratios] = [[...t, tPrev[n - 1]!], ratio && ratioPrev ? [...ratio, ratioPrev[n - 1]!] : undefined]
  const list = (values: number[], side: 0 | 1) => Float64Array.from(way, (move) => values[move[side]]!)
  return {
    ...begins,
    t: list(times, 0),
    tPrev: list(times, 1),
    ...(ratios && { ratio: list(ratios, 0), ratioPrev: list(ratios, 1) }),
  }
}
