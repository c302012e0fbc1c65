// Recognises graphs that train.
import type { Graph } from '../../engine/plan/graph.ts'
import { ownTypes } from './declarations.ts'

/** Returns the ids of the Starts of trainings. */
export const trainingIds = ({ nodes }: Graph): string[] =>
  nodes.flatMap(({ id, op }) => {
    const type = ownTypes.get(op)
    return type?.role === 'start' && type.loop?.trains ? [id] : []
  })

export const hasTraining = (graph: Graph): boolean => trainingIds(graph).length > 0
