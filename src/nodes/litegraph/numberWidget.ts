// Number widget, as a slider or with arrows. litegraph's number widget counts in tenths of a step
// and evaluates typed text as JavaScript.
import type { LGraphNode, Widget } from 'litegraph.js/build/litegraph.core.js'
import type { Param } from '../../engine/plan/op.ts'
import { FONTS } from '../painters/theme.ts'
import { shorten } from '../painters/frame.ts'
import type { NodeHooks } from './nodeSetup.ts'
import { fitNumber, formatNumber, parseNumber, sliderRange, snapToStep } from './numberText.ts'
import { MARGIN, promptValue, setWithUndo, widgetColours } from './widgetEdits.ts'

export type NumberParam = Extract<Param, { kind: 'number' }>

/** Width of the clickable arrow at each end. */
const ARROW = 26

export class NumberWidget implements Widget {
  readonly type = 'diffusion/number'
  readonly options: Record<string, unknown>
  private drag: { x: number; from: number; moved: boolean } | undefined

  constructor(
    readonly name: string,
    private readonly param: NumberParam,
    public value: unknown,
    private readonly hooks: NodeHooks,
  ) {
    const [min, max] = sliderRange(param)
    this.options = { property: name, min, max, step: param.step }
  }

  computeSize(width: number): [number, number] {
    return [width, 20]
  }

  draw(ctx: CanvasRenderingContext2D, node: LGraphNode, width: number, y: number, height: number) {
    const { param } = this
    const value = node.properties[this.name]
    drawPill(ctx, { y, width, height })
    if (param.slider && typeof value === 'number') {
      const [min, max] = sliderRange(param)
      const share = Math.min(1, Math.max(0, (value - min) / (max - min)))
      ctx.save()
      ctx.clip()
      ctx.fillStyle = widgetColours.fill
      ctx.fillRect(MARGIN, y, (width - 2 * MARGIN) * share, height)
      ctx.restore()
    } else drawArrows(ctx, { y, width, height })
    const valid = typeof value === 'number' && value === fitNumber(value, param)
    drawLabel(ctx, {
      name: this.name,
      value: typeof value === 'number' ? formatNumber(value) : JSON.stringify(value ?? null),
      colour: valid ? widgetColours.text : widgetColours.wrong,
      inset: MARGIN + (param.slider ? 12 : ARROW),
      row: { y, width, height },
    })
  }

  mouse(event: MouseEvent, [x]: [number, number], node: LGraphNode): boolean {
    if (event.type.endsWith('down')) {
      if (event.detail === 2) this.prompt(event, node)
      else this.startDrag(x, node)
      return true
    }
    if (!this.drag) return false
    if (event.type.endsWith('move')) this.dragTo(x, event.shiftKey, this.drag, node)
    else this.endDrag(x, this.drag, node)
    return true
  }

  private prompt(event: MouseEvent, node: LGraphNode) {
    this.drag = undefined
    promptValue(node, this.name, event, this.hooks, {
      set: (text) => {
        const typed = parseNumber(text)
        if (typed !== undefined) setWithUndo(node, this.name, fitNumber(typed, this.param))
      },
    })
  }

  private startDrag(x: number, node: LGraphNode) {
    node.graph?.beforeChange(node)
    const value = node.properties[this.name]
    const from = typeof value === 'number' && Number.isFinite(value) ? value : this.param.default
    this.drag = { x, from, moved: false }
    if (this.param.slider) this.slideTo(x, node)
  }

  private dragTo(x: number, fine: boolean, drag: NonNullable<typeof this.drag>, node: LGraphNode) {
    if (Math.abs(x - drag.x) > 2) drag.moved = true
    if (this.param.slider) this.slideTo(x, node)
    else if (drag.moved) {
      const steps = Math.round((x - drag.x) / (fine ? 1 : 4)) * (fine ? 10 : 1)
      this.step(drag.from, steps, node)
    }
  }

  private endDrag(x: number, drag: NonNullable<typeof this.drag>, node: LGraphNode) {
    const right = node.size[0] - MARGIN - ARROW
    const direction = x < MARGIN + ARROW ? -1 : x > right ? 1 : 0
    if (!drag.moved && !this.param.slider && direction) this.step(drag.from, direction, node)
    this.drag = undefined
    node.graph?.afterChange(node)
  }

  private step(from: number, steps: number, node: LGraphNode) {
    const { step } = this.param
    node.setProperty(this.name, fitNumber(snapToStep(from + steps * step, step), this.param))
  }

  private slideTo(x: number, node: LGraphNode) {
    const { step } = this.param
    const [min, max] = sliderRange(this.param)
    const share = Math.min(1, Math.max(0, (x - MARGIN) / (node.size[0] - 2 * MARGIN)))
    node.setProperty(this.name, fitNumber(snapToStep(min + share * (max - min), step), this.param))
  }
}

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

function drawArrows(ctx: CanvasRenderingContext2D, { y, width, height }: Row) {
  ctx.fillStyle = widgetColours.dim
  for (const [tip, base] of [
    [MARGIN + 7, MARGIN + 14],
    [width - MARGIN - 7, width - MARGIN - 14],
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
  const shown = shorten(ctx, value, room * 0.7)
  ctx.fillText(shown, row.width - inset, base)
  ctx.textAlign = 'left'
  ctx.fillStyle = widgetColours.dim
  ctx.fillText(shorten(ctx, name, room - ctx.measureText(shown).width - 8), inset, base)
  ctx.textBaseline = 'alphabetic'
}
