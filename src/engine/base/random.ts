// Reproducible random numbers. They depend only on the seed of a node, the iterations of the
// enclosing zones, the draw number and the element.
import { philox4x32 } from './philox.ts'

/** Random numbers of one node in one iteration. Each call is the next draw. */
export interface Random {
  /** Standard normal numbers, by Box-Muller. A shorter draw is the start of a longer one. */
  normal(count: number): Float32Array
  /** Uniform numbers in [0, 1) with 24 bits. */
  uniform(count: number): Float32Array
  /** Integers in [0, below). */
  integers(count: number, below: number): Int32Array
  /** 0 ... count - 1 in random order. */
  permutation(count: number): Int32Array
  /**
   * Returns the key of the next draw, for a device that implements the same generator. Missing for
   * recorded numbers.
   */
  nextKey?: () => Key
  /**
   * Returns the key of the next draw with those of the same draw at other steps. Only of
   * {@link createStepRandom}.
   */
  nextStepKey?: () => StepKey
  /** Returns another stream for each number below 2^53. Independent of the draws. */
  fork(index: number): Random
}

/**
 * Creates the random stream of a node. `seed` is its param; `path` contains the iterations of the
 * enclosing zones, outermost first; `nextKey` derives the keys of the draws.
 */
export function createRandom(
  seed: number,
  path: readonly number[] = [],
  nextKey: () => Key = countDraws(seed, path),
): Random {
  return {
    normal: (count) => drawNormals(nextKey(), count),
    uniform: (count) => drawFloats(nextKey(), count),
    integers: (count, below) => drawIntegers(nextKey(), count, below),
    permutation: (count) => drawPermutation(nextKey(), count),
    nextKey,
    fork: (index) => createRandom(seed, [...path, index]),
  }
}

export type Key = readonly [number, number]

/** The key of a draw at one step, and its function of the step. */
export interface StepKey {
  key: Key
  at: (step: number) => Key
}

/** The random stream of a place in a training step: that of the path [step, place]. */
export function createStepRandom(seed: number, step: number, place: number): Random {
  let draw = 0
  const nextStepKey = (): StepKey => {
    const own = draw++
    const at = (step: number) => deriveKey(seed, [step, place, own])
    return { key: at(step), at }
  }
  return { ...createRandom(seed, [step, place], () => nextStepKey().key), nextStepKey }
}

function countDraws(seed: number, path: readonly number[]): () => Key {
  let draw = 0
  return () => deriveKey(seed, [...path, draw++])
}

/** The numbers of the draw with this key, for tensors that a device drew. */
export const drawWithKey = (kind: 'normal' | 'uniform', key: Key, count: number): Float32Array =>
  kind === 'normal' ? drawNormals(key, count) : drawFloats(key, count)

/**
 * Hashes the path into the key, one index after the other. The depth is part of the counter, so
 * that [1] and [0, 1] differ.
 */
const deriveKey = (seed: number, path: readonly number[]): Key =>
  path.reduce<Key>(
    (key, index, depth) =>
      philox4x32([index >>> 0, Math.floor(index / 2 ** 32), depth + 1, path.length], key).slice(
        0,
        2,
      ) as never,
    [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0],
  )

const drawBlock = (key: Key, index: number) => philox4x32([index, 0, 0, 0], key)

function drawWords(key: Key, count: number): Uint32Array {
  const out = new Uint32Array(Math.ceil(count / 4) * 4)
  for (let i = 0; i < out.length; i += 4) out.set(drawBlock(key, i / 4), i)
  return out.subarray(0, count)
}

const drawFloats = (key: Key, count: number) =>
  Float32Array.from(drawWords(key, count), (word) => (word >>> 8) / 2 ** 24)

function drawNormals(key: Key, count: number): Float32Array {
  const out = new Float32Array(Math.ceil(count / 4) * 4)
  for (let i = 0; i < out.length; i += 4) {
    const [a, b, c, d] = drawBlock(key, i / 4)
    out.set([...boxMuller(a, b), ...boxMuller(c, d)], i)
  }
  return out.subarray(0, count)
}

/** Uses u in (0, 1] for the radius, so that its logarithm is finite. */
function boxMuller(a: number, b: number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log((a + 1) / 2 ** 32))
  const angle = (2 * Math.PI * b) / 2 ** 32
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/**
 * Multiply and shift. The bias is less than 2^-32 * below. Rejection would be unbiased, but would
 * shift later elements.
 */
const drawIntegers = (key: Key, count: number, below: number) =>
  Int32Array.from(drawWords(key, count), (word) => Math.floor((word * below) / 2 ** 32))

/** Fisher-Yates shuffle. */
function drawPermutation(key: Key, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i)
  const draws = drawWords(key, count)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((draws[i] * (i + 1)) / 2 ** 32)
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}
