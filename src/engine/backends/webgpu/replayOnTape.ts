// Capture and replay under tfjs's gradient tape. A replayed evaluation is one node of the tape,
// whose gradient replays the captured backward pass. The forward pass leaves the buffers that the
// backward pass reads; they are released with it, or with the tape.
import type { TapeNode } from '../../gradients/differentiate.ts'
import { addToTape, backwardFrom, onTape } from '../../gradients/differentiate.ts'
import { hasSoleReader, mayBeWritten, writtenGradient } from '../../gradients/soleReaders.ts'
import { runTidied } from '../../base/memory.ts'
import type { Tensor, TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import {
  activeArena,
  claimGradientSlot,
  claimWrittenSlot,
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
import { countEvaluation } from './captureCache.ts'
import {
  captureForward,
  findOwnedTensor,
  selectTapedInputs,
  workTensors,
} from './captureForward.ts'
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
  values: readonly Tensor[]
}

/** Replays a forward pass only if a backward pass for it can be replayed too. */
export function captureOrReplayOnTape(taped: TapedWork): Tensor[] {
  const { backend, work, entry } = taped
  const { submits } = backend.bufferManager
  const isReady =
    !entry.lacksBackward &&
    entry.forward.isReady(submits) &&
    entry.backward.some(
      // The backward pass of the first of several batches is another one than that of the rest.
      ({ key, history }) => key.adds.length > 0 === isAccumulating() && history.isReady(submits),
    )
  entry.lacksBackward = false
  const capture = isReady ? entry.forward.take(submits) : undefined
  countEvaluation(backend, work, capture ? 'replayed' : 'executed')
  return capture ? replayForward(taped, capture) : captureOnTape(taped)
}

/** Runs work as one operation on the tape. */
export function runOnTape(work: CapturableWork): Tensor[] {
  const { values, tape } = recordRun(work)
  addRunToTape(work, values, tape, selectTapedInputs(work, tape), (_, run) => run())
  return values
}

function recordRun(work: CapturableWork): { values: Tensor[]; tape: TapeNode[] } {
  const { value: values, tape } = onTape(() => work.run(work.inputs))
  return { values, tape }
}

function captureOnTape(taped: TapedWork): Tensor[] {
  const { backend, work, external, entry } = taped
  const captured = captureForward(backend, work, external, () => recordRun(work))
  const { values, tape, differentiable, forward, saved } = captured
  entry.forward.add(forward, backend.bufferManager.submits, captured.reason)
  addRunToTape(work, values, tape, differentiable, (dys, run, clones, wanted) =>
    forward ? captureBackward({ ...taped, saved, values: clones }, wanted, dys, run) : run(),
  )
  return values
}

/**
 * Adds work that was run on a tape of its own. `compute` calls the function that computes the
 * gradients of the wanted tensors, which it receives with copies of the results.
 */
function addRunToTape(
  work: CapturableWork,
  values: readonly Tensor[],
  tape: readonly TapeNode[],
  differentiable: readonly number[],
  compute: (
    dys: ResultGradients,
    run: () => Tensor[],
    clones: readonly Tensor[],
    wanted: readonly number[],
  ) => Tensor[],
) {
  // These clones only keep the buffers alive until the backward pass is done.
  const clones = [...values, ...work.inputs].map((tensor) => tf.keep(tensor.clone()))
  addToTape({
    kernelName: 'Replayed',
    inputs: selectTensors(work, differentiable),
    outputs: [...values],
    saved: [...clones, ...tape.flatMap(({ saved }) => saved ?? [])],
    gradient(dys) {
      const wanted = this.inputs
      const run = () => replayGradients(tape, values, dys, Object.values(wanted))
      return asThunks(wanted, compute(dys, run, clones.slice(0, values.length), toIndices(wanted)))
    },
  })
}

/** Returns the results of replayed work. */
export const adoptResults = (
  backend: WebGPUBackend,
  { results }: ForwardCapture,
  buffers: readonly GPUBuffer[],
): Tensor[] =>
  results.map(({ slot, half, shape }) => wrapTensor(backend.adopt(buffers[slot], shape, half)))

function replayForward(taped: TapedWork, capture: ForwardCapture): Tensor[] {
  const { backend, work, external } = taped
  const buffers = backend.replay(capture.commands, external, work.step)
  const values = adoptResults(backend, capture, buffers)
  const saved = capture.saved.map((each) => buffers[each])
  const holder = tf.keep(wrapTensor(backend.makeBufferHolder(saved)))
  const clones = values.map((tensor) => tf.keep(tensor.clone()))
  const inputs = work.inputs.map((tensor) => tf.keep(tensor.clone()))
  const pass = { ...taped, work: { ...work, inputs }, saved, values: clones }
  addToTape({
    kernelName: 'Replayed',
    inputs: selectTensors(work, capture.differentiable),
    outputs: values,
    saved: [holder, ...clones, ...inputs],
    gradient(dys) {
      const wanted = toIndices(this.inputs)
      return asThunks(
        this.inputs,
        replayBackward(pass, wanted, dys, holder) ?? recomputeGradients(pass.work, wanted, dys),
      )
    },
  })
  return values
}

/** Returns the tensors with these indices, named by index. */
function selectTensors(work: CapturableWork, indices: readonly number[]): Record<string, Tensor> {
  const tensors = workTensors(work)
  return Object.fromEntries(indices.map((index) => [index, tensors[index]]))
}

const toIndices = (wanted: Record<string, Tensor>) => Object.keys(wanted).map(Number)

/** Gradients of the results of some work; null for those that nothing depends on. */
type ResultGradients = readonly (Tensor | null)[]

const asThunks = (wanted: Record<string, Tensor>, gradients: readonly Tensor[]) =>
  Object.fromEntries(Object.keys(wanted).map((name, i) => [name, () => gradients[i]]))

/** Returns the gradients of these tensors; zeros for those that the values do not depend on. */
const replayGradients = (
  tape: readonly TapeNode[],
  values: readonly Tensor[],
  dys: ResultGradients,
  wanted: readonly Tensor[],
): Tensor[] =>
  runTidied(() =>
    backwardFrom(tape, wanted, values, dys).map(
      (gradient, i) => gradient ?? tf.zerosLike(wanted[i]),
    ),
  )

/** Repeats the forward pass on a tape, for a backward pass that has no capture. */
function recomputeGradients(
  work: CapturableWork,
  wanted: readonly number[],
  dys: ResultGradients,
): Tensor[] {
  const { values, tape } = recordRun(work)
  try {
    return replayGradients(tape, values, dys, Object.values(selectTensors(work, wanted)))
  } finally {
    tf.dispose(values)
  }
}

// ---- the backward pass

function getBackwardKey(
  { backend, work, external, saved, values }: ForwardPass,
  wanted: readonly number[],
  dys: ResultGradients,
): BackwardKey {
  const tensors = workTensors(work)
  const places = dys.map((dy) => dy && backend.binding(dy))
  const known = [...external, ...saved, ...values.map((value) => backend.binding(value).buffer)]
  return {
    wanted,
    arenaOffsets: wanted.map((index) => gradientSlotOffset(tensors[index]) ?? -1),
    adds: isAccumulating() ? wanted.map((index) => Number(hasSoleReader(tensors[index]))) : [],
    dyBuffers: places.map((place) => (place ? indexAmong(known, place.buffer) : -1)),
    dyOffsets: places.map((place) => place?.offset ?? -1),
    dySizes: places.map((place) => place?.size ?? 0),
  }
}

/** Returns the index of a buffer, which is added to the others if it is not among them. */
function indexAmong(buffers: GPUBuffer[], buffer: GPUBuffer): number {
  const index = buffers.indexOf(buffer)
  return index >= 0 ? index : buffers.push(buffer) - 1
}

/**
 * Returns the external buffers of a backward pass: those of the forward pass, what that saved, its
 * results, their gradients, and, if it has slots there, the gradient arena with its partial sums and the gradients of earlier batches.
 */
function backwardBuffers(
  { backend, external, saved, values }: ForwardPass,
  dys: ResultGradients,
  { arenaOffsets }: BackwardKey,
) {
  const usesArena = arenaOffsets.some((offset) => offset >= 0)
  const { arena, partials, before } = (usesArena && activeArena()) || {}
  const others = [...values, ...dys, arena, partials, before].flatMap((tensor) =>
    tensor ? [backend.binding(tensor).buffer] : [],
  )
  return { buffers: [...external, ...saved, ...others], arena }
}

function captureBackward(
  pass: ForwardPass,
  wanted: readonly number[],
  dys: ResultGradients,
  run: () => Tensor[],
): Tensor[] {
  const { backend, entry, external, saved } = pass
  const key = getBackwardKey(pass, wanted, dys)
  const { buffers, arena } = backwardBuffers(pass, dys, key)
  const recorder = new CommandRecorder(buffers, pass.work.step)
  const gradients = backend.capture(recorder, () => {
    const computed = run()
    if (arena) activeArena() // flushes the deferred sums, so that they are part of the capture
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
  dys: ResultGradients,
  holder: Tensor,
): Tensor[] | undefined {
  const { backend, entry, work, saved } = pass
  const key = getBackwardKey(pass, wanted, dys)
  const capture = takeReady(entry.findBackward(key), backend)
  entry.lacksBackward = !capture
  if (!capture) return undefined
  const buffers = backend.replay(
    capture.commands,
    backwardBuffers(pass, dys, key).buffers,
    work.step,
  )
  backend.setHeldBuffers(
    holder,
    capture.unreleased.map((i) => saved[i]),
  )
  const tensors = workTensors(work)
  return wanted.map((index, i) => {
    const [tensor, gradient] = [tensors[index], capture.gradients[i]]
    if (typeof gradient !== 'string')
      return wrapTensor(backend.adopt(buffers[gradient.slot], tensor.shape, gradient.half))
    const isWritten = mayBeWritten(tensor)
    const slot = isWritten ? writtenGradient : wrapTensor(claimCapturedSlot(tensor))
    if (isWritten) claimWrittenSlot(tensor)
    if (gradient === 'added') noteAddedSlot(key.arenaOffsets[i])
    return slot
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
