// The editor's levels on a graph of litegraph without a canvas: opens workflows like a page.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { createLevels, type Levels } from '../../src/editor/canvas/openLevel.ts'
import { fillGraph } from '../../src/editor/canvas/tabGraphs.ts'
import { declarations, setSubgraphTypes } from '../../src/editor/graph/declarations.ts'
import { toWorkflowFile } from '../../src/nodes/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../src/nodes/litegraph/register.ts'
import type { WorkflowFile } from '../../src/nodes/workflow.ts'
import { limits } from '../../src/nodes/workflow/json.ts'

/** Resolves after the microtasks in which loaded graphs complete their slots and loop ends. */
const normalised = () => new Promise<void>((resolve) => void setImmediate(resolve))

export class HeadlessEditor {
  private graph = new LGraph()
  private subgraphTypes: Registration | undefined
  private readonly levels: Levels

  constructor() {
    LiteGraph.MAX_NUMBER_OF_NODES = limits.nodes
    registerNodes(LiteGraph, declarations)
    this.levels = createLevels({
      graph: () => this.graph,
      read: toWorkflowFile,
      register: (known, border) => {
        setSubgraphTypes(known)
        this.subgraphTypes = registerNodes(LiteGraph, [...known, ...border])
        return this.subgraphTypes
      },
      draw: (file, level) => fillGraph(this.graph, file, level),
    })
  }

  /** Opens a file in a new tab. Returns it as the editor would save it. */
  async open(file: WorkflowFile): Promise<WorkflowFile> {
    this.graph = new LGraph()
    this.levels.load(file, { another: true })
    await normalised()
    return this.levels.workflow()
  }

  /** Opens the inside of a subgraph node and returns the workflow as the editor would save it. */
  async openInside(node: WorkflowFile['nodes'][number]): Promise<WorkflowFile> {
    this.levels.openPath([node.id])
    await normalised()
    const file = this.levels.updateBorder()
    this.levels.openPath([])
    return file
  }

  /** Removes the types of subgraphs, so that only built-in types are registered. */
  close() {
    this.graph = new LGraph()
    this.subgraphTypes?.unregister()
    setSubgraphTypes([])
  }
}
