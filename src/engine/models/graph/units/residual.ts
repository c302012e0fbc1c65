// Residual blocks.
import type { Features, ResidualLayers } from '../../../base/layerTypes.ts'
import type { Tensor2D, Tensor4D } from '../../../base/tf.ts'
import type { Weights } from '../../../base/values.ts'
import { residualBlock } from '../../../layers/residualBlock.ts'
import type { GraphView } from '../analysis.ts'
import type { Pass } from '../layer.ts'
import { isActivation, type Activation } from '../../../layers/activations.ts'
import { drop } from '../runs/arithmetic.ts'
import type { Attrs } from '../ops/table.ts'
import type { Matcher } from '../step.ts'
import { namesOf, parametersOf } from '../step.ts'
import type { Found, FoundNorm } from './pattern.ts'
import {
  findConv,
  findLayer,
  findNorm,
  findPair,
  findPool,
  findScaledSum,
  isPrivate,
  summands,
} from './pattern.ts'

/** Norm, activation, and what changes the size before the convolution. */
interface FirstHalf extends Found {
  norm1: FoundNorm
  conv1: string
  activation: Activation
  resample: 'down' | 'up' | undefined
}

/** First half, embedding, norm, activation and dropout before the second convolution. */
interface Halves extends FirstHalf {
  norm2: FoundNorm
  shift: 'default' | 'scale_shift'
  /** The linear layer of the embedding, if there is one. */
  projection: number | undefined
  /** The dropout layer. */
  dropout: { index: number; attrs: Attrs<'dropout'> } | undefined
}

/**
 * (around(x) + conv2(act(norm2(conv1(act(norm1(x))) + projection)))) / by: ResnetBlock2D of diffusers,
 * also with a change of size, dropout, a scale and a shift by the embedding, or without embedding.
 */
export const matchResidual: Matcher = (view, root) => {
  const { sum, by, claims } = findScaledSum(view, root)
  for (const [around, inner] of summands(view, sum)) {
    const conv2 = findConv(view, inner, 3)
    const halves = conv2 && findHalves(view, conv2.x)
    if (!conv2 || !halves) continue
    const shortcut = findShortcut(view, around, halves)
    if (!shortcut) continue
    const own = [...claims, ...conv2.claims, ...halves.claims, ...shortcut.claims]
    if (!isPrivate(view, own, root)) continue
    const pair = findPair(view, halves.norm1.x, own, root)
    const all = [...own, ...(pair?.claims ?? [])]
    const xs = pair?.parts ?? [halves.norm1.x]
    const evaluate = blockFunction(view, halves, conv2.name, shortcut.name, by)
    const { projection } = halves
    const embedding = projection === undefined ? [] : [projection]
    return {
      claims: all,
      ...(projection !== undefined && { projection }),
      step: {
        reads: [...embedding, ...xs],
        writes: [root],
        block: namesOf(
          view,
          [...all].sort((a, b) => a - b),
        ),
        run: (inputs, weights, pass) => {
          const [projected] = inputs.slice(0, embedding.length) as Tensor2D[]
          const parts = inputs.slice(embedding.length) as Tensor4D[]
          const x = parts.length === 2 ? ([parts[0], parts[1]] as const) : parts[0]
          return [evaluate(x, projected, weights, pass)]
        },
      },
    }
  }
  return undefined
}

function blockFunction(
  { places }: GraphView,
  { norm1, norm2, conv1, activation, shift, resample, dropout }: Halves,
  conv2: string,
  shortcut: string | undefined,
  output_scale: number,
) {
  const options = {
    ...norm1.options,
    activation,
    time_scale_shift: shift,
    output_scale,
    ...(resample && { resample }),
  }
  const layersOf = (weights: Weights): ResidualLayers => ({
    norm1: parametersOf(weights, norm1.name),
    conv1: parametersOf<Tensor4D>(weights, conv1),
    norm2: parametersOf(weights, norm2.name),
    conv2: parametersOf<Tensor4D>(weights, conv2),
    shortcut: shortcut === undefined ? undefined : parametersOf<Tensor4D>(weights, shortcut),
  })
  return (x: Features, projected: Tensor2D | undefined, weights: Weights, pass: Pass) => {
    return residualBlock(x, projected, layersOf(weights), {
      ...options,
      half: pass.half,
      ...(dropout &&
        pass.training && {
          drop: (h: Tensor4D) =>
            drop(h, { attrs: dropout.attrs, place: places[dropout.index], pass }) as Tensor4D,
        }),
    })
  }
}

function findHalves(view: GraphView, i: number): Halves | undefined {
  const dropped = findLayer(view, i, 'dropout')
  const at = dropped?.x ?? i
  const { op, in: inputs } = view.layers[at]
  if (!isActivation(op)) return undefined
  const second =
    findAdded(view, inputs[0]) ?? findModulated(view, inputs[0]) ?? findPlain(view, inputs[0])
  const first = second && findFirstHalf(view, second.h)
  if (!second || !first || first.activation !== op) return undefined
  if (String(Object.values(first.norm1.options)) !== String(Object.values(second.norm2.options)))
    return undefined
  return {
    ...first,
    ...second,
    dropout: dropped && { index: i, attrs: dropped.attrs },
    claims: [...(dropped?.claims ?? []), at, ...second.claims, ...first.claims],
  }
}

type SecondHalf = Pick<Halves, 'norm2' | 'shift' | 'projection' | 'claims'> & { h: number }

/** Norm of the sum with the embedding. */
function findAdded(view: GraphView, i: number): SecondHalf | undefined {
  const norm2 = findNorm(view, i)
  for (const [h, projection] of summands(view, norm2?.x)) {
    if (norm2 && isProjection(view, projection))
      return { norm2, shift: 'default', projection, h, claims: [...norm2.claims, norm2.x] }
  }
  return undefined
}

/** Norm without an embedding. */
function findPlain(view: GraphView, i: number): SecondHalf | undefined {
  const norm2 = findNorm(view, i)
  return (
    norm2 && { norm2, shift: 'default', projection: undefined, h: norm2.x, claims: norm2.claims }
  )
}

/** Norm, then a scale and a shift by the embedding. */
function findModulated(view: GraphView, i: number): SecondHalf | undefined {
  const inputs = view.inputsOf(i, 'modulate')
  if (!inputs) return undefined
  const [normed, scale, shift] = inputs
  const norm2 = findNorm(view, normed)
  const [projection, other] = [scale, shift].map((part) => view.inputOf(part, 'split'))
  if (!norm2 || projection === undefined || projection !== other) return undefined
  const isInOrder = [scale, shift].every((part, index) => {
    const attrs = findLayer(view, part, 'split')?.attrs
    return attrs?.count === 2 && attrs.index === index
  })
  if (!isInOrder || !isProjection(view, projection)) return undefined
  const claims = [i, ...norm2.claims, scale, shift]
  return { norm2, shift: 'scale_shift', projection, h: norm2.x, claims }
}

/** A linear layer of a vector that does not depend on x. */
function isProjection({ layers, shapes, dependsOnX }: GraphView, i: number): boolean {
  const { op, attrs } = layers[i]
  return op === 'linear' && attrs.bias && shapes[i].length === 1 && !dependsOnX[i]
}

function findFirstHalf(view: GraphView, i: number): FirstHalf | undefined {
  const conv1 = findConv(view, i, 3)
  if (!conv1) return undefined
  const pooled = findPool(view, conv1.x)
  const enlarged = findLayer(view, conv1.x, 'upsample')
  const resized = pooled ?? enlarged
  const at = resized?.x ?? conv1.x
  const { op, in: inputs } = view.layers[at]
  if (!isActivation(op)) return undefined
  const norm1 = findNorm(view, inputs[0])
  if (!norm1) return undefined
  return {
    norm1,
    conv1: conv1.name,
    activation: op,
    resample: pooled ? 'down' : enlarged ? 'up' : undefined,
    claims: [...conv1.claims, ...(resized?.claims ?? []), at, ...norm1.claims],
  }
}

/** The skip connection: x itself, or x resized and after a 1 x 1 convolution. */
function findShortcut(
  view: GraphView,
  i: number,
  { norm1: { x }, resample }: FirstHalf,
): (Found & { name: string | undefined }) | undefined {
  const conv = findConv(view, i, 1)
  const at = conv?.x ?? i
  const resized = resample && findLayer(view, at, resample === 'down' ? 'avg_pool' : 'upsample')
  if (resample && !resized) return undefined
  if ((resized?.x ?? at) !== x) return undefined
  return { name: conv?.name, claims: [...(conv?.claims ?? []), ...(resized?.claims ?? [])] }
}
