// The functions of a model: one set of weights, and a program for each function.
import type { LayerGraph } from './layer.ts'
import type { Program } from './program.ts'
import { createProgram } from './program.ts'

/**
 * Returns the programs of the functions of a graph by name, each planned once per graph. Throws
 * Error for a function that it lacks.
 * @param placeOf numbers of dropout layers by name, for a graph
 */
export function programsOf<Graph extends LayerGraph>(
  placeOf?: (graph: Graph) => (name: string) => number,
): (graph: Graph, name: string) => Program {
  const planned = new WeakMap<LayerGraph, Map<string, Program>>()
  return (graph, name) => {
    const programs = planned.get(graph) ?? new Map<string, Program>()
    planned.set(graph, programs)
    const found = programs.get(name)
    if (found) return found
    if (!Object.hasOwn(graph.functions, name)) throw new Error(`The model has no ${name}.`)
    const program = createProgram(graph, [name], placeOf?.(graph))
    programs.set(name, program)
    return program
  }
}
