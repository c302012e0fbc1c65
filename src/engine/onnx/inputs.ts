// Inputs of an exported model.
import type { OnnxBuilder, Value } from './builder.ts'
import { BATCH } from './builder.ts'
import type { NetworkSources } from './layers/layer.ts'
import { onnxShape } from './layers/layer.ts'
import { elementTypes } from './proto.ts'

/**
 * The inputs that a model reads, created when they are read first, x at once:
 *
 * - `x`: `[batch, channels, height, width]`, or `[batch, d]`
 * - `t`: `[batch]`
 * - `classes`: labels `[batch]`, or `[batch, n]` with several per item
 * - `tokens`: vectors `[batch, n, width]`
 * - `values`: `[batch]`; `vectors`: `[batch, width]`; `channels`: as x
 */
export function modelInputs(
  b: OnnxBuilder,
  itemShape: readonly number[],
  hasSize = true,
): NetworkSources {
  const shape = onnxShape(itemShape, BATCH)
  const x = b.input('x', 'float', hasSize ? shape : [...shape.slice(0, 2), 'height', 'width'])
  const doubles = new Map<string, Value>()
  /** Numbers per item, as float64. */
  const numbers = (name: string): Value => {
    const input = b.input(name, 'float', [BATCH])
    const known =
      doubles.get(name) ??
      b.inScope(name, () => b.node('Cast', [input], { to: elementTypes.double }))
    doubles.set(name, known)
    return known
  }
  return {
    x,
    time: () => numbers('t'),
    labels: (perItem) => b.input('classes', 'int64', perItem === 1 ? [BATCH] : [BATCH, perItem]),
    values: () => numbers('values'),
    vectors: (width) => b.input('vectors', 'float', [BATCH, width]),
    tokens: (width) => b.input('tokens', 'float', [BATCH, 'tokens_count', width]),
    channels: (item) => b.input('channels', 'float', onnxShape(item, BATCH)),
  }
}
