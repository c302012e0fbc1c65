// Painting of the nodes on the canvas.
import type { LGraph, LGraphCanvas, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { Measure } from '../../engine/protocol.ts'
import { hasView } from '../../workflow/nodeBody.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { isReroute } from '../../litegraph/reroute.ts'
import type { Zone } from '../../litegraph/zones.ts'
import { cutText, MAX_LABEL } from '../../painters/cutText.ts'
import type { NodeActivity } from '../../workflow/activity.ts'
import type { Side } from '../../workflow/slots.ts'
import type { Point } from '../ui/geometry.ts'
import { reducedMotion } from '../ui/motion.ts'
import type { Colours } from '../ui/theme.ts'
import { showsOnlySurroundings } from './visibleParts.ts'
import { paintMeasure } from './paint/measure.ts'
import { hasRing, paintBody, paintNodeShadow } from './paint/node.ts'
import { OVERVIEW, paintOverview } from './paint/overview.ts'
import type { PaintedNode, PaintContext } from './paint/painting.ts'
import { paintReroute } from './paint/reroute.ts'
import { paintCollapsedSlots, paintSlots } from './paint/slots.ts'
import { paintNodeView } from './paint/view.ts'
import { paintWidgets } from './paint/widgets.ts'
import { isLit, spotlightOpacity, type Spotlight } from './spotlight.ts'
import { getDraggedWire, type WireChecks } from './wireChecks.ts'

/** Members of the canvas that the painting of nodes needs. */
interface NodesCanvas extends LGraphCanvas {
  readonly graph: LGraph
  readonly colours: Colours
  readonly pixelRatio: number
  readonly running: boolean
  readonly spotlight: Spotlight | undefined
  readonly wireChecks: Pick<WireChecks, 'fits'>
  readonly measuredSeconds: number
  findZones(graph: LGraph): readonly Zone[]
  findNodeLoops(zones: readonly Zone[]): ReadonlyMap<string, Zone>
  slotColour(type: string | number): string
  getMeasure(node: LGraphNode): Measure | undefined
  getShape(node: LGraphNode, output: number): string | undefined
}

/** Nodes that do not run are paler. */
const activityOpacity: { [P in NodeActivity]: number } = {
  runs: 1,
  muted: 0.4,
  waits: 0.6,
  bypassed: 0.6,
}

/** Describes the canvas and the painted node for the painters. */
export function createPaintContext(
  canvas: NodesCanvas,
  ctx: CanvasRenderingContext2D,
  painted: LGraphNode,
): PaintContext {
  const fits = (node: PaintedNode, side: Side, index: number) =>
    canvas.wireChecks.fits(node as PaintedNode & LGraphNode, side, index)
  return {
    ctx,
    colours: canvas.colours,
    scale: canvas.ds.scale,
    clock: reducedMotion.matches ? 0 : performance.now() / 1000,
    running: canvas.running,
    slotColour: (type) => canvas.slotColour(type),
    shapeOf: (node, output) => canvas.getShape(node as PaintedNode & LGraphNode, output),
    titlesOnly: canvas.ds.scale < OVERVIEW || Boolean(canvas.spotlight?.titlesOnly),
    minText: isLit(canvas.spotlight, painted.id) ? (canvas.spotlight?.minText ?? 0) : 0,
    ...(getDraggedWire(canvas) && { fits }),
  }
}

/** Paints a node in the state of its run. */
export function paintCanvasNode(
  canvas: NodesCanvas,
  node: LGraphNode,
  ctx: CanvasRenderingContext2D,
) {
  const painted: PaintedNode = node
  const painting = createPaintContext(canvas, ctx, node)
  const opacity =
    activityOpacity[painted.part ?? 'runs'] * spotlightOpacity(canvas.spotlight, node.id)
  if (isReroute(node)) {
    ctx.globalAlpha = opacity
    paintReroute(
      painted,
      node.title === node.diffusion.declaration.title ? undefined : node.title,
      painting,
    )
    ctx.globalAlpha = 1
    return
  }
  const size: Point = node.flags.collapsed
    ? [updateCollapsedWidth(canvas, node, ctx), 0]
    : [node.size[0], node.size[1]]
  ctx.globalAlpha = opacity
  painted.loop = canvas.findNodeLoops(canvas.findZones(canvas.graph)).get(String(node.id))?.category
  paintNodeShadow(painted, size, painting)
  if (!showsOnlySurroundings(canvas, node, size, hasRing(painted)))
    drawNodeBody(canvas, node, size, painting)
  const measure = canvas.getMeasure(node)
  if (measure) {
    const share = canvas.measuredSeconds ? (measure.seconds ?? 0) / canvas.measuredSeconds : 0
    paintMeasure(measure, share, size[1], painting)
  }
  ctx.globalAlpha = 1
}

function updateCollapsedWidth(
  { colours }: NodesCanvas,
  node: LGraphNode,
  ctx: CanvasRenderingContext2D,
): number {
  ctx.font = `560 13px ${colours.font}`
  const width = Math.min(
    node.size[0],
    ctx.measureText(cutText(node.getTitle(), MAX_LABEL)).width + 58,
  )
  node._collapsed_width = width
  return width
}

function drawNodeBody(canvas: NodesCanvas, node: LGraphNode, size: Point, painting: PaintContext) {
  const { ctx } = painting
  const painted: PaintedNode = node
  const collapsed = Boolean(node.flags.collapsed)
  const isOverview = painting.titlesOnly
  paintBody(painted, size, painting)
  const viewed = isDiffusionNode(node) && node.diffusion.view !== undefined
  if (isDiffusionNode(node)) {
    if (!collapsed && hasView(node.diffusion.declaration) && (viewed || !isOverview))
      paintNodeView(node, painting, canvas.pixelRatio)
  } else node.onDrawForeground?.(ctx, canvas, canvas.canvas)
  if (isOverview) paintOverview(painted, size, painting, collapsed || viewed)
  if (collapsed) return paintCollapsedSlots(painted, size[0], painting)
  const place = new Float32Array(2)
  const bottom = paintSlots(
    painted,
    (side, index) => {
      node.getConnectionPos(side === 'input', index, place)
      return [place[0] - node.pos[0], place[1] - node.pos[1]]
    },
    painting,
  )
  if (isOverview) return
  const active = canvas.node_widget?.[0] === node ? canvas.node_widget[1] : undefined
  paintWidgets(painted, bottom, active, painting)
}
