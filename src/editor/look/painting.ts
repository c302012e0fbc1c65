// What the painters of the canvas have in common: what they are given, boxes and texts.
import type { Part } from '../../nodes/workflow/play.ts'
import type { Side } from '../../nodes/workflow/slots.ts'
import type { NodeStatus } from '../../nodes/litegraph/node.ts'
import type { Colours } from '../theme.ts'

export interface PaintedSlot {
  name: string
  label?: string
  type: string | number
  link?: unknown
  links?: unknown[] | null
  shape?: number
}

export interface PaintedWidget {
  type: string
  name: string
  label?: string
  value: unknown
  options: { property?: string; min?: number; max?: number; values?: unknown }
  y?: number
  last_y?: number
  width?: number
  disabled?: boolean
  clicked?: boolean
  computeSize?(width: number): [number, number]
  draw?(ctx: CanvasRenderingContext2D, node: unknown, width: number, y: number, height: number): void
}

export interface Painted {
  pos: ArrayLike<number>
  size: ArrayLike<number>
  /** Category of the loop that it runs in, or is an end of. */
  loop?: string | undefined
  /** Whether it plays in a run; undefined until that is known. */
  part?: Part
  flags: { collapsed?: boolean }
  bgcolor?: string
  has_errors?: boolean
  is_selected?: boolean
  mouseOver?: boolean
  inputs?: PaintedSlot[]
  outputs?: PaintedSlot[]
  widgets?: PaintedWidget[]
  widgets_up?: boolean
  widgets_start_y?: number
  getTitle(): string
  diffusion?: NodeStatus
  properties: Record<string, unknown>
}

/** What a paint of all nodes has in common. */
export interface Painting {
  ctx: CanvasRenderingContext2D
  colours: Colours
  scale: number
  /** Seconds, for what turns; still where motion is unwelcome. */
  clock: number
  /** Whether a run is going on. */
  running: boolean
  /** Whether a slot would take the wire that is being dragged; undefined while none is. */
  fits?: (node: Painted, side: Side, index: number) => boolean
  slotColour: (type: string) => string
}

/** Below this zoom shapes are a few pixels: slots are squares, and boxes have corners. Painting those is several times as quick. */
export const TINY = 0.3

/** Height of a node's title bar. */
export const TITLE = 30

export function box(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, radius: number) {
  ctx.beginPath()
  if (radius > 0) ctx.roundRect(x, y, width, height, radius)
  else ctx.rect(x, y, width, height)
}
