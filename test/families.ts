// The two lines of tests: `npm test` has one case of each family, `npm run test:full` has all cases.
// CONTRIBUTING.md says which families are in which line.
import { describe, test } from 'vitest'

/** Whether all cases run: in `npm run test:full`, and in `npm run golden`, which counts them. */
export const isFull = Boolean(process.env.FULL || process.env.GOLDEN)

const nothing = () => {}
/** A test of the other line is not registered: a skipped one would need a reason. */
const leftOut = Object.assign(nothing, { each: () => nothing })

/** A test of `npm run test:full`. */
export const fullTest = isFull ? test : (leftOut as unknown as typeof test)

/** A group of such tests, since a group without tests fails. */
export const fullSuite = isFull ? describe : (leftOut as unknown as typeof describe)

/**
 * Cases of one family: all in `npm run test:full`, and those that `represents` accepts in
 * `npm test`.
 * @throws Error if no case represents the family
 */
export function casesOf<T>(cases: readonly T[], represents: (each: T) => boolean): readonly T[] {
  const chosen = isFull ? cases : cases.filter(represents)
  if (chosen.length === 0) throw new Error('No case represents the family in `npm test`.')
  return chosen
}
