// The gradient of all weights as one vector that kernels write into: a kernel that makes the gradient of a weight asks
// `homeFor` where it belongs, and what was made elsewhere is copied. Sums in two stages have the second one together, whenever
// there are many. For the length of one differentiation.
import { layoutHere } from '../flat.ts'
import type { Tensor, Tensor1D, TensorInfo } from '../tf.ts'
import type { Backend } from './backend.ts'
import { WaitingSums } from './kernels/partialSums.ts'
import { ownKernels, tensorOf } from './own.ts'

type DataId = object

/** Where the gradient of a tensor belongs: in that of all weights, or in a vector of other gradients. */
interface Home {
  shape: readonly number[]
  place: number
  vector?: Vector
}

interface Vector {
  size: number
  /** Made when the first one asks for a home. */
  made?: TensorInfo
}

interface Homes {
  backend: Backend
  shapes: Map<DataId, Home>
  /** Those that were offered beside that of all weights. */
  vectors: Set<Vector>
  size: number
  /** Made when the first one asks for a home. */
  arena?: TensorInfo
  sums: WaitingSums
}

export interface OpenHomes {
  /**
   * All gradients as one vector, laid out as the weights; zeros for those that there are not. May be called once.
   */
  collect: (gradients: readonly (Tensor | null | undefined)[]) => Tensor1D
  /** Has to be called at last, whatever has failed. */
  close: () => void
}

let open: Homes | undefined

/**
 * Partial sums that may wait, in numbers: 64 MiB, or for small models so many times their weights. With more room there would be
 * fewer dispatches and more memory taken.
 */
const MOST_WAITING = 2 ** 24
const WAITING_FOR_EACH = 16

/**
 * From now on kernels are told where the gradients of these weights belong. Undefined on other backends than webgpu, where
 * nothing has to be closed.
 */
export function openHomes(weights: readonly Tensor[]): OpenHomes | undefined {
  const backend = ownKernels()
  if (!backend) return undefined
  const { places, size } = layoutHere(weights)
  const shapes = new Map<DataId, Home>(weights.map(({ dataId, shape }, i) => [dataId, { shape, place: places[i]! }]))
  const sums = new WaitingSums(backend, Math.min(MOST_WAITING, WAITING_FOR_EACH * size))
  const own: Homes = { backend, shapes, vectors: new Set(), size, sums }
  open = own
  return {
    collect: (gradients) => collect(own, gradients, places),
    close() {
      if (open === own) open = undefined
      sums.close()
      for (const vector of [own.arena, ...[...own.vectors].map(({ made }) => made)])
        if (vector) backend.disposeData(vector.dataId)
    },
  }
}

/**
 * Where the gradient of a weight, or of what {@link offerHomes} was told, is to be written, all of it: a part of a larger tensor. Each
 * has it once, for of one that is used twice the gradients are added. Undefined where a kernel has to make a tensor of its own.
 */
export function homeFor({ dataId }: TensorInfo): TensorInfo | undefined {
  const home = open?.shapes.get(dataId)
  if (!open || !home) return undefined
  open.shapes.delete(dataId)
  const { vector, place, shape } = home
  const whole = vector ? (vector.made ??= open.backend.makeTensorInfo([vector.size], 'float32')) : wholeOf(open)
  return open.backend.view(whole, place, shape)
}

/**
 * Tells {@link homeFor} of places for the gradients of tensors that are no weights, in a vector of so many numbers. What it gives is
 * called when those gradients are there: it gives the vector, which is then the caller's, or undefined if nobody asked for a place.
 */
export function offerHomes(
  tensors: readonly TensorInfo[],
  places: readonly number[],
  size: number,
): () => TensorInfo | undefined {
  const vector: Vector = { size }
  const homes = open
  homes?.vectors.add(vector)
  tensors.forEach(({ dataId, shape }, i) => homes?.shapes.set(dataId, { shape, place: places[i]!, vector }))
  return () => {
    tensors.forEach(({ dataId }) => homes?.shapes.delete(dataId))
    return homes?.vectors.delete(vector) ? vector.made : undefined
  }
}

const wholeOf = (homes: Homes): TensorInfo => (homes.arena ??= homes.backend.zeros([homes.size]))

/** The vector that homes are parts of, and the room for partial sums, of which none waits now; undefined if no homes are open. */
export const homesNow = (): { whole: TensorInfo; room: TensorInfo } | undefined =>
  open && { whole: wholeOf(open), room: open.sums.ready() }

/** Where in that vector the home of a weight begins, in elements; undefined where {@link homeFor} would give none. */
export function placeFor({ dataId }: TensorInfo): number | undefined {
  const home = open?.shapes.get(dataId)
  return home?.vector ? undefined : home?.place
}

/** Where partial sums may wait if these tensors, which the sums go into, are homes. */
export function waitingSums(homes: readonly TensorInfo[]): WaitingSums | undefined {
  const { arena, backend, sums } = open ?? {}
  if (!arena || !backend) return undefined
  return homes.every((home) => backend.placeOf(home).whole.dataId === arena.dataId) ? sums : undefined
}

function collect(homes: Homes, gradients: readonly (Tensor | null | undefined)[], places: readonly number[]): Tensor1D {
  const { backend } = homes
  const arena = wholeOf(homes)
  homes.sums.flush()
  const away = gradients.flatMap((source, i) =>
    source && !backend.isPartOf(source, arena, places[i]!) ? [{ source, from: 0, to: places[i]!, count: source.size }] : [],
  )
  if (away.length > 0) backend.copy(away, arena)
  homes.arena = undefined
  return tensorOf(arena)
}
