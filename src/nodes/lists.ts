// Lists of numbers written as text.
import { NodeError } from '../engine/plan/fault.ts'

/** "16, 32" as numbers. Throws NodeError at `param` for what are no whole numbers above 0. */
export function positiveIntegers(text: string, param: string): number[] {
  const numbers = text.split(',').map((part) => Number(part.trim() || NaN))
  if (numbers.every((value) => Number.isInteger(value) && value > 0)) return numbers
  throw new NodeError({
    param,
    message: `Expected whole numbers above 0 with commas between, got "${text}".`,
    cure: 'Write them as in "16, 32".',
  })
}
