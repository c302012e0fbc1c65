// Captures the GPU commands of a forward pass.
import type { MessageText } from '../../base/catalogue.ts'
import type { CapturableWork } from '../../base/backend.ts'
import type { TapeNode } from '../../gradients/differentiate.ts'
import type { Tensor } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'
import type {
  CapturedResult,
  ForwardCapture,
  InputLayout,
  OwnedTensor,
  TensorsLayout,
} from './captureCache.ts'
import { CommandRecorder } from './commandCapture.ts'
import { replayMessages } from '../../messages/backends.ts'

export const workTensors = ({ inputs, weights }: CapturableWork): Tensor[] => [
  ...inputs,
  ...Object.values(weights),
]

/** Layouts of the weights of models, which stay the same where they are not trained. */
const knownWeights = new WeakMap<CapturableWork['weights'], DescribedTensors>()

/** Tensors with their distinct buffers and layout. */
interface DescribedTensors {
  tensors: readonly Tensor[]
  buffers: readonly GPUBuffer[]
  layout: TensorsLayout
}

/**
 * Returns the cache entry of a piece of work, and its external buffers without duplicates: those of
 * the weights first.
 */
export function lookUpWork(backend: WebGPUBackend, work: CapturableWork, onTape: boolean) {
  const weights = describeWeights(backend, work.weights)
  const inputs = describeCaptured(backend, work.inputs, [], weights.buffers)
  const layout: InputLayout = { weights: weights.layout, inputs: inputs.layout }
  const { captures, bufferManager } = backend
  const entry = captures.lookUp(work.key, layout, onTape, bufferManager.submits)
  // The same object is compared at once.
  weights.layout = entry.layout.weights
  return { entry, buffers: inputs.buffers }
}

function describeWeights(
  backend: WebGPUBackend,
  weights: CapturableWork['weights'],
): DescribedTensors {
  const known = knownWeights.get(weights)
  if (known && isCurrent(backend, weights, known)) return known
  const described = describeCaptured(backend, Object.values(weights), Object.keys(weights), [])
  knownWeights.set(weights, described)
  return described
}

/** Returns whether weights still consist of the same tensors in the same buffers. */
function isCurrent(
  backend: WebGPUBackend,
  weights: CapturableWork['weights'],
  { tensors, buffers, layout }: DescribedTensors,
): boolean {
  const { names, buffers: indices } = layout
  for (let i = 0; i < tensors.length; i++) {
    const tensor = tensors[i]
    if (tensor.isDisposed || weights[names[i]] !== tensor) return false
    if (!backend.isIn(tensor, buffers[indices[i]])) return false
  }
  return true
}

/** Describes tensors whose buffers are those before, or follow them. */
function describeCaptured(
  backend: WebGPUBackend,
  tensors: readonly Tensor[],
  names: readonly string[],
  before: readonly GPUBuffer[],
): DescribedTensors {
  const buffers = [...before]
  const indices = new Map(buffers.map((buffer, i) => [buffer, i]))
  const shapes = tensors.map(({ shape }) => shape)
  const layout: TensorsLayout = { buffers: [], offsets: [], sizes: [], shapes, types: [], names }
  for (const tensor of tensors) {
    const { buffer, offset, size } = backend.binding(tensor)
    let index = indices.get(buffer)
    if (index === undefined) indices.set(buffer, (index = buffers.push(buffer) - 1))
    layout.buffers.push(index)
    layout.offsets.push(offset)
    layout.sizes.push(size)
    layout.types.push(tensor.dtype, backend.dataType(tensor))
  }
  return { tensors, buffers, layout }
}

/** The result of running a piece of work while recording its commands. */
interface CapturedRun {
  values: Tensor[]
  tape: TapeNode[]
  /** Indices of the input tensors that the tape refers to. */
  differentiable: number[]
  /** Undefined if the commands cannot be replayed, for this reason. */
  forward: ForwardCapture | undefined
  reason: MessageText | undefined
  /** Buffers acquired for the backward pass. */
  saved: GPUBuffer[]
}

/** Runs the work and captures its commands. */
export function captureForward(
  backend: WebGPUBackend,
  work: CapturableWork,
  external: readonly GPUBuffer[],
  run: () => { values: Tensor[]; tape: TapeNode[] },
): CapturedRun {
  const recorder = new CommandRecorder(external, work.step)
  const { values, tape } = backend.capture(recorder, () => {
    const done = run()
    // A replayed result has no moments.
    for (const value of done.values) backend.setMoments(value, undefined)
    return done
  })
  const results = values.flatMap((value): CapturedResult[] => {
    const owned = findOwnedTensor(backend, recorder, value)
    const isUnshared = tape.length > 0 || backend.refCount(value) === 1
    return owned && isUnshared ? [{ ...owned, shape: value.shape }] : []
  })
  const own = new Set(results.map(({ slot }) => slot))
  const saved = recorder.ownedSlots().filter((slot) => !own.has(slot))
  const differentiable = selectTapedInputs(work, tape)
  const isSound = recorder.failure === undefined && own.size === values.length
  const forward: ForwardCapture | undefined = isSound
    ? { commands: recorder.commands, results, saved, differentiable }
    : undefined
  return {
    values,
    tape,
    differentiable,
    forward,
    reason: recorder.failure ?? (isSound ? undefined : replayMessages.sharedResult()),
    saved: saved.map((slot) => recorder.buffers[slot]),
  }
}

/** Returns the indices of the tensors of some work that a tape refers to. */
export function selectTapedInputs(work: CapturableWork, tape: readonly TapeNode[]): number[] {
  const used = new Set(tape.flatMap(({ inputs }) => Object.values(inputs).map(({ id }) => id)))
  return workTensors(work).flatMap(({ id }, i) => (used.has(id) ? [i] : []))
}

/** Returns where a tensor is if it fills a buffer that was acquired while recording. */
export function findOwnedTensor(
  backend: WebGPUBackend,
  recorder: CommandRecorder,
  tensor: Tensor,
): OwnedTensor | undefined {
  const { buffer } = backend.binding(tensor)
  const slot = recorder.getSlot(buffer)
  const isOwned = slot !== undefined && recorder.ownedSlots().includes(slot)
  const half = backend.storageOf(tensor)
  return isOwned && tensor.dtype === 'float32' && !backend.viewBase(tensor)
    ? { slot, half }
    : undefined
}
