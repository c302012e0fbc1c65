// The editor's levels of a workflow on a graph of litegraph without a canvas.
import { LiteGraph, type LGraph } from 'litegraph.js/build/litegraph.core.js'
import { createLevels, type Levels } from '../../src/editor/canvas/openLevel.ts'
import { fillGraph } from '../../src/editor/canvas/tabGraphs.ts'
import { declarations, setSubgraphTypes } from '../../src/editor/graph/declarations.ts'
import { toWorkflowFile } from '../../src/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../src/litegraph/register.ts'
import { limits } from '../../src/workflow/json.ts'

/** Resolves after the microtasks in which loaded graphs complete their slots and loop ends. */
export const normalised = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** Returns the levels, and a function that removes the types of subgraphs. */
export function createHeadlessLevels(graph: () => LGraph): { levels: Levels; close(): void } {
  LiteGraph.MAX_NUMBER_OF_NODES = limits.nodes
  registerNodes(LiteGraph, declarations)
  let subgraphTypes: Registration | undefined
  const levels = createLevels({
    graph,
    read: toWorkflowFile,
    register: (known, border) => {
      setSubgraphTypes(known)
      subgraphTypes = registerNodes(LiteGraph, [...known, ...border])
      return subgraphTypes
    },
    draw: (file, level) => fillGraph(graph(), file, level),
  })
  const close = () => {
    subgraphTypes?.unregister()
    setSubgraphTypes([])
  }
  return { levels, close }
}
