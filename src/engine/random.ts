// Randomness as a value: what a node draws depends on its seed, the iterations of the zones around it, the number of
// the draw and the element, and on nothing else.
import { philox4x32 } from './philox.ts'

/** Draws of one node in one iteration; each call is the next draw. */
export interface Random {
  /** Standard normal numbers, by Box-Muller. The first n of a longer draw are those of a shorter one. */
  normal(count: number): Float32Array
  /** Uniform in [0, 1) with 24 bits. */
  uniform(count: number): Float32Array
  /** Integers in [0, below). */
  integers(count: number, below: number): Int32Array
  /** 0 ... count-1 in random order. */
  permutation(count: number): Int32Array
  /** The key of the next draw, for who makes it elsewhere by the same generator; there is none of numbers that were recorded. */
  nextKey?: () => Key
}

/** The stream of a node: `seed` is its param, `path` the indices of the enclosing zones, outermost first. */
export function randomOf(seed: number, path: readonly number[] = []): Random {
  let draw = 0
  const nextKey = () => keyOf(seed, [...path, draw++])
  return {
    normal: (count) => normals(nextKey(), count),
    uniform: (count) => floats(nextKey(), count),
    integers: (count, below) => integers(nextKey(), count, below),
    permutation: (count) => permutation(nextKey(), count),
    nextKey,
  }
}

export type Key = readonly [number, number]

/** Folds the path into the key one index after the other; the depth is part of the counter, so [1] and [0, 1] differ. */
const keyOf = (seed: number, path: readonly number[]): Key =>
  path.reduce<Key>(
    (key, index, depth) =>
      philox4x32([index >>> 0, Math.floor(index / 2 ** 32), depth + 1, path.length], key).slice(0, 2) as never,
    [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0],
  )

const block = (key: Key, index: number) => philox4x32([index, 0, 0, 0], key)

function words(key: Key, count: number): Uint32Array {
  const out = new Uint32Array(Math.ceil(count / 4) * 4)
  for (let i = 0; i < out.length; i += 4) out.set(block(key, i / 4), i)
  return out.subarray(0, count)
}

const floats = (key: Key, count: number) => Float32Array.from(words(key, count), (word) => (word >>> 8) / 2 ** 24)

function normals(key: Key, count: number): Float32Array {
  const out = new Float32Array(Math.ceil(count / 4) * 4)
  for (let i = 0; i < out.length; i += 4) {
    const [a, b, c, d] = block(key, i / 4)
    out.set([...boxMuller(a, b), ...boxMuller(c, d)], i)
  }
  return out.subarray(0, count)
}

/** u in (0, 1], so that its logarithm is finite. */
function boxMuller(a: number, b: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log((a + 1) / 2 ** 32))
  const angle = (2 * Math.PI * b) / 2 ** 32
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** Multiply and shift: the bias is below 2^-32 * below, and there is no rejection that would shift later elements. */
const integers = (key: Key, count: number, below: number) =>
  Int32Array.from(words(key, count), (word) => Math.floor((word * below) / 2 ** 32))

/** Fisher-Yates. */
function permutation(key: Key, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  const draws = words(key, count)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((draws[i]! * (i + 1)) / 2 ** 32)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}
