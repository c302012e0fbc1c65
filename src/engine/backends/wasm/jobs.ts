// Jobs: lists of function calls in memory that a wasm function runs, so that JavaScript makes one
// call for many.
import type { Code, Local } from './assembler.ts'
import { advance, callIndirect, func, i32, threadMemory, whileBelow, word } from './assembler.ts'

/** The index of a function, and its parameters. */
export type CallRecord = readonly [func: number, numbers: readonly number[]]

/** Calls that run one after the other. */
export type Job = readonly CallRecord[]

/** Bytes of a word, and of the header of a call: the function index and the bytes of parameters. */
const [WORD_BYTES, HEADER_BYTES] = [4, 8]

/** Runs the calls from one address to another. */
function runCalls(begin: Local, end: Local, local: (type: 'i32') => Local): Code {
  const call = local('i32')
  return [
    call.set(begin.get),
    whileBelow(call, end.get, [
      callIndirect(word.load(call.get), i32.add(call.get, i32.const(HEADER_BYTES))),
      advance(call, i32.add(word.load(call.get, WORD_BYTES), i32.const(HEADER_BYTES))),
    ]),
  ]
}

/** Runs the job whose address is in the first parameter. */
const runJob = func({ begin: 'i32' }, ({ begin }, local) => {
  const [calls, end] = [local('i32'), local('i32')]
  return [
    calls.set(i32.add(begin.get, i32.const(WORD_BYTES))),
    end.set(i32.add(calls.get, word.load(begin.get))),
    runCalls(calls, end, local),
  ]
})

/**
 * Runs the following `bytes` of call records `count` times. After each pass it adds a table of
 * increments, one for each word, that comes after the records. In the end it restores the records,
 * so that the list can be reused.
 */
const repeat = func({ count: 'i32', bytes: 'i32' }, ({ count, bytes }, local, at) => {
  const [calls, end, place, pass] = [local('i32'), local('i32'), local('i32'), local('i32')]
  const addToRecords = (amount: (increment: Code) => Code): Code => [
    place.set(calls.get),
    whileBelow(place, end.get, [
      word.store(
        place.get,
        i32.add(word.load(place.get), amount(word.load(i32.add(place.get, bytes.get)))),
      ),
      advance(place, WORD_BYTES),
    ]),
  ]
  return [
    calls.set(i32.add(at.get, i32.const(2 * WORD_BYTES))),
    end.set(i32.add(calls.get, bytes.get)),
    whileBelow(pass, count.get, [
      runCalls(calls, end, local),
      addToRecords((increment) => increment),
      advance(pass, 1),
    ]),
    addToRecords((increment) => i32.sub(i32.const(0), i32.mul(increment, count.get))),
  ]
})

/**
 * Runs the following `bytes` of call records with the address of the thread's own memory added to
 * `count` of their words, whose places come after the records, in bytes from the first. In the end
 * it restores the records.
 */
const inThreadMemory = func({ bytes: 'i32', count: 'i32' }, ({ bytes, count }, local, at) => {
  const [calls, end, list, place] = [local('i32'), local('i32'), local('i32'), local('i32')]
  const addToWords = (amount: Code): Code => [
    list.set(end.get),
    whileBelow(list, i32.add(end.get, i32.mul(count.get, i32.const(WORD_BYTES))), [
      place.set(i32.add(calls.get, word.load(list.get))),
      word.store(place.get, i32.add(word.load(place.get), amount)),
      advance(list, WORD_BYTES),
    ]),
  ]
  return [
    calls.set(i32.add(at.get, i32.const(2 * WORD_BYTES))),
    end.set(i32.add(calls.get, bytes.get)),
    addToWords(threadMemory),
    runCalls(calls, end, local),
    addToWords(i32.sub(i32.const(0), threadMemory)),
  ]
})

export const jobFunctions = { runJob, repeat, inThreadMemory }

/** Returns the words of a call record: its header and parameters. */
const encodeCall = ([func, numbers]: CallRecord) => [func, WORD_BYTES * numbers.length, ...numbers]

/**
 * Returns parameters of `repeat` that run the calls of `first`, then those of `second`, and so on
 * with parameters in arithmetic progression.
 */
export function encodeRepeat(count: number, first: Job, second: Job): number[] {
  const calls = first.flatMap(encodeCall)
  const next = second.flatMap(encodeCall)
  return [count, WORD_BYTES * calls.length, ...calls, ...next.map((word, i) => word - calls[i])]
}

/**
 * Returns parameters of `inThreadMemory` that run a job. `build` builds it for thread memory at an
 * address.
 */
export function encodeInThreadMemory(build: (memory: number) => Job): number[] {
  const [words, moved] = [0, 1].map((memory) => build(memory).flatMap(encodeCall))
  const places = words.flatMap((word, i) => (moved[i] === word ? [] : [WORD_BYTES * i]))
  return [WORD_BYTES * words.length, places.length, ...words, ...places]
}

/** The inverse of {@link encodeInThreadMemory}: returns the calls for memory at an address. */
export function decodeInThreadMemory([bytes, , ...words]: readonly number[], memory: number): Job {
  const records = words.slice(0, bytes / WORD_BYTES)
  for (const place of words.slice(records.length)) records[place / WORD_BYTES] += memory
  return decodeCalls(records)
}

/** The inverse of {@link encodeRepeat}: returns all calls. */
export function decodeRepeat([count, bytes, ...words]: readonly number[]): Job {
  const length = bytes / WORD_BYTES
  return Array.from({ length: count }, (_, pass) =>
    decodeCalls(words.slice(0, length).map((word, i) => word + pass * words[length + i])),
  ).flat()
}

function decodeCalls(records: readonly number[]): Job {
  const calls: CallRecord[] = []
  for (let at = 0; at < records.length; at += 2 + records[at + 1] / WORD_BYTES)
    calls.push([records[at], records.slice(at + 2, at + 2 + records[at + 1] / WORD_BYTES)])
  return calls
}

/** Returns the number of words that {@link writeJobs} writes. */
export const wordCount = (jobs: readonly Job[]) =>
  jobs.reduce((sum, job) => job.reduce((sum, [, { length }]) => sum + 2 + length, sum + 2), 0)

/**
 * Writes a table of the jobs' addresses, and then each job: the bytes of its calls, and the calls.
 */
export function writeJobs(jobs: readonly Job[], words: Int32Array, address: number): void {
  const first = address / WORD_BYTES
  let at = first + jobs.length
  jobs.forEach((job, i) => {
    const begin = at++
    words[first + i] = WORD_BYTES * begin
    for (const [func, numbers] of job) {
      words[at++] = func
      words[at++] = WORD_BYTES * numbers.length
      for (const number of numbers) words[at++] = number
    }
    words[begin] = WORD_BYTES * (at - begin - 1)
  })
}

const float = Float32Array.of(0)
const bits = new Int32Array(float.buffer)

/** Returns the bits of a float, to be passed as a parameter. */
export function floatBits(value: number): number {
  float[0] = value
  return bits[0]
}
