// Captures the GPU commands of a forward pass.
import type { CapturableWork } from '../../base/backend.ts'
import type { TapeNode } from '../../training/differentiate.ts'
import type { Tensor } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'
import type { ForwardCapture, InputLayout, OwnedTensor } from './captureCache.ts'
import { CommandRecorder } from './commandCapture.ts'
import { replayMessages } from '../../messages/backends.ts'

export const workTensors = ({ inputs, weights }: CapturableWork): Tensor[] => [
  ...inputs,
  ...Object.values(weights),
]

/** The external buffers of a piece of work, without duplicates, and the layout of its tensors. */
export interface WorkInputs {
  buffers: GPUBuffer[]
  layout: InputLayout
}

export function describeInputs(backend: WebGPUBackend, work: CapturableWork): WorkInputs {
  const tensors = workTensors(work)
  const indices = new Map<GPUBuffer, number>()
  const buffers: GPUBuffer[] = []
  const layout: InputLayout = {
    buffers: [],
    offsets: [],
    sizes: [],
    shapes: tensors.map(({ shape }) => shape),
    names: Object.keys(work.weights),
  }
  for (const tensor of tensors) {
    const { buffer, offset, size } = backend.binding(tensor)
    let index = indices.get(buffer)
    if (index === undefined) indices.set(buffer, (index = buffers.push(buffer) - 1))
    layout.buffers.push(index)
    layout.offsets.push(offset)
    layout.sizes.push(size)
  }
  return { buffers, layout }
}

/** The result of running a piece of work while recording its commands. */
interface CapturedRun {
  value: Tensor
  tape: TapeNode[]
  /** Indices of the input tensors that the tape refers to. */
  differentiable: number[]
  /** Undefined if the commands cannot be replayed, for this reason. */
  forward: ForwardCapture | undefined
  reason: string | undefined
  /** Buffers acquired for the backward pass. */
  saved: GPUBuffer[]
}

/** Runs the work and captures its commands. */
export function captureForward(
  backend: WebGPUBackend,
  work: CapturableWork,
  external: readonly GPUBuffer[],
  run: () => { value: Tensor; tape: TapeNode[] },
): CapturedRun {
  const recorder = new CommandRecorder(external)
  const { value, tape } = backend.capture(recorder, () => {
    const done = run()
    // A replayed result has no moments.
    backend.setMoments(done.value, undefined)
    return done
  })
  const result = findOwnedTensor(backend, recorder, value)
  const isUnshared = tape.length > 0 || backend.refCount(value) === 1
  const saved = recorder.ownedSlots().filter((slot) => slot !== result?.slot)
  const differentiable = selectTapedInputs(work, tape)
  const isSound = recorder.failure === undefined && result !== undefined && isUnshared
  const forward: ForwardCapture | undefined = isSound
    ? { commands: recorder.commands, result, shape: value.shape, saved, differentiable }
    : undefined
  return {
    value,
    tape,
    differentiable,
    forward,
    reason: recorder.failure ?? (isSound ? undefined : replayMessages.sharedResult()),
    saved: saved.map((slot) => recorder.buffers[slot]),
  }
}

function selectTapedInputs(work: CapturableWork, tape: readonly TapeNode[]): number[] {
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
