// The functions of a model: one set of weights, and a program for each function.
import type { LayerGraph } from './layer.ts'
import { memoizeByKey } from './memoize.ts'
import { createProgram } from './program.ts'
import type { Program } from './step.ts'

/**
 * Returns the programs of the functions of a graph by name, each planned once per graph. Throws
 * Error for a function that it lacks.
 * @param placeOf numbers of dropout layers by name, for a graph
 */
export function programsOf<Graph extends LayerGraph>(
  placeOf?: (graph: Graph) => (name: string) => number,
): (graph: Graph, name: string) => Program {
  const planned = memoizeByKey<Graph, Program>()
  return (graph, name) => {
    if (!Object.hasOwn(graph.functions, name)) throw new Error(`The model has no ${name}.`)
    return planned(graph, name, () => createProgram(graph, [name], placeOf?.(graph)))
  }
}
