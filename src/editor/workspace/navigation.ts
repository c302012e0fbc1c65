// Navigation between the levels of a workflow: into and out of subgraphs, and to any node.
import type { View } from '../canvas/camera.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { CanvasServices } from '../canvas/services.ts'
import { findSubgraph, type Path } from '../graph/levels.ts'
import { INPUTS, type NodeId, type Subgraph } from '../../workflow/file.ts'
import { idPath, joinIds, parentId } from '../../engine/base/ids.ts'
import { returnFocus } from '../ui/focus.ts'
import { panelInsets } from '../ui/insets.ts'
import { lowerPanel, showLowerPanel } from '../ui/state.ts'
import type { WorkspaceServices } from './services.ts'
import { shownTab } from './state.ts'

/** Returns the subgraph of a node, if it has one. */
export const nodeSubgraph = (
  { stage }: CanvasServices,
  node: LGraphNode | undefined,
): Subgraph | undefined =>
  node && findSubgraph({ subgraphs: stage.graph.workflowSubgraphs }, node.type)

/** Last view of each level, by the full id of its subgraph node. */
const levelViews = new Map<string, View>()

function showLevel(
  services: WorkspaceServices,
  path: Path,
  select: readonly NodeId[] = [],
): boolean {
  const { stage, workspace } = services
  const from = stage.within() ?? ''
  const view = stage.view()
  if (!workspace.show(path)) return false
  levelViews.set(from, view)
  // The node of the open chart is no longer on the canvas.
  const lower = lowerPanel.value
  if (typeof lower === 'object' && lower.tab === shownTab.value) showLowerPanel(undefined)
  stage.select(select)
  const to = joinIds(path) ?? ''
  const before = to.length < from.length ? levelViews.get(to) : undefined
  if (before) stage.setView(before)
  else stage.open(panelInsets())
  return true
}

/** Shows the inside of a subgraph node. Returns false if it has none. */
export function enterNode(services: WorkspaceServices, node: LGraphNode | undefined): boolean {
  if (!node || !nodeSubgraph(services, node)) return false
  showLevel(services, [...services.stage.path(), node.id])
  returnFocus(INPUTS)
  return true
}

/** Moves up by one level, or to the given depth. */
export function leaveLevel(services: WorkspaceServices, depth = services.stage.path().length - 1) {
  const path = services.stage.path()
  if (depth < 0 || depth >= path.length) return
  showLevel(services, path.slice(0, depth), [path[depth]])
  returnFocus(path[depth])
}

/** Opens the level of a node, given by its full id, and brings the node into view. */
export function goToNode(services: WorkspaceServices, id: string) {
  const path = idPath(id)
  const { stage } = services
  if (stage.within() !== parentId(id)) showLevel(services, path.slice(0, -1))
  const node = stage.node(path[path.length - 1])
  if (node) stage.goTo(node, panelInsets())
  returnFocus(node?.id)
}
