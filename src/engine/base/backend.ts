// The interface between the engine and its backends: operations that a backend has its own kernels
// for.
//
// Every operation is optional. If it is missing, or returns undefined because its kernel would not
// be faster, the caller composes the result from tfjs operations.
import type { MessageText } from './catalogue.ts'
import type {
  AttentionBlock,
  ConvLayer,
  NormOptions,
  Parameters,
  ResidualBlock,
  WeightedTerm,
} from './layerTypes.ts'
import { isComposed } from './order.ts'
import type { Key, StepKey } from './random.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from './tf.ts'
import { tf } from './tf.ts'

/** Layers as single operations with their own gradients. */
export interface FusedLayers {
  conv2d(layer: ConvLayer): Tensor4D | undefined
  /** x W + b, or x W without a bias; has no gradient function. */
  linearForward(x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D
  /** dy W^T. */
  linearInputGradient(dy: Tensor2D, weight: Tensor2D): Tensor2D | undefined
  /** dW and, with a bias, db. Uses only the shape and identity of `weight` and `bias`. */
  linearWeightGradients(
    x: Tensor2D,
    dy: Tensor2D,
    weight: Tensor2D,
    bias?: Tensor1D,
  ): Tensor[] | undefined
  /** x W + b of each layer, for the same small x. */
  projections(x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] | undefined
  /** silu(x) W + b of each layer; has no gradient. */
  activatedProjections(x: Tensor2D, layers: readonly Parameters<Tensor2D>[]): Tensor2D[] | undefined
  groupNorm<T extends Tensor3D | Tensor4D>(
    x: T,
    weight: Tensor1D,
    bias: Tensor1D,
    options: NormOptions,
  ): T | undefined
  silu(x: Tensor): Tensor
  /** dy (gate + y - y gate), the gradient of y = silu(x) from gate = sigmoid(x). */
  siluGradient(dy: Tensor, gate: Tensor, y: Tensor): Tensor | undefined
  /** x Φ(x), with a small relative error for negative x as well. */
  gelu(x: Tensor): Tensor | undefined
  /** scale y (dy - sum y dy), with the sum over the last axis. Records no gradient. */
  softmaxGradient(y: Tensor, dy: Tensor, scale: number): Tensor | undefined
  attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number): Tensor3D | undefined
  attentionBlock(block: AttentionBlock): Tensor4D | undefined
  residualBlock(block: ResidualBlock): Tensor4D | undefined
  /** Convolutions read {@link Features} of two tensors without concatenating them. */
  readsPairs: true
}

/** Small operations that are slow in tfjs. */
export interface TensorOperations {
  /** A tensor filled with one number. */
  constant(shape: number[], value: number): Tensor
  /** Sums over all but the last axis of `[b, ..., c]`: `[c]`. */
  channelSums(x: Tensor): Tensor1D
  /** Sums over the rows of `[n, c]`: `[c]`. */
  rowSums(x: Tensor2D): Tensor1D
  /** `[n, c]` to `[c, n]`. */
  transpose(x: Tensor2D): Tensor2D
  /** `[b, h, w, c]` to `[c, h, w, b]`. */
  reverseAxes(x: Tensor4D): Tensor4D
  /** The sum of the terms. The caller has checked the number of factors of each. */
  weightedSum(terms: readonly WeightedTerm[]): Tensor
  /** (a - b)² of every element, for equal shapes. */
  squaredDifference(a: Tensor, b: Tensor): Tensor
  /** The mean of {@link squaredDifference} over all elements. */
  meanSquaredDifference(a: Tensor, b: Tensor): Scalar
  /**
   * The draw with this key of the Philox generator; see `random.ts`. `keyAt`: its key at any step,
   * with which captured work draws again.
   */
  random(kind: 'normal' | 'uniform', key: Key, shape: number[], keyAt?: StepKey['at']): Tensor
}

/** Offset of each tensor in a vector of all of them, and the length of that vector, in elements. */
export interface VectorLayout {
  offsets: readonly number[]
  size: number
}

/** Operations on the weights and gradients of a training, each stored as a single vector. */
export interface TrainingOperations {
  /**
   * Offsets in vectors are multiples of this (default 1). If it is above 1, tensors are views into
   * their vector.
   */
  vectorAlignment: number
  /** The elements of all tensors in one vector, with zeros in the gaps. */
  flatten(tensors: readonly Tensor[], layout: VectorLayout): Tensor1D
  /** The elements of all tensors, concatenated without gaps. */
  concat(tensors: readonly Tensor[]): Tensor1D
  /** The inverse of flatten, with the shapes of `like`. */
  unflatten(vector: Tensor1D, like: readonly Tensor[], layout: VectorLayout): Tensor[]
  /** Converts a vector to another layout, with zeros in the gaps. */
  relayout(
    vector: Tensor1D,
    sizes: readonly number[],
    from: VectorLayout,
    to: VectorLayout,
  ): Tensor1D
  /**
   * Lets kernels write the gradients of these weights into one vector until `close()`, added to
   * those of `before`, a vector of the same layout.
   */
  openGradientSlots(
    weights: readonly Tensor[],
    layout: VectorLayout,
    before?: Tensor1D,
  ): GradientSlots
  adamStep(step: AdamStep): AdamResult | undefined
  /** The gradient, scaled down if its norm is above `limit`. */
  clipByNorm(gradient: Tensor1D, limit: number): Tensor1D
  /** a - share (a - b). */
  blend(a: Tensor1D, b: Tensor1D, share: number): Tensor1D | undefined
}

export interface GradientSlots {
  /**
   * All gradients as one vector, added to those before; missing ones are zero, and those in their
   * slots may be `writtenGradient`. May be called only once.
   */
  collect(gradients: readonly (Tensor | null | undefined)[]): Tensor1D
  /** Must be called at the end, also after a failure. */
  close(): void
}

/** One step of Adam or AdamW, with the unclipped gradient. */
export interface AdamStep {
  weights: Tensor1D
  gradient: Tensor1D
  first: Tensor1D
  second: Tensor1D
  /** amsgrad: the largest `second` so far. */
  largest?: Tensor1D
  /** Maximum norm of the gradient; 0 for no limit. */
  clipNorm: number
  /** adamw: factor of the weights before the step, 1 - lr weight_decay. */
  keep: number
  /** adam: L2 penalty, the factor of the weights in the gradient. */
  penalty: number
  beta1: number
  beta2: number
  eps: number
  lr: number
  /** Number of the update, from 1. */
  t: number
}

export type AdamResult = Required<Pick<AdamStep, 'weights' | 'first' | 'second'>> &
  Pick<AdamStep, 'largest'>

/**
 * Timing method. `direct`: kernels have run when a node returns. `waited`: the engine waits for the
 * device after each node, but not inside a training step, which is one unit. `issued`: only the
 * time to submit commands is known, not when the device completes them. `device`: the device
 * measures the time of each node, also inside training steps.
 */
export type Timing = 'direct' | 'waited' | 'issued' | 'device'

/** Measures the time that a device takes for the work of nodes. */
export interface DeviceTimer {
  /** Commands until the matching {@link leave} belong to `node`, except those of nodes inside it. */
  enter(node: string): void
  leave(): void
  /** Seconds of a node so far, of work whose times have been read. */
  seconds(node: string): number
  /** Resolves when the times of all work so far have been read. */
  settle(): Promise<void>
  close(): void
}

/** Queue of a device that computes in parallel with this thread. */
export interface DeviceQueue {
  /** Submits all recorded commands. */
  flush(): void
  /** Resolves when the device has completed all submitted work, or if the device is lost. */
  done(): Promise<void>
}

/** Counts of network evaluations that were replayed or not, and the reasons for the latter. */
export interface ReplayReport {
  replayed: number
  executed: number
  reasons: string[]
  /** The reasons by id, for other languages. */
  messages?: { readonly reasons: readonly MessageText[] }
}

/** A pure function of tensors, such as one evaluation of a network or a step of an optimizer. */
export interface CapturableWork {
  /**
   * Identifies, together with the shapes, everything the work depends on except the values of its
   * tensors.
   */
  key: object
  /** Weights by name. They must not be disposed before the backward pass is done. */
  weights: Readonly<Record<string, Tensor>>
  /** Numbers that change from call to call, such as learning rates, have to be among them. */
  inputs: readonly Tensor[]
  /** Must use the inputs it is passed, and no other tensors of the same shape. */
  run: (inputs: readonly Tensor[]) => Tensor[]
  /** The training step, if random numbers of the work depend on it. */
  step?: number | undefined
  /** The reason not to replay the work, if any. */
  unless?: MessageText | undefined
}

export interface DeviceOperations {
  /** Computes on a GPU, which small operations do not fill. */
  isGPU: true
  /** Default: `direct`. */
  timing: Timing
  queue: DeviceQueue
  /** Starts to measure times on the device. Returns undefined if it has no clock. */
  startTimer(): DeviceTimer | undefined
  /**
   * Runs `work` without the device and compiles the kernels it needs. Returns undefined if there is
   * nothing to compile. Kernels used before the promise resolves are compiled one by one.
   */
  precompile(
    work: () => void,
    onCompiled: (done: number, total: number) => void,
  ): Promise<void> | undefined
  /** Reads many scalars at once: one buffer is mapped for all of them. Does not submit a dispatch. */
  readScalars(scalars: readonly Tensor[]): Promise<Float32Array>
  /** Returns `work.run(work.inputs)`, replayed from captured commands if there are any. */
  captureOrReplay(work: CapturableWork): Tensor[]
  /** Returns the counts since the last call; undefined if no network was evaluated. */
  takeReplayReport(): ReplayReport | undefined
}

export interface BackendOperations
  extends
    Partial<FusedLayers>,
    Partial<TensorOperations>,
    Partial<TrainingOperations>,
    Partial<DeviceOperations> {
  /**
   * Identifies arithmetic whose last bits differ from those of the backend's default. It is a part
   * of the keys of trainings, so that none continues with other bits than it began with.
   */
  arithmetic?: string | undefined
}

const implementations = new WeakMap<object, RegisteredOperations>()

interface RegisteredOperations {
  all: BackendOperations
  /** Without the operations that record no gradient, or one that cannot be differentiated. */
  composed: BackendOperations
}

const none: BackendOperations = {}

/** Operations by kernels of the backend, which have no second derivatives. */
const kernelOperations: readonly (keyof BackendOperations)[] = [
  'conv2d',
  'linearForward',
  'linearInputGradient',
  'linearWeightGradients',
  'projections',
  'activatedProjections',
  'groupNorm',
  'silu',
  'siluGradient',
  'gelu',
  'softmaxGradient',
  'attention',
  'attentionBlock',
  'residualBlock',
  'readsPairs',
  'channelSums',
  'rowSums',
  'transpose',
  'reverseAxes',
  'weightedSum',
  'squaredDifference',
  'meanSquaredDifference',
  'captureOrReplay',
] satisfies (keyof FusedLayers | keyof TensorOperations | keyof DeviceOperations)[]

/** Registers the operations of a tfjs backend object. */
export function registerOperations(backend: object, operations: BackendOperations) {
  const composed = { ...operations }
  for (const name of kernelOperations) delete composed[name]
  implementations.set(backend, { all: operations, composed })
}

/**
 * The operations of the current tfjs backend. Inside a second derivative only those that record no
 * gradient, such as constants and random draws.
 */
export function activeBackend(): BackendOperations {
  // tf.backend() would start a backend if none is chosen yet.
  const registered = tf.getBackend() ? implementations.get(tf.backend()) : undefined
  if (!registered) return none
  return isComposed() ? registered.composed : registered.all
}
