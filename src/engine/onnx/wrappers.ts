// Models around a network: preconditioning and guidance.
import { iddpmLevels } from '../models/kinds/precondition/iddpmLevels.ts'
import type { PreconditionConfig, Preconditioning } from '../models/kinds/precondition/config.ts'
import { LEAST_SIGMA } from '../models/kinds/precondition/config.ts'
import { onnxMessages } from '../messages/onnx.ts'
import type { OnnxBuilder, Value } from './builder.ts'
import { OnnxError } from './error.ts'
import type { ContextOf, FormulaContext, WrittenPrediction } from './formulaContext.ts'
import type { NetworkSources } from './layers/layer.ts'
import { arithmetic, perItem, writeLevels } from './levels.ts'
import { elementTypes } from './proto.ts'

/** c_skip, c_out, c_in and c_noise, float64 `[batch]`. */
interface WrittenScaling {
  skip: Value
  out: Value
  in: Value
  noise: Value
}

type Scale = (b: OnnxBuilder, sigma: Value, config: PreconditionConfig) => WrittenScaling

/** Karras et al. 2022, table 1, and for `consistency` Song et al. 2023, appendix C. */
const scalings: { [K in Preconditioning]: Scale } = {
  edm(b, sigma, { sigma_data }) {
    const { length, divide, multiply, square, log, max } = arithmetic(b)
    const size = length(sigma, sigma_data)
    return {
      skip: square(divide(sigma_data, size)),
      out: divide(multiply(sigma, sigma_data), size),
      in: divide(1, size),
      noise: divide(log(max(sigma, LEAST_SIGMA)), 4),
    }
  },
  vp(b, sigma) {
    const { add, subtract, divide, multiply, square, log, sqrt, length } = arithmetic(b)
    const [betaMin, betaD] = [0.1, 19.9]
    const grown = multiply(log(add(square(sigma), 1)), 2 * betaD)
    const u = divide(subtract(sqrt(add(grown, betaMin ** 2)), betaMin), betaD)
    return {
      skip: ones(b, sigma),
      out: multiply(sigma, -1),
      in: divide(1, length(sigma, 1)),
      noise: multiply(u, 999),
    }
  },
  ve(b, sigma) {
    const { divide, log, max } = arithmetic(b)
    const one = ones(b, sigma)
    return { skip: one, out: sigma, in: one, noise: log(divide(max(sigma, LEAST_SIGMA), 2)) }
  },
  iddpm(b, sigma) {
    const { subtract, divide, multiply, length } = arithmetic(b)
    const levels = iddpmLevels()
    const column = b.node('Unsqueeze', [sigma, b.ints(1)])
    const distance = b.node('Abs', [subtract(b.doubles(levels), column)])
    const nearest = b.node('ArgMin', [distance], { axis: 1, keepdims: 0 })
    const index = b.node('Cast', [nearest], { to: elementTypes.double })
    return {
      skip: ones(b, sigma),
      out: multiply(sigma, -1),
      in: divide(1, length(sigma, 1)),
      noise: subtract(levels.length - 2, index),
    }
  },
  consistency(b, sigma, { sigma_data, sigma_min }) {
    const { add, subtract, divide, multiply, square, log, max, length } = arithmetic(b)
    const size = length(sigma, sigma_data)
    const above = subtract(sigma, sigma_min)
    return {
      skip: divide(sigma_data ** 2, add(square(above), sigma_data ** 2)),
      out: divide(multiply(above, sigma_data), size),
      in: divide(1, size),
      noise: multiply(log(max(sigma, LEAST_SIGMA)), 250),
    }
  },
}

const ones = (b: OnnxBuilder, like: Value): Value => {
  const { add, multiply } = arithmetic(b)
  return add(multiply(like, 0), 1)
}

/** D(x; σ) = c_skip x + c_out F(c_in x, c_noise) at x / α and σ / α. */
export function writePrecondition({
  b,
  model,
  sources,
  rank,
  writeChild,
}: ContextOf<'precondition'>): WrittenPrediction {
  const config = model.config
  const { alpha, sigma } = writeLevels(b, config.schedule, sources.time())
  const { divide } = arithmetic(b)
  const scaling = b.inScope('precondition', () => {
    const {
      skip,
      out,
      in: inner,
      noise,
    } = scalings[config.preconditioning](b, divide(sigma, alpha), config)
    return { noise, out, skip: divide(skip, alpha), in: divide(inner, alpha) }
  })
  const x = b.inScope('precondition', () =>
    b.node('Mul', [sources.x, perItem(b, scaling.in, rank)]),
  )
  const { prediction } = writeChild('model', { ...sources, x, time: () => scaling.noise })
  return b.inScope('precondition', () => {
    const kept = b.node('Mul', [sources.x, perItem(b, scaling.skip, rank)])
    const added = b.node('Mul', [prediction, perItem(b, scaling.out, rank)])
    return { prediction: b.node('Add', [kept, added]) }
  })
}

/** u + w (c - u) within an interval of t, with guidance rescale. */
export function writeGuided(context: ContextOf<'guided'>): WrittenPrediction {
  const { b, model, sources, rank, conditions, writeChild } = context
  const { scale, rescale, low, high } = model.config
  const conditional = b.inModel('conditional/', () => writeChild('model', sources))
  const hasWorse = Object.hasOwn(model.children, 'worse')
  // Nothing to leave out: the prediction itself.
  if (scale === 1 || (conditions.length === 0 && !hasWorse)) return conditional
  const reference = hasWorse
    ? b.inModel('worse/', () => writeChild('worse', sources))
    : b.inModel('unconditional/', () => writeChild('model', withoutCondition(context)))
  return b.inScope('guidance', () => {
    const t = sources.time()
    const isInside = b.node('And', [
      b.node('GreaterOrEqual', [t, b.double(low)]),
      b.node('LessOrEqual', [t, b.double(high)]),
    ])
    const scales = b.node('Where', [isInside, b.double(scale), b.double(1)])
    const difference = b.node('Sub', [conditional.prediction, reference.prediction])
    const guided = b.node('Add', [
      reference.prediction,
      b.node('Mul', [difference, perItem(b, scales, rank)]),
    ])
    if (rescale === 0) return { ...conditional, prediction: guided }
    const factor = b.node('Div', [
      deviation(b, conditional.prediction, rank),
      deviation(b, guided, rank),
    ])
    const blended = b.node('Add', [
      b.node('Mul', [factor, b.scalar(rescale)]),
      b.scalar(1 - rescale),
    ])
    return { ...conditional, prediction: b.node('Mul', [guided, blended]) }
  })
}

/** Standard deviation of each item, up to the factor that depends on the number of its elements. */
function deviation(b: OnnxBuilder, x: Value, rank: number): Value {
  const axes = Array.from({ length: rank }, (_, i) => i + 1)
  const centred = b.node('Sub', [x, b.node('ReduceMean', [x], { axes, keepdims: 1 })])
  const squares = b.node('Mul', [centred, centred])
  return b.node('Sqrt', [b.node('ReduceMean', [squares], { axes, keepdims: 1 })])
}

/** The inputs of the evaluation without labels and tokens; channels alone become zeros. */
function withoutCondition({ b, sources, conditions }: FormulaContext): NetworkSources {
  const hasGuided = conditions.some((kind) => kind === 'labels' || kind === 'tokens')
  if (!hasGuided && conditions.some((kind) => kind !== 'channels'))
    throw new OnnxError(onnxMessages.noNull(), onnxMessages.exportInner())
  const zeros = (value: Value) => b.node('Mul', [value, b.scalar(0)])
  return {
    ...sources,
    labels: () => undefined,
    tokens: (width) => zeros(sources.tokens(width)),
    channels: (shape) => (hasGuided ? sources.channels(shape) : zeros(sources.channels(shape))),
  }
}
