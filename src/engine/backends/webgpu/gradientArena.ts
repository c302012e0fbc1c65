// Gradient arena: the gradients of all weights as one vector that kernels write into directly. A
// kernel that computes the gradient of a weight claims its slot; gradients computed elsewhere are
// copied in at the end. The second stages of split sums are deferred, so that many of them share a
// dispatch. An arena exists for the duration of one backward pass.
import type { GradientSlots, VectorLayout } from '../../base/backend.ts'
import type { Tensor, Tensor1D, TensorInfo } from '../../base/tf.ts'
import { wrapTensor } from './activeWebGPU.ts'
import type { WebGPUBackend } from './backend.ts'
import { DeferredSums } from './kernels/partialSums.ts'

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
}

let openArena: GradientArena | undefined

/**
 * Limits of the partial sums that are deferred, in elements: 16 MiB, and for small models a
 * multiple of their weights. More would save dispatches but take more memory, and the sums of
 * several layers would not stay in the cache.
 */
const MAX_DEFERRED = 2 ** 22
const DEFERRED_PER_WEIGHT = 16

/** Opens an arena for the gradients of these weights. */
export function openGradientArena(
  backend: WebGPUBackend,
  weights: readonly Tensor[],
  { offsets, size }: VectorLayout,
): GradientSlots {
  const slots = new Map<DataId, GradientSlot>(
    weights.map(({ dataId, shape }, i) => [dataId, { shape, offset: offsets[i] }]),
  )
  const sums = new DeferredSums(backend, Math.min(MAX_DEFERRED, DEFERRED_PER_WEIGHT * size))
  const arena: GradientArena = { backend, slots, vectors: new Set(), size, sums }
  openArena = arena
  return {
    collect: (gradients) => collectGradients(arena, gradients, offsets),
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
  const slot = openArena?.slots.get(dataId)
  if (!openArena || !slot) return undefined
  openArena.slots.delete(dataId)
  const { vector, offset, shape } = slot
  const base = vector
    ? (vector.tensor ??= openArena.backend.makeTensorInfo([vector.size], 'float32'))
    : arenaTensor(openArena)
  return openArena.backend.view(base, offset, shape)
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

/**
 * Returns the open arena's tensor and its buffer of partial sums, after flushing the deferred sums;
 * undefined if no arena is open.
 */
export const activeArena = (): { arena: TensorInfo; partials: TensorInfo } | undefined =>
  openArena && { arena: arenaTensor(openArena), partials: openArena.sums.flushedScratch() }

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
): Tensor1D {
  const { backend } = arena
  const tensor = arenaTensor(arena)
  arena.sums.flush()
  const missing = gradients.flatMap((source, i) =>
    source && !backend.isViewAt(source, tensor, offsets[i])
      ? [{ source, from: 0, to: offsets[i], count: source.size }]
      : [],
  )
  if (missing.length > 0) backend.copy(missing, tensor)
  arena.tensor = undefined
  return wrapTensor(tensor)
}
