// Call plans: jobs that run again and again for tensors at other addresses. Only addresses change
// from one run to the next, so the jobs are encoded once and the addresses are added to them.
import type { Job } from './jobs.ts'
import { wordCount, writeJobs } from './jobs.ts'

/** Independent jobs, and their cost in multiplications. */
export interface Phase {
  jobs: readonly Job[]
  multiplications: number
}

/** An encoded phase, as it is in memory when all addresses are zero. */
export interface PlannedPhase {
  /** The number of jobs. The first words are their addresses. */
  count: number
  words: Int32Array
  /** For each address, the indices of the words to which it is added. */
  addressWords: Int32Array[]
  multiplications: number
}

/**
 * Encodes the phases. Every parameter that depends on an address has to be that address plus an
 * offset.
 */
export function compilePhases(
  addressCount: number,
  build: (addresses: readonly number[]) => readonly Phase[],
): PlannedPhase[] {
  const zeros = Array.from({ length: addressCount }, () => 0)
  const shifted = zeros.map((_, i) => build(zeros.with(i, 1)))
  return build(zeros).map(({ jobs, multiplications }, phase) => {
    const words = encodeJobs(jobs)
    const addressWords = shifted.map((phases) => {
      const other = encodeJobs(phases[phase].jobs)
      return Int32Array.from(words.keys()).filter((i) => other[i] !== words[i])
    })
    return { count: jobs.length, words, addressWords, multiplications }
  })
}

function encodeJobs(jobs: readonly Job[]): Int32Array {
  const words = new Int32Array(wordCount(jobs))
  writeJobs(jobs, words, 0)
  return words
}

/** Writes a phase to the address `table`. */
export function writePhase(
  { count, words, addressWords }: PlannedPhase,
  addresses: readonly number[],
  heap: Int32Array,
  table: number,
) {
  const first = table / 4
  heap.set(words, first)
  for (let i = 0; i < count; i++) heap[first + i] += table
  addressWords.forEach((indices, i) => {
    const address = addresses[i]
    for (const index of indices) heap[first + index] += address
  })
}
