// The number widget under the pointer: arrows, drags, sliders, and double-clicks, which change
// nothing.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { NumberControl } from '../../src/workflow/controlSpec.ts'
import { NumberWidget } from '../../src/litegraph/numberWidget.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const WIDTH = 200

function widgetOn({ slider = false } = {}) {
  const edited: string[] = []
  const param: NumberControl = {
    kind: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    step: 0.1,
    integer: false,
    ...(slider && { slides: [0, 1] as const }),
  }
  const node = {
    properties: { p: 0.5 } as Record<string, unknown>,
    size: [WIDTH, 60],
    graph: null,
    setProperty(name: string, value: unknown) {
      this.properties[name] = value
    },
  }
  const asNode = node as unknown as LGraphNode
  const edit = (_: unknown, name: string) => void edited.push(name)
  const widget = new NumberWidget('p', param, 0.5, { edit })
  const send = (type: string, x: number, detail: number) =>
    widget.mouse({ type, detail, clientX: x, shiftKey: false } as MouseEvent, [x, 0], asNode)
  const click = (x: number, detail = 1) => {
    send('mousedown', x, detail)
    send('mouseup', x, detail)
  }
  return {
    click,
    doubleClick(x: number) {
      click(x, 1)
      click(x, 2)
    },
    drag(from: number, to: number) {
      send('mousedown', from, 1)
      send('mousemove', to, 1)
      send('mouseup', to, 1)
    },
    value: () => node.properties.p,
    edited,
  }
}

test('a double-click anywhere between the arrows opens the editor and changes nothing', () => {
  for (let x = 30; x <= WIDTH - 30; x += 10) {
    const { doubleClick, value, edited } = widgetOn()
    doubleClick(x)
    vi.advanceTimersByTime(1000)
    expect([x, value(), edited]).toEqual([x, 0.5, ['p']])
  }
})

test('each click on an arrow is one step, however fast', () => {
  const { click, doubleClick, value, edited } = widgetOn()
  doubleClick(WIDTH - 20)
  expect(value()).toBe(0.7)
  click(20)
  expect(value()).toBe(0.6)
  expect(edited).toEqual([])
})

test('a drag changes the number, and an unsteady click does not', () => {
  const { drag, value } = widgetOn()
  drag(100, 103)
  expect(value()).toBe(0.5)
  drag(100, 112)
  expect(value()).toBe(0.8)
})

test('a slider follows a drag at once and a click after a moment, but not a double-click', () => {
  const { click, drag, doubleClick, value, edited } = widgetOn({ slider: true })
  drag(100, 185)
  expect(value()).toBe(1)
  click(15)
  expect(value()).toBe(1)
  vi.advanceTimersByTime(1000)
  expect(value()).toBe(0)
  doubleClick(100)
  vi.advanceTimersByTime(1000)
  expect([value(), edited]).toEqual([0, ['p']])
})
