// Widgets from params. Numbers are drawn and dragged here: litegraph's own number widget counts in tenths of a step and
// evaluates what is typed into it.
import type { LGraphNode, Widget } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration, Param } from '../../engine/plan/op.ts'
import { isMeant } from '../../engine/plan/op.ts'
import type { Kept } from '../../engine/protocol.ts'
import { FONTS, shorten } from '../views/canvas.ts'
import { drawPoints, hitsClear, pointsAlong, squareOn, type Points } from './drawing.ts'
import type { DiffusionNode, Hooks } from './node.ts'

type NumberParam = Extract<Param, { kind: 'number' }>

const MARGIN = 15
const ARROW = 26
const colours = { back: '#1e2124', line: '#4a5056', text: '#e4e6e8', dim: '#9aa1a7', fill: '#3d5a73', wrong: '#ff8a8a' }

/** Params that take room on the node: those often changed, and those that were. The panel has all of them. */
export const shownParams = ({ diffusion: { declaration }, properties }: DiffusionNode): [string, Param][] =>
  paramsShown(declaration, properties)

/** The same before there is a node. What `values` leaves out has its default. */
export const paramsShown = (
  declaration: Pick<Declaration, 'params'>,
  values: Readonly<Record<string, unknown>>,
): [string, Param][] => {
  const valueOf = (name: string) => (name in values ? values[name] : declaration.params[name]?.default)
  return Object.entries(declaration.params).filter(
    ([name, param]) =>
      isMeant(declaration.params, name, valueOf) &&
      (!param.advanced || JSON.stringify(valueOf(name)) !== JSON.stringify(param.default)),
  )
}

/** One widget for each param that is shown, bound to the property of its name. */
export function addWidgets(node: DiffusionNode, hooks: Hooks) {
  const [width, height] = node.size
  node.widgets = []
  for (const [name, param] of shownParams(node)) addWidget(node, name, param, hooks)
  // litegraph shrinks a node to the least size with every widget it is given.
  node.setSize([width, height])
}

function addWidget(node: DiffusionNode, name: string, param: Param, hooks: Hooks) {
  const options = { property: name }
  const value = node.properties[name]
  switch (param.kind) {
    case 'number':
      node.addCustomWidget(numberWidget(name, param, value, hooks))
      return
    case 'seed':
      node.addCustomWidget(numberWidget(name, seedRange, value, hooks))
      return
    case 'choice':
      node.addWidget('combo', name, value, null, { ...options, values: [...param.choices] })
      return
    case 'boolean':
      node.addWidget('toggle', name, value, null, { ...options, on: 'on', off: 'off' })
      return
    case 'text':
      if (param.multiline) node.addCustomWidget(paragraphWidget(name, value, hooks))
      else node.addWidget('text', name, value, null, options)
      return
    case 'drawing':
      node.addCustomWidget(drawingWidget(name, value))
      return
    case 'checkpoint':
    case 'dataset':
      node.addWidget('button', name, value, () => hooks.chooseFile?.(node, name, param.kind), options)
      showValue(node, name)
      return
    default:
      param satisfies never
  }
}

const seedRange: NumberParam = {
  kind: 'number',
  default: 0,
  min: 0,
  max: 2 ** 32 - 1,
  step: 1,
  integer: true,
  slider: false,
  about: '',
}

/** Brings a widget in line with its property, however that was set. */
export function showValue(node: DiffusionNode, name: string) {
  const widget = node.widgets?.find(({ options }) => options.property === name)
  if (!widget) return
  const value = node.properties[name]
  if (widget.type === 'button') {
    const chosen = value as { name?: unknown } | null
    widget.label =
      typeof chosen?.name === 'string'
        ? chosen.name.slice(0, 40)
        : chooseLabels[node.diffusion.declaration.params[name]!.kind as Kept]
  } else widget.value = value
}

const chooseLabels: { [K in Kept]: string } = { checkpoint: 'choose a checkpoint…', dataset: 'choose images…' }

/** Sets a property as one step of undo. */
function commit(node: LGraphNode, name: string, value: unknown) {
  if (value === node.properties[name]) return
  node.graph?.beforeChange(node)
  node.setProperty(name, value)
  node.graph?.afterChange(node)
}

// ---- numbers

/** The nearest allowed value: within the range, whole where it has to be. */
export function fit(value: number, { min, max, integer }: { min: number; max: number; integer: boolean }): number {
  const bounded = Math.min(max, Math.max(min, value))
  return integer ? Math.round(bounded) : bounded
}

/** Rounded to the grid of its step, without the dust of binary fractions. */
const onGrid = (value: number, step: number) => Number((Math.round(value / step) * step).toPrecision(12))

/** At most six significant digits; small and large ones with an exponent. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e10) return String(value)
  const size = Math.abs(value)
  return size < 1e-3 || size >= 1e7
    ? value
        .toExponential(3)
        .replace(/\.?0+e/, 'e')
        .replace('e+', 'e')
    : String(Number(value.toPrecision(6)))
}

/** A number as people type it (comma or point, exponent); undefined if it is none. Nothing is evaluated. */
export function parseNumber(text: string): number | undefined {
  const plain = text.trim().replace(',', '.')
  const value = Number(plain)
  return plain && Number.isFinite(value) ? value : undefined
}

function numberWidget(name: string, param: NumberParam, value: unknown, hooks: Hooks): Widget {
  let drag: { x: number; from: number; moved: boolean } | undefined
  const current = (node: LGraphNode) => {
    const now = node.properties[name]
    return typeof now === 'number' && Number.isFinite(now) ? now : param.default
  }
  const fraction = (v: number) => Math.min(1, Math.max(0, (v - param.min) / (param.max - param.min)))
  return {
    type: 'diffusion/number',
    name,
    value,
    options: { property: name, min: param.min, max: param.max, step: param.step },
    computeSize: (width) => [width, 20],
    draw(ctx, node, width, y, height) {
      const now = node.properties[name]
      const good = typeof now === 'number' && now === fit(now, param)
      pill(ctx, y, width, height)
      if (param.slider && typeof now === 'number') {
        ctx.save()
        ctx.clip()
        ctx.fillStyle = colours.fill
        ctx.fillRect(MARGIN, y, (width - 2 * MARGIN) * fraction(now), height)
        ctx.restore()
      } else drawArrows(ctx, y, width, height)
      const text = typeof now === 'number' ? formatNumber(now) : JSON.stringify(now ?? null)
      label(ctx, name, text, y, width, height, good ? colours.text : colours.wrong, param.slider ? 12 : ARROW)
    },
    mouse(event, [x], node) {
      const width = node.size[0]
      if (event.type.endsWith('down')) {
        if (event.detail === 2) {
          drag = undefined
          ask(node as DiffusionNode, name, event, hooks, (text) => {
            const typed = parseNumber(text)
            if (typed !== undefined) commit(node, name, fit(typed, param))
          })
          return true
        }
        node.graph?.beforeChange(node)
        drag = { x, from: current(node), moved: false }
        if (param.slider) node.setProperty(name, slid(x, width))
        return true
      }
      if (!drag) return false
      if (event.type.endsWith('move')) {
        if (Math.abs(x - drag.x) > 2) drag.moved = true
        const steps = Math.round((x - drag.x) / (event.shiftKey ? 1 : 4)) * (event.shiftKey ? 10 : 1)
        if (param.slider) node.setProperty(name, slid(x, width))
        else if (drag.moved) node.setProperty(name, fit(onGrid(drag.from + steps * param.step, param.step), param))
        return true
      }
      if (!drag.moved && !param.slider) {
        const by = x < MARGIN + ARROW ? -1 : x > width - MARGIN - ARROW ? 1 : 0
        if (by) node.setProperty(name, fit(onGrid(drag.from + by * param.step, param.step), param))
      }
      drag = undefined
      node.graph?.afterChange(node)
      return true
    },
  }

  function slid(x: number, width: number): number {
    const share = Math.min(1, Math.max(0, (x - MARGIN) / (width - 2 * MARGIN)))
    return fit(onGrid(param.min + share * (param.max - param.min), param.step), param)
  }
}

function pill(ctx: CanvasRenderingContext2D, y: number, width: number, height: number) {
  ctx.beginPath()
  ctx.roundRect(MARGIN, y, width - 2 * MARGIN, height, height / 2)
  ctx.fillStyle = colours.back
  ctx.strokeStyle = colours.line
  ctx.lineWidth = 1
  ctx.fill()
  ctx.stroke()
}

function drawArrows(ctx: CanvasRenderingContext2D, y: number, width: number, height: number) {
  ctx.fillStyle = colours.dim
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

/** Name at the left, value at the right; the name gives way. */
function label(
  ctx: CanvasRenderingContext2D,
  name: string,
  value: string,
  y: number,
  width: number,
  height: number,
  colour: string,
  inset: number,
) {
  ctx.font = `12px ${FONTS}`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'right'
  ctx.fillStyle = colour
  const room = width - 2 * (MARGIN + inset)
  const shown = shorten(ctx, value, room * 0.7)
  ctx.fillText(shown, width - MARGIN - inset, y + height / 2 + 0.5)
  ctx.textAlign = 'left'
  ctx.fillStyle = colours.dim
  ctx.fillText(shorten(ctx, name, room - ctx.measureText(shown).width - 8), MARGIN + inset, y + height / 2 + 0.5)
  ctx.textBaseline = 'alphabetic'
}

function ask(node: DiffusionNode, name: string, event: MouseEvent, hooks: Hooks, then: (text: string) => void, long = false) {
  if (hooks.edit) hooks.edit(node, name, event)
  else node.graph?.list_of_graphcanvas?.[0]?.prompt(name, node.properties[name], then, event, long)
}

// ---- longer things

const LINE = 20

/** Text that wraps and fills what the node has of height. */
function paragraphWidget(name: string, value: unknown, hooks: Hooks): Widget {
  return {
    type: 'diffusion/paragraph',
    name,
    value,
    options: { property: name },
    computeSize: (width) => [width, LINE],
    draw(ctx, node, width, y) {
      const height = Math.max(20, node.size[1] - y - 8)
      ctx.save()
      ctx.beginPath()
      ctx.rect(10, y, width - 20, height)
      ctx.clip()
      ctx.font = `13px ${FONTS}`
      ctx.textAlign = 'left'
      const text = String(node.properties[name] ?? '')
      ctx.fillStyle = text ? colours.text : colours.dim
      wrap(ctx, text || 'Double-click to write.', width - 24).forEach((line, i) => ctx.fillText(line, 12, y + 15 + i * 18))
      ctx.restore()
    },
    mouse(event, _pos, node) {
      if (!event.type.endsWith('down') || event.detail !== 2) return false
      ask(node as DiffusionNode, name, event, hooks, (text) => commit(node, name, text), true)
      return true
    },
  }
}

const wrapped = new Map<string, readonly string[]>()

/** Lines no wider than `room`; a word that is too long stays whole. Known from the second time on: texts are measured slowly. */
export function wrap(ctx: CanvasRenderingContext2D, text: string, room: number): readonly string[] {
  const key = `${ctx.font}|${room}|${text}`
  const lines = wrapped.get(key) ?? broken(ctx, text, room)
  if (wrapped.size > 500) wrapped.clear()
  wrapped.set(key, lines)
  return lines
}

function broken(ctx: CanvasRenderingContext2D, text: string, room: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      const longer = line ? `${line} ${word}` : word
      if (line && ctx.measureText(longer).width > room) {
        lines.push(line)
        line = word
      } else line = longer
    }
    return [...lines, line]
  })
}

/** A square to draw points in: drag to draw, with Shift or the right button to rub out. */
function drawingWidget(name: string, value: unknown): Widget {
  /** Where the stroke has come; undefined while none is drawn. */
  let tip: readonly [number, number] | undefined
  const points = (node: LGraphNode) => (Array.isArray(node.properties[name]) ? (node.properties[name] as Points) : [])
  return {
    type: 'diffusion/drawing',
    name,
    value,
    options: { property: name },
    computeSize: (width) => [width, Math.min(width - 2 * MARGIN, 240)],
    draw(ctx, node, _width, y) {
      drawPoints(ctx, points(node), squareOn(node.size, y))
    },
    mouse(event, [x, y], node) {
      const square = squareOn(node.size, this.last_y ?? 0)
      if (event.type.endsWith('up')) {
        if (tip) node.graph?.afterChange(node)
        tip = undefined
        return true
      }
      if (event.type.endsWith('down')) {
        node.graph?.beforeChange(node)
        if (hitsClear(square, x, y)) {
          node.setProperty(name, [])
          node.graph?.afterChange(node)
          return true
        }
        tip = [x, y]
      }
      if (!tip) return true
      const brush = { erase: event.shiftKey || event.buttons === 2, size: 0 }
      node.setProperty(name, pointsAlong(points(node), square, tip, [x, y], brush))
      tip = [x, y]
      return true
    },
  }
}
