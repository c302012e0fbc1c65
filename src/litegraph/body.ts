// View on a node: its area, and the places on it.
import type { Box } from '../painters/frame.ts'
import type { PlotControls } from '../painters/plotLook.ts'
import { viewHeight } from '../workflow/nodeBody.ts'
import type { DiffusionNode } from './diffusionNode.ts'

/** Returns the area of a view, in coordinates of the node. */
export function viewBox(node: DiffusionNode): Box {
  if (node.diffusion.filled)
    return { x: 8, y: 8, width: node.size[0] - 16, height: node.size[1] - 16 }
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
