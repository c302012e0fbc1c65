// A tab that the browser discards to free memory continues its training when it is loaded again.
//
// Chromium cannot be asked to discard a tab. It loads a discarded tab again with its session storage
// and `document.wasDiscarded`, after its processes have ended: this test does the same.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useChromium, usePages } from '../chromium.ts'
import { dropFile, onNode, openEditor, press, titles, waitForEditor } from './driver.ts'

const chromium = useChromium()
const server = usePages()

const STEPS = 600

/** Timeouts on machines whose cores are shared with other tests, in milliseconds. */
const LONG = { timeout: 600_000 }
const SLOW = { timeout: 200_000 }

async function openTraining(): Promise<Page> {
  const page = await openEditor(await chromium.newContext(), server.address, { empty: true })
  const file = JSON.parse(readFileSync('workflows/points.json', 'utf8')) as {
    nodes: { type: string; properties: object }[]
  }
  for (const { type, properties } of file.nodes)
    if (type === 'diffusion/TrainingStart') Object.assign(properties, { steps: STEPS })
  await dropFile(page, 'points.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toContain('Training Start')
  await press(page, 'Control+Enter')
  return page
}

/** Returns the samples after the training as text. */
async function finishTraining(page: Page): Promise<string> {
  await page.locator('.status[data-state=finished]').waitFor(SLOW)
  return onNode(page, 'Samples on the data', ({ diffusion }) =>
    JSON.stringify(diffusion.view, (_, value: unknown) =>
      ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
    ),
  )
}

const readStep = async (page: Page) =>
  Number(
    /step ([\d,]+) /.exec(await page.locator('.status .figures').innerText())![1].replace(',', ''),
  )

test('continues by itself, to the bits of an undisturbed training', LONG, async () => {
  const undisturbed = await openTraining()
  const expected = await finishTraining(undisturbed)
  await undisturbed.context().close()

  const page = await openTraining()
  await expect.poll(() => readStep(page), SLOW).toBeGreaterThan(100)
  const before = await readStep(page)
  await page.addInitScript(() => Object.defineProperty(document, 'wasDiscarded', { value: true }))
  await page.reload()
  await waitForEditor(page)
  await expect.poll(() => page.locator('.status .figures').count(), SLOW).toBe(1)
  expect(await readStep(page)).toBeGreaterThan(before / 2)
  expect(await finishTraining(page)).toBe(expected)
  // A finished training does not start again.
  await page.reload()
  await waitForEditor(page)
  await page.waitForTimeout(1000)
  expect(await page.locator('.status .figures').count()).toBe(0)
  await page.context().close()
})

test('a page that the user reloads does not continue', LONG, async () => {
  const page = await openTraining()
  await expect.poll(() => readStep(page), SLOW).toBeGreaterThan(100)
  await page.reload()
  await waitForEditor(page)
  await page.waitForTimeout(1000)
  expect(await page.locator('.status .figures').count()).toBe(0)
  await page.context().close()
})
