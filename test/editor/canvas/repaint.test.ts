// Cheap repaints: areas that are merged only if that costs less, and painters recorded to run in
// parts.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mergeAreas, type Area } from '../../../src/editor/canvas/partialRepaint.ts'
import { recordCommands } from '../../../src/editor/canvas/paint/recording.ts'
import {
  cancelPainting,
  hasWaitingViews,
  isBegun,
  paintParts,
  paintSoon,
  type ViewPainting,
} from '../../../src/editor/canvas/paint/viewParts.ts'
import { paintView } from '../../../src/painters/paint.ts'
import type { View } from '../../../src/engine/base/view.ts'

// ---- areas

const pixels: (area: Area) => number = ([, , width, height]) => 100 + width * height

test('a wide area and a high one that cross are not painted as the complete canvas', () => {
  const [edge, header]: Area[] = [
    [0, 0, 13, 900],
    [0, 40, 1400, 30],
  ]
  expect(mergeAreas([edge, header], pixels)).toEqual([edge, header])
})

test('areas are merged with one that contains them, and with neighbours that overlap widely', () => {
  const [node, inside, beside]: Area[] = [
    [100, 100, 200, 200],
    [150, 150, 20, 20],
    [110, 100, 200, 200],
  ]
  expect(mergeAreas([node, inside], pixels)).toEqual([node])
  expect(mergeAreas([node, beside], pixels)).toEqual([[100, 100, 210, 200]])
  // A merged area can overlap an earlier one.
  const small: Area = [305, 100, 5, 200]
  expect(mergeAreas([small, node, beside], pixels)).toEqual([[100, 100, 210, 200]])
})

test('areas that do not overlap stay apart, however cheap their union is', () => {
  const [a, b]: Area[] = [
    [0, 0, 10, 10],
    [10, 0, 10, 10],
  ]
  expect(mergeAreas([a, b], () => 1)).toEqual([a, b])
})

// ---- recorded painters

/** Context that logs what it is asked to do. Texts are as wide as their number of letters. */
class FakeContext {
  readonly log: string[] = []
  private readonly state: Record<string, unknown> = {}
  private transform = { a: 2, b: 0, c: 0, d: 2, e: 0, f: 0 }
  private readonly saved: { a: number; b: number; c: number; d: number; e: number; f: number }[] =
    []

  set(name: string, value: unknown) {
    this.state[name] = value
    this.log.push(`${name} = ${String(value)}`)
  }
  get(name: string): unknown {
    return this.state[name]
  }
  call(name: string, values: readonly unknown[]) {
    this.log.push(`${name}(${values.map(String).join()})`)
  }
  save() {
    this.saved.push({ ...this.transform })
    this.call('save', [])
  }
  restore() {
    this.transform = this.saved.pop() ?? this.transform
    this.call('restore', [])
  }
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number) {
    this.transform = { a, b, c, d, e, f }
    this.call('setTransform', [a, b, c, d, e, f])
  }
  getTransform() {
    return { ...this.transform }
  }
  scale() {}
  measureText(text: string) {
    return { width: text.length }
  }
}

const drawn =
  'arc beginPath clip drawImage ellipse fill fillRect fillText lineTo moveTo rect roundRect ' +
  'setLineDash stroke strokeText'
for (const name of drawn.split(' '))
  Object.defineProperty(FakeContext.prototype, name, {
    value(this: FakeContext, ...values: unknown[]) {
      this.call(name, values)
    },
  })
const settings =
  'fillStyle strokeStyle lineWidth lineCap lineJoin globalAlpha font textAlign textBaseline ' +
  'imageSmoothingEnabled'
for (const name of settings.split(' '))
  Object.defineProperty(FakeContext.prototype, name, {
    get(this: FakeContext) {
      return this.get(name)
    },
    set(this: FakeContext, value: unknown) {
      this.set(name, value)
    },
  })

const box = { x: 0, y: 0, width: 320, height: 240 }
const wave = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i) + 2)
const steps = Float64Array.from({ length: 200 }, (_, i) => i)
const points = Float32Array.from({ length: 60 }, (_, i) => Math.sin(3 * i))

const views: View[] = [
  {
    kind: 'scatter',
    clouds: [
      { name: 'data', points },
      { name: 'samples', points: points.slice().reverse() },
    ],
    paths: [points],
    moving: [points, points],
    t: Float64Array.of(10, 0),
    extent: [-2, 2, -2, 2],
  },
  {
    kind: 'chart',
    title: 'loss',
    xLabel: 'step',
    yLabel: 'loss',
    yLog: true,
    lines: [{ name: 'loss', x: steps, y: wave }],
  },
]

test.each(views)('a recorded $kind runs the commands of its painter in order', (view) => {
  const paint = (ctx: FakeContext) =>
    paintView(ctx as unknown as CanvasRenderingContext2D, view, box)
  const [direct, probe, replayed] = [new FakeContext(), new FakeContext(), new FakeContext()]
  paint(direct)
  const commands = recordCommands(probe, paint)
  expect(probe.log.some((line) => line.startsWith('arc') || line.startsWith('stroke('))).toBe(false)
  for (const command of commands) command(replayed)
  expect(direct.log.length).toBeGreaterThan(100)
  expect(replayed.log).toEqual(direct.log)
})

// ---- painting in parts

const contexts: FakeContext[] = []
beforeAll(() => {
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      private readonly context = new FakeContext()
      getContext() {
        contexts.push(this.context)
        return this.context
      }
    },
  )
  vi.stubGlobal('createImageBitmap', async () => ({ close() {} }))
})
afterAll(() => void vi.unstubAllGlobals())

/** A view of a number of squares. */
const squares = (count: number, done: string[], name: string): ViewPainting => ({
  width: 10,
  height: 10,
  zoom: 1,
  paint(ctx) {
    for (let i = 0; i < count; i++) ctx.fillRect(i, 0, 1, 1)
  },
  done: () => done.push(name),
})

test('a view is painted in parts, then the next one, and each node is reported once', () => {
  const [first, second, done] = [{}, {}, [] as string[]]
  paintSoon(first, squares(1500, done, 'old'))
  paintSoon(second, squares(10, done, 'second'))
  // A newer view replaces one that has not begun.
  paintSoon(first, squares(1500, done, 'first'))
  expect([hasWaitingViews(), isBegun(first)]).toEqual([true, false])
  const nodes: object[] = []
  const calls = (): number => {
    let calls = 0
    for (; hasWaitingViews() && calls < 20; calls++) nodes.push(...paintParts(0))
    return calls
  }
  // Recording and three parts of the first, recording and one part of the second.
  expect(calls()).toBe(6)
  expect(done).toEqual(['first', 'second'])
  expect(nodes).toEqual([first, second])
  const fills = contexts.map(({ log }) => log.filter((line) => line.startsWith('fillRect')).length)
  expect(fills.sort((a, b) => a - b)).toEqual([0, 0, 10, 1500])
})

test('a view that is cancelled is never shown', () => {
  const [node, done] = [{}, [] as string[]]
  paintSoon(node, squares(1500, done, 'cancelled'))
  paintParts(0)
  paintParts(0)
  expect(isBegun(node)).toBe(true)
  cancelPainting(node)
  expect(hasWaitingViews()).toBe(false)
  expect(paintParts(0)).toEqual([])
  expect(done).toEqual([])
})
