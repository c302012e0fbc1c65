// The batch size param of likelihood nodes.
import { param } from '../define.ts'

export const batchSizeParam = param.advanced(
  param.integer(
    0,
    { min: 0, max: 65536 },
    'Items per batch, if all together need too much memory; 0: all',
  ),
)
