// Graphs of tabs. Each tab has its own graph with the run status of its nodes. The canvas shows the
// graph of the open tab.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { showWorkflow } from '../../litegraph/graph.ts'
import type { NodeId, WorkflowFile } from '../../workflow/index.ts'
import type { EditorCanvas } from './canvas.ts'
import { customizeGroups } from './groups.ts'
import type { StageHooks } from './stageHooks.ts'
import { getStatusStore } from './statusStore.ts'
import type { LevelChange } from './openLevel.ts'
import { texts } from '../texts/texts.ts'

/** A graph, its camera position and its selection. */
export interface TabGraph {
  readonly graph: LGraph
  view: { scale: number; offset: readonly [number, number] }
  selected: readonly NodeId[]
}

/** Reports changes of a graph, and customises its groups. */
export function listenToGraph(graph: LGraph, hooks: StageHooks): LGraph {
  customizeGroups(graph)
  graph.onNodeAdded =
    graph.onNodeRemoved =
    graph.onAfterChange =
    graph.onConnectionChange =
      () => hooks.changed()
  return graph
}

export const createTabGraph = (hooks: StageHooks): TabGraph => ({
  graph: listenToGraph(new LGraph(), hooks),
  view: { scale: 1, offset: [0, 0] },
  selected: [],
})

/**
 * Loads another state or level of a workflow into a graph. Restores the run status of its nodes.
 */
export function fillGraph(
  graph: LGraph,
  file: WorkflowFile,
  { within, previous: was, another }: LevelChange,
) {
  const shown = getStatusStore(graph)
  if (another) shown.clear()
  else shown.storeNodes(graph._nodes, was)
  showWorkflow(LiteGraph, graph, file, { label: () => texts.canvas.unknown })
  shown.restoreNodes(graph._nodes, within)
}

/** Shows the graph of a tab. Returns the previous one with its camera position and selection. */
export function showTabGraph(canvas: EditorCanvas, { graph, view, selected }: TabGraph): TabGraph {
  const { ds } = canvas
  const before: TabGraph = {
    graph: canvas.graph,
    view: { scale: ds.scale, offset: [ds.offset[0], ds.offset[1]] },
    selected: Object.values(canvas.selected_nodes).map((node) => node.id),
  }
  canvas.deselectAllNodes()
  canvas.pending = canvas.insertTarget = undefined
  canvas.setGraph(graph)
  ds.scale = view.scale
  ds.offset[0] = view.offset[0]
  ds.offset[1] = view.offset[1]
  canvas.selectNodes(selected.flatMap((id) => graph.getNodeById(id) ?? []))
  canvas.setDirty(true, true)
  return before
}
