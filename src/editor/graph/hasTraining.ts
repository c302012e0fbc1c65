// Recognises graphs that train.
import type { Graph } from '../../engine/plan/graph.ts'
import { ownTypes } from './declarations.ts'

export const hasTraining = ({ nodes }: Graph): boolean =>
  nodes.some(({ op }) => ownTypes.get(op)?.loop?.trains)
