// Defects that a review of the editor found, about trainings; see defectsRuns.browser.test.ts.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  button,
  clickNode,
  dropFile,
  getViewKind,
  onCanvas,
  press,
  useEditor,
  waitForEditor,
  waitForRun,
} from './driver.ts'
import { readyWorkflow } from './readyText.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

const run = () => press(page, 'Control+Enter')

test('6: the status gives the cadence of samples and its reason in one sentence', async () => {
  const settings = {
    'Training Start.steps': 4000,
    'Training End.emit_every': 2,
    'Samples.num_inference_steps': 60,
    'Noise.batch_size': 1000,
  }
  await dropFile(page, 'often.json', readyWorkflow('points', settings, 'Often'))
  await expect.poll(() => page.title()).toContain('Often')
  await run()
  const says = page.locator('.status .says')
  await expect
    .poll(() => says.innerText())
    .toMatch(/^Sampling every \d+ steps instead of 2, to keep training fast\.$/)
  await page.locator('.status .training-time').waitFor()
  expect(await says.evaluate((text) => text.scrollWidth - text.clientWidth)).toBe(0)
  await button(page, 'Stop').click()
  // The param is called what it is: a lower bound.
  await clickNode(page, 'Training End')
  await page
    .locator('.panel')
    .getByText(/^Fewest steps between previews/)
    .waitFor()
})

const step = async () =>
  Number(
    /step ([\d,]+)/.exec(await page.locator('.status .figures').innerText())![1].replace(',', ''),
  )

test('7: a reload loses at most two seconds of a training, and shows its pictures', async () => {
  await button(page, 'Run').click()
  await expect.poll(() => getViewKind(page, 'Samples on the data')).toBe('scatter')
  const [since, before] = [Date.now(), await step()]
  // 2 s between two saves, and the time of one save.
  await expect.poll(() => Date.now() - since).toBeGreaterThan(2500)
  await page.reload()
  await waitForEditor(page)
  const offer = page.locator('.status .continue')
  await offer.waitFor()
  const [, stored] = /step ([\d,]+)/.exec(await offer.innerText())!
  expect(Number(stored.replace(',', ''))).toBeGreaterThanOrEqual(before)
  await expect.poll(() => getViewKind(page, 'Samples on the data')).toBe('scatter')
})

declare const drawnTexts: string[]

/** Records the texts that are painted from now on, as `drawnTexts` of the page. */
const recordTexts = () =>
  page.evaluate(() => {
    const texts: string[] = []
    Object.assign(globalThis, { drawnTexts: texts })
    for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
      const { fillText } = prototype
      prototype.fillText = function (text: string, ...rest: [number, number, number?]) {
        texts.push(text)
        return fillText.call(this, text, ...rest)
      }
    }
  })

test('21: the chart of a noisy loss names its value as the mean, with several ticks', async () => {
  await recordTexts()
  await button(page, 'Run').click()
  await expect.poll(step).toBeGreaterThan(150)
  await expect
    .poll(() => page.evaluate(() => drawnTexts.filter((text) => text.startsWith('mean ')).length), {
      timeout: 30_000,
    })
    .toBeGreaterThan(0)
  const figures = page.locator('.status .figures')
  expect(await figures.getByTitle(en.status.lossHint).innerText()).toMatch(/^loss [\d.]+/)
  // The loss of v lies between about 0.4 and 2, where powers of ten give one tick.
  const ticks = await page.evaluate(
    () => new Set(drawnTexts.filter((text) => /^0\.\d+$|^[12]$|^1\.\d$/.test(text))).size,
  )
  expect(ticks).toBeGreaterThanOrEqual(3)
  await button(page, 'Stop').click()
})

declare const progressLog: [figures: string, value: number][]

test('38: the progress of several trainings counts all of them', async () => {
  const settings = Object.fromEntries(
    ['uniform', 'importance'].map((each) => [`Training Start, ${each}.steps`, 120]),
  )
  await dropFile(page, 'two.json', readyWorkflow('importance-sampling', settings, 'Two'))
  await expect.poll(() => page.title()).toContain('Two')
  await page.evaluate(() => {
    const log: [string, number][] = []
    Object.assign(globalThis, { progressLog: log })
    const look = () => {
      const bar = document.querySelector('.top .progress')?.getAttribute('aria-valuenow')
      const figures = document.querySelector('.status .figures')?.textContent ?? ''
      if (bar && figures.includes('training ')) log.push([figures, Number(bar)])
      requestAnimationFrame(look)
    }
    look()
  })
  await run()
  await waitForRun(page, 120_000)
  const log = await page.evaluate(() => progressLog)
  const shown = log.map(([figures]) => /training \d of \d/.exec(figures)?.[0])
  expect([...new Set(shown)]).toEqual(['training 1 of 2', 'training 2 of 2'])
  const bars = log.map(([, value]) => value)
  expect(bars).toEqual(bars.toSorted((a, b) => a - b))
  expect(await onCanvas(page, ({ graph }) => graph._nodes.length)).toBeGreaterThan(10)
})
