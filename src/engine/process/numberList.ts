// Lists of numbers written as text.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'

/** Limit on untrusted texts; the largest schedule has as many timesteps. */
export const MOST_NUMBERS = 100_000

/**
 * Parses decimal numbers separated by white space, commas or semicolons. Throws EngineError about
 * `argument` for other text, an empty list, and a list that is too long.
 */
export function parseNumbers(text: string, argument: string): Float64Array {
  const count = countWords(text)
  if (count === 0) throw new EngineError(processMessages.noNumbers, { argument })
  if (count > MOST_NUMBERS) {
    throw new EngineError(processMessages.tooManyNumbers, { argument, most: MOST_NUMBERS, count })
  }
  const words = text.split(/[\s,;]+/).filter(Boolean)
  const wrong = words.findIndex((word) => !NUMBER.test(word) || !Number.isFinite(Number(word)))
  if (wrong < 0) return Float64Array.from(words, Number)
  throw new EngineError(processMessages.numberList, {
    argument,
    text: words[wrong].slice(0, 40),
    position: wrong + 1,
  })
}

/** Counts words without creating them: a text may have millions. */
function countWords(text: string): number {
  let count = 0
  for (const words = /[^\s,;]+/g; words.test(text);) count++
  return count
}

/**
 * Excludes what `Number` accepts besides decimal numbers, such as 0x10. Digits match in one way only:
 * otherwise a long number that is none would take quadratic time.
 */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
