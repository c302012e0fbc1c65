// How many items a likelihood is counted of at a time, as a param says it.
import { advanced, integer } from '../define.ts'

export const batchSizeParam = advanced(
  integer(0, { min: 0, max: 65536 }, 'items at a time, one batch after the other, if all at once take too much memory; 0: all'),
)
