// Capture and replay under tfjs's gradient tape. A replayed evaluation is one node of the tape,
// whose gradient replays the captured backward pass. The forward pass leaves the buffers that the
// backward pass reads; they are released with it, or with the tape.
import type { TapeNode } from '../../training/differentiate.ts'
import { addToTape, backward, onTape } from '../../training/differentiate.ts'
import { hasSoleReader } from '../../training/soleReaders.ts'
import { runTidied } from '../../base/memory.ts'
import type { Tensor, TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import {
  activeArena,
  claimGradientSlot,
  gradientSlotOffset,
  isAccumulating,
  isSlotAdded,
  noteAddedSlot,
} from './gradientArena.ts'
import { wrapTensor } from './activeWebGPU.ts'
import type { WebGPUBackend } from './backend.ts'
import type {
  BackwardKey,
  CapturedGradient,
  CaptureEntry,
  CaptureHistory,
  ForwardCapture,
} from './captureCache.ts'
import type { CapturableWork } from '../../base/backend.ts'
import { captureForward, findOwnedTensor, workTensors } from './captureForward.ts'
import { CommandRecorder, sameNumbers } from './commandCapture.ts'
import { replayMessages } from '../../messages/backends.ts'

interface TapedWork {
  backend: WebGPUBackend
  work: CapturableWork
  /** The buffers of the work's tensors. */
  external: readonly GPUBuffer[]
  entry: CaptureEntry
}

/** An evaluation on the tape, between its forward and its backward pass. */
interface ForwardPass extends TapedWork {
  /** Buffers that the forward pass left for the backward pass. */
  saved: readonly GPUBuffer[]
  /** Kept until the backward pass, as some operations read their own output there. */
  value: Tensor
}

/** Replays a forward pass only if a backward pass for it can be replayed too. */
export function captureOrReplayOnTape(taped: TapedWork): Tensor {
  const { backend, entry } = taped
  const { submits } = backend.bufferManager
  const isReady =
    entry.forward.isReady(submits) &&
    entry.backward.some(
      // The backward pass of the first of several batches is another one than that of the rest.
      ({ key, history }) => key.adds.length > 0 === isAccumulating() && history.isReady(submits),
    )
  const capture = isReady ? entry.forward.take(submits) : undefined
  backend.replayCounts[capture ? 'replayed' : 'executed']++
  return capture ? replayForward(taped, capture) : captureOnTape(taped)
}

function captureOnTape(taped: TapedWork): Tensor {
  const { backend, work, external, entry } = taped
  const run = () => onTape(() => work.run(work.inputs))
  const captured = captureForward(backend, work, external, run)
  const { value, tape, forward } = captured
  entry.forward.add(forward, backend.bufferManager.submits, captured.reason)
  // These clones only keep the buffers alive until the backward pass is done.
  const clones = [value, ...work.inputs].map((tensor) => tf.keep(tensor.clone()))
  const pass = { ...taped, saved: captured.saved, value: clones[0] }
  addToTape({
    kernelName: 'Replayed',
    inputs: selectTensors(work, captured.differentiable),
    outputs: [value],
    saved: [...clones, ...tape.flatMap(({ saved }) => saved ?? [])],
    gradient(dys) {
      const wanted = this.inputs
      const dy = requireGradient(dys)
      const runBackward = () => computeGradients(tape, value, dy, Object.values(wanted))
      return asThunks(
        wanted,
        forward ? captureBackward(pass, toIndices(wanted), dy, runBackward) : runBackward(),
      )
    },
  })
  return value
}

function replayForward(taped: TapedWork, capture: ForwardCapture): Tensor {
  const { backend, work, external } = taped
  const buffers = backend.replay(capture.commands, external)
  const { slot, half } = capture.result
  const value = wrapTensor(backend.adopt(buffers[slot], capture.shape, half))
  const saved = capture.saved.map((each) => buffers[each])
  const holder = tf.keep(wrapTensor(backend.makeBufferHolder(saved)))
  const [valueClone, ...inputs] = [value, ...work.inputs].map((tensor) => tf.keep(tensor.clone()))
  const pass = { ...taped, work: { ...work, inputs }, saved, value: valueClone }
  addToTape({
    kernelName: 'Replayed',
    inputs: selectTensors(work, capture.differentiable),
    outputs: [value],
    saved: [holder, valueClone, ...inputs],
    gradient(dys) {
      const wanted = toIndices(this.inputs)
      const dy = requireGradient(dys)
      return asThunks(
        this.inputs,
        replayBackward(pass, wanted, dy, holder) ?? recomputeGradients(pass.work, wanted, dy),
      )
    },
  })
  return value
}

/** Returns the tensors with these indices, named by index. */
function selectTensors(work: CapturableWork, indices: readonly number[]): Record<string, Tensor> {
  const tensors = workTensors(work)
  return Object.fromEntries(indices.map((index) => [index, tensors[index]]))
}

const toIndices = (wanted: Record<string, Tensor>) => Object.keys(wanted).map(Number)

/** Returns dy of the only output, which is there whenever the gradient of the node is computed. */
function requireGradient([dy]: readonly (Tensor | null)[]): Tensor {
  if (!dy) throw new Error('There is no gradient of a replayed value.')
  return dy
}

const asThunks = (wanted: Record<string, Tensor>, gradients: readonly Tensor[]) =>
  Object.fromEntries(Object.keys(wanted).map((name, i) => [name, () => gradients[i]]))

/** Returns the gradients of these tensors; zeros for those that the value does not depend on. */
const computeGradients = (
  tape: readonly TapeNode[],
  value: Tensor,
  dy: Tensor,
  wanted: readonly Tensor[],
): Tensor[] =>
  runTidied(() =>
    backward(tape, wanted, value, dy).map((gradient, i) => gradient ?? tf.zerosLike(wanted[i])),
  )

/** Repeats the forward pass on a tape, for a backward pass that has no capture. */
function recomputeGradients(work: CapturableWork, wanted: readonly number[], dy: Tensor): Tensor[] {
  const { value, tape } = onTape(() => work.run(work.inputs))
  try {
    return computeGradients(tape, value, dy, Object.values(selectTensors(work, wanted)))
  } finally {
    value.dispose()
  }
}

// ---- the backward pass

function getBackwardKey(
  { backend, work }: ForwardPass,
  wanted: readonly number[],
  dy: TensorInfo,
): BackwardKey {
  const tensors = workTensors(work)
  return {
    wanted,
    arenaOffsets: wanted.map((index) => gradientSlotOffset(tensors[index]) ?? -1),
    adds: isAccumulating() ? wanted.map((index) => Number(hasSoleReader(tensors[index]))) : [],
    dyOffset: backend.binding(dy).offset,
  }
}

/**
 * Returns the external buffers of a backward pass: those of the forward pass, what that saved, its
 * result, dy, and the gradient arena with its partial sums and the gradients of earlier batches.
 */
function backwardBuffers({ backend, external, saved, value }: ForwardPass, dy: TensorInfo) {
  const { arena, partials, before } = activeArena() ?? {}
  const others = [value, dy, arena, partials, before].flatMap((tensor) =>
    tensor ? [backend.binding(tensor).buffer] : [],
  )
  return { buffers: [...external, ...saved, ...others], arena }
}

function captureBackward(
  pass: ForwardPass,
  wanted: readonly number[],
  dy: Tensor,
  run: () => Tensor[],
): Tensor[] {
  const { backend, entry, external, saved } = pass
  const key = getBackwardKey(pass, wanted, dy)
  const { buffers, arena } = backwardBuffers(pass, dy)
  const recorder = new CommandRecorder(buffers)
  const gradients = backend.capture(recorder, () => {
    const computed = run()
    activeArena() // flushes the deferred sums, so that they are part of the capture
    return computed
  })
  const captured = gradients.map((gradient, i): CapturedGradient | undefined => {
    const offset = key.arenaOffsets[i]
    if (offset < 0 || !arena || !backend.isViewAt(gradient, arena, offset))
      return findOwnedTensor(backend, recorder, gradient)
    return isSlotAdded(offset) ? 'added' : 'arena'
  })
  const unreleased = [...saved.keys()].filter((i) => {
    const slot = external.length + i
    return recorder.getSlot(buffers[slot]) === slot
  })
  const isSound = recorder.failure === undefined && ownsExactly(recorder, captured)
  const history = entry.findBackward(key) ?? entry.addBackward(key)
  history.add(
    isSound ? { commands: recorder.commands, unreleased, gradients: captured } : undefined,
    backend.bufferManager.submits,
    recorder.failure ?? (isSound ? undefined : replayMessages.sharedGradients()),
  )
  return gradients
}

/**
 * Returns whether the buffers acquired and not released are those of the gradients, and no others.
 */
function ownsExactly(
  recorder: CommandRecorder,
  gradients: readonly (CapturedGradient | undefined)[],
): gradients is readonly CapturedGradient[] {
  const slots = gradients.flatMap((each) => (typeof each === 'string' ? [] : [each?.slot ?? -1]))
  return sameNumbers(recorder.ownedSlots().sort(ascending), slots.sort(ascending))
}

const ascending = (a: number, b: number) => a - b

/** Returns undefined if there is no capture of this backward pass. */
function replayBackward(
  pass: ForwardPass,
  wanted: readonly number[],
  dy: Tensor,
  holder: Tensor,
): Tensor[] | undefined {
  const { backend, entry, work, saved } = pass
  const key = getBackwardKey(pass, wanted, dy)
  const capture = takeReady(entry.findBackward(key), backend)
  if (!capture) return undefined
  const buffers = backend.replay(capture.commands, backwardBuffers(pass, dy).buffers)
  backend.setHeldBuffers(
    holder,
    capture.unreleased.map((i) => saved[i]),
  )
  const tensors = workTensors(work)
  return wanted.map((index, i) => {
    const [tensor, gradient] = [tensors[index], capture.gradients[i]]
    if (typeof gradient !== 'string')
      return wrapTensor(backend.adopt(buffers[gradient.slot], tensor.shape, gradient.half))
    const slot = claimCapturedSlot(tensor)
    if (gradient === 'added') noteAddedSlot(key.arenaOffsets[i])
    return wrapTensor(slot)
  })
}

function takeReady<Capture>(
  history: CaptureHistory<Capture> | undefined,
  { bufferManager: { submits } }: WebGPUBackend,
): Capture | undefined {
  return history?.isReady(submits) ? history.take(submits) : undefined
}

/**
 * Claims the slot that the replayed commands have written to; the key of the capture says it
 * exists.
 */
function claimCapturedSlot(tensor: Tensor): TensorInfo {
  const slot = claimGradientSlot(tensor)
  if (!slot) throw new Error('A captured gradient has no slot in the arena.')
  return slot
}
