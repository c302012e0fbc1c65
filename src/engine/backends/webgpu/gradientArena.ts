// Gradient arena: the gradients of all weights as one vector that kernels write into directly. A
// kernel that computes the gradient of a weight claims its slot; gradients computed elsewhere are
// copied in at the end. The second stages of split sums are deferred, so that many of them share a
// dispatch. An arena exists for the duration of one backward pass.
import type { GradientSlots, VectorLayout } from '../../base/backend.ts'
import type { Tensor, Tensor1D, TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { wrapTensor } from './activeWebGPU.ts'
import type { WebGPUBackend } from './backend.ts'
import type { WrittenPart } from './kernels/elementwise/partialSums.ts'
import { DeferredSums } from './kernels/elementwise/partialSums.ts'
import { hasSoleReader, writtenGradient } from '../../gradients/soleReaders.ts'

type DataId = object

/** The target of a tensor's gradient: a part of the arena, or of a vector of other gradients. */
interface GradientSlot {
  shape: readonly number[]
  /** In elements. */
  offset: number
  vector?: SlotVector
}

/** A vector of gradients of tensors that are no weights. */
interface SlotVector {
  size: number
  /** Allocated when its first slot is claimed. */
  tensor?: TensorInfo
}

interface GradientArena {
  backend: WebGPUBackend
  slots: Map<DataId, GradientSlot>
  vectors: Set<SlotVector>
  size: number
  /** Allocated when the first slot is claimed. */
  tensor?: TensorInfo
  sums: DeferredSums
  accumulation: Accumulation | undefined
}

/**
 * Accumulation of gradients: each is added to that of earlier batches where it is written, or with
 * the deferred sums. That is possible once the gradient is complete: at once if one operation alone
 * reads the weight, else when all gradients are collected.
 */
interface Accumulation {
  before: Tensor1D
  /** Complete slots, by offset, that have not been added yet, with their sizes. */
  complete: Map<number, number>
  /** Offsets of slots that include the gradients before. */
  added: Set<number>
}

let openArena: GradientArena | undefined

/**
 * Limits of the partial sums that are deferred, in elements: 16 MiB, and for small models a
 * multiple of their weights. More would save dispatches but take more memory, and the sums of
 * several layers would not stay in the cache.
 */
const MAX_DEFERRED = 2 ** 22
const DEFERRED_PER_WEIGHT = 16

/** Opens an arena for the gradients of these weights, which are added to those of `before`. */
export function openGradientArena(
  backend: WebGPUBackend,
  weights: readonly Tensor[],
  { offsets, size }: VectorLayout,
  before?: Tensor1D,
): GradientSlots {
  const slots = new Map<DataId, GradientSlot>(
    weights.map(({ dataId, shape }, i) => [dataId, { shape, offset: offsets[i] }]),
  )
  const accumulation = before && { before, complete: new Map(), added: new Set<number>() }
  const sums = new DeferredSums(
    backend,
    Math.min(MAX_DEFERRED, DEFERRED_PER_WEIGHT * size),
    accumulation && { before: accumulation.before, claim: (at) => claimAddition(accumulation, at) },
  )
  const arena: GradientArena = { backend, slots, vectors: new Set(), size, sums, accumulation }
  openArena = arena
  return {
    collect: (gradients) => collectGradients(arena, gradients, offsets, weights),
    close() {
      if (openArena === arena) openArena = undefined
      sums.close()
      for (const vector of [arena.tensor, ...[...arena.vectors].map(({ tensor }) => tensor)])
        if (vector) backend.disposeData(vector.dataId)
    },
  }
}

/**
 * Claims the slot for the gradient of a tensor: a view that has to be written in full. A tensor's
 * slot can be claimed once, since the gradients of one that is used twice are added. Returns
 * undefined where the kernel has to allocate its output.
 */
export function claimGradientSlot({ dataId }: TensorInfo): TensorInfo | undefined {
  const arena = openArena
  const slot = arena && takeSlot(arena, dataId)
  if (!slot) return undefined
  const { vector, offset, shape } = slot
  const base = vector
    ? (vector.tensor ??= arena.backend.makeTensorInfo([vector.size], 'float32'))
    : arenaTensor(arena)
  return arena.backend.view(base, offset, shape)
}

/** Removes the slot of a tensor, whose gradient is or will be written there. */
function takeSlot({ slots, accumulation }: GradientArena, dataId: DataId) {
  const slot = slots.get(dataId)
  if (!slot) return undefined
  const { vector, offset, shape } = slot
  if (accumulation && !vector && hasSoleReader({ dataId }))
    accumulation.complete.set(offset, tf.util.sizeFromShape([...shape]))
  slots.delete(dataId)
  return slot
}

/** Claims the slot of a weight, like {@link claimGradientSlot}, that replayed commands wrote to. */
export function claimWrittenSlot({ dataId }: TensorInfo): void {
  if (openArena) takeSlot(openArena, dataId)
}

/**
 * Adds slots for the gradients of tensors that are no weights, in a vector of `size` elements. The
 * returned function is called once those gradients have been computed: it passes the vector to the
 * caller, or returns undefined if no slot was claimed.
 */
export function offerGradientSlots(
  tensors: readonly TensorInfo[],
  offsets: readonly number[],
  size: number,
): () => TensorInfo | undefined {
  const vector: SlotVector = { size }
  const arena = openArena
  arena?.vectors.add(vector)
  tensors.forEach(({ dataId, shape }, i) =>
    arena?.slots.set(dataId, { shape, offset: offsets[i], vector }),
  )
  return () => {
    tensors.forEach(({ dataId }) => arena?.slots.delete(dataId))
    return arena?.vectors.delete(vector) ? vector.tensor : undefined
  }
}

const arenaTensor = (arena: GradientArena): TensorInfo =>
  (arena.tensor ??= arena.backend.zeros([arena.size]))

/** The buffers of an arena. */
interface ArenaTensors {
  arena: TensorInfo
  partials: TensorInfo
  /** The gradients of earlier batches. */
  before: TensorInfo | undefined
}

/**
 * Returns the tensors of the open arena, after flushing the deferred sums; undefined if no arena is
 * open.
 */
export function activeArena(): ArenaTensors | undefined {
  if (!openArena) return undefined
  flushSums(openArena)
  const partials = openArena.sums.getScratch()
  return { arena: arenaTensor(openArena), partials, before: openArena.accumulation?.before }
}

/** Returns whether the slot at this offset is complete, and is then added with the deferred sum. */
function claimAddition({ complete, added }: Accumulation, offset: number): boolean {
  if (complete.delete(offset)) added.add(offset)
  return added.has(offset)
}

/** Dispatches the deferred sums, and adds what is complete to the gradients before. */
function flushSums(arena: GradientArena, others: readonly WrittenPart[] = []) {
  const { complete, added } = arena.accumulation ?? {}
  const root = arenaTensor(arena)
  const written = [...(complete ?? [])].map(([offset, count]) => ({ root, offset, count }))
  arena.sums.flush([...written, ...others])
  for (const { offset } of [...written, ...others]) added?.add(offset)
  complete?.clear()
}

/** Returns whether the open arena adds to the gradients of earlier batches. */
export const isAccumulating = (): boolean => openArena?.accumulation !== undefined

/** Returns whether a slot of the open arena includes the gradients before. */
export const isSlotAdded = (offset: number): boolean =>
  openArena?.accumulation?.added.has(offset) ?? false

/** Notes that replayed commands have added the gradients before to a slot. */
export const noteAddedSlot = (offset: number): void => {
  openArena?.accumulation?.complete.delete(offset)
  openArena?.accumulation?.added.add(offset)
}

/**
 * Returns the offset of a weight's slot in the arena, in elements, or undefined where
 * {@link claimGradientSlot} would not return a part of the arena.
 */
export function gradientSlotOffset({ dataId }: TensorInfo): number | undefined {
  const slot = openArena?.slots.get(dataId)
  return slot?.vector ? undefined : slot?.offset
}

/** Returns where sums into these tensors can be deferred, if all of them are parts of the arena. */
export function deferredSumsFor(targets: readonly TensorInfo[]): DeferredSums | undefined {
  const { tensor, backend, sums } = openArena ?? {}
  if (!tensor || !backend) return undefined
  return targets.every((target) => backend.locate(target).root.dataId === tensor.dataId)
    ? sums
    : undefined
}

function collectGradients(
  arena: GradientArena,
  gradients: readonly (Tensor | null | undefined)[],
  offsets: readonly number[],
  weights: readonly Tensor[],
): Tensor1D {
  const { backend, accumulation } = arena
  const tensor = arenaTensor(arena)
  flushSums(arena)
  const missing = gradients.flatMap((source, i) =>
    source && source !== writtenGradient && !backend.isViewAt(source, tensor, offsets[i])
      ? [{ source, from: 0, to: offsets[i], count: source.size }]
      : [],
  )
  if (missing.length > 0) backend.copy(missing, tensor)
  if (accumulation) addRemaining(arena, accumulation, offsets, weights)
  arena.tensor = undefined
  return wrapTensor(tensor)
}

/** Adds the gradients before to all slots that do not include them yet. */
function addRemaining(
  arena: GradientArena,
  { added }: Accumulation,
  offsets: readonly number[],
  weights: readonly Tensor[],
) {
  const root = arenaTensor(arena)
  const rest = weights.flatMap(({ size: count }, i) =>
    added.has(offsets[i]) ? [] : [{ root, offset: offsets[i], count }],
  )
  if (rest.length > 0) flushSums(arena, rest)
}
