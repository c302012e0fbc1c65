// Space of the view on a node.
import type { Declaration } from '../engine/plan/op.ts'
import type { Box } from '../painters/frame.ts'
import type { PlotControls } from '../painters/plotLook.ts'
import type { DiffusionNode } from './diffusionNode.ts'

/** True for observers and for nodes that declare room for a view. */
export const hasView = ({ role, room }: Declaration): boolean =>
  role === 'observer' || room !== undefined

/** Minimal height of the view of a node, in addition to slots and widgets. */
export const viewHeight = ({ role, room }: Declaration): number =>
  role === 'observer' ? MIN_VIEW_HEIGHT : (room?.height ?? 0)
const MIN_VIEW_HEIGHT = 170

/** Initial width of a node with a view, and its initial height beyond the minimum. */
export const initialViewSpace = (declaration: Declaration): { width: number; more: number } =>
  hasView(declaration)
    ? {
        width: declaration.room?.width ?? 260,
        more: Math.max(0, (declaration.room?.height ?? 0) - viewHeight(declaration)),
      }
    : { width: 0, more: 0 }

/** Returns the area of a view, in coordinates of the node. */
export function viewBox(node: DiffusionNode): Box {
  const y = node.computeSize()[1] - viewHeight(node.diffusion.declaration)
  return { x: 8, y, width: node.size[0] - 16, height: node.size[1] - y - 8 }
}

/** Stores the places that a click on the plot can change; the plot is painted `enlarged` times. */
export const storeControls =
  (node: DiffusionNode, enlarged = 1) =>
  ({ clouds, note }: PlotControls) => {
    const toNode = ({ x, y, width, height }: Box) => ({
      x: x * enlarged,
      y: y * enlarged,
      width: width * enlarged,
      height: height * enlarged,
    })
    node.diffusion.plotControls = {
      clouds: clouds.map(toNode),
      ...(note && { note: toNode(note) }),
    }
  }
