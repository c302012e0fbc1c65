// Types and helpers shared by the painters of the canvas.
import type { NodeActivity } from '../../../workflow/activity.ts'
import type { Side } from '../../../workflow/slots.ts'
import type { NodeStatus } from '../../../litegraph/diffusionNode.ts'
import { context2d } from '../../../painters/context2d.ts'
import type { Colours } from '../../ui/theme.ts'

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
  options: { property?: string; min?: number; max?: number; values?: unknown; radius?: string }
  y?: number
  last_y?: number
  width?: number
  disabled?: boolean
  clicked?: boolean
  computeSize?(width: number): [number, number]
  draw?(
    ctx: CanvasRenderingContext2D,
    node: unknown,
    width: number,
    y: number,
    height: number,
  ): void
}

export interface PaintedNode {
  pos: ArrayLike<number>
  size: ArrayLike<number>
  /** Category of the loop that the node belongs to. */
  loop?: string | undefined
  /** Part of the node in a run, undefined until it is known. */
  part?: NodeActivity
  flags: { collapsed?: boolean }
  color?: string
  bgcolor?: string
  has_errors?: boolean
  is_selected?: boolean
  mouseOver?: boolean
  overDot?: boolean
  inputs?: PaintedSlot[]
  outputs?: PaintedSlot[]
  widgets?: PaintedWidget[]
  widgets_up?: boolean
  widgets_start_y?: number
  getTitle(): string
  diffusion?: NodeStatus
  properties: Record<string, unknown>
}

/** Context shared by all nodes of a paint. */
export interface PaintContext {
  ctx: CanvasRenderingContext2D
  colours: Colours
  scale: number
  /** Time in seconds, for spinners. Constant if the user prefers reduced motion. */
  clock: number
  /** True during a run. */
  running: boolean
  /** Tests if a slot accepts the dragged wire. Undefined while no wire is dragged. */
  fits?: (node: PaintedNode, side: Side, index: number) => boolean
  slotColour: (type: string) => string
  /** Shape of the features of an output, as text; undefined if it is not known. */
  shapeOf: (node: PaintedNode, output: number) => string | undefined
  /** True if nodes show only their titles and views, as at a low zoom. */
  titlesOnly: boolean
  /** Minimum height of the text in views and of lone titles, in CSS pixels; 0 for the usual one. */
  minText: number
}

/**
 * Below this zoom, shapes are only a few pixels large: slots are painted as squares and boxes with
 * square corners, which is several times as fast.
 */
export const TINY = 0.3

/** Creates a bitmap of a size in pixels, with its context. */
export function createBitmap(width: number, height: number) {
  const bitmap = new OffscreenCanvas(width, height)
  return { bitmap, ctx: context2d(bitmap) }
}

export function addBox(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
) {
  ctx.beginPath()
  if (radius > 0) ctx.roundRect(x, y, width, height, radius)
  else ctx.rect(x, y, width, height)
}
