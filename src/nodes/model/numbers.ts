// Parses lists of integers in text params.
import { NodeError } from '../../engine/messages/fault.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

/** Limit on untrusted texts; the longest list has a number for each level of a network. */
export const MOST_CHARACTERS = 200

/** Parses "16, 32" into integers of at least 1; throws NodeError at `param` otherwise. */
export function parseIntegers(text: string, param: string, example = '32, 64'): number[] {
  if (text.length > MOST_CHARACTERS)
    throw new NodeError({
      param,
      message: modelNodeMessages.longNumberList({ most: MOST_CHARACTERS, got: text.length }),
      cure: modelNodeMessages.writeNumbers({ example }),
    })
  const parts = text.split(/[\s,]+/).filter(Boolean)
  const wrong = parts.find((part) => !/^\d{1,7}$/.test(part) || Number(part) === 0)
  if (wrong !== undefined) {
    throw new NodeError({
      param,
      message: modelNodeMessages.numberList({ got: JSON.stringify(wrong) }),
      cure: modelNodeMessages.writeNumbers({ example }),
    })
  }
  return parts.map(Number)
}
