// Lists of calls in memory, which a function of our own makes one after the other: one call from JavaScript for many.
import type { Code } from './assembler.ts'
import { advance, callNumber, func, i32, whileBelow, word } from './assembler.ts'

/** A call: the number of the function, and what it is given. */
export type Call = readonly [func: number, numbers: readonly number[]]

/** Calls one after the other. */
export type Strand = readonly Call[]

/** Bytes of a word, and of what comes before the numbers of a call. */
const [WORD, HEAD] = [4, 8]

/** Makes the calls of the strand whose address is at `at`. */
const strand = func({ begin: 'i32' }, ({ begin }, local) => {
  const [call, end] = [local('i32'), local('i32')]
  return [
    call.set(i32.add(begin.get, i32.const(WORD))),
    end.set(i32.add(call.get, word.load(begin.get))),
    whileBelow(call, end.get, [
      callNumber(word.load(call.get), i32.add(call.get, i32.const(HEAD))),
      advance(call, i32.add(word.load(call.get, WORD), i32.const(HEAD))),
    ]),
  ]
})

/**
 * Makes a call `count` times; `bytes` of numbers follow, and as many of what is added to each after every time. In the end they
 * are as they were, so that this too can be repeated.
 */
const repeat = func({ number: 'i32', count: 'i32', bytes: 'i32' }, ({ number, count, bytes }, local, at) => {
  const [numbers, offset, place, time] = [local('i32'), local('i32'), local('i32'), local('i32')]
  const change = (by: (step: Code) => Code): Code => [
    offset.set(i32.const(0)),
    whileBelow(offset, bytes.get, [
      place.set(i32.add(numbers.get, offset.get)),
      word.store(place.get, i32.add(word.load(place.get), by(word.load(i32.add(place.get, bytes.get))))),
      advance(offset, WORD),
    ]),
  ]
  return [
    numbers.set(i32.add(at.get, i32.const(3 * WORD))),
    whileBelow(time, count.get, [callNumber(number.get, numbers.get), change((step) => step), advance(time, 1)]),
    change((step) => i32.sub(i32.const(0), i32.mul(step, count.get))),
  ]
})

export const strandFunctions = { strand, repeat }

/** Words that {@link writeStrands} needs. */
export const wordsFor = (strands: readonly Strand[]) =>
  strands.reduce((sum, strand) => strand.reduce((sum, [, { length }]) => sum + 2 + length, sum + 2), 0)

/**
 * Writes at `address` where each strand begins, and then of each how many bytes of calls it has, and of each call the function,
 * how many bytes of numbers, and these.
 */
export function writeStrands(strands: readonly Strand[], words: Int32Array, address: number): void {
  const first = address / WORD
  let at = first + strands.length
  strands.forEach((strand, i) => {
    const begin = at++
    words[first + i] = WORD * begin
    for (const [func, numbers] of strand) {
      words[at++] = func
      words[at++] = WORD * numbers.length
      for (const number of numbers) words[at++] = number
    }
    words[begin] = WORD * (at - begin - 1)
  })
}

const float = Float32Array.of(0)
const bits = new Int32Array(float.buffer)

/** A float as a number that is given to a function. */
export function floatBits(value: number): number {
  float[0] = value
  return bits[0]!
}
