// Levels of signal and noise at a time, computed in float64 as the engine does.
import type { PredictionType } from '../base/values.ts'
import type { Schedule, TableSchedule } from '../process/schedule.ts'
import type { OnnxBuilder, Value } from './builder.ts'
import { elementTypes } from './proto.ts'

/** α and σ per item, float64 `[batch]`. */
export interface WrittenLevels {
  alpha: Value
  sigma: Value
}

/** Arithmetic with values of float64 and numbers. */
export function arithmetic(b: OnnxBuilder) {
  type Term = Value | number
  const value = (term: Term) => (typeof term === 'number' ? b.double(term) : term)
  const binary = (op: string) => (x: Term, y: Term) => b.node(op, [value(x), value(y)])
  const unary = (op: string) => (x: Term) => b.node(op, [value(x)])
  const multiply = binary('Mul')
  const add = binary('Add')
  const sqrt = unary('Sqrt')
  return {
    add,
    subtract: binary('Sub'),
    multiply,
    divide: binary('Div'),
    max: binary('Max'),
    sqrt,
    exp: unary('Exp'),
    log: unary('Log'),
    floor: unary('Floor'),
    square: (x: Value) => multiply(x, x),
    /** √(x² + y²). */
    length: (x: Value, y: number) => sqrt(add(multiply(x, x), y * y)),
  }
}

/** The levels at times `t`, float64 `[batch]`; -1 is clean data. */
export const writeLevels = (b: OnnxBuilder, schedule: Schedule, t: Value): WrittenLevels =>
  b.inScope('schedule', () => {
    const { max, divide, subtract, multiply, add, exp, sqrt } = arithmetic(b)
    switch (schedule.kind) {
      case 'table':
        return tableLevels(b, schedule, t)
      case 'flow': {
        const sigma = divide(max(t, 0), schedule.T)
        return { alpha: subtract(1, sigma), sigma }
      }
      case 'sigma': {
        const sigma = max(t, 0)
        return { alpha: add(multiply(sigma, 0), 1), sigma }
      }
      case 'vp': {
        const u = divide(max(t, 0), schedule.T)
        const growth = add(
          multiply(multiply(u, u), schedule.betaD / 2),
          multiply(u, schedule.betaMin),
        )
        return levelsAtRatio(b, sqrt(subtract(exp(growth), 1)))
      }
    }
  })

/** α = 1 / √(1 + r²) and σ = r / √(1 + r²) for r = σ / α. */
function levelsAtRatio(b: OnnxBuilder, ratio: Value): WrittenLevels {
  const { length, divide } = arithmetic(b)
  const whole = length(ratio, 1)
  return { alpha: divide(1, whole), sigma: divide(ratio, whole) }
}

/** Between timesteps, σ / α is interpolated linearly. */
function tableLevels(b: OnnxBuilder, { alphaBar }: TableSchedule, t: Value): WrittenLevels {
  const { floor, subtract, add, multiply } = arithmetic(b)
  // Clean data, t = -1, come first.
  const alphas = Float64Array.from([1, ...alphaBar], Math.sqrt)
  const sigmas = Float64Array.from([1, ...alphaBar], (signal) => Math.sqrt(1 - signal))
  const ratios = sigmas.map((sigma, i) => sigma / alphas[i])
  const below = floor(t)
  const share = subtract(t, below)
  const row = b.node('Cast', [add(below, 1)], { to: elementTypes.int64 })
  const next = b.node('Min', [b.node('Add', [row, b.ints(1)]), b.ints(alphaBar.length)])
  const at = (table: Float64Array, place: Value) => b.node('Gather', [b.doubles(table), place])
  const first = at(ratios, row)
  const between = levelsAtRatio(b, add(first, multiply(share, subtract(at(ratios, next), first))))
  const isBetween = b.node('Greater', [share, b.double(0)])
  const choose = (inner: Value, table: Float64Array) =>
    b.node('Where', [isBetween, inner, at(table, row)])
  return { alpha: choose(between.alpha, alphas), sigma: choose(between.sigma, sigmas) }
}

/** Coefficients per item as float32 that apply to every number of items of `rank` axes. */
export function perItem(b: OnnxBuilder, values: Value, rank: number): Value {
  const narrow = b.node('Cast', [values], { to: elementTypes.float })
  return b.node('Unsqueeze', [narrow, b.ints(...Array.from({ length: rank }, (_, i) => i + 1))])
}

/** Converts x_0 to a prediction type; `rank` is that of an item. */
export function fromClean(
  b: OnnxBuilder,
  predicts: PredictionType,
  {
    x0,
    xt,
    levels: { alpha, sigma },
    rank,
  }: { x0: Value; xt: Value; levels: WrittenLevels; rank: number },
): Value {
  if (predicts === 'sample') return x0
  const { divide, add, square } = arithmetic(b)
  // x_t = α x_0 + σ ε, so ε = (x_t - α x_0) / σ.
  const [ofXt, ofX0] = {
    epsilon: () => [divide(1, sigma), divide(alpha, sigma)],
    v_prediction: () => [divide(alpha, sigma), divide(add(square(alpha), square(sigma)), sigma)],
    flow_prediction: () => [divide(1, sigma), divide(add(alpha, sigma), sigma)],
  }[predicts]()
  return b.node('Sub', [
    b.node('Mul', [xt, perItem(b, ofXt, rank)]),
    b.node('Mul', [x0, perItem(b, ofX0, rank)]),
  ])
}
