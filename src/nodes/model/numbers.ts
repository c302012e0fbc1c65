// Lists of whole numbers, as they are typed.
import { NodeError } from '../../engine/plan/fault.ts'

/** The numbers of "16, 32", each at least 1; throws NodeError at `param` for anything else. */
export function numbersIn(text: string, param: string, example = '32, 64'): number[] {
  const parts = text.split(/[\s,]+/).filter(Boolean)
  const wrong = parts.find((part) => !/^\d{1,7}$/.test(part) || Number(part) === 0)
  if (wrong !== undefined) {
    throw new NodeError({
      param,
      message: `Expected whole numbers above 0 with commas between, got ${JSON.stringify(wrong)}.`,
      cure: `Write them like this: ${example}.`,
    })
  }
  return parts.map(Number)
}
