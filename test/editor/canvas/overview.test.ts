// Nodes at a low zoom: complete titles, readable notes, changed params, and views that fill them.
import { describe, expect, test } from 'vitest'
import { isOnView } from '../../../src/litegraph/scrub.ts'
import { viewBox } from '../../../src/litegraph/body.ts'
import type { DiffusionNode } from '../../../src/litegraph/diffusionNode.ts'
import { plainText } from '../../../src/litegraph/richText.ts'
import { OVERVIEW, paintOverview } from '../../../src/editor/canvas/paint/overview.ts'
import type { PaintedNode, PaintContext } from '../../../src/editor/canvas/paint/painting.ts'
import { paintNodeView } from '../../../src/editor/canvas/paint/view.ts'
import { byType } from '../../../src/editor/graph/declarations.ts'
import type { Colours } from '../../../src/editor/ui/theme.ts'

interface Drawn {
  text: string
  x: number
  y: number
  /** Height and width in CSS pixels. */
  height: number
  width: number
}

/** Context that records texts. A letter is 0.6 times as wide as high. */
function createContext(zoom: number) {
  const drawn: Drawn[] = []
  const state = { font: '400 10px x', scale: zoom }
  const saved: (typeof state)[] = []
  const size = () => Number(/(\d+(?:\.\d+)?)px/.exec(state.font)?.[1])
  const width = (text: string) => 0.6 * size() * text.length
  const known: Record<string, unknown> = {
    measureText: (text: string) => ({ width: width(text) }),
    fillText: (text: string, x: number, y: number) =>
      drawn.push({
        text,
        x,
        y,
        height: size() * state.scale,
        width: width(text) * state.scale,
      }),
    scale: (x: number) => (state.scale *= x),
    save: () => saved.push({ ...state }),
    restore: () => Object.assign(state, saved.pop()),
  }
  const ctx = new Proxy(known, {
    get: (target, name) =>
      name === 'font' ? state.font : (target[String(name)] ?? (() => undefined)),
    set: (_, name, value) => {
      if (name === 'font') state.font = String(value)
      return true
    },
  })
  return { ctx: ctx as unknown as CanvasRenderingContext2D, drawn }
}

function createPainting(scale: number): PaintContext & { drawn: Drawn[] } {
  const { ctx, drawn } = createContext(scale)
  const colours = new Proxy({ font: 'x' }, { get: (_, name) => String(name) }) as unknown as Colours
  return {
    ctx,
    drawn,
    colours,
    scale,
    clock: 0,
    running: false,
    minText: 0,
    slotColour: () => 'red',
    shapeOf: () => undefined,
    titlesOnly: scale < OVERVIEW,
  }
}

function createNode(
  type: string,
  size: [number, number],
  changed: Record<string, unknown> = {},
): PaintedNode & { diffusion: { filled?: boolean } } {
  const declaration = byType.get(type)
  if (!declaration) throw new Error(`No node ${type}.`)
  const defaults = Object.entries(declaration.params).map(([name, param]) => [name, param.default])
  return {
    pos: [0, 0],
    size,
    flags: {},
    inputs: [],
    outputs: [],
    widgets: Object.keys(declaration.params).map((name) => ({
      type: 'diffusion/number',
      name,
      value: 0,
      options: { property: name },
    })),
    getTitle: () => declaration.title,
    diffusion: {
      declaration,
      state: 'idle',
    },
    properties: {
      ...Object.fromEntries(defaults),
      ...changed,
    },
  }
}

const paint = (node: PaintedNode, scale: number, filled = false) => {
  const painting = createPainting(scale)
  paintOverview(node, [node.size[0], node.size[1]], painting, filled)
  return painting.drawn
}

test.each([0.12, 0.3, 0.49])('at a zoom of %f, the title above a view is never cut', (zoom) => {
  const node = createNode('diffusion/Chart', [240, 160])
  node.getTitle = () => 'Samples of the averaged weights after each of the trainings'
  const [title] = paint(node, zoom, true)
  expect(title.text).toBe(node.getTitle())
  expect(title.width).toBeLessThanOrEqual(240 * zoom)
})

describe('changed params', () => {
  test('are listed with their values below the title', () => {
    const node = createNode('diffusion/Optimizer', [260, 240], { lr: 0.5, warmup_steps: 50 })
    const [title, ...changes] = paint(node, 0.45)
    expect(title.text).toBe('Optimizer')
    expect(changes.map(({ text }) => text)).toEqual(['lr 0.5', 'warmup_steps 50'])
    for (const { height, y } of changes) {
      expect(height).toBeGreaterThanOrEqual(9.9)
      expect(y).toBeGreaterThan(title.y)
      expect(y).toBeLessThan(240)
    }
  })

  test('are not listed when a wire or the default gives the value', () => {
    const node = createNode('diffusion/Optimizer', [210, 240], { lr: 0.5 })
    node.inputs = [{ name: 'lr', type: 'number', link: 7 }]
    expect(paint(node, 0.45).map(({ text }) => text)).toEqual(['Optimizer'])
  })

  test('keep their values when their names are cut', () => {
    const node = createNode('diffusion/Optimizer', [240, 240], { warmup_steps: 1234 })
    const [, change] = paint(node, 0.35)
    expect(change.text).toMatch(/^w.+… 1234$/)
  })

  test('are counted in the corner of a node without room, or in the last line', () => {
    const small = createNode('diffusion/Optimizer', [210, 30], { lr: 0.5, warmup_steps: 50 })
    expect(paint(small, 0.25).map(({ text }) => text)).toEqual(['Optimizer', '2'])
    const changed = { lr: 0.5, warmup_steps: 50, algorithm: 'sgd', weight_decay: 0.5 }
    const last = paint(createNode('diffusion/Optimizer', [260, 80], changed), 0.45).at(-1)
    expect(last?.text).toMatch(/^\+ \d$/)
  })
})

describe('notes', () => {
  const note = 'The **coloured** area is one training step: take a batch, add noise, predict.'

  test.each([0.3, 0.36, 0.49])('are readable at a zoom of %f', (zoom) => {
    const node = createNode('diffusion/Note', [300, 120], { text: note })
    const [title, ...lines] = paint(node, zoom)
    expect(title.text).toBe('Note')
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.map(({ text }) => text).join(' ')).toMatch(/^The coloured/)
    for (const { height } of lines) expect(height).toBeGreaterThanOrEqual(10)
  })

  test('show only their titles where a line has no room', () => {
    const node = createNode('diffusion/Note', [300, 120], { text: note })
    expect(paint(node, 0.1).map(({ text }) => text)).toEqual(['Note'])
  })

  test('have a tip with the whole text, without marks', () => {
    expect(plainText(note)).toBe(note.replaceAll('*', ''))
    expect(plainText('# Title\n- one\n- two')).toBe('Title\n• one\n• two')
  })
})

test('a view fills its node at a low zoom, and takes the pointer there', () => {
  const node = createNode('diffusion/Chart', [240, 200])
  const painted = Object.assign(node, { computeSize: () => [240, 240] }) as unknown as DiffusionNode
  painted.diffusion.view = { kind: 'chart', series: [] } as never
  paintNodeView(painted, createPainting(0.3), 1)
  expect(viewBox(painted)).toEqual({ x: 8, y: 8, width: 224, height: 184 })
  expect(isOnView(painted, [20, 20])).toBe(true)
  paintNodeView(painted, createPainting(0.6), 1)
  expect(viewBox(painted).y).toBeGreaterThan(20)
  expect(isOnView(painted, [20, 20])).toBe(false)
})
