// Graphs that take turns on the canvas: each tab has one, with all that its nodes show.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { showWorkflow } from '../nodes/litegraph/graph.ts'
import type { NodeId, WorkflowFile } from '../nodes/workflow.ts'
import type { EditorCanvas } from './canvas.ts'
import { tameGroups } from './groups.ts'
import type { StageHooks } from './stageHooks.ts'
import { shownIn } from './subgraph/shown.ts'
import type { Drawn } from './subgraph/stage.ts'
import { texts } from './texts.ts'

/** A graph, where it is looked at, and what is selected in it. */
export interface Scene {
  readonly graph: LGraph
  view: { scale: number; offset: readonly [number, number] }
  selected: readonly NodeId[]
}

/** Makes a graph tell of its changes, and handle its groups as people do. */
export function adopt(graph: LGraph, hooks: StageHooks): LGraph {
  tameGroups(graph)
  graph.onNodeAdded = graph.onNodeRemoved = graph.onAfterChange = graph.onConnectionChange = () => hooks.changed()
  return graph
}

export const emptyScene = (hooks: StageHooks): Scene => ({
  graph: adopt(new LGraph(), hooks),
  view: { scale: 1, offset: [0, 0] },
  selected: [],
})

/** Puts another state of a workflow, or another level of it, into a graph; nodes that come back show what they showed of a run. */
export function fill(graph: LGraph, file: WorkflowFile, { within, was, another }: Drawn) {
  const shown = shownIn(graph)
  if (another) shown.clear()
  else shown.keep(graph._nodes, was)
  showWorkflow(LiteGraph, graph, file, { said: () => texts.canvas.unknown })
  shown.apply(graph._nodes, within)
}

/** Returns what was there before. */
export function showScene(canvas: EditorCanvas, { graph, view, selected }: Scene): Scene {
  const { ds } = canvas
  const before: Scene = {
    graph: canvas.graph!,
    view: { scale: ds.scale, offset: [ds.offset[0], ds.offset[1]] },
    selected: Object.values(canvas.selected_nodes).map((node) => node.id),
  }
  canvas.deselectAllNodes()
  canvas.pending = canvas.target = undefined
  canvas.setGraph(graph)
  ds.scale = view.scale
  ds.offset[0] = view.offset[0]
  ds.offset[1] = view.offset[1]
  canvas.selectNodes(selected.flatMap((id) => graph.getNodeById(id) ?? []))
  canvas.setDirty(true, true)
  return before
}
