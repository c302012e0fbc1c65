// Parses shapes of items in text params.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { parseIntegers } from '../model/numbers.ts'

/** Parses one to three sizes up to `most`, "8, 8, 1"; throws NodeError at `shape` otherwise. */
export function parseShape(text: string, most: number, cure: MessageText): number[] {
  const sizes = parseIntegers(text, 'shape', '8, 8, 1')
  if (sizes.length >= 1 && sizes.length <= 3 && sizes.every((size) => size <= most)) return sizes
  throw new NodeError({
    param: 'shape',
    message: layerNodeMessages.shape({ most, got: text }),
    cure,
  })
}
