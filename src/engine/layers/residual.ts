// A residual block as one operation on webgpu: norms are applied where they are read, embedding and way around are added where the
// sums are written, and the gradient of the way around where that of the norm is.
import type { Tensor, Tensor2D, Tensor4D, TensorInfo } from '../tf.ts'
import { homeFor } from '../webgpu/arena.ts'
import type { Backend } from '../webgpu/backend.ts'
import { columnSums } from '../webgpu/kernels/reduce.ts'
import { tensorOf } from '../webgpu/own.ts'
import { joined } from './conv.ts'
import type { Done, Gradients } from './operation.ts'
import { once, operation, shelf } from './operation.ts'
import type { Features, InputGradients, Parameters, Stage } from './stage.ts'
import {
  partsOf,
  pointwise,
  same,
  stageForward,
  stageInputGradient,
  stageKernels,
  stageWeightGradients,
  statistics,
  weightsOf,
} from './stage.ts'

export interface ResidualLayers {
  norm1: Parameters
  /** 3 x 3. */
  conv1: Parameters<Tensor4D>
  norm2: Parameters
  /** 3 x 3. */
  conv2: Parameters<Tensor4D>
  /** 1 x 1, where the channels change. */
  shortcut: Parameters<Tensor4D> | undefined
}

export interface ResidualOptions {
  groups: number
  eps: number
  time_scale_shift: 'default' | 'scale_shift'
  /** The sum with the way around is divided by it. */
  output_scale: number
  /** What conv1 and the block give is stored as halves. */
  half?: boolean
}

interface Block {
  x: Features
  /** The embedding after its linear layer, `[b, c]` or one row for all; twice as wide if it is a scale and a shift. */
  projected: Tensor2D
  layers: ResidualLayers
  options: ResidualOptions
}

/** The backend that can run {@link residualBlock} on x, if it is quicker by it. */
export function residualKernels(x: Features, { conv1, conv2 }: ResidualLayers): Backend | undefined {
  const [b, h, w] = partsOf(x)[0]!.shape
  return stageKernels([conv1.weight, conv2.weight].map((weight) => ({ pixels: b * h * w, weight })))
}

/**
 * (x + conv2(silu(norm2(conv1(silu(norm1(x))) + projected)))) / output_scale, with x through `shortcut` if there is one; or with
 * `projected` as scale and shift of norm2. For the gradients x, what conv1 gives, and the moments of both norms are kept.
 */
export function residualBlock(backend: Backend, given: Block): Tensor4D {
  // Without a shortcut the way around is x itself, both parts of it.
  const block = given.layers.shortcut ? given : { ...given, x: joined(given.x) }
  const [x, skip] = partsOf(block.x)
  // x is last, for then all that its gradient shares is done with.
  const [y] = operation({ ...weightsOf(block.layers), projected: block.projected, skip, x }, () => forward(backend, block))
  return y as Tensor4D
}

interface Stages {
  first: Stage
  second: Stage
  around: Stage | undefined
}

function forward(backend: Backend, block: Block): Done {
  const { x, projected, layers, options } = block
  const { norm1, conv1, norm2, conv2, shortcut } = layers
  const { groups, eps, output_scale, half = false } = options
  const [one] = partsOf(x) as [Tensor4D]

  const normal1 = statistics(backend, { x, groups, eps, ...norm1, silu: true })
  const first: Stage = { x, norm: normal1, weight: conv1.weight, ...same }
  const scaled = options.time_scale_shift === 'scale_shift' ? { scaleShift: rowsFor(projected, one.shape[0]) } : undefined
  const h = tensorOf(stageForward(backend, first, { bias: conv1.bias, half, ...(!scaled && { perItem: projected }) }))

  const normal2 = statistics(backend, { x: h, groups, eps, ...norm2, ...scaled, silu: true })
  const second: Stage = { x: h, norm: normal2, weight: conv2.weight, ...same }
  const around: Stage | undefined = shortcut && { x, weight: shortcut.weight, ...pointwise }
  const residual = around ? tensorOf(stageForward(backend, around, { bias: shortcut!.bias })) : one
  const y = stageForward(backend, second, { bias: conv2.bias, residual, outputScale: 1 / output_scale, half })

  return {
    outputs: [tensorOf(y)],
    keep: [
      ...partsOf(x),
      ...Object.values({ ...weightsOf(layers), ...scaled, h }),
      ...[normal1, normal2].flatMap(({ affine, moments }) => [affine, moments]),
    ],
    gradients: ([dy]) => gradients(backend, block, { first, second, around }, dy!),
  }
}

/** One row for all items as a row for each. */
const rowsFor = (x: Tensor2D, items: number): Tensor2D => (x.shape[0] === items ? x : x.tile([items, 1]))

function gradients(backend: Backend, { projected, layers, options }: Block, stages: Stages, dy: Tensor): Gradients {
  const { first, second, around } = stages
  const { hold, take, drop } = shelf(backend)
  const dsum = options.output_scale === 1 ? dy : dy.div(options.output_scale)
  const ofSecond = once(() => hold(stageInputGradient(backend, second, dsum, ofAdded(projected, dy, options))))
  const dh = () => ofSecond().dx[0]!
  const besides = around ? { around: { dy: dsum, weight: around.weight } } : { add: dsum }
  const ofFirst = once(() => hold(stageInputGradient(backend, first, dh(), besides)))
  const ofWeights = (name: keyof ResidualLayers, stage: Stage, dy: () => TensorInfo): Gradients => {
    const found = once(() => hold(stageWeightGradients(backend, stage, dy(), layers[name]!)))
    return { [`${name}.weight`]: () => take(found().dweight), [`${name}.bias`]: () => take(found().dbias) }
  }
  return {
    ...ofWeights('conv2', second, () => dsum),
    'norm2.weight': () => take(ofSecond().dweight!),
    'norm2.bias': () => take(ofSecond().dbias!),
    ...ofWeights('conv1', first, dh),
    'norm1.weight': () => take(ofFirst().dweight!),
    'norm1.bias': () => take(ofFirst().dbias!),
    ...(around && ofWeights('shortcut', around, () => dsum)),
    projected: () => take(hold({ found: projectedGradient(backend, projected.shape, ofSecond()) }).found),
    skip: () => take(ofFirst().dx[1]!),
    x() {
      const [dx] = ofFirst().dx
      drop(dh())
      return take(dx!)
    },
  }
}

/** Asks for the gradient of what was added to every pixel, where it belongs; of one row for all items it will be summed up. */
function ofAdded(projected: Tensor2D, dy: Tensor, { time_scale_shift }: ResidualOptions) {
  const isForEach = projected.shape[0] === dy.shape[0]
  if (time_scale_shift !== 'default') return {}
  return { perItem: true, ...(isForEach && { into: { dperItem: homeFor(projected) } }) }
}

/** Of what was added to every pixel, or was a scale and a shift: `[b, c]`, or the sum of them where one row was for all items. */
function projectedGradient(backend: Backend, [rows]: readonly [number, number], found: InputGradients): TensorInfo {
  const each = (found.dscaleShift ?? found.dperItem)!
  const [items, channels] = each.shape as [number, number]
  return rows === items ? each : columnSums(backend, each, { outer: 1, rows: items, channels })
}
