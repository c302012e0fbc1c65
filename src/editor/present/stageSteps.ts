// Steps of the graph on the canvas, and the camera and spotlight of each.
import { hasView } from '../../workflow/nodeBody.ts'
import { fullNodeBox } from '../../litegraph/canvasZones.ts'
import { isDiffusionNode, type DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { isReroute } from '../../litegraph/reroute.ts'
import { inputNodes } from '../../litegraph/wires.ts'
import type { Box } from '../../painters/frame.ts'
import type { View } from '../canvas/camera.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Spotlight } from '../canvas/spotlight.ts'
import type { Stage } from '../canvas/stage.ts'
import type { Insets } from '../ui/insets.ts'
import {
  planPresentation,
  STEP_MARGIN,
  type PlannedNode,
  type Step,
  type StepRoom,
} from './steps.ts'

/** Minimum height of the text of focused nodes, in CSS pixels: readable from the back row. */
export const MIN_TEXT = 14
/** Height of the smallest text on nodes, in units of the graph. */
const NODE_TEXT = 11
/** Scale from which on all texts of nodes have the minimum height; a little more, for rounding. */
export const READABLE_SCALE = MIN_TEXT / NODE_TEXT + 0.005
/** Single nodes are not enlarged further, so that their surroundings stay visible. */
const MAX_SCALE = 2.2
/** Space between the focused nodes and the edge of the spotlight, in units of the graph. */
const HALO = 12

/** Plans the steps for a free area of the screen. */
export function stageSteps(stage: Stage, area: { width: number; height: number }): Step[] {
  const room: StepRoom = { ...area, scale: READABLE_SCALE, text: MIN_TEXT }
  return planPresentation(stage.nodes().flatMap(planNode), stage.zones(), room)
}

/** Returns the nodes of this package with these ids. */
export const findStageNodes = (stage: Stage, ids: readonly string[]): DiffusionNode[] =>
  ids.flatMap((id) => {
    const node = stage.node(id)
    return node && isDiffusionNode(node) ? [node] : []
  })

function planNode(node: LGraphNode): PlannedNode[] {
  if (isReroute(node)) return []
  const declaration = isDiffusionNode(node) ? node.diffusion.declaration : undefined
  const collapsed = Boolean(node.flags.collapsed)
  return [
    {
      id: String(node.id),
      title: node.getTitle(),
      box: fullNodeBox(node),
      sources: sourceIds(node),
      kind:
        declaration?.role === 'note'
          ? 'note'
          : declaration?.role === 'observer' && !collapsed
            ? 'view'
            : 'node',
      titleInBar: collapsed || (declaration !== undefined && hasView(declaration)),
    },
  ]
}

/** Ids of the nodes before a node, past reroutes. */
const sourceIds = (node: LGraphNode): string[] =>
  inputNodes(node).flatMap((source) =>
    isReroute(source) ? sourceIds(source) : [String(source.id)],
  )

/** The camera for a step. A part that is too large begins at its upper left corner. */
export function stepView(stage: Stage, step: Step, insets: Insets): View {
  const margin = {
    top: insets.top + STEP_MARGIN,
    right: insets.right + STEP_MARGIN,
    bottom: insets.bottom + STEP_MARGIN,
    left: insets.left + STEP_MARGIN,
  }
  const { x, y, width, height } = step.box
  const view = stage.viewOf([x, y, x + width, y + height], margin, MAX_SCALE)
  const needsText = step.kind !== 'graph' && !step.titlesOnly
  if (!needsText || view.scale >= READABLE_SCALE) return view
  const scale = READABLE_SCALE
  return { scale, offset: [margin.left / scale - x, margin.top / scale - y] }
}

export function stepSpotlight(step: Step, dims: boolean): Spotlight {
  // In the entire graph no node is focused, and enlarged texts would leave views no room.
  if (step.kind === 'graph')
    return { nodes: undefined, box: undefined, titlesOnly: false, minText: 0 }
  return {
    nodes: new Set(step.ids),
    box: dims ? enlargeBox(step.box) : undefined,
    titlesOnly: step.titlesOnly,
    minText: MIN_TEXT,
  }
}

const enlargeBox = ({ x, y, width, height }: Box): Box => ({
  x: x - HALO,
  y: y - HALO,
  width: width + 2 * HALO,
  height: height + 2 * HALO,
})
