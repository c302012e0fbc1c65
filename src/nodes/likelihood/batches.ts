// The batch size param of likelihood nodes.
import { advanced, integer } from '../define.ts'

export const batchSizeParam = advanced(
  integer(
    0,
    { min: 0, max: 65536 },
    'Items per batch, if all together need too much memory; 0: all',
  ),
)
