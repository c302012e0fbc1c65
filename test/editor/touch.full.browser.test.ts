// Touch input of the editor in Chromium, on screens of a phone and a tablet.
import { en } from '../../src/editor/texts/en/index.ts'
import type { CDPSession, Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  button,
  dropFile,
  waitForRun,
  onCanvas,
  onNode,
  painted,
  locateNode,
  locateSlot,
  titles,
  useEditor,
  wires,
  type Place,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { size: [820, 1180] })

let page: Page
let session: CDPSession

beforeEach(async () => {
  page = editor.page
  session = await page.context().newCDPSession(page)
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 })
})

const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: Place[]) =>
  session.send('Input.dispatchTouchEvent', {
    type,
    touchPoints: touchPoints.map((at, id) => ({ ...at, id })),
  })

async function tap(at: Place) {
  await Promise.all([touch('touchStart', at), touch('touchEnd')])
}

/**
 * Sends both taps without waiting, as a delay on a busy machine would turn them into single taps.
 */
const doubleTap = (at: Place) => Promise.all([tap(at), tap({ x: at.x + 6, y: at.y - 5 })])

async function drag(from: Place, to: Place) {
  const at = (part: number) => ({
    x: from.x + part * (to.x - from.x),
    y: from.y + part * (to.y - from.y),
  })
  // Sends events without waiting, as a delay on a busy machine would turn this into a long press.
  await Promise.all([
    touch('touchStart', from),
    ...[0.1, 0.5, 1].map((part) => touch('touchMove', at(part))),
    touch('touchEnd'),
  ])
  await painted(page)
}

const view = () =>
  onCanvas(page, ({ ds: { scale, offset } }) => ({ scale, x: offset[0], y: offset[1] }))

async function openTwoNodes() {
  const graph = {
    nodes: [node('Schedule', 'NoiseSchedule', {}, {}), node('Way', 'Timesteps', {}, {})],
  }
  await dropFile(page, 'two.json', workflowOf(graph))
  await expect.poll(() => titles(page)).toEqual(['Schedule', 'Way'])
  await button(page, 'Details').click()
  await page.locator('.panel').waitFor({ state: 'detached' })
  // The graph is fitted again to the larger area.
  await painted(page)
}

test('one finger pans or drags nodes; two fingers pan and zoom around their midpoint', async () => {
  await openTwoNodes()
  const before = await view()
  await drag({ x: 300, y: 900 }, { x: 360, y: 940 })
  const panned = await view()
  expect((panned.x - before.x) * before.scale).toBeCloseTo(60, 0)
  expect((panned.y - before.y) * before.scale).toBeCloseTo(40, 0)

  await touch('touchStart', { x: 350, y: 900 }, { x: 450, y: 900 })
  await touch('touchMove', { x: 300, y: 900 }, { x: 500, y: 900 })
  await touch('touchMove', { x: 330, y: 910 }, { x: 530, y: 910 })
  await touch('touchEnd')
  const zoomed = await view()
  expect(zoomed.scale).toBeCloseTo(panned.scale * 2, 5)
  // The point between the fingers remains between them.
  expect(430 / zoomed.scale - zoomed.x).toBeCloseTo(400 / panned.scale - panned.x, 0)
  expect(910 / zoomed.scale - zoomed.y).toBeCloseTo(900 / panned.scale - panned.y, 0)
  await page.keyboard.press('Home')

  const at = await locateNode(page, 'Way')
  await drag(at, { x: at.x + 40, y: at.y + 120 })
  const there = await locateNode(page, 'Way')
  expect([there.x - at.x, there.y - at.y].map(Math.round)).toEqual([40, 120])
})

test('a wire snaps to nearby slots, and opens the node search on empty canvas', async () => {
  await openTwoNodes()
  const [from, to] = [
    await locateSlot(page, 'Schedule', 'schedule'),
    await locateSlot(page, 'Way', 'schedule'),
  ]
  await drag({ x: from.x + 9, y: from.y + 8 }, { x: to.x - 8, y: to.y - 9 })
  await expect.poll(() => wires(page)).toHaveLength(1)
  await drag({ x: from.x + 2, y: from.y + 10 }, { x: 400, y: 1000 })
  await page.getByText(en.palette.withInput('schedule')).waitFor()
})

test('a tap selects, a double tap opens the node search, a long press opens the menu', async () => {
  await openTwoNodes()
  const at = await locateNode(page, 'Schedule')
  await button(page, 'Details').click()
  await tap(at)
  await expect.poll(() => page.locator('.panel h2').textContent()).toBe('Schedule')
  await touch('touchStart', at)
  await page.getByRole('menuitem', { name: 'Replace with…' }).waitFor()
  await touch('touchEnd')
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await touch('touchStart', { x: 300, y: 1000 })
  await page.getByRole('menuitem', { name: /^Paste(?! with)/ }).waitFor()
  await touch('touchEnd')
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await painted(page)
  await doubleTap({ x: 300, y: 1000 })
  await page.getByRole('combobox', { name: 'Find a node' }).fill('mix')
  await page.keyboard.press('Enter')
  await expect.poll(() => titles(page)).toEqual(['Mix', 'Schedule', 'Way'])
})

test('a finger cuts wires with the tool of the menu', async () => {
  await openTwoNodes()
  const [from, to] = [
    await locateSlot(page, 'Schedule', 'schedule'),
    await locateSlot(page, 'Way', 'schedule'),
  ]
  await drag({ x: from.x + 2, y: from.y + 2 }, to)
  await expect.poll(() => wires(page)).toHaveLength(1)
  await touch('touchStart', { x: 300, y: 1000 })
  await page.getByRole('menuitem', { name: en.commands.cutTool }).waitFor()
  await touch('touchEnd')
  await page.getByRole('menuitem', { name: en.commands.cutTool }).click()
  await page.locator('.status').getByRole('button', { name: en.commands.cutTool }).waitFor()
  const x = (from.x + to.x) / 2
  const [top, bottom] = [Math.min(from.y, to.y) - 60, Math.max(from.y, to.y) + 60]
  await drag({ x, y: top }, { x, y: bottom })
  await expect.poll(() => wires(page)).toEqual([])
})

/** Opens and runs a workflow with a chart and an image. */
async function openAndRun() {
  const nodes = [
    node('Schedule', 'NoiseSchedule'),
    node('Chart', 'ScheduleChart', { schedules_1: 'Schedule.schedule' }),
    node('Noise', 'GaussianNoise', {}, { batch_size: 1, shape: '16, 16, 1' }),
    node('Picture', 'Preview', { images_1: 'Noise.noise' }),
  ]
  const file = JSON.parse(workflowOf({ nodes })) as { nodes: { pos: number[] }[] }
  for (const [i, each] of file.nodes.entries()) each.pos = [(i % 2) * 400, Math.floor(i / 2) * 500]
  await dropFile(page, 'shown.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toContain('Picture')
  await button(page, 'Details').click()
  await button(page, 'Run').click()
  await waitForRun(page)
}

/** Double-taps the view of a node. */
async function enlargeView(title: string) {
  const [width, height] = await onNode(page, title, ({ size }) => [size[0], size[1]] as const)
  await doubleTap(await locateNode(page, title, [width / 2, height - 60]))
}

/** Changes the distance of two fingers around the center of a box. */
async function pinch(
  { x, y, width, height }: Place & { width: number; height: number },
  from: number,
  to: number,
) {
  const [middle, level] = [x + width / 2, y + height / 2]
  const fingers = (apart: number) =>
    [middle - apart / 2, middle + apart / 2].map((x) => ({ x, y: level }))
  await touch('touchStart', ...fingers(from))
  for (const part of [0.3, 0.7, 1]) await touch('touchMove', ...fingers(from + part * (to - from)))
  await touch('touchEnd')
}

test('a chart supports double tap, pinch, drag and tap', async () => {
  await openAndRun()
  await enlargeView('Chart')
  const dock = page.getByRole('region', { name: 'Chart', exact: true })
  await page.locator('.chart-plot canvas').waitFor()
  await dock.getByRole('button', { name: 'Axes', exact: true }).click()
  const ends = () =>
    Promise.all(
      ['x from', 'x to'].map(async (name) =>
        Number(await dock.getByRole('textbox', { name }).getAttribute('placeholder')),
      ),
    )
  const near = (a: number, b: number) =>
    expect.poll(ends).toEqual([a, b].map((end) => expect.closeTo(end, 2)))
  await near(0, 1)
  const plot = (await page.locator('.chart-plot .u-over').boundingBox())!
  await pinch(plot, 100, 200)
  await near(0.25, 0.75)
  const [x, y] = [plot.x + plot.width / 2, plot.y + plot.height / 2]
  await drag({ x, y }, { x: x - plot.width / 5, y })
  await near(0.35, 0.85)
  await painted(page)
  await tap({ x, y })
  await expect
    .poll(() => dock.locator('.chart-legend .where').textContent())
    .toMatch(/ 0\.(59|60)\d*$/)
  await doubleTap({ x, y })
  await near(0, 1)
})

test('an image supports double tap, pinch, drag and tap', async () => {
  await openAndRun()
  await enlargeView('Picture')
  const viewer = page.getByRole('dialog', { name: en.viewer.label })
  await viewer.locator('.pane canvas').waitFor()
  const scale = async () =>
    Number.parseFloat(await viewer.getByRole('button', { name: '%' }).innerText())
  const readout = () => viewer.locator('.found').innerText()
  const pane = (await viewer.locator('.pane').boundingBox())!
  const whole = await scale()
  const middle = { x: pane.x + pane.width / 2, y: pane.y + pane.height / 2 }
  await tap({ x: middle.x - whole / 400, y: middle.y + whole / 400 })
  await expect.poll(readout).toMatch(/\(7, 8\): \d+$/)
  await pinch(pane, 80, 120)
  await expect.poll(scale).toBeCloseTo(1.5 * whole, 0)
  await tap(middle)
  const before = await readout()
  await drag(middle, { x: middle.x + 90, y: middle.y - 70 })
  expect(await readout()).toBe(before)
  await doubleTap(middle)
  await expect.poll(scale).toBe(whole)
  // Taps at another position, so that they do not combine with the previous taps.
  await doubleTap({ x: middle.x + 120, y: middle.y + 120 })
  await expect.poll(scale).toBe(4 * whole)
})

test.each([
  [820, 1180],
  [390, 844],
])('all controls are on a screen of %i x %i pixels', async (width, height) => {
  await page.setViewportSize({ width, height })
  const outside = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('button, input, .panel, .drawer')]
        .map((element) => ({
          box: element.getBoundingClientRect(),
          name: element.getAttribute('aria-label') ?? element.textContent,
        }))
        .filter(({ box }) => box.width && (box.left < -1 || box.right > innerWidth + 1))
        .map(({ name }) => name),
    )
  expect(await outside()).toEqual([])
  await button(page, 'Library').click()
  await page.locator('.card').first().waitFor()
  expect(await outside()).toEqual([])
  const card = (await page.locator('.card').first().boundingBox())!
  expect(card.width).toBeGreaterThan(220)
})
