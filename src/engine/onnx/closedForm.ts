// Denoisers in closed form: a Gaussian, and a mixture of Gaussians.
import type { OnnxBuilder, Value } from './builder.ts'
import type { ContextOf, WrittenPrediction } from './formulaContext.ts'
import { arithmetic, fromClean, perItem, writeLevels } from './levels.ts'
import type { OnnxSource } from './source.ts'

/** E[x_0 | x_t] = μ + α s² / (α² s² + σ²) (x_t - α μ). */
export function writeGaussian({
  b,
  model,
  sources,
  rank,
}: ContextOf<'gaussian'>): WrittenPrediction {
  const levels = writeLevels(b, model.config.schedule, sources.time())
  return b.inScope('gaussian', () => {
    const weight = (name: string) => b.weight(name, model.weights.get(name)!)
    const mean = weight('mean')
    const variance = b.node('Exp', [b.node('Mul', [weight('log_std'), b.scalar(2)])])
    const [alpha, sigma] = [levels.alpha, levels.sigma].map((level) => perItem(b, level, rank))
    const signal = b.node('Mul', [variance, alpha])
    const total = b.node('Add', [
      b.node('Mul', [variance, b.node('Mul', [alpha, alpha])]),
      b.node('Mul', [sigma, sigma]),
    ])
    const offset = b.node('Sub', [sources.x, b.node('Mul', [mean, alpha])])
    const moved = b.node('Mul', [b.node('Div', [signal, total]), offset])
    const x0 = b.node('Add', [moved, mean])
    return { prediction: fromClean(b, model.predicts, { x0, xt: sources.x, levels, rank }) }
  })
}

/**
 * E[x_0 | x_t] of a mixture of N(c_i, std² I): the mean of c + (α std² / v) (x_t - α c) over the
 * posterior of the centres, softmax of -|x_t - α c|² / 2v with v = α² std² + σ².
 */
export function writeExact({ b, model, sources, rank }: ContextOf<'exact'>): WrittenPrediction {
  const { std, num_classes: classes, schedule } = model.config
  const levels = writeLevels(b, schedule, sources.time())
  const { add, multiply, divide, square } = arithmetic(b)
  return b.inScope('exact', () => {
    const { alpha, sigma } = levels
    const variance = add(multiply(square(alpha), std ** 2), square(sigma))
    const each = (values: Value) => perItem(b, values, rank)
    const centers = b.weight('centers', model.weights.get('centers')!)
    const products = b.node('MatMul', [sources.x, b.node('Transpose', [centers], { perm: [1, 0] })])
    const lengths = b.node('ReduceSum', [b.node('Mul', [centers, centers]), b.ints(1)], {
      keepdims: 0,
    })
    const near = b.node('Mul', [products, each(divide(alpha, variance))])
    const far = b.node('Mul', [lengths, each(divide(divide(square(alpha), variance), 2))])
    const labels = classes > 0 ? sources.labels(1) : undefined
    const open = b.node('Sub', [near, far])
    const logits = labels === undefined ? open : b.node('Add', [open, belonging(b, model, labels)])
    const center = b.node('MatMul', [b.node('Softmax', [logits], { axis: -1 }), centers])
    const x0 = b.node('Add', [
      b.node('Mul', [sources.x, each(divide(multiply(alpha, std ** 2), variance))]),
      b.node('Mul', [center, each(divide(square(sigma), variance))]),
    ])
    return { prediction: fromClean(b, model.predicts, { x0, xt: sources.x, levels, rank }) }
  })
}

/** 0 for the centres of a class, and a large negative number for others; all belong to the null label. */
function belonging(b: OnnxBuilder, model: OnnxSource, labels: Value): Value {
  const membership = model.weights.get('membership')!
  const table = b.weight('membership', membership)
  const isNull = b.node('Less', [labels, b.ints(0)])
  const rows = b.node('Where', [isNull, b.ints(membership.shape[0] - 1), labels])
  const belongs = b.node('Gather', [table, rows])
  return b.node('Mul', [b.node('Sub', [belongs, b.scalar(1)]), b.scalar(1e9)])
}
