// Scrubbing through a training in Chromium: all charts and samples as of a step, while it goes on.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import type { WorkflowFile } from '../../src/workflow/index.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { button, dropFile, onNode, press, titles, useEditor, waitForRun } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

const CHART = 'Loss curve'
const SAMPLES = 'Samples on the data'
const STEPS = 1000

async function openTraining(steps: number) {
  const file = JSON.parse(readFileSync(join(root, 'workflows/points.json'), 'utf8')) as WorkflowFile
  for (const { properties } of file.nodes) {
    if ('batch_size' in properties && 'steps' in properties)
      Object.assign(properties, { steps, batch_size: 32, emit_every: 20 })
    if ('num_inference_steps' in properties) properties.num_inference_steps = 2
  }
  await dropFile(page, 'points.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toContain(CHART)
}

/** Last step of the loss curve on the node, NaN without one. */
const chartEnd = () =>
  onNode(page, CHART, ({ diffusion: { view } }) => {
    const line = view?.kind === 'chart' ? view.lines.find(({ kept }) => !kept) : undefined
    return line ? line.x[line.x.length - 1] : Number.NaN
  })

/** Sum of the coordinates of the samples on the node. */
const samplesSum = () =>
  onNode(page, SAMPLES, ({ diffusion: { view } }) => {
    const points = view?.kind === 'scatter' ? (view.clouds.at(-1)?.points ?? []) : []
    let sum = 0
    for (const value of points) sum += Math.abs(value)
    return sum
  })

const time = () => page.locator('.status .training-time')
const slider = () => time().getByRole('slider')
/** Step that the slider shows, of a text such as `step 60 of 120`. */
const shownStep = async () =>
  Number((await time().locator('output').innerText()).split(' of ')[0].replaceAll(/\D/g, ''))

test('after a training every step can be shown again, and the latest one', async () => {
  await openTraining(STEPS)
  expect(await time().count()).toBe(0)
  await button(page, 'Run').click()
  await waitForRun(page)
  await slider().waitFor()
  await expect.poll(shownStep).toBe(STEPS)
  const [end, samples] = [await chartEnd(), await samplesSum()]
  expect(end).toBeGreaterThan(STEPS - 3)

  const last = Number(await slider().getAttribute('max'))
  expect(last).toBeGreaterThan(2)
  await slider().fill(String(Math.floor(last / 2)))
  const middle = await shownStep()
  expect(middle).toBeGreaterThan(0)
  expect(middle).toBeLessThan(STEPS)
  await expect.poll(chartEnd).toBeLessThanOrEqual(middle + 1)
  const earlier = await samplesSum()

  await slider().fill('0')
  await expect.poll(shownStep).toBeLessThan(middle)
  const first = await chartEnd()
  expect(Number.isNaN(first) || first < middle).toBe(true)

  await button(page, en.trainingTime.now).click()
  await expect.poll(chartEnd).toBe(end)
  expect(await samplesSum()).toBe(samples)
  expect(await shownStep()).toBe(STEPS)
  expect(earlier).not.toBe(samples)
  expect(await button(page, en.trainingTime.now).isDisabled()).toBe(true)
})

test('the training goes on while an earlier step is shown', async () => {
  await openTraining(100_000)
  await button(page, 'Run').click()
  await expect.poll(async () => Number(await slider().getAttribute('max'))).toBeGreaterThan(4)
  await slider().fill('1')
  const [end, max] = [await chartEnd(), Number(await slider().getAttribute('max'))]
  const shown = await shownStep()
  await expect.poll(async () => Number(await slider().getAttribute('max'))).toBeGreaterThan(max)
  expect(await chartEnd()).toBe(end)
  expect(await shownStep()).toBe(shown)
  await button(page, en.trainingTime.now).click()
  await expect.poll(chartEnd).toBeGreaterThan(end || 0)
  await button(page, 'Stop').click()
  await button(page, 'Run').waitFor()
})

test('another graph starts with no recorded steps', async () => {
  // Another number of steps, as results of the first test are cached.
  await openTraining(STEPS + 1)
  await button(page, 'Run').click()
  await waitForRun(page)
  await slider().fill('0')
  await press(page, 'Alt+n')
  await expect.poll(() => time().count()).toBe(0)
})
