// The forward process: adds noise to data, directly or step by step.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { broadcastLevels, checkShape } from './coefficients.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { weightedSum } from './weightedSum.ts'

/**
 * x_t = α x_0 + σ ε (Ho et al. 2020, eq. 4, with α = √ᾱ_t and σ = √(1 - ᾱ_t)). `x0` and `noise`
 * `[b, ...]`; one level per item or one for all. Returns x_0 at the level of clean data. Throws
 * EngineError if shapes differ.
 */
export function addNoise(x0: Tensor, noise: Tensor, { alpha, sigma }: Levels): Tensor {
  checkShape(noise, x0, 'noise', 'x_0')
  return weightedSum([
    [x0, alpha],
    [noise, sigma],
  ])
}

/**
 * Samples q(x_t | x_s) = N(α_t/α_s x_s, (σ_t² - (α_t σ_s / α_s)²) I) for s before t (Kingma et al.
 * 2021, eq. 16), with the levels `at` s and `next` at t. For s = t - 1 that is
 * N(√(1 - β_t) x_{t-1}, β_t I) (Ho et al. 2020, eq. 2). Equal levels leave x_s unchanged, without
 * signal too. Shapes as in {@link addNoise}; errors name x_s `argument`. Throws EngineError if t is
 * before s.
 */
export function forwardStep(
  xs: Tensor,
  noise: Tensor,
  at: Levels,
  next: Levels,
  argument = 'x_prev',
): Tensor {
  checkShape(noise, xs, 'noise', argument)
  const [from, to] = broadcastLevels(at, next)
  const stays = (i: number) => from.alpha[i] === to.alpha[i] && from.sigma[i] === to.sigma[i]
  const kept = from.alpha.map((alpha, i) => (stays(i) ? 1 : to.alpha[i] / alpha))
  const added = kept.map((share, i) => to.sigma[i] ** 2 - (share * from.sigma[i]) ** 2)
  const wrong = added.findIndex((variance) => !(variance >= 0))
  if (wrong >= 0) {
    throw new EngineError(processMessages.lessNoise, {
      argument: 't',
      from: from.t[wrong],
      to: to.t[wrong],
    })
  }
  return weightedSum([
    [xs, kept],
    [noise, added.map(Math.sqrt)],
  ])
}
