// A stage of a network on webgpu: a convolution of what a group norm with SiLU makes of its input, of which no tensor is made,
// and its gradients. Layers are made of one stage or a few.
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '../tf.ts'
import type { Activations } from '../webgpu/activations.ts'
import { tensorsOf } from '../webgpu/activations.ts'
import { homeFor } from '../webgpu/arena.ts'
import type { Backend } from '../webgpu/backend.ts'
import { canBeHalf } from '../webgpu/half.ts'
import { convFilterGradient } from '../webgpu/kernels/convFilterGradient.ts'
import type { ConvForward } from '../webgpu/kernels/convForward.ts'
import { convForward } from '../webgpu/kernels/convForward.ts'
import type { Pad } from '../webgpu/kernels/convInput.ts'
import { convInputGradient } from '../webgpu/kernels/convInputGradient.ts'
import { isWorthIt } from '../webgpu/kernels/convStock.ts'
import type { NormStatistics } from '../webgpu/kernels/norm.ts'
import { normStatistics } from '../webgpu/kernels/norm.ts'
import type { NormGradient } from '../webgpu/kernels/normGradient.ts'
import { normGradient } from '../webgpu/kernels/normGradient.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'

/** `[b, h, w, c]`, or two of them whose channels follow each other: what comes from below, and a skip. */
export type Features = Tensor4D | readonly [Tensor4D, Tensor4D]

export const partsOf = (x: Features): readonly Tensor4D[] => ('shape' in x ? [x] : x)

/** A convolution's, a linear layer's or a norm's. */
export interface Parameters<Weight = Tensor1D> {
  weight: Weight
  bias: Tensor1D
}

/** All of layers, by the name of the layer and a point. */
export const weightsOf = (layers: object): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(layers).flatMap(([name, layer]: [string, Parameters<Tensor> | undefined]) =>
      layer ? [[`${name}.weight`, layer.weight] as const, [`${name}.bias`, layer.bias] as const] : [],
    ),
  )

/** What {@link statistics} made of x, and the norm's weight and bias. */
export interface Normal extends Pick<NormGradient, 'affine' | 'moments' | 'groups' | 'silu'> {
  weight: TensorInfo
  bias: TensorInfo
  /** Of each item, after weight and bias. */
  scaleShift?: TensorInfo
}

export interface Stage {
  x: Activations
  /** Without one x is convolved as it is. */
  norm?: Normal
  /** Each pixel of x is read four times. */
  upsample?: boolean
  weight: TensorInfo
  stride: 1 | 2
  pad: Pad
}

const around = (pixels: number): Pad => ({ top: pixels, bottom: pixels, left: pixels, right: pixels })
/** Of a filter of 3 x 3 pixels that keeps the size. */
export const same = { stride: 1, pad: around(1) } as const
/** Of a filter of one pixel. */
export const pointwise = { stride: 1, pad: around(0) } as const

/** The backend, if it has kernels of our own and each of these convolutions is worth a program of its own. */
export function stageKernels(convolutions: readonly { pixels: number; weight: { size: number } }[]): Backend | undefined {
  const backend = ownKernels()
  return backend && convolutions.every(({ pixels, weight }) => isWorthIt(backend, pixels * weight.size)) ? backend : undefined
}

/** What {@link Stage} normalises x by. */
export function statistics(
  backend: Backend,
  norm: NormStatistics & { silu: boolean },
): Normal & { affine: Tensor; moments: Tensor } {
  const { groups, silu, weight, bias, scaleShift } = norm
  const { affine, moments } = normStatistics(backend, norm)
  return { affine: tensorOf(affine), moments: tensorOf(moments), groups, silu, weight, bias, ...(scaleShift && { scaleShift }) }
}

const inputOf = ({ x, norm, upsample }: Stage) => ({
  x,
  ...(norm && { affine: norm.affine, silu: norm.silu }),
  ...(upsample && { upsample }),
})

type Added = Pick<ConvForward, 'bias' | 'perItem' | 'residual' | 'outputScale' | 'half'>

/** What comes out, with what is added to it; `half`: stored as halves, if its channels can be. */
export function stageForward(backend: Backend, stage: Stage, { half = false, ...added }: Added): TensorInfo {
  const { weight, stride, pad } = stage
  return convForward(backend, { ...inputOf(stage), weight, stride, pad, ...added, half: half && canBeHalf(weight.shape) })
}

/** The gradient of what is convolved, as one tensor; or of two, if they are split. */
function inputGradients(
  backend: Backend,
  { x, weight, stride, pad, upsample }: Stage,
  dy: TensorInfo,
  split: boolean,
): TensorInfo[] {
  const tensors = tensorsOf(x)
  const inputShape = [...tensors[0]!.shape.slice(0, 3), weight.shape[2]!]
  const channels = tensors.map(({ shape }) => shape[3]!)
  return convInputGradient(backend, {
    dy,
    weight,
    inputShape,
    stride,
    pad,
    ...(upsample && { upsample }),
    ...(split && channels.length === 2 && { split: channels as [number, number] }),
  })
}

/** The gradient of what a stage convolves, all channels of it as one tensor. */
export const beforeNorm = (backend: Backend, stage: Stage, dy: TensorInfo): TensorInfo =>
  inputGradients(backend, stage, dy, false)[0]!

/** Of x, one for each tensor of it, and if it is normalised of the norm's parameters and of what was added to x before. */
export type InputGradients = Partial<ReturnType<typeof normGradient>> & Pick<ReturnType<typeof normGradient>, 'dx'>

type Also = Pick<NormGradient, 'add' | 'around' | 'perItem' | 'into'>

/**
 * The gradients of x and of its norm, from that of what came out. With a norm that of a way around is added to that of
 * x, or `perItem` asks for the sums of that of x over the pixels.
 */
export function stageInputGradient(backend: Backend, stage: Stage, dy: TensorInfo, also: Also = {}): InputGradients {
  const { x, norm } = stage
  if (!norm) return { dx: inputGradients(backend, stage, dy, true) }
  const dz = beforeNorm(backend, stage, dy)
  const found = throughNorm(backend, x, norm, dz, also)
  backend.disposeData(dz.dataId)
  return found
}

/** The gradients of x and of its norm, from that of what is normalised; those of weight and bias where they belong. */
export function throughNorm(
  backend: Backend,
  x: Activations,
  { weight, bias, scaleShift, ...norm }: Normal,
  dy: TensorInfo,
  also: Also,
): ReturnType<typeof normGradient> {
  const into = { ...also.into, dweight: homeFor(weight), dbias: homeFor(bias) }
  return normGradient(backend, { x, dy, ...norm, ...(scaleShift && { scaled: { scaleShift, weight, bias } }), ...also, into })
}

/** Of the convolution's, where they belong in the gradient of all weights. */
export function stageWeightGradients(
  backend: Backend,
  stage: Stage,
  dy: TensorInfo,
  { weight, bias }: Parameters<TensorInfo>,
): { dweight: TensorInfo; dbias: TensorInfo } {
  const { stride, pad } = stage
  const into = [homeFor(weight), homeFor(bias)]
  const [dweight, dbias] = convFilterGradient(backend, {
    ...inputOf(stage),
    dy,
    filterShape: stage.weight.shape,
    stride,
    pad,
    bias: true,
    into,
  })
  // A linear layer's has fewer axes than the filter that it is here.
  return { dweight: { ...dweight!, shape: weight.shape }, dbias: dbias! }
}
