// Parses lists of integers in text params.
import { NodeError } from '../../engine/base/fault.ts'
import { modelNodeMessages } from '../messages/modelNodes.ts'

/** Parses "16, 32" into integers of at least 1; throws NodeError at `param` otherwise. */
export function parseIntegers(text: string, param: string, example = '32, 64'): number[] {
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
