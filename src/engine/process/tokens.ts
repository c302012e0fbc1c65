// Discrete diffusion of tokens: their corruption, and one step of its reversal. Tokens are `[b, n]`
// whole numbers as float32, -1 for a masked place.
//
// A place keeps its token until t with probability k_t, and has a new value otherwise: none (masked)
// in the absorbing chain, any token of the vocabulary in the uniform one (Austin et al. 2021,
// section 3).
import type { Random } from '../base/random.ts'
import type { Tensor, Tensor2D, Tensor3D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { perItem } from './coefficients.ts'
import { uniformNoise } from './noise.ts'
import { levelsAt, type Schedule, type Times } from './schedule.ts'

export const chains = ['absorbing', 'uniform'] as const
export type Chain = (typeof chains)[number]

/** Choice of the masked places that a step reveals. */
export const revealOrders = ['random', 'confident'] as const
export type RevealOrder = (typeof revealOrders)[number]

/**
 * k_t, the probability that a token is still there at t: the share of the signal, α / (α + σ). That
 * is 1 - t / T in a flow schedule (the linear schedule of Sahoo et al. 2024). Throws EngineError for
 * a time outside the schedule.
 */
export function keptShares(schedule: Schedule, times: Times): Float64Array {
  const { alpha, sigma } = levelsAt(schedule, times)
  return alpha.map((signal, i) => signal / (signal + sigma[i]))
}

/**
 * One-hot vectors `[b, n, classes + 1]` of tokens, the last number for a masked place. Computed on
 * the device.
 */
export const tokenVectors = (ids: Tensor2D, classes: number): Tensor3D =>
  tf.tidy(() => {
    const places = ids.add(
      ids
        .less(0)
        .cast('float32')
        .mul(classes + 1),
    )
    const all = tf.range(0, classes + 1, 1, 'float32')
    return places.expandDims(2).equal(all).cast('float32') as Tensor3D
  })

/**
 * Tokens at noise: draws from q(x_t | x_0) (Austin et al. 2021, eq. 3).
 * @param kept k_t, one per item or one for all
 * @param classes number of tokens of the vocabulary
 */
export const corruptTokens = (
  ids: Tensor2D,
  kept: Float64Array,
  { chain, classes }: { chain: Chain; classes: number },
  random: Random,
): Tensor2D =>
  tf.tidy(() => {
    const keeps = uniformNoise(random, ids.shape).less(perItem(kept, ids)).cast('float32')
    const others = chain === 'absorbing' ? tf.scalar(-1) : randomTokens(ids.shape, classes, random)
    return keeps.mul(ids).add(tf.scalar(1).sub(keeps).mul(others)) as Tensor2D
  })

/** Equally likely tokens. */
export const randomTokens = (shape: [number, number], classes: number, random: Random): Tensor2D =>
  tf.tidy(() => uniformNoise(random, shape).mul(classes).floor() as Tensor2D)

export interface TokenStep {
  /** Logits of x_0, `[b, n, classes]`. */
  logits: Tensor3D
  /** x_t. */
  ids: Tensor2D
  /** k at t and at the time after the step, one per item or one for all. */
  kept: Float64Array
  keptNext: Float64Array
  /** Divides the logits: below 1 prefers likely tokens, 0 takes the likeliest. */
  temperature: number
}

/**
 * A step of the absorbing chain: reveals masked places. Each is revealed with probability (k_s -
 * k_t) / (1 - k_t), or as many of an item as that, those with the most probable token first
 * (`confident`; Chang et al. 2022, section 3.2). Its token is drawn from the model. Tokens that are
 * there stay (Sahoo et al. 2024, eq. 7).
 */
export const unmaskStep = (step: TokenStep, order: RevealOrder, random: Random): Tensor2D =>
  tf.tidy(() => {
    const { logits, ids, temperature } = step
    const drawn = drawTokens(logits, temperature, random)
    const masked = ids.less(0).cast('float32') as Tensor2D
    const shares = byItem(step, (now, next) => (now < 1 ? (next - now) / (1 - now) : 1))
    const share = perItem(shares, ids)
    const revealed =
      order === 'random'
        ? masked.mul(uniformNoise(random, ids.shape).less(share).cast('float32'))
        : mostConfident(confidences(logits, drawn), masked, share)
    return revealed.mul(drawn).add(tf.scalar(1).sub(revealed).mul(ids)) as Tensor2D
  })

/** Computes a number per item from k at t and k after the step. */
const byItem = (
  { kept, keptNext }: Pick<TokenStep, 'kept' | 'keptNext'>,
  compute: (now: number, next: number) => number,
): Float64Array =>
  Float64Array.from({ length: Math.max(kept.length, keptNext.length) }, (_, i) =>
    compute(kept[kept.length > 1 ? i : 0], keptNext[keptNext.length > 1 ? i : 0]),
  )

/** Probability of each drawn token, `[b, n]`. */
function confidences(logits: Tensor3D, drawn: Tensor2D): Tensor2D {
  const classes = logits.shape[2]
  const chosen = tokenVectors(drawn, classes).slice([0, 0, 0], [-1, -1, classes])
  return tf.softmax(logits).mul(chosen).sum(2) as Tensor2D
}

/** 1 for the `share` of the masked places of each item with the highest confidence, rounded up. */
function mostConfident(confidence: Tensor2D, masked: Tensor2D, share: Tensor): Tensor2D {
  const places = masked.shape[1]
  // Places that are not masked come last. Earlier places come first among equals.
  const score = confidence.add(1).mul(masked)
  const [own, other] = [score.expandDims(2), score.expandDims(1)]
  const earlier = tf.linalg.bandPart(tf.ones([places, places]), -1, 0).sub(tf.eye(places))
  const before = other
    .greater(own)
    .cast('float32')
    .add(other.equal(own).cast('float32').mul(earlier))
    .sum(2)
  // Rounded up, but not because of the last bit of the product.
  const count = masked.sum(1, true).mul(share).sub(1e-4).ceil()
  return masked.mul(before.less(count).cast('float32')) as Tensor2D
}

/**
 * A step of the uniform chain: draws from p(x_s | x_t), the mean of q(x_s | x_t, x_0) over the x_0
 * that the model predicts (Austin et al. 2021, eq. 4).
 */
export const resampleStep = (step: TokenStep, random: Random): Tensor2D =>
  tf.tidy(() => {
    const { logits, ids, kept, keptNext, temperature } = step
    const classes = logits.shape[2]
    const [now, next] = [perItem(kept, logits), perItem(keptNext, logits)]
    // The probability that a token is kept from s to t.
    const between = perItem(
      byItem(step, (now, next) => (next > 0 ? now / next : 0)),
      logits,
    )
    const spread = (share: Tensor) => tf.scalar(1).sub(share).div(classes)
    const current = tokenVectors(ids, classes).slice([0, 0, 0], [-1, -1, classes])
    const sharp = temperature > 0 ? logits.div(temperature) : tokenVectorsOf(logits)
    const clean = temperature > 0 ? tf.softmax(sharp as Tensor3D) : sharp
    // q(x_s | x_t, x_0) = q(x_t | x_s) q(x_s | x_0) / q(x_t | x_0)
    const reached = current.mul(now).add(spread(now))
    const scaled = clean.div(reached)
    const forward = current.mul(between).add(spread(between))
    const backward = scaled.mul(next).add(scaled.sum(2, true).mul(spread(next)))
    const shares = forward.mul(backward) as Tensor3D
    return drawTokens(shares.maximum(SMALLEST).log() as Tensor3D, 1, random)
  })

/** Keeps logarithms finite. */
const SMALLEST = 1e-30

/** One-hot vectors of the likeliest tokens. */
const tokenVectorsOf = (logits: Tensor3D): Tensor3D => {
  const classes = logits.shape[2]
  const best = logits.argMax(2).cast('float32') as Tensor2D
  return tokenVectors(best, classes).slice([0, 0, 0], [-1, -1, classes])
}

/** Draws tokens `[b, n]` from the softmax of logits / temperature, by Gumbel noise; 0: the likeliest. */
function drawTokens(logits: Tensor3D, temperature: number, random: Random): Tensor2D {
  if (temperature === 0) return logits.argMax(2).cast('float32') as Tensor2D
  const uniform = uniformNoise(random, logits.shape).maximum(2 ** -25)
  const gumbel = uniform.log().neg().log().neg()
  return logits.div(temperature).add(gumbel).argMax(2).cast('float32') as Tensor2D
}
