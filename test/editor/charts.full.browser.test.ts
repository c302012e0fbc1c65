// Enlarged charts in Chromium after a short training: zoom, smoothing, comparison of runs, saving.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Download, Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { measureText } from '../../src/painters/ticks.ts'
import type { WorkflowFile } from '../../src/workflow/index.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import {
  button,
  dropFile,
  waitForRun,
  onNode,
  placeIn,
  press,
  titles,
  useEditor,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, {
  media: { reducedMotion: 'reduce', colorScheme: 'dark' },
})

const STEPS = 100

let page: Page
beforeEach(() => void (page = editor.page))

const CHART = 'Loss curve'
const losses = () =>
  onNode(page, CHART, ({ diffusion: { view } }) => [
    ...((view?.kind === 'chart' && view.lines.find(({ kept }) => !kept)?.y) || []),
  ])

async function train() {
  await button(page, 'Run').click()
  await page.locator('.status[data-state=running]').waitFor()
  await waitForRun(page)
}

/** Double-clicks the chart on the node. */
async function enlargeChart() {
  const { x, y } = await placeIn(page, CHART, [0.5, 0.7])
  await page.mouse.dblclick(x, y)
  await page.locator('.chart-plot canvas').waitFor()
}

const dock = () => page.getByRole('region', { name: 'Chart', exact: true })
const tool = (name: string) => dock().getByRole('button', { name, exact: true })
const end = async (name: string) =>
  Number((await dock().getByRole('textbox', { name }).getAttribute('placeholder'))!)

/** Value of a line in the legend. */
const legend = (name: string | RegExp) =>
  dock()
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name, exact: true }) })
    .locator('.figure')
    .textContent()

async function downloadChart(name: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download') as Promise<Download>,
    tool(name).click(),
  ])
  return readFileSync(await download.path())
}

test('a chart is zoomed, smoothed, compared with the previous run, and saved', async () => {
  const file = JSON.parse(readFileSync(join(root, 'workflows/points.json'), 'utf8')) as WorkflowFile
  for (const { properties } of file.nodes) {
    if ('batch_size' in properties && 'steps' in properties)
      Object.assign(properties, { steps: STEPS, batch_size: 32 })
    if ('num_inference_steps' in properties) properties.num_inference_steps = 2
  }
  await dropFile(page, 'points.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toContain(CHART)
  await train()
  await enlargeChart()
  const first = await losses()
  expect(first.length).toBe(STEPS)

  // Axes
  await tool('Axes').click()
  expect([await end('x from'), await end('x to')]).toEqual([0, STEPS - 1])
  const plot = (await page.locator('.chart-plot .u-over').boundingBox())!
  await page.mouse.move(plot.x + plot.width / 4, plot.y + 20)
  await page.mouse.down()
  await page.mouse.move(plot.x + plot.width / 2, plot.y + 24, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => end('x from')).toBeCloseTo((STEPS - 1) / 4, 0)
  expect(await end('x to')).toBeCloseTo((STEPS - 1) / 2, 0)
  await page.mouse.wheel(0, -200)
  await expect.poll(() => end('x from')).toBeGreaterThan(STEPS * 0.27)
  await page.mouse.dblclick(plot.x + 40, plot.y + 40)
  await expect.poll(() => end('x from')).toBe(0)
  await tool('Log y').click()
  expect(await tool('Log y').getAttribute('aria-pressed')).toBe('false')
  await dock().getByRole('textbox', { name: 'y to' }).fill('5')
  await press(page, 'Enter')
  await expect
    .poll(() => onNode(page, CHART, ({ flags }) => flags.chart))
    .toEqual({ yLog: false, y: [null, 5] })

  // Smoothing
  const last = measureText(first.at(-1)!)
  await dock().getByRole('slider', { name: 'Smoothing' }).fill('0')
  await expect.poll(() => legend('loss')).toBe(last)
  await dock().getByRole('slider', { name: 'Smoothing' }).fill('100')
  await expect.poll(() => legend('loss')).not.toBe(last)
  await dock().getByRole('slider', { name: 'Smoothing' }).fill('0')

  // A second run
  await onNode(page, 'Training Start', (node) => node.setProperty('seed', 77))
  await train()
  const second = await losses()
  expect(second).not.toEqual(first)
  const before = /^Run 1, /
  await expect.poll(() => legend(before)).toBe(last)
  await expect.poll(() => legend('loss')).toBe(measureText(second.at(-1)!))

  // Cursor keys, and their announcement
  await page.locator('.chart-plot').focus()
  await press(page, 'ArrowRight', 'ArrowRight', 'ArrowRight')
  await expect
    .poll(() => dock().locator('output').textContent())
    .toContain(`step 2: loss ${measureText(second[2])}, Run 1`)
  await tool('Table').click()
  expect(await dock().getByRole('row').count()).toBe(STEPS + 1)
  await tool('Table').click()

  // Downloads
  const csv = (await downloadChart('CSV')).toString().split('\r\n')
  expect(csv[0]).toMatch(/^step,loss,"Run 1, .*: loss"$/)
  expect(csv.slice(1, -1)).toEqual(second.map((loss, i) => `${i},${loss},${first[i]}`))
  const canvas = await page.evaluate(() => {
    const { width, height } = document.querySelector<HTMLCanvasElement>('.chart-plot canvas')!
    return { width, height }
  })
  const png = await downloadChart('PNG')
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect(png.readUInt32BE(16)).toBe(canvas.width)
  expect(png.readUInt32BE(20)).toBeGreaterThan(canvas.height + 30)
  expect(png.readUInt32BE(20)).toBeLessThan(canvas.height + 100)

  await dock()
    .getByRole('button', { name: /^Remove Run 1/ })
    .click()
  await expect.poll(() => dock().getByRole('button', { name: before }).count()).toBe(0)
  await page.locator('.chart-plot').focus()
  await press(page, 'Escape')
  await dock().waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
})

test('the dock lists several charts to choose from', async () => {
  await dropFile(
    page,
    'schedules.json',
    readFileSync(join(root, 'workflows/schedules-compared.json')),
  )
  await expect.poll(() => titles(page)).toContain('Signal')
  await button(page, 'Run').click()
  await waitForRun(page)
  await page.locator('canvas.canvas').focus()
  await press(page, 'Alt+k')
  const which = dock().getByRole('combobox', { name: en.charts.choose })
  const charts = await which.getByRole('option').allTextContents()
  expect(charts.length).toBeGreaterThan(1)
  await which.selectOption({ index: 1 })
  await expect
    .poll(() => page.locator('.chart-plot').getAttribute('aria-label'))
    .toContain(charts[1])
  await press(page, 'Escape')
  await dock().waitFor({ state: 'detached' })
})
