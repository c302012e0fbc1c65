// Moments of a convolution's output: the mean and the variance of each channel in each tile of pixels,
// computed while the tile is still in registers. A group norm of the output combines them (norm.ts)
// instead of reading the output again.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { Activations } from '../../activationInput.ts'
import { activationTensors } from '../../activationInput.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { tensorBinding } from '../../wgsl.ts'
import { canGiveMoments } from '../gemm/gemmTiled.ts'
import type { Tile, WinogradTile } from '../gemm/tiles.ts'

/** A convolution as a product: a row for each pixel of y, a column for each channel. */
interface Product {
  rows: number
  columns: number
  /** Parts of y, each with as many pixels of every item. */
  parts: number
  depth: number
  /** Rows of an item in a part. */
  pixels: number
  /** Bound buffers without the moments. */
  bindings: number
}

/**
 * Returns the shape of the moments, [b, tiles of an item, 2, c], or undefined where the convolution
 * cannot compute them: tiles have to be parts of items, and channels multiples of four.
 */
export function momentsShape(
  { device: { limits } }: WebGPUBackend,
  { rows, columns, parts, depth, pixels, bindings }: Product,
  tile: Tile | WinogradTile,
): [number, number, number, number] | undefined {
  if (tile.shape !== 'tiled' || columns % 4 !== 0) return undefined
  const height = tile.tall * tile.rows
  const isPossible =
    pixels % height === 0 &&
    bindings < limits.maxStorageBuffersPerShaderStage &&
    canGiveMoments({ rows, depth }, tile)
  return isPossible ? [rows / pixels, (parts * pixels) / height, 2, columns] : undefined
}

export const momentsBinding = tensorBinding('tile_moments', 4)

/** `put_moments` of a product with as many parts, for moments of this shape. */
export function putMomentsCode([, tiles, , channels]: readonly number[], parts: number): string {
  const ofPart = tiles / parts
  return `fn put_moments(tile: u32, n: u32, mean: vec4f, variance: vec4f, part: u32) {
  if (n >= ${channels}u) { return; }
  let to = ${parts === 1 ? 'tile' : `(tile / ${ofPart}u * ${parts}u + part) * ${ofPart}u + tile % ${ofPart}u`};
  tile_moments_put(2u * to * ${channels}u + n, mean, 4u);
  tile_moments_put((2u * to + 1u) * ${channels}u + n, variance, 4u);
}`
}

/**
 * Returns the moments of each tensor of x, if all of them have some, of as many tiles for an item. A
 * tensor may be a reshaped output: tokens as items of their own, for a layer norm, have none.
 */
export function findMoments(backend: WebGPUBackend, x: Activations): TensorInfo[] | undefined {
  const moments = activationTensors(x).flatMap((tensor) => {
    const found = backend.getMoments(tensor)
    return found && isOfShape(found, tensor) ? found : []
  })
  const isComplete =
    moments.length === activationTensors(x).length &&
    moments.every(({ shape }) => shape[1] === moments[0].shape[1])
  return isComplete ? moments : undefined
}

/** Returns whether moments are those of a tensor with these items and channels. */
const isOfShape = ({ shape: [items, , , channels] }: TensorInfo, { shape }: TensorInfo): boolean =>
  items === shape[0] && channels === shape[shape.length - 1]
