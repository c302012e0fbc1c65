// The whole graph, small, where it does not fit the window; pressed or dragged, the view goes there.
import { useEffect, useRef } from 'preact/hooks'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import type { Edges } from './camera.ts'
import type { Point } from './canvas.ts'
import { useEditor } from './context.ts'
import type { Editor } from './editor.ts'
import { TITLE } from './look/painting.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'

const [WIDTH, HEIGHT, MARGIN] = [184, 124, 8]

export function Minimap() {
  const editor = useEditor()
  const element = useRef<HTMLCanvasElement>(null)
  const frame = useRef<Frame>(undefined)
  const shown = state.settings.value.minimap
  useEffect(() => {
    if (!shown) return undefined
    const draw = () => {
      const canvas = element.current
      if (!canvas) return
      frame.current = frameOf(editor)
      canvas.hidden = !frame.current
      const { left, bottom } = editor.insets()
      canvas.style.left = `${left + 12}px`
      canvas.style.bottom = `${bottom + 12}px`
      if (frame.current) paint(canvas, editor, frame.current)
    }
    draw()
    return editor.stage.onDrawn(draw)
  }, [shown])
  if (!shown) return null
  const go = (event: PointerEvent) => {
    const { scale, left, top } = frame.current!
    const { x, y } = element.current!.getBoundingClientRect()
    editor.stage.lookAt([left + (event.clientX - x) / scale, top + (event.clientY - y) / scale], editor.insets())
  }
  return (
    <canvas
      ref={element}
      class="minimap"
      aria-hidden="true"
      hidden
      onPointerDown={(event) => {
        element.current!.setPointerCapture(event.pointerId)
        go(event)
      }}
      onPointerMove={(event) => event.buttons && go(event)}
    />
  )
}

/** How the graph lies in the map: its zoom, and what is at the top left. */
interface Frame {
  scale: number
  left: number
  top: number
  seen: Edges
}

/** As long as nothing is painted anew, nothing has moved. */
const extents = new WeakMap<Stage, { version: number; edges: Edges }>()

function edgesOf(stage: Stage): Edges {
  const version = stage.version()
  let known = extents.get(stage)
  if (known?.version !== version) extents.set(stage, (known = { version, edges: stage.edges() }))
  return known.edges
}

/** Undefined where all of the graph is seen. */
function frameOf({ stage, insets }: Editor): Frame | undefined {
  if (!stage.nodes().length) return undefined
  const [all, seen] = [edgesOf(stage), stage.seen(insets())]
  if (all[0] >= seen[0] && all[1] >= seen[1] && all[2] <= seen[2] && all[3] <= seen[3]) return undefined
  const [left, top] = [Math.min(all[0], seen[0]), Math.min(all[1], seen[1])]
  const [width, height] = [Math.max(all[2], seen[2]) - left, Math.max(all[3], seen[3]) - top]
  const scale = Math.min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height)
  const [offsetX, offsetY]: Point = [(WIDTH / scale - width) / 2, (HEIGHT / scale - height) / 2]
  return { scale, left: left - offsetX, top: top - offsetY, seen }
}

/** All nodes, as large as they fit the map, painted once for a graph: while one looks around they are only copied. */
interface Drawn {
  version: number
  colours: unknown
  bitmap: OffscreenCanvas
  edges: Edges
}

const drawn = new WeakMap<HTMLCanvasElement, Drawn>()

function paint(canvas: HTMLCanvasElement, editor: Editor, { scale, left, top, seen }: Frame) {
  const dense = devicePixelRatio || 1
  const [width, height] = [Math.round(WIDTH * dense), Math.round(HEIGHT * dense)]
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
  const { stage } = editor
  let known = drawn.get(canvas)
  if (known?.version !== stage.version() || known.colours !== stage.colours) {
    known = drawnOf(editor, dense)
    drawn.set(canvas, known)
  }
  const { bitmap, edges } = known
  const ctx = canvas.getContext('2d')!
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  ctx.clearRect(0, 0, width, height)
  ctx.setTransform(scale * dense, 0, 0, scale * dense, -left * scale * dense, -top * scale * dense)
  ctx.drawImage(bitmap, edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1])
  ctx.strokeStyle = stage.colours.accent
  ctx.lineWidth = 1.5 / scale
  ctx.strokeRect(seen[0], seen[1], seen[2] - seen[0], seen[3] - seen[1])
}

function drawnOf(editor: Editor, dense: number): Drawn {
  const { stage } = editor
  const edges = edgesOf(stage)
  const [across, down] = [Math.max(1, edges[2] - edges[0]), Math.max(1, edges[3] - edges[1])]
  const scale = dense * Math.min(WIDTH / across, HEIGHT / down)
  const bitmap = new OffscreenCanvas(Math.max(1, Math.ceil(across * scale)), Math.max(1, Math.ceil(down * scale)))
  const ctx = bitmap.getContext('2d')!
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

function paintNodes(ctx: OffscreenCanvasRenderingContext2D, { stage }: Editor) {
  const { colours } = stage
  for (const { pos, size } of stage.graph._groups) {
    ctx.fillStyle = colours.nodeFaint
    ctx.globalAlpha = 0.15
    ctx.fillRect(pos[0], pos[1], size[0], size[1])
  }
  ctx.globalAlpha = 0.8
  for (const node of stage.nodes()) {
    ctx.fillStyle = colours.category(isDiffusionNode(node) ? node.diffusion.declaration.category : 'tools')
    ctx.fillRect(node.pos[0]!, node.pos[1]! - TITLE, node.size[0]!, TITLE + (node.flags.collapsed ? 0 : node.size[1]!))
  }
}
