// Linear maps from the pixels of an image to the pixels of another, with few sources per pixel:
// flips, shifts, rotations, crops and interpolation. The gradient of a map is its transpose, which
// is a map too, so that only gathers and products run on the device, at every order of gradients.
import type { Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { linearOp } from '../layers/operation.ts'

/** Height and width. */
export type Size = readonly [height: number, width: number]

/** A source of an output pixel: its row and column, and the weight of its value. */
export type PixelSource = readonly [row: number, column: number, weight: number]

/** For each output pixel, equally many sources; missing ones have weight 0. */
export interface PixelMap {
  from: Size
  to: Size
  /** `sources[k][p]`: index of source k of output pixel p. */
  sources: Int32Array[]
  weights: Float32Array[]
}

/**
 * The map whose output pixel (row, column) is the weighted sum of its sources. Sources outside the
 * image count as 0.
 */
export function createPixelMap(
  from: Size,
  to: Size,
  findSources: (row: number, column: number) => readonly PixelSource[],
): PixelMap {
  const entries: Entry[] = []
  for (let row = 0; row < to[0]; row++)
    for (let column = 0; column < to[1]; column++)
      for (const [y, x, weight] of findSources(row, column))
        if (weight !== 0 && y >= 0 && y < from[0] && x >= 0 && x < from[1])
          entries.push([row * to[1] + column, y * from[1] + x, weight])
  return packEntries(from, to, entries)
}

/** Maps that were used last, by their key: loops use the same map in every iteration. */
const recentMaps = new Map<string, PixelMap>()
const MOST_MAPS = 16

/** Returns the map of this key, creating it if it is not among the last ones. */
export function rememberPixelMap(key: string, create: () => PixelMap): PixelMap {
  const map = recentMaps.get(key) ?? create()
  recentMaps.delete(key)
  recentMaps.set(key, map)
  const [oldest] = recentMaps.keys()
  if (recentMaps.size > MOST_MAPS && oldest !== undefined) recentMaps.delete(oldest)
  return map
}

type Entry = readonly [output: number, source: number, weight: number]

function packEntries(from: Size, to: Size, entries: readonly Entry[]): PixelMap {
  const count = to[0] * to[1]
  const used = new Int32Array(count)
  for (const [output] of entries) used[output]++
  const most = Math.max(1, ...used)
  const sources = Array.from({ length: most }, () => new Int32Array(count))
  const weights = Array.from({ length: most }, () => new Float32Array(count))
  used.fill(0)
  for (const [output, source, weight] of entries) {
    const k = used[output]++
    sources[k][output] = source
    weights[k][output] = weight
  }
  return { from, to, sources, weights }
}

/** The adjoint map, from output pixels to input pixels. */
export function transposePixelMap({ from, to, sources, weights }: PixelMap): PixelMap {
  const entries: Entry[] = []
  sources.forEach((list, k) =>
    list.forEach((source, output) => {
      if (weights[k][output] !== 0) entries.push([source, output, weights[k][output]])
    }),
  )
  return packEntries(to, from, entries)
}

/** Maps images `[b, h, w, c]` of the size `from` to `[b, h', w', c]` of the size `to`. */
export function applyPixelMap(x: Tensor4D, map: PixelMap, transposed?: PixelMap): Tensor4D {
  const apply = linearOp(
    (input) => tf.tidy(() => gatherPixels(input as Tensor4D, map)),
    (dy) => applyPixelMap(dy as Tensor4D, transposed ?? transposePixelMap(map), map),
  )
  return apply(x) as Tensor4D
}

function gatherPixels(x: Tensor4D, { from, to, sources, weights }: PixelMap): Tensor4D {
  const [batch, , , channels] = x.shape
  const flat = x.reshape([batch, from[0] * from[1], channels])
  const terms = sources.map((list, k) => {
    const taken = tf.gather(flat, tf.tensor1d(list, 'int32'), 1)
    // Permutations are exact, also for values that are not finite.
    if (weights[k].every((weight) => weight === 1)) return taken
    return taken.mul(tf.tensor(weights[k], [1, list.length, 1]))
  })
  const sum = terms.reduce((total, term) => total.add(term))
  return sum.reshape([batch, ...to, channels])
}
