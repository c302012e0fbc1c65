// Minimap of the graph, shown while the graph does not fit the window. A press or drag moves the
// camera. It stays away from selected nodes, nodes with faults, and what is dragged.
import { useCanvas, type CanvasServices } from './services.ts'
import { panelInsets, type Insets } from '../ui/insets.ts'
import type { TargetedPointerEvent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { Edges } from '../../workflow/compose/opening.ts'
import type { LGraphNode } from './canvas.ts'
import type { Point } from '../ui/geometry.ts'
import { TITLE } from '../graph/nodeSize.ts'
import { chooseCorner, cornerRect, type Corner, type PageRect } from './minimapPlace.ts'
import { getNodeTint } from './nodeColours.ts'
import { nodeRect } from './nodeDrag.ts'
import { createBitmap } from './paint/painting.ts'
import type { Stage } from './stage.ts'
import { canvasPressed, selectedIds } from './state.ts'
import { settings } from '../storage/settings.ts'

const [WIDTH, HEIGHT, MARGIN] = [184, 124, 8]

export function Minimap() {
  const editor = useCanvas()
  const element = useRef<HTMLCanvasElement>(null)
  const frame = useRef<Frame>(undefined)
  const corner = useRef<Corner>(undefined)
  const shown = settings.value.minimap
  useEffect(() => {
    if (!shown) return undefined
    const draw = () => {
      const canvas = element.current
      if (!canvas) return
      const insets = panelInsets()
      frame.current = computeFrame(editor, insets)
      const surroundings = frame.current && readSurroundings(editor, insets)
      corner.current = surroundings && chooseCorner(corner.current, surroundings)
      place(canvas, surroundings && corner.current && cornerRect(corner.current, surroundings))
      if (frame.current && corner.current) paintMap(canvas, editor, frame.current)
    }
    draw()
    return editor.stage.onDrawn(draw)
  }, [shown])
  if (!shown) return null
  const moveCamera = (event: TargetedPointerEvent<HTMLCanvasElement>) => {
    if (!frame.current) return
    const { scale, left, top } = frame.current
    const { x, y } = event.currentTarget.getBoundingClientRect()
    editor.stage.centreOn(
      [left + (event.clientX - x) / scale, top + (event.clientY - y) / scale],
      panelInsets(),
    )
  }
  return (
    <canvas
      ref={element}
      class={canvasPressed.value ? 'minimap aside' : 'minimap'}
      aria-hidden="true"
      hidden
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        moveCamera(event)
      }}
      onPointerMove={(event) => event.buttons && moveCamera(event)}
    />
  )
}

/** Writes only what changes: a write would make the browser compute the layout of the page. */
function place(canvas: HTMLCanvasElement, rect: PageRect | undefined) {
  if (canvas.hidden !== !rect) canvas.hidden = !rect
  if (!rect) return
  const style = { left: `${rect[0]}px`, top: `${rect[1]}px` }
  if (canvas.style.left !== style.left || canvas.style.top !== style.top)
    Object.assign(canvas.style, style)
}

/** So many selected nodes are kept free at most: with all selected, no corner would be. */
const FEW = 8

/** The free area of the canvas, and the nodes on the page. */
function readSurroundings({ stage }: CanvasServices, insets: Insets) {
  const { left, top, right, bottom } = insets
  const toPage = (node: LGraphNode): PageRect => {
    const [x1, y1, x2, y2] = nodeRect(node)
    return [...stage.toPage([x1, y1]), ...stage.toPage([x2, y2])]
  }
  const fewSelected = selectedIds.value.length <= FEW
  const isImportant = (node: LGraphNode) =>
    (node.is_selected === true && fewSelected) ||
    (isDiffusionNode(node) && node.diffusion.state === 'fault')
  const nodes = stage.nodes()
  return {
    area: [left, top, innerWidth - right, innerHeight - bottom] as const,
    size: [WIDTH, HEIGHT] as const,
    important: nodes.filter(isImportant).map(toPage),
    others: () => nodes.filter((node) => !isImportant(node)).map(toPage),
  }
}

/** Transform from the graph to the map: scale, and the graph point at the top left. */
interface Frame {
  scale: number
  left: number
  top: number
  seen: Edges
}

/** Edges of all nodes by stage, valid until the next complete paint. */
const extents = new WeakMap<Stage, { version: number; edges: Edges }>()

function getCachedEdges(stage: Stage): Edges {
  const version = stage.version()
  let known = extents.get(stage)
  if (known?.version !== version) extents.set(stage, (known = { version, edges: stage.edges() }))
  return known.edges
}

/** Returns undefined if the complete graph is visible. */
function computeFrame({ stage }: CanvasServices, insets: Insets): Frame | undefined {
  if (!stage.nodes().length) return undefined
  const [all, seen] = [getCachedEdges(stage), stage.visibleEdges(insets)]
  if (all[0] >= seen[0] && all[1] >= seen[1] && all[2] <= seen[2] && all[3] <= seen[3])
    return undefined
  const [left, top] = [Math.min(all[0], seen[0]), Math.min(all[1], seen[1])]
  const [width, height] = [Math.max(all[2], seen[2]) - left, Math.max(all[3], seen[3]) - top]
  const scale = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height)
  const [offsetX, offsetY]: Point = [(WIDTH / scale - width) / 2, (HEIGHT / scale - height) / 2]
  return { scale, left: left - offsetX, top: top - offsetY, seen }
}

/** Bitmap of all nodes, as large as fits the map. While the camera moves it is only copied. */
interface MapBitmap {
  version: number
  colours: unknown
  bitmap: OffscreenCanvas
  edges: Edges
  /** The frame on the map, and its size. Progress of a run changes neither. */
  painted?: string
}

const mapBitmaps = new WeakMap<HTMLCanvasElement, MapBitmap>()

function paintMap(
  canvas: HTMLCanvasElement,
  editor: CanvasServices,
  { scale, left, top, seen }: Frame,
) {
  const dense = devicePixelRatio || 1
  const [width, height] = [Math.round(WIDTH * dense), Math.round(HEIGHT * dense)]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const { stage } = editor
  let known = mapBitmaps.get(canvas)
  if (known?.version !== stage.version() || known.colours !== stage.colours) {
    known = createMapBitmap(editor, dense)
    mapBitmaps.set(canvas, known)
  }
  const { bitmap, edges } = known
  const painted = `${width} ${height} ${seen.join(' ')}`
  const ctx = known.painted === painted ? null : canvas.getContext('2d')
  if (!ctx) return
  known.painted = painted
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.clearRect(0, 0, width, height)
  ctx.setTransform(scale * dense, 0, 0, scale * dense, -left * scale * dense, -top * scale * dense)
  ctx.drawImage(bitmap, edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1])
  ctx.strokeStyle = stage.colours.accent
  ctx.lineWidth = 1.5 / scale
  ctx.strokeRect(seen[0], seen[1], seen[2] - seen[0], seen[3] - seen[1])
}

function createMapBitmap(editor: CanvasServices, pixelRatio: number): MapBitmap {
  const { stage } = editor
  const edges = getCachedEdges(stage)
  const [across, down] = [Math.max(1, edges[2] - edges[0]), Math.max(1, edges[3] - edges[1])]
  const scale = pixelRatio * Math.min(WIDTH / across, HEIGHT / down)
  const { bitmap, ctx } = createBitmap(
    Math.max(1, Math.ceil(across * scale)),
    Math.max(1, Math.ceil(down * scale)),
  )
  ctx.setTransform(
    bitmap.width / across,
    0,
    0,
    bitmap.height / down,
    (-edges[0] * bitmap.width) / across,
    (-edges[1] * bitmap.height) / down,
  )
  paintNodes(ctx, editor)
  return { version: stage.version(), colours: stage.colours, bitmap, edges }
}

function paintNodes(ctx: CanvasRenderingContext2D, { stage }: CanvasServices) {
  const { colours } = stage
  for (const { pos, size } of stage.graph._groups) {
    ctx.fillStyle = colours.nodeFaint
    ctx.globalAlpha = 0.15
    ctx.fillRect(pos[0], pos[1], size[0], size[1])
  }
  ctx.globalAlpha = 0.8
  for (const node of stage.nodes()) {
    const stored = node.bgcolor ?? node.color
    ctx.fillStyle = stored
      ? getNodeTint(stored, colours).colour
      : colours.category(isDiffusionNode(node) ? node.diffusion.declaration.category : 'tools')
    ctx.fillRect(
      node.pos[0],
      node.pos[1] - TITLE,
      node.size[0],
      TITLE + (node.flags.collapsed ? 0 : node.size[1]),
    )
  }
}
