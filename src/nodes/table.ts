// Table of all nodes, built from the index.
import type { Op } from '../engine/plan/op.ts'
import * as index from './index.ts'

export const nodes: Op[] = Object.values<Op>(index).sort((a, b) =>
  a.type.localeCompare(b.type, 'en', { sensitivity: 'base' }),
)
