// Units of a convolution or a linear layer with the layers before and after it.
import type { ConvInput, Features } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '../../../base/tf.ts'
import { conv2d } from '../../../layers/conv.ts'
import { groupNorm } from '../../../layers/groupNorm.ts'
import { splitFeatures } from '../runs/arithmetic.ts'
import { paddingOf } from '../ops/padding.ts'
import type { GraphView } from '../analysis.ts'
import type { Attrs } from '../ops/table.ts'
import type { Matcher } from '../step.ts'
import { parametersOf } from '../step.ts'
import type { FoundNorm } from './pattern.ts'
import { findLayer, findNorm, findPair, isPrivate, summands } from './pattern.ts'

/** Norm, SiLU and upsampling before a convolution. */
interface Prologue {
  claims: number[]
  /** The features that are read: one image, or two to join by channel. */
  xs: readonly number[]
  norm: FoundNorm | undefined
  silu: boolean
  upsample: boolean
}

/**
 * The layers before `root` that one kernel computes with it, if nothing else reads them: an upsampling,
 * and before that a norm with or without SiLU.
 */
function findPrologue(view: GraphView, i: number, root: number): Prologue {
  const own: number[] = [root]
  const claim = (claims: readonly number[]) => {
    if (!isPrivate(view, [...own, ...claims], root)) return false
    own.push(...claims)
    return true
  }
  let at = i
  const enlarged = findLayer(view, at, 'upsample')
  const upsample = enlarged !== undefined && claim(enlarged.claims)
  if (upsample) at = enlarged.x
  const activated = findLayer(view, at, 'silu')
  const norm = findNorm(view, activated?.x ?? at)
  const isNormed = norm !== undefined && claim([...(activated?.claims ?? []), ...norm.claims])
  if (isNormed) at = norm.x
  const pair = findPair(view, at, own, root)
  return {
    claims: [...own.slice(1), ...(pair?.claims ?? [])],
    xs: pair?.parts ?? [at],
    norm: isNormed ? norm : undefined,
    silu: isNormed && activated !== undefined,
    upsample,
  }
}

const toInput = (
  { norm, silu, upsample }: Prologue,
  xs: readonly Tensor4D[],
  weights: Parameters<typeof parametersOf>[0],
): ConvInput => ({
  x: (xs.length === 2 ? xs : xs[0]) as Features,
  ...(norm && {
    norm: { ...parametersOf(weights, norm.name), ...norm.options, ...(silu && { silu }) },
  }),
  ...(upsample && { upsample }),
})

/** A convolution of images with what comes before it. */
export const matchConv: Matcher = (view, root) => {
  const { op, in: inputs, attrs, name } = view.layers[root]
  if (op !== 'conv' || isProjection(view, root) || !isPlain(attrs)) return undefined
  const prologue = findPrologue(view, inputs[0], root)
  const isResult = isNearResult(view, root)
  const options = { stride: attrs.stride as 1 | 2, pad: paddingOf(attrs) }
  return {
    claims: [root, ...prologue.claims],
    step: {
      reads: prologue.xs,
      writes: [root],
      run: (xs, weights, pass) => {
        const { weight, bias } = parametersOf<Tensor4D>(weights, name!)
        const input = toInput(prologue, xs as Tensor4D[], weights)
        return [conv2d(input, weight, bias, { ...options, half: pass.half && !isResult })]
      },
    },
  }
}

/** True for the result of the network, also divided by a number: it is in full precision. */
const isNearResult = ({ outputs, readers, layers }: GraphView, i: number): boolean =>
  outputs.has(i) || readers[i].some((r) => layers[r].op === 'quotient' && outputs.has(r))

/** True for a convolution that is one operation. */
const isPlain = ({ stride, groups, bias }: Attrs<'conv'>) => stride <= 2 && groups === 1 && bias

/** True for a 1 x 1 convolution into or out of tokens. */
function isProjection({ layers, readers }: GraphView, i: number): boolean {
  const { op, attrs, in: inputs } = layers[i]
  return (
    op === 'conv' &&
    attrs.kernel === 1 &&
    isPlain(attrs) &&
    (layers[inputs[0]].op === 'to_image' || readers[i].some((r) => layers[r].op === 'to_tokens'))
  )
}

/**
 * [norm] and a linear layer per pixel or token, plus `around` if a sum reads it: the linear layers of
 * a transformer, as 1 x 1 convolutions.
 */
export const matchPointwise: Matcher = (view, root) => {
  for (const [around, inner] of summands(view, root)) {
    // The kernel adds numbers of equal shape only: no vector per image.
    if (String(view.shapes[around]) !== String(view.shapes[inner])) continue
    const found = pointwise(view, inner, root, around)
    if (found && isPrivate(view, found.claims, root)) return found
  }
  return pointwise(view, root, root, undefined)
}

function pointwise(view: GraphView, i: number, root: number, around: number | undefined) {
  const { op, attrs, name, in: inputs } = view.layers[i]
  const shape = view.shapes[i]
  const isLinear = op === 'linear' && attrs.bias
  if (!isLinear && !isProjection(view, i)) return undefined
  const norm = shape.length === 3 ? findNorm(view, inputs[0]) : undefined
  const isNormed = norm !== undefined && isPrivate(view, [root, i, ...norm.claims], root)
  // A linear layer alone is a product of matrices.
  if (shape.length < 2 || (op === 'linear' && !isNormed && around === undefined)) return undefined
  const x = isNormed ? norm.x : inputs[0]
  return {
    claims: [...new Set([root, i]), ...(isNormed ? norm.claims : [])],
    step: {
      reads: [x, ...(around === undefined ? [] : [around])],
      writes: [root],
      run: ([x, around]: readonly unknown[], weights: Parameters<typeof parametersOf>[0]) => {
        const { weight, bias } = parametersOf<Tensor2D | Tensor4D>(weights, name!)
        const filter = weight.reshape([1, 1, ...weight.shape.slice(-2)]) as Tensor4D
        const input = {
          x: toImage(x as Tensor),
          ...(isNormed && { norm: { ...parametersOf(weights, norm.name), ...norm.options } }),
        }
        const residual = around === undefined ? {} : { residual: toImage(around as Tensor) }
        const y = conv2d(input, filter, bias, residual)
        const rank = (x as Tensor).rank
        return [rank === 4 ? y : y.reshape([y.shape[0], y.shape[2], y.shape[3]])]
      },
    },
  }
}

/** Tokens as an image of one row. */
const toImage = (x: Tensor): Tensor4D =>
  x.rank === 4 ? (x as Tensor4D) : x.reshape([x.shape[0], 1, x.shape[1]!, x.shape[2]!])

/** Group norm and SiLU. */
export const matchNormSilu: Matcher = (view, root) => {
  const activated = findLayer(view, root, 'silu')
  const norm = activated && findNorm(view, activated.x)
  if (!norm || !isPrivate(view, [root, ...norm.claims], root)) return undefined
  return {
    claims: [root, ...norm.claims],
    step: {
      reads: [norm.x],
      writes: [root],
      run: ([x], weights) => {
        const { weight, bias } = parametersOf(weights, norm.name)
        const options = { ...norm.options, silu: true }
        return [groupNorm(x as Tensor3D | Tensor4D, weight, bias, options)]
      },
    },
  }
}

/** All parts of features that are split: one step computes them. */
export const matchSplit: Matcher = (view, root) => {
  const { op, in: inputs, attrs } = view.layers[root]
  if (op !== 'split') return undefined
  const { count } = attrs
  const parts = view.readers[inputs[0]].flatMap((i) => {
    const found = findLayer(view, i, 'split')
    return found?.attrs.count === count ? [{ i, index: found.attrs.index }] : []
  })
  const positions = parts.map(({ i }) => i)
  return {
    claims: positions,
    step: {
      reads: [inputs[0]],
      writes: positions,
      run: ([x]) => {
        const all = splitFeatures(x as Tensor, count)
        return parts.map(({ index }) => all[index])
      },
    },
  }
}
