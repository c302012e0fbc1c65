// Reductions to one number, and to one number per item.
import type { Tensor } from '../../base/tf.ts'
import type { DeviceMath, Reduction } from '../functionTypes.ts'
import { latexCall, pythonTensor } from '../notation.ts'

/** Largest number of float32. */
const LARGEST = 3.4028234663852886e38

/** Reduction by name, for both ranges. */
interface Kind {
  name: string
  about: string
  host: Reduction['host']
  device: Reduction['device']
  latex: string
  torch: string
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/**
 * The extremum of a tensor. Its gradient is divided evenly among equal elements; that of tfjs is
 * given to each of them.
 */
function extremumOnDevice(
  { tf, stop, isTapeOn }: DeviceMath,
  x: Tensor,
  axes: number[],
  reduce: (x: Tensor, axes: number[], keepDims: boolean) => Tensor,
): Tensor {
  if (!isTapeOn()) return reduce(x, axes, false)
  const values = stop(x)
  const found = tf.equal(values, reduce(values, axes, true))
  const counts = tf.sum(tf.cast(found, 'float32'), axes)
  // The difference is 0 with the gradient of x, but NaN for infinite elements.
  const isFinite = tf.lessEqual(tf.abs(values), LARGEST)
  const changes = tf.sum(tf.where(tf.logicalAnd(found, isFinite), tf.sub(x, values), 0), axes)
  return tf.add(reduce(values, axes, false), tf.div(changes, counts))
}

/** Euclidean norm with gradient 0 at 0, where the derivative of the root is infinite. */
function normOnDevice({ tf, stop, isTapeOn }: DeviceMath, x: Tensor, axes: number[]): Tensor {
  const squares = tf.sum(tf.square(x), axes)
  if (!isTapeOn()) return tf.sqrt(squares)
  const isZero = tf.equal(stop(squares), 0)
  return tf.where(isZero, 0, tf.sqrt(tf.where(isZero, 1, squares)))
}

const kinds: readonly Kind[] = [
  {
    name: 'sum',
    about: 'Sum',
    host: total,
    device: ({ tf }, x, axes) => tf.sum(x, axes),
    latex: '\\operatorname{sum}',
    torch: 'torch.sum',
  },
  {
    name: 'mean',
    about: 'Mean',
    host: (values) => total(values) / values.length,
    device: ({ tf }, x, axes) => tf.mean(x, axes),
    latex: '\\operatorname{mean}',
    torch: 'torch.mean',
  },
  {
    name: 'min',
    about: 'Smallest',
    host: (values) => values.reduce((x, y) => Math.min(x, y)),
    device: (math, x, axes) =>
      extremumOnDevice(math, x, axes, (y, along, keep) => math.tf.min(y, along, keep)),
    latex: '\\min',
    torch: 'torch.amin',
  },
  {
    name: 'max',
    about: 'Largest',
    host: (values) => values.reduce((x, y) => Math.max(x, y)),
    device: (math, x, axes) =>
      extremumOnDevice(math, x, axes, (y, along, keep) => math.tf.max(y, along, keep)),
    latex: '\\max',
    torch: 'torch.amax',
  },
  {
    name: 'norm',
    about: 'Root of the sum of squares (derivative 0 at 0)',
    host: (values) => Math.sqrt(total(values.map((value) => value * value))),
    device: normOnDevice,
    latex: '',
    torch: 'torch.linalg.vector_norm',
  },
]

const latexNorm = { print: (x: string) => `\\left\\lVert ${x}\\right\\rVert` }
const latexItemNorm = { print: (x: string) => `\\left\\lVert ${x}\\right\\rVert_{i}` }

/** The two ranges of a reduction: the batch, and each item. */
function declareReductions({ name, about, host, device, latex, torch }: Kind): Reduction[] {
  const common = { arity: [1, 1], args: 'x', host, device } as const
  return [
    {
      ...common,
      kinds: 'all',
      id: name,
      written: name,
      about: `${about} of all elements of the batch`,
      latex: latex ? latexCall(latex) : latexNorm,
      torch: { print: (x) => `${torch}(${pythonTensor(x)})` },
    },
    {
      ...common,
      kinds: 'items',
      id: `item_${name}`,
      written: `item_${name}`,
      about: `${about} of the elements of each item`,
      latex: latex ? latexCall(`${latex}_{i}`) : latexItemNorm,
      torch: { print: (x) => `over_items(${torch}, ${x})` },
    },
  ]
}

const all = kinds.map(declareReductions)

export const reductions: readonly Reduction[] = [
  ...all.map(([overBatch]) => overBatch),
  ...all.map(([, overItems]) => overItems),
]
