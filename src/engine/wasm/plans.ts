// Lists of calls that are made again and again, for tensors that are elsewhere each time: all that changes are addresses.
import type { Strand } from './strands.ts'
import { wordsFor, writeStrands } from './strands.ts'

/** Strands that do not need each other, and how long they take: in multiplications, as long as so many do. */
export interface Phase {
  strands: readonly Strand[]
  multiplications: number
}

/** A phase as it is in memory when all addresses are zero. */
export interface Planned {
  /** Strands, of which the first words are the addresses. */
  count: number
  words: Int32Array
  /** The words that go up with each address. */
  moved: Int32Array[]
  multiplications: number
}

/** `build` has to be linear: a number that depends on an address goes up with it. */
export function planOf(addresses: number, build: (addresses: readonly number[]) => readonly Phase[]): Planned[] {
  const zeros = Array.from({ length: addresses }, () => 0)
  const others = zeros.map((_, i) => build(zeros.with(i, 1)))
  return build(zeros).map(({ strands, multiplications }, phase) => {
    const words = writtenAt0(strands)
    const moved = others.map((phases) => {
      const other = writtenAt0(phases[phase]!.strands)
      return Int32Array.from(words.keys()).filter((i) => other[i] !== words[i])
    })
    return { count: strands.length, words, moved, multiplications }
  })
}

function writtenAt0(strands: readonly Strand[]): Int32Array {
  const words = new Int32Array(wordsFor(strands))
  writeStrands(strands, words, 0)
  return words
}

/** Writes a phase to `table`. */
export function writePlan({ count, words, moved }: Planned, addresses: readonly number[], heap: Int32Array, table: number) {
  const first = table / 4
  heap.set(words, first)
  for (let i = 0; i < count; i++) heap[first + i]! += table
  moved.forEach((places, i) => {
    const address = addresses[i]!
    for (const place of places) heap[first + place]! += address
  })
}
