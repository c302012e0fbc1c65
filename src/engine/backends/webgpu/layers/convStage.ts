// A stage of a layer on WebGPU: a convolution whose prologue is a group norm with SiLU, so that the
// normalised input never becomes a tensor; and its gradients. Layers consist of one stage or a few.
import type { Features, Parameters } from '../../../base/layerTypes.ts'
import type { Tensor, TensorInfo } from '../../../base/tf.ts'
import { featureParts } from '../../../layers/convInput.ts'
import { claimAccumulatedGradient } from '../../../gradients/accumulatedGradients.ts'
import type { Activations } from '../activationInput.ts'
import { activationTensors } from '../activationInput.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'
import { rulesFor } from '../kernels/software/rules.ts'
import { claimGradientSlot } from '../gradientArena.ts'
import { canStoreAsHalf } from '../halfStorage.ts'
import { once } from '../../../layers/operation.ts'
import type { ConvFilterGradient } from '../kernels/convolution/convFilterGradient.ts'
import { convFilterGradient } from '../kernels/convolution/convFilterGradient.ts'
import { convGradients } from '../kernels/convolution/convGradients.ts'
import type { ConvForward } from '../kernels/convolution/convForward.ts'
import { convByGemm } from '../kernels/convolution/convForward.ts'
import type { Pad } from '../kernels/convolution/convInput.ts'
import { noPad } from '../kernels/convolution/convInput.ts'
import type { ConvInputGradient } from '../kernels/convolution/convInputGradient.ts'
import { convInputGradient } from '../kernels/convolution/convInputGradient.ts'
import { isWorthCompiling } from '../kernels/convolution/convStock.ts'
import type { NormStatistics } from '../kernels/norm/norm.ts'
import { normStatistics } from '../kernels/norm/norm.ts'
import { normGradient } from '../kernels/norm/normGradient.ts'
import type { NormGradient } from '../kernels/norm/normGradientSums.ts'

/** Returns the weights and biases of layers as `<layer>.weight` and `<layer>.bias`. */
export const namedParameters = (layers: object): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(layers).flatMap(([name, layer]: [string, Parameters<Tensor> | undefined]) =>
      layer
        ? [[`${name}.weight`, layer.weight] as const, [`${name}.bias`, layer.bias] as const]
        : [],
    ),
  )

/** A norm of a certain input: its statistics, weight and bias. */
export interface InputNorm extends Pick<NormGradient, 'affine' | 'moments' | 'groups' | 'silu'> {
  weight: TensorInfo
  bias: TensorInfo
  /** A scale and a shift of each item, after weight and bias. */
  scaleShift?: TensorInfo
}

export interface ConvStage {
  x: Activations
  /** Default: x is convolved as it is. */
  norm?: InputNorm
  /** Repeats each pixel of x twice in each direction. */
  upsample?: boolean
  weight: TensorInfo
  stride: 1 | 2
  pad: Pad
}

/** The geometry of a 3x3 filter that keeps the size. */
export const sameSize = { stride: 1, pad: { top: 1, bottom: 1, left: 1, right: 1 } } as const
/** The geometry of a 1x1 filter. */
export const pointwise = { stride: 1, pad: noPad } as const

/** Returns whether each of these convolutions is worth compiling a program. */
export const paysAsStage = (
  backend: WebGPUBackend,
  convolutions: readonly { pixels: number; weight: { size: number } }[],
): boolean =>
  convolutions.every(({ pixels, weight }) => isWorthCompiling(backend, pixels * weight.size))

/** Computes the statistics of a norm. */
export function computeInputNorm(
  backend: WebGPUBackend,
  norm: NormStatistics & { silu: boolean },
): InputNorm & { affine: Tensor; moments: Tensor } {
  const { groups, silu, weight, bias, scaleShift } = norm
  const { affine, moments } = normStatistics(backend, norm)
  return {
    affine: wrapTensor(affine),
    moments: wrapTensor(moments),
    groups,
    silu,
    weight,
    bias,
    ...(scaleShift && { scaleShift }),
  }
}

const stageInput = ({ x, norm, upsample }: ConvStage) => ({
  x,
  ...(norm && { affine: norm.affine, silu: norm.silu }),
  ...(upsample && { upsample }),
})

type Epilogue = Pick<
  ConvForward,
  'bias' | 'perItem' | 'residual' | 'shortcut' | 'outputScale' | 'half'
>

/**
 * Returns the output of a stage with its epilogue, and with its moments for a norm where they cost
 * no dispatch. `half`: it is stored in half precision, if its channels allow it.
 */
export function stageForward(
  backend: WebGPUBackend,
  stage: ConvStage,
  { half = false, ...epilogue }: Epilogue,
): TensorInfo {
  const { weight, stride, pad } = stage
  return convByGemm(backend, {
    ...stageInput(stage),
    weight,
    stride,
    pad,
    ...epilogue,
    moments: true,
    half: half && canStoreAsHalf(weight.shape),
  })
}

interface ConvolvedOptions {
  split?: boolean
  accumulated?: TensorInfo | undefined
  /** Stores the gradients in scaled half precision, where their channels allow it. */
  half?: boolean | undefined
}

/** Returns the gradient of the convolution's input, as one tensor, or with `split` as two. */
const convolvedGradients = (
  backend: WebGPUBackend,
  stage: ConvStage,
  dy: TensorInfo,
  options: ConvolvedOptions = {},
): TensorInfo[] => convInputGradient(backend, inputGradientOf(stage, dy, options))

function inputGradientOf(
  { x, weight, stride, pad, upsample }: ConvStage,
  dy: TensorInfo,
  { split = false, accumulated, half = false }: ConvolvedOptions,
): ConvInputGradient {
  const tensors = activationTensors(x)
  const inputShape = [...tensors[0].shape.slice(0, 3), weight.shape[2]]
  const channels = tensors.map(({ shape }) => shape[3])
  return {
    dy,
    weight,
    inputShape,
    stride,
    pad,
    ...(upsample && { upsample }),
    accumulated,
    half,
    ...(split && channels.length === 2 && { split: channels as [number, number] }),
  }
}

/** Returns the gradient of the convolution's input, all channels in one tensor. */
export const convolvedGradient = (
  backend: WebGPUBackend,
  stage: ConvStage,
  dy: TensorInfo,
  half?: boolean,
): TensorInfo => convolvedGradients(backend, stage, dy, { half })[0]

/**
 * Returns whether a layer that stores its activations in half precision stores its gradients so, too.
 */
export const storesHalfGradients = (
  { device }: WebGPUBackend,
  { half = false }: { half?: boolean },
): boolean => half && rulesFor(device).fusesGradients

/**
 * Claims the gradient so far of the input x of a layer, for the kernel that computes the rest of it;
 * see {@link claimAccumulatedGradient}.
 */
export const accumulatedOption = (
  backend: WebGPUBackend,
  x: Features,
): { accumulated: Tensor | undefined } => {
  const [tensor, second] = featureParts(x)
  const isPossible = second === undefined && rulesFor(backend.device).fusesGradients
  return { accumulated: isPossible ? claimAccumulatedGradient(tensor) : undefined }
}

/** Gradients of each tensor of x, and with a norm also those of {@link normGradient}. */
export type InputGradients = Partial<ReturnType<typeof normGradient>> &
  Pick<ReturnType<typeof normGradient>, 'dx'>

type NormGradientOptions = Pick<
  NormGradient,
  'add' | 'skipConv' | 'perItem' | 'into' | 'accumulated' | 'tileSums' | 'half'
>

/**
 * Returns the gradients of x and of its norm, given that of the output. With a norm, the options
 * can add the gradient of a skip connection, or ask for the sums of dx over the pixels.
 */
export function stageInputGradient(
  backend: WebGPUBackend,
  stage: ConvStage,
  dy: TensorInfo,
  options: NormGradientOptions = {},
): InputGradients {
  const { norm } = stage
  const { accumulated, half } = options
  if (!norm)
    return { dx: convolvedGradients(backend, stage, dy, { split: true, accumulated, half }) }
  const dz = convolvedGradient(backend, stage, dy, half)
  return normedGradients(backend, { ...stage, norm }, dz, options)
}

/** Returns the gradients of x and of its norm from dz, that of the normalised x, and disposes dz. */
function normedGradients(
  backend: WebGPUBackend,
  { x, norm }: ConvStage & { norm: InputNorm },
  dz: TensorInfo,
  options: NormGradientOptions,
): InputGradients {
  const gradients = inputNormGradient(backend, x, norm, dz, options)
  backend.disposeData(dz.dataId)
  return gradients
}

/** Both gradients of a stage. */
interface StageGradients {
  input: InputGradients
  weights: { dweight: TensorInfo; dbias: TensorInfo }
}

/**
 * Returns the gradients of {@link stageInputGradient} and {@link stageWeightGradients}, whose
 * products are one dispatch where the device allows it; undefined where it does not.
 */
function pairedGradients(
  backend: WebGPUBackend,
  stage: ConvStage,
  dy: TensorInfo,
  { parameters, release }: Pick<LazyStage, 'parameters' | 'release'>,
  options: NormGradientOptions,
): StageGradients | undefined {
  const { norm } = stage
  if (!rulesFor(backend.device).fusesGradients || stage.upsample) return undefined
  const { accumulated, half } = options
  const input = inputGradientOf(stage, dy, norm ? { half } : { split: true, accumulated, half })
  const gradients = convGradients(
    backend,
    filterGradientOf(stage, dy),
    input,
    () => claimParameterSlots(parameters),
    // In other cases one dispatch computes the sums and the gradient, from the same tensors.
    { norm: options.skipConv && norm },
  )
  if (!gradients) return undefined
  release?.()
  const { filter, tileSums } = gradients
  const weights = asParameters(filter, parameters)
  if (!norm) return { weights, input: { dx: gradients.input } }
  const [dz] = gradients.input
  const normed = normedGradients(backend, { ...stage, norm }, dz, { ...options, tileSums })
  if (tileSums) backend.disposeData(tileSums.dataId)
  return { weights, input: normed }
}

/** Gradients of a stage, each computed when it is first asked for. */
export interface LazyStageGradients {
  input: () => InputGradients
  weights: () => StageGradients['weights']
}

interface LazyStage {
  dy: () => TensorInfo
  parameters: Parameters<TensorInfo>
  options: () => NormGradientOptions
  /** One dispatch may compute the products of both gradients. */
  isBothWanted: boolean
  /** Called once dy is not needed any more, if that is before all gradients are computed. */
  release?: () => void
}

/** Returns the gradients of a stage as functions. */
export function lazyStageGradients(
  backend: WebGPUBackend,
  stage: ConvStage,
  { dy, parameters, options, isBothWanted, release }: LazyStage,
): LazyStageGradients {
  const optionsOnce = once(options)
  const paired = { parameters, ...(release && { release }) }
  const both = once(() =>
    isBothWanted ? pairedGradients(backend, stage, dy(), paired, optionsOnce()) : undefined,
  )
  return {
    input: once(() => both()?.input ?? stageInputGradient(backend, stage, dy(), optionsOnce())),
    weights: once(() => both()?.weights ?? stageWeightGradients(backend, stage, dy(), parameters)),
  }
}

/**
 * Returns the gradients of x and of its norm, given that of the normalised x. Those of weight and
 * bias are written to their slots in the gradient arena.
 */
export function inputNormGradient(
  backend: WebGPUBackend,
  x: Activations,
  { weight, bias, scaleShift, ...norm }: InputNorm,
  dy: TensorInfo,
  options: NormGradientOptions,
): ReturnType<typeof normGradient> {
  const slots = { dweight: claimGradientSlot(weight), dbias: claimGradientSlot(bias) }
  return normGradient(backend, {
    x,
    dy,
    ...norm,
    ...(scaleShift && { scaled: { scaleShift, weight, bias } }),
    ...options,
    into: { ...options.into, ...slots },
  })
}

/** Returns the gradients of the convolution's weight and bias, in their slots in the arena. */
export const stageWeightGradients = (
  backend: WebGPUBackend,
  stage: ConvStage,
  dy: TensorInfo,
  parameters: Parameters<TensorInfo>,
): StageGradients['weights'] =>
  asParameters(
    convFilterGradient(backend, {
      ...filterGradientOf(stage, dy),
      into: claimParameterSlots(parameters),
    }),
    parameters,
  )

const claimParameterSlots = ({ weight, bias }: Parameters<TensorInfo>) => [
  claimGradientSlot(weight),
  claimGradientSlot(bias),
]

const filterGradientOf = (stage: ConvStage, dy: TensorInfo): ConvFilterGradient => ({
  ...stageInput(stage),
  dy,
  filterShape: stage.weight.shape,
  stride: stage.stride,
  pad: stage.pad,
  bias: true,
})

// The weight of a linear layer has fewer axes than the stage's filter.
const asParameters = (
  [dweight, dbias]: readonly TensorInfo[],
  { weight }: Parameters<TensorInfo>,
): StageGradients['weights'] => ({ dweight: { ...dweight, shape: weight.shape }, dbias })
