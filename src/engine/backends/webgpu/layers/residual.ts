// Fused residual block for WebGPU. Norms run as convolution prologues; the time embedding and the
// skip connection are added in the epilogue; the skip's gradient is fused into the norm's.
import type { ResidualBlock, ResidualLayers, ResidualOptions } from '../../../base/layerTypes.ts'
import type { Tensor, Tensor2D, Tensor4D, TensorInfo } from '../../../base/tf.ts'
import { featureParts, joinFeatures } from '../../../layers/convInput.ts'
import type { Done, Gradients } from '../../../layers/operation.ts'
import { once, operation } from '../../../layers/operation.ts'
import { isGradientWanted } from '../../../gradients/accumulatedGradients.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { claimGradientSlot } from '../gradientArena.ts'
import { columnSums } from '../kernels/elementwise/reduce.ts'
import type { ConvStage, InputGradients } from './convStage.ts'
import {
  accumulatedOption,
  computeInputNorm,
  namedParameters,
  paysAsStage,
  pointwise,
  sameSize,
  stageForward,
  lazyStageGradients,
  stageWeightGradients,
  storesHalfGradients,
} from './convStage.ts'
import { createSharedTensors } from './sharedTensors.ts'

/** Returns undefined if the convolutions are not worth compiling programs. */
export function webgpuResidualBlock(
  backend: WebGPUBackend,
  block: ResidualBlock,
): Tensor4D | undefined {
  const { x, layers } = block
  const [b, h, w] = featureParts(x)[0].shape
  const convolutions = [layers.conv1.weight, layers.conv2.weight].map((weight) => ({
    pixels: b * h * w,
    weight,
  }))
  return paysAsStage(backend, convolutions) ? residualBlock(backend, block) : undefined
}

/** Saves x, the output of conv1, and the moments of both norms for the gradients. */
export function residualBlock(backend: WebGPUBackend, givenBlock: ResidualBlock): Tensor4D {
  // Without a shortcut convolution the skip is x itself, which then has to be one tensor.
  const { layers, projected } = givenBlock
  const block = layers.shortcut ? givenBlock : { ...givenBlock, x: joinFeatures(givenBlock.x) }
  const [x, skip] = featureParts(block.x)
  // x comes last: when its gradient is taken, the shared tensors are no longer needed.
  const inputs = { ...namedParameters(layers), projected, skip, x }
  const [y] = operation(inputs, () => runResidualBlock(backend, block))
  return y as Tensor4D
}

/** The convolutions of a block. */
interface BlockStages {
  first: ConvStage
  second: ConvStage
  /** The 1x1 convolution of the skip connection. */
  shortcut: ConvStage | undefined
}

function runResidualBlock(backend: WebGPUBackend, block: ResidualBlock): Done {
  const { x, projected, layers, options } = block
  const { norm1, conv1, norm2, conv2 } = layers
  const { groups, eps, output_scale, half = false } = options
  const [firstPart] = featureParts(x)

  const inputNorm1 = computeInputNorm(backend, { x, groups, eps, ...norm1, silu: true })
  const first: ConvStage = { x, norm: inputNorm1, weight: conv1.weight, ...sameSize }
  const scaled =
    options.time_scale_shift === 'scale_shift'
      ? { scaleShift: repeatRow(projected, firstPart.shape[0]) }
      : undefined
  const perItem = scaled ? {} : { perItem: projected }
  const h = wrapTensor(stageForward(backend, first, { bias: conv1.bias, half, ...perItem }))

  const norm = { x: h, groups, eps, ...norm2, ...scaled, silu: true }
  const inputNorm2 = computeInputNorm(backend, norm)
  backend.setMoments(h, undefined) // no other norm reads h
  const second: ConvStage = { x: h, norm: inputNorm2, weight: conv2.weight, ...sameSize }
  const shortcut: ConvStage | undefined = layers.shortcut && {
    x,
    weight: layers.shortcut.weight,
    ...pointwise,
  }
  const y = stageForward(backend, second, {
    bias: conv2.bias,
    ...(layers.shortcut ? { shortcut: { x, ...layers.shortcut } } : { residual: firstPart }),
    outputScale: 1 / output_scale,
    half,
  })

  return {
    outputs: [wrapTensor(y)],
    keep: [
      ...featureParts(x),
      ...Object.values({ ...namedParameters(layers), ...scaled, h }),
      ...[inputNorm1, inputNorm2].flatMap(({ affine, moments }) => [affine, moments]),
    ],
    gradients: ([dy]) => residualGradients(backend, block, { first, second, shortcut }, dy),
  }
}

/** Repeats one row for all items. */
const repeatRow = (x: Tensor2D, items: number): Tensor2D =>
  x.shape[0] === items ? x : x.tile([items, 1])

function residualGradients(
  backend: WebGPUBackend,
  { x, projected, layers, options }: ResidualBlock,
  { first, second, shortcut }: BlockStages,
  dy: Tensor,
): Gradients {
  const { share, take, release } = createSharedTensors(backend)
  const dsum = options.output_scale === 1 ? dy : dy.div(options.output_scale)
  const [input] = featureParts(x)
  const half = storesHalfGradients(backend, options)
  const secondStage = lazyStageGradients(backend, second, {
    dy: () => dsum,
    parameters: layers.conv2,
    options: () => ({ ...perItemOptions(projected, dy, options), half }),
    isBothWanted:
      isGradientWanted(layers.conv2.weight) && [layers.conv1.weight, input].some(isGradientWanted),
  })
  const secondGradients = once(() => share(withNorm(secondStage.input())))
  const dh = () => secondGradients().dx[0]
  const firstStage = lazyStageGradients(backend, first, {
    dy: dh,
    parameters: layers.conv1,
    options: () => ({
      ...(shortcut ? { skipConv: { dy: dsum, weight: shortcut.weight } } : { add: dsum }),
      ...accumulatedOption(backend, x),
      half,
    }),
    isBothWanted: isGradientWanted(layers.conv1.weight) && isGradientWanted(input),
    release: () => release(dh()),
  })
  const firstGradients = once(() => share(withNorm(firstStage.input())))
  const weightGradients = (
    name: keyof ResidualLayers,
    compute: () => { dweight: TensorInfo; dbias: TensorInfo },
  ): Gradients => {
    const gradients = once(() => share(compute()))
    return {
      [`${name}.weight`]: () => take(gradients().dweight),
      [`${name}.bias`]: () => take(gradients().dbias),
    }
  }
  return {
    ...weightGradients('conv2', secondStage.weights),
    'norm2.weight': () => take(secondGradients().dweight),
    'norm2.bias': () => take(secondGradients().dbias),
    ...weightGradients('conv1', firstStage.weights),
    'norm1.weight': () => take(firstGradients().dweight),
    'norm1.bias': () => take(firstGradients().dbias),
    ...(shortcut &&
      layers.shortcut &&
      weightGradients('shortcut', () =>
        stageWeightGradients(backend, shortcut, dsum, layers.shortcut!),
      )),
    projected: () => {
      const gradient = projectedGradient(backend, projected.shape, secondGradients())
      return take(share({ gradient }).gradient)
    },
    skip: () => take(firstGradients().dx[1]),
    x() {
      const [dx] = firstGradients().dx
      release(dh())
      return take(dx)
    },
  }
}

type NormedGradients = InputGradients & Required<Pick<InputGradients, 'dweight' | 'dbias'>>

/** Narrows the gradients of a stage that has a norm. */
function withNorm(gradients: InputGradients): NormedGradients {
  const { dweight, dbias } = gradients
  if (!dweight || !dbias) throw new Error('The stage has no norm.')
  return { ...gradients, dweight, dbias }
}

/**
 * Returns the options for the gradient of `projected` where it is added to every pixel. With a row
 * for each item, that gradient is written to its slot; one row for all items is summed later.
 */
function perItemOptions(projected: Tensor2D, dy: Tensor, { time_scale_shift }: ResidualOptions) {
  if (time_scale_shift !== 'default') return {}
  const hasRowPerItem = projected.shape[0] === dy.shape[0]
  const slot = hasRowPerItem && { into: { dperItem: claimGradientSlot(projected) } }
  return { perItem: true, ...slot }
}

/** Returns the gradient of `projected`, summed over the items if it has one row for all. */
function projectedGradient(
  backend: WebGPUBackend,
  [rows]: readonly [number, number],
  { dscaleShift, dperItem }: InputGradients,
): TensorInfo {
  const perItem = dscaleShift ?? dperItem
  if (!perItem) throw new Error('The stage has no gradient for each item.')
  const [items, channels] = perItem.shape as [number, number]
  return rows === items
    ? perItem
    : columnSums(backend, perItem, { outer: 1, rows: items, channels })
}
