// All weights as one vector: an optimizer then takes a dozen operations a step, or one kernel, and not that for every weight.
//
// On webgpu each tensor begins at a multiple of 64 elements, where a kernel can bind it: the weights are views into the vector,
// which no step has to take apart or put together. What is between them are zeros. Elsewhere there is nothing between them.
// States come from files, and from other backends through storage: by its length a vector tells how it is laid out.
import { tidied } from './plan/memory.ts'
import type { Tensor, Tensor1D } from './tf.ts'
import { tf } from './tf.ts'
import { ownFunctions } from './wasm/module.ts'
import { joined, parted } from './wasm/vectors.ts'
import type { Backend } from './webgpu/backend.ts'
import { ownKernels, tensorOf } from './webgpu/own.ts'

/** Where tensors begin in a vector, and its length. */
export interface Layout {
  places: readonly number[]
  size: number
}

/** In elements; every WebGPU device binds at multiples of 256 bytes. */
const APART = 64

function layoutAt(sizes: readonly number[], multiple: number): Layout {
  let size = 0
  const places = sizes.map((count) => {
    const place = size
    size += Math.ceil(count / multiple) * multiple
    return place
  })
  return { places, size }
}

const sizesOf = (tensors: readonly Tensor[]) => tensors.map(({ size }) => size)

/** How {@link flatten} lays tensors out on this backend. */
export const layoutHere = (tensors: readonly Tensor[]): Layout => layoutAt(sizesOf(tensors), ownKernels() ? APART : 1)

/** How a vector of all these tensors is laid out. Throws Error if it is not of these. */
export function layoutOf(flat: Tensor1D, like: readonly Tensor[]): Layout {
  const found = [1, APART].map((multiple) => layoutAt(sizesOf(like), multiple)).find(({ size }) => size === flat.size)
  if (!found) throw new Error(`Expected the elements of ${like.length} tensors, got a vector of ${flat.size}.`)
  return found
}

/** The elements of all tensors, one after the other. On webgpu a view where they are views into one already. */
export function flatten(tensors: readonly Tensor[]): Tensor1D {
  const own = ownFunctions()
  if (own) return joined(own, tensors)
  const backend = ownKernels()
  if (!backend) return tf.concat1d(tensors.map((tensor) => tensor.as1D()))
  const { places, size } = layoutHere(tensors)
  const whole = tensors[0] && backend.baseOf(tensors[0])
  const isHome = (tensor: Tensor, i: number) => backend.isPartOf(tensor, whole!, places[i]!)
  if (whole && tf.util.sizeFromShape(whole.shape) === size && tensors.every(isHome))
    return tensorOf(backend.view(whole, 0, [size]))
  const flat = backend.zeros([size])
  backend.copy(
    tensors.map((source, i) => ({ source, from: 0, to: places[i]!, count: source.size })),
    flat,
  )
  return tensorOf(flat)
}

/** The inverse of {@link flatten}, with the shapes of `like`: on webgpu views into the vector, without a copy. */
export function unflatten(flat: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const backend = ownKernels()
  if (!backend) return partsOf(flat, like)
  return tidied(() => {
    const here = laidOut(flat, like)
    const { places } = layoutHere(like)
    return like.map(({ shape }, i) => tensorOf(backend.view(here, places[i]!, shape)))
  })
}

function partsOf(flat: Tensor1D, like: readonly Tensor[]): Tensor[] {
  const [sizes, { places }] = [sizesOf(like), layoutOf(flat, like)]
  const isClose = flat.size === layoutAt(sizes, 1).size
  const own = ownFunctions()
  if (own && isClose) return parted(own, flat, like)
  const parts = isClose ? tf.split(flat, sizes) : sizes.map((size, i) => flat.slice(places[i]!, size))
  return parts.map((part, i) => part.reshape(like[i]!.shape))
}

/** The vector as {@link flatten} lays it out here: itself unless it comes from a file or from another backend. */
export function laidOut(flat: Tensor1D, like: readonly Tensor[]): Tensor1D {
  if (flat.size === layoutHere(like).size) return flat
  const backend = ownKernels()
  return backend ? movedApart(backend, flat, like) : tidied(() => flatten(partsOf(flat, like)))
}

/** The elements of all tensors, one after the other and close together: on webgpu by copies, which need no kernel for their number. */
export function inARow(tensors: readonly Tensor[]): Tensor1D {
  const backend = ownKernels()
  if (!backend) return flatten(tensors)
  const { places, size } = layoutAt(sizesOf(tensors), 1)
  const all = backend.makeTensorInfo([size], 'float32')
  backend.copy(
    tensors.map((source, i) => ({ source, from: 0, to: places[i]!, count: source.size })),
    all,
  )
  return tensorOf(all)
}

function movedApart(backend: Backend, flat: Tensor1D, like: readonly Tensor[]): Tensor1D {
  const [{ places: from }, { places: to, size }] = [layoutOf(flat, like), layoutHere(like)]
  const made = backend.zeros([size])
  backend.copy(
    like.map((tensor, i) => ({ source: flat, from: from[i]!, to: to[i]!, count: tensor.size })),
    made,
  )
  return tensorOf(made)
}

/** Tensors of the same numbers with an identity of their own: on webgpu views into one vector, elsewhere nothing is copied. */
export const ownTensors = (tensors: readonly Tensor[]): Tensor[] =>
  ownKernels() ? unflatten(flatten(tensors), tensors) : tensors.map((tensor) => tensor.clone())
