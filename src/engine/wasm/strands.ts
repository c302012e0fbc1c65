// Lists of calls in memory, which a function of our own makes one after the other: one call from JavaScript for many.
import type { Code, Local } from './assembler.ts'
import { advance, callNumber, func, i32, whileBelow, word } from './assembler.ts'

/** A call: the number of the function, and what it is given. */
export type Call = readonly [func: number, numbers: readonly number[]]

/** Calls one after the other. */
export type Strand = readonly Call[]

/** Bytes of a word, and of what comes before the numbers of a call. */
const [WORD, HEAD] = [4, 8]

/** Makes the calls from one address to another. */
function makeCalls(begin: Local, end: Local, local: (type: 'i32') => Local): Code {
  const call = local('i32')
  return [
    call.set(begin.get),
    whileBelow(call, end.get, [
      callNumber(word.load(call.get), i32.add(call.get, i32.const(HEAD))),
      advance(call, i32.add(word.load(call.get, WORD), i32.const(HEAD))),
    ]),
  ]
}

/** Makes the calls of the strand whose address is at `at`. */
const strand = func({ begin: 'i32' }, ({ begin }, local) => {
  const [calls, end] = [local('i32'), local('i32')]
  return [
    calls.set(i32.add(begin.get, i32.const(WORD))),
    end.set(i32.add(calls.get, word.load(begin.get))),
    makeCalls(calls, end, local),
  ]
})

/**
 * Makes the calls that follow, of so many bytes, `count` times. After them come as many bytes of what is added to each of their
 * words after every time. In the end they are as they were, so that this too can be repeated.
 */
const repeat = func({ count: 'i32', bytes: 'i32' }, ({ count, bytes }, local, at) => {
  const [calls, end, place, time] = [local('i32'), local('i32'), local('i32'), local('i32')]
  const change = (by: (step: Code) => Code): Code => [
    place.set(calls.get),
    whileBelow(place, end.get, [
      word.store(place.get, i32.add(word.load(place.get), by(word.load(i32.add(place.get, bytes.get))))),
      advance(place, WORD),
    ]),
  ]
  return [
    calls.set(i32.add(at.get, i32.const(2 * WORD))),
    end.set(i32.add(calls.get, bytes.get)),
    whileBelow(time, count.get, [makeCalls(calls, end, local), change((step) => step), advance(time, 1)]),
    change((step) => i32.sub(i32.const(0), i32.mul(step, count.get))),
  ]
})

export const strandFunctions = { strand, repeat }

/** A call as it is in memory: the function, how many bytes of numbers, and these. */
const wordsOf = ([func, numbers]: Call) => [func, WORD * numbers.length, ...numbers]

/** What is given to `repeat` to make the calls of `first` and then, with numbers that go on as from these, those of `second`. */
export function repeating(count: number, first: Strand, second: Strand): number[] {
  const calls = first.flatMap(wordsOf)
  const next = second.flatMap(wordsOf)
  return [count, WORD * calls.length, ...calls, ...next.map((word, i) => word - calls[i]!)]
}

/** The inverse of {@link repeating}: all the calls one by one. */
export function repetitions([count, bytes, ...words]: readonly number[]): Strand {
  const length = bytes! / WORD
  const calls: Call[] = []
  for (let time = 0; time < count!; time++) {
    const now = words.slice(0, length).map((word, i) => word + time * words[length + i]!)
    for (let at = 0; at < length; at += 2 + now[at + 1]! / WORD)
      calls.push([now[at]!, now.slice(at + 2, at + 2 + now[at + 1]! / WORD)])
  }
  return calls
}

/** Words that {@link writeStrands} needs. */
export const wordsFor = (strands: readonly Strand[]) =>
  strands.reduce((sum, strand) => strand.reduce((sum, [, { length }]) => sum + 2 + length, sum + 2), 0)

/** Writes at `address` where each strand begins, and then of each how many bytes of calls it has, and these. */
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
