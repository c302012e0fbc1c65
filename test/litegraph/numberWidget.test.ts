// The number widget under the pointer: arrows, drags, sliders, and double-clicks, which change
// nothing.
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { NumberControl } from '../../src/workflow/controlSpec.ts'
import { NumberWidget } from '../../src/litegraph/numberWidget.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const WIDTH = 200

function widgetOn({
  slider = false,
  ...range
}: Partial<NumberControl> & { slider?: boolean } = {}) {
  const edited: string[] = []
  const param: NumberControl = {
    kind: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    step: 0.1,
    integer: false,
    ...(slider && { slides: [0, 1] as const }),
    ...range,
  }
  const node = {
    properties: { p: param.default } as Record<string, unknown>,
    size: [WIDTH, 60],
    graph: null,
    setProperty(name: string, value: unknown) {
      this.properties[name] = value
    },
  }
  const asNode = node as unknown as LGraphNode
  const edit = (_: unknown, name: string) => void edited.push(name)
  const widget = new NumberWidget('p', param, 0.5, { edit })
  const send = (type: string, x: number, detail: number, keys: Partial<MouseEvent> = {}) =>
    widget.mouse(
      { type, detail, clientX: x, shiftKey: false, ctrlKey: false, ...keys } as MouseEvent,
      [x, 0],
      asNode,
    )
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
    drag(from: number, to: number, keys: Partial<MouseEvent> = {}) {
      send('mousedown', from, 1)
      send('mousemove', to, 1, keys)
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

const layers = { default: 3, min: 0, max: 64, step: 1, integer: true }

test('the speed of a drag follows the step and the size of the number', () => {
  const dragged = (range: Partial<NumberControl>) => {
    const { drag, value } = widgetOn(range)
    drag(60, 120)
    return value()
  }
  expect(dragged(layers)).toBe(9)
  expect(dragged({ ...layers, default: 128, max: 4096 })).toBe(188)
  expect(dragged({ ...layers, default: 2000, max: 1_000_000 })).toBe(2600)
  expect(dragged({ default: 0.001, min: 0, max: 1, step: 0.0001 })).toBe(0.0025)
  expect(dragged({ default: -0.02, min: -1e9, max: 1e9, step: 0.01 })).toBe(0.13)
})

test('a drag with Shift is fine, one with Ctrl takes ten times the steps', () => {
  const fine = widgetOn()
  fine.drag(60, 72, { shiftKey: true })
  expect(fine.value()).toBe(0.53)
  const few = widgetOn(layers)
  few.drag(60, 120, { shiftKey: true })
  expect(few.value()).toBe(4)
  const coarse = widgetOn({ ...layers, default: 128, max: 4096 })
  coarse.drag(60, 120, { ctrlKey: true })
  expect(coarse.value()).toBe(700)
  const slider = widgetOn({ slider: true, step: 0.01 })
  slider.drag(100, 140, { shiftKey: true })
  expect(slider.value()).toBe(0.524)
  slider.drag(100, 140, { ctrlKey: true })
  expect(slider.value()).toBe(0.7)
})
