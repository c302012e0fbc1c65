// Number widget, as a slider or with arrows. litegraph's number widget counts in tenths of a step
// and evaluates typed text as JavaScript. A double-click opens an editor and changes nothing. Drags
// with Shift are fine, those with Ctrl coarse.
import type { LGraphNode, Widget } from 'litegraph.js/build/litegraph.core.js'
import { FONTS } from '../painters/theme.ts'
import { fitLabel } from '../painters/frame.ts'
import type { NodeHooks } from './nodeSetup.ts'
import {
  dragSteps,
  formatControlValue,
  isAllowed,
  readControlValue,
  snapNumber,
  snapTo,
  type NumberControl,
} from '../workflow/controlSpec.ts'
import { MARGIN, promptValue, setWithUndo, widgetColours } from './widgetEdits.ts'

/** Distance from each side of the node up to which a click is one on an arrow. */
export const ARROW = 28

/** Shorter moves of the pointer are clicks, in pixels of the screen. */
const SLOP = 4

/** Time after which a click on a slider is no double-click, in milliseconds. */
const DOUBLE_CLICK = 300

interface Drag {
  /** Start in coordinates of the node, and on the screen. */
  x: number
  screenX: number
  /** Value at the start. */
  from: number
  /** Last place on the screen, and the value there before it snaps. */
  lastX: number
  exact: number
  moved: boolean
}

export class NumberWidget implements Widget {
  readonly type = 'diffusion/number'
  readonly options: { property: string; min: number; max: number; step: number }
  private drag: Drag | undefined
  /** A click on a slider, which takes effect unless it is the first of a double-click. */
  private click: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly name: string,
    private readonly control: NumberControl,
    public value: unknown,
    private readonly hooks: NodeHooks,
  ) {
    const { min: from, max: to, step, slides: [min, max] = [from, to] } = control
    this.options = { property: name, min, max, step }
  }

  computeSize(width: number): [number, number] {
    return [width, 20]
  }

  draw(ctx: CanvasRenderingContext2D, node: LGraphNode, width: number, y: number, height: number) {
    const { control } = this
    const { slides } = control
    const value = node.properties[this.name]
    drawPill(ctx, { y, width, height })
    if (slides && typeof value === 'number') {
      const [min, max] = slides
      const share = Math.min(1, Math.max(0, (value - min) / (max - min)))
      ctx.save()
      ctx.clip()
      ctx.fillStyle = widgetColours.fill
      ctx.fillRect(MARGIN, y, (width - 2 * MARGIN) * share, height)
      ctx.restore()
    } else drawArrows(ctx, { y, width, height })
    drawLabel(ctx, {
      name: this.name,
      value: formatControlValue(value),
      colour: isAllowed(value, control) ? widgetColours.text : widgetColours.wrong,
      inset: slides ? MARGIN + 12 : ARROW + 4,
      row: { y, width, height },
    })
  }

  mouse(event: MouseEvent, [x]: [number, number], node: LGraphNode): boolean {
    if (event.type.endsWith('down')) {
      clearTimeout(this.click)
      if (event.detail === 2 && !this.arrowAt(x, node)) this.prompt(event, node)
      else this.startDrag(x, screenX(event, x), node)
      return true
    }
    if (!this.drag) return false
    if (event.type.endsWith('move')) this.dragTo(x, event, this.drag, node)
    else this.endDrag(x, this.drag, node)
    return true
  }

  /** The direction of the arrow at a place: -1 or 1; 0 if there is none. */
  private arrowAt(x: number, node: LGraphNode): -1 | 0 | 1 {
    if (this.control.slides) return 0
    return x < ARROW ? -1 : x > node.size[0] - ARROW ? 1 : 0
  }

  private prompt(event: MouseEvent, node: LGraphNode) {
    this.drag = undefined
    promptValue(node, this.name, event, this.hooks, {
      set: (text) => {
        const typed = readControlValue(this.control, text)
        if (typed !== undefined) setWithUndo(node, this.name, typed)
      },
    })
  }

  private startDrag(x: number, screenX: number, node: LGraphNode) {
    node.graph?.beforeChange(node)
    const value = node.properties[this.name]
    const from = typeof value === 'number' && Number.isFinite(value) ? value : this.control.default
    this.drag = { x, screenX, from, lastX: screenX, exact: from, moved: false }
  }

  private dragTo(x: number, event: MouseEvent, drag: Drag, node: LGraphNode) {
    if (Math.abs(screenX(event, x) - drag.screenX) >= SLOP) drag.moved = true
    if (!drag.moved) return
    const modifiers = { fine: event.shiftKey, coarse: event.ctrlKey || event.metaKey }
    const { perPixel, snap } = dragSteps(this.control, drag.from, modifiers)
    if (this.control.slides && !modifiers.fine) drag.exact = this.placeOnSlider(x, node)
    else drag.exact += (screenX(event, x) - drag.lastX) * perPixel
    drag.lastX = screenX(event, x)
    node.setProperty(this.name, snapTo(drag.exact, snap, this.control))
  }

  private endDrag(x: number, drag: Drag, node: LGraphNode) {
    const direction = drag.moved ? 0 : this.arrowAt(drag.x, node)
    if (direction) this.step(drag.from, direction, node)
    this.drag = undefined
    node.graph?.afterChange(node)
    if (drag.moved || !this.control.slides) return
    const slide = () =>
      setWithUndo(node, this.name, snapNumber(this.placeOnSlider(x, node), this.control))
    this.click = setTimeout(slide, DOUBLE_CLICK)
  }

  private step(from: number, steps: number, node: LGraphNode) {
    const { control } = this
    node.setProperty(this.name, snapNumber(from + steps * control.step, control))
  }

  /** The number at a place on a slider. */
  private placeOnSlider(x: number, node: LGraphNode): number {
    const { min, max } = this.options
    const share = Math.min(1, Math.max(0, (x - MARGIN) / (node.size[0] - 2 * MARGIN)))
    return min + share * (max - min)
  }
}

/** The place of the pointer on the screen; on the node, of events that have none. */
const screenX = ({ clientX }: Partial<MouseEvent>, x: number) => clientX ?? x

interface Row {
  y: number
  width: number
  height: number
}

function drawPill(ctx: CanvasRenderingContext2D, { y, width, height }: Row) {
  ctx.beginPath()
  ctx.roundRect(MARGIN, y, width - 2 * MARGIN, height, height / 2)
  ctx.fillStyle = widgetColours.back
  ctx.strokeStyle = widgetColours.line
  ctx.lineWidth = 1
  ctx.fill()
  ctx.stroke()
}

/** Draws the arrows as two buttons, each up to a line. */
function drawArrows(ctx: CanvasRenderingContext2D, { y, width, height }: Row) {
  ctx.beginPath()
  for (const x of [ARROW, width - ARROW]) {
    ctx.moveTo(x, y)
    ctx.lineTo(x, y + height)
  }
  ctx.stroke()
  ctx.fillStyle = widgetColours.dim
  for (const [tip, base] of [
    [MARGIN + 5, MARGIN + 12],
    [width - MARGIN - 5, width - MARGIN - 12],
  ] as const) {
    ctx.beginPath()
    ctx.moveTo(tip, y + height / 2)
    ctx.lineTo(base, y + 5.5)
    ctx.lineTo(base, y + height - 5.5)
    ctx.fill()
  }
}

/** Draws the name at the left and the value at the right. Shortens the name if both do not fit. */
function drawLabel(
  ctx: CanvasRenderingContext2D,
  label: { name: string; value: string; colour: string; inset: number; row: Row },
) {
  const { name, value, colour, inset, row } = label
  const base = row.y + row.height / 2 + 0.5
  const room = row.width - 2 * inset
  ctx.font = `12px ${FONTS}`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'right'
  ctx.fillStyle = colour
  const shown = fitLabel(ctx, value, room * 0.7)
  ctx.fillText(shown, row.width - inset, base)
  ctx.textAlign = 'left'
  ctx.fillStyle = widgetColours.dim
  ctx.fillText(fitLabel(ctx, name, room - ctx.measureText(shown).width - 8), inset, base)
  ctx.textBaseline = 'alphabetic'
}
