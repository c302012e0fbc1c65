// Param of file nodes that also write during a loop.
import { param } from '../define.ts'

export const everyParam = param.added(
  param.advanced(
    param.integer(
      0,
      { min: 0, max: 10_000_000 },
      'Iterations of the loop after which a file is saved, numbered by iteration; 0: only at the end. With it, values of the loop body can be connected',
    ),
  ),
)
