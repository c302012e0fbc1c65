// Opening of the viewer with the pictures of nodes.
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import { canEnlarge, pictureSources } from './sources.ts'
import { shownViewer } from './state.ts'

/** Opens the pictures of a node, optionally compared with another's. Returns false without any. */
export function openViewer(
  stage: Pick<Stage, 'nodes'>,
  node: LGraphNode,
  other?: LGraphNode,
): boolean {
  if (!canEnlarge(node)) return false
  shownViewer.value = {
    sources: () => pictureSources(stage.nodes()),
    show: String(node.id),
    ...(other && canEnlarge(other) && { against: String(other.id) }),
  }
  return true
}

/** True for two nodes with pictures, or one that also has pictures from before the last run. */
export function canCompare(nodes: readonly LGraphNode[]): boolean {
  const [one, other] = nodes
  if (!one || !canEnlarge(one) || nodes.length > 2) return false
  return other ? canEnlarge(other) : one.diffusion.before !== undefined
}

/** Opens the comparison of two nodes, or of one with its pictures from before the last run. */
export function openComparison(stage: Pick<Stage, 'nodes'>, [one, other]: readonly LGraphNode[]) {
  if (!one || !openViewer(stage, one, other) || other || !shownViewer.value) return
  shownViewer.value = { ...shownViewer.value, against: `${one.id} before` }
}
