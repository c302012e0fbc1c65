// Dragging of nodes: snapping to others, with lines, and a copy of the selection with Alt.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { isReroute } from '../../litegraph/reroute.ts'
import { TITLE } from '../graph/nodeSize.ts'
import { snapRect, type Rect, type Snap, type SnapLine } from '../graph/snap.ts'
import { settings } from '../storage/settings.ts'
import type { Point } from '../ui/geometry.ts'

/** Members of the canvas that dragging needs. */
interface DragCanvas {
  readonly ds: { scale: number }
  readonly selected_nodes: Readonly<Record<string, LGraphNode>>
  readonly visible_nodes: readonly LGraphNode[]
  node_dragged: LGraphNode | null
}

/** Distance within which nodes snap, in CSS pixels. */
const SNAP_DISTANCE = 5
/** Distance from which on a press is a drag, in CSS pixels. */
const DRAG_DISTANCE = 4

export class NodeDrag {
  /** Lines along which the dragged nodes are aligned. */
  lines: readonly SnapLine[] = []
  /** True once the pointer has moved with a node. */
  moved = false
  /** Shift of the last move by which the nodes were aligned. */
  private shift: Point = [0, 0]
  private pressedAt: Point = [0, 0]
  private copies = false

  constructor(
    private readonly canvas: DragCanvas,
    /** Copies the selection in its place, selects the copy, and returns the copy of a node. */
    private readonly copy: (node: LGraphNode) => LGraphNode | undefined,
  ) {}

  start(event: MouseEvent) {
    this.pressedAt = [event.clientX, event.clientY]
    this.copies = event.altKey
    this.moved = false
    this.shift = [0, 0]
  }

  /**
   * Runs a move of the pointer. Aligns the dragged nodes, except with Ctrl or Command and for a
   * finger, which covers the lines. A press with Alt first copies the selection.
   */
  move<T>(event: MouseEvent, move: () => T): T | undefined {
    const { canvas } = this
    if (!canvas.node_dragged) return move()
    const [x, y] = this.pressedAt
    const far = Math.hypot(event.clientX - x, event.clientY - y)
    if (this.copies && far < DRAG_DISTANCE) return undefined
    if (this.copies) {
      this.copies = false
      canvas.node_dragged = this.copy(canvas.node_dragged) ?? canvas.node_dragged
    }
    this.moved ||= far > 0
    dragNodes(this.nodes(), [-this.shift[0], -this.shift[1]])
    const result = move()
    const isFree = event.ctrlKey || event.metaKey || !event.isTrusted || !settings.value.snap
    const { shift, lines } = this.moved && !isFree ? this.snap() : noSnap
    this.shift = shift
    this.lines = lines
    dragNodes(this.nodes(), shift)
    return result
  }

  /**
   * Runs litegraph's handler of a release, which rounds the position of the pressed node. The other
   * dragged nodes keep their distances to it.
   */
  release<T>(node: LGraphNode | null, release: () => T): T {
    if (!node || !this.moved) return release()
    const before: Point = [node.pos[0], node.pos[1]]
    const others = this.nodes().filter((each) => each !== node)
    const result = release()
    dragNodes(others, [node.pos[0] - before[0], node.pos[1] - before[1]])
    return result
  }

  end() {
    this.lines = []
    this.copies = this.moved = false
    this.shift = [0, 0]
  }

  /** Nodes that move with the pointer. */
  private nodes(): LGraphNode[] {
    return Object.values(this.canvas.selected_nodes).filter(({ flags }) => !flags.pinned)
  }

  private snap(): Snap {
    const moving = this.nodes()
    const others = this.canvas.visible_nodes.filter(
      (node) => !moving.includes(node) && !isReroute(node),
    )
    if (!moving.length) return noSnap
    const distance = SNAP_DISTANCE / this.canvas.ds.scale
    return snapRect(joinRects(moving.map(nodeRect)), others.map(nodeRect), distance)
  }
}

const noSnap: Snap = { shift: [0, 0], lines: [] }

function dragNodes(nodes: readonly LGraphNode[], [dx, dy]: readonly [number, number]) {
  if (dx === 0 && dy === 0) return
  for (const { pos } of nodes) {
    pos[0] += dx
    pos[1] += dy
  }
}

/** Edges of a node with its title bar. */
export const nodeRect = ({ pos, size, flags, _collapsed_width }: LGraphNode): Rect => [
  pos[0],
  pos[1] - TITLE,
  pos[0] + (flags.collapsed ? (_collapsed_width ?? size[0]) : size[0]),
  pos[1] + (flags.collapsed ? 0 : size[1]),
]

const joinRects = (rects: readonly Rect[]): Rect => [
  Math.min(...rects.map((rect) => rect[0])),
  Math.min(...rects.map((rect) => rect[1])),
  Math.max(...rects.map((rect) => rect[2])),
  Math.max(...rects.map((rect) => rect[3])),
]
