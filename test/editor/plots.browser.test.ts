// Plots and numbers on nodes in Chromium: lines of earlier runs by workflow, points outside, clouds
// in the legend, live runs after muting and bypassing, and double-clicks on numbers.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  button,
  clickNode,
  dropFile,
  locateNode,
  onCanvas,
  onNode,
  painted,
  press,
  showNode,
  titles,
  useEditor,
  values,
  waitForRun,
  waitMilliseconds,
  type Place,
} from './driver.ts'
import { readyWorkflow } from './readyText.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

/** Runs the graph. A short run may end before Playwright sees that it began. */
async function run() {
  const ended = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const isFinished = () => document.querySelector('.status[data-state=finished]') !== null
        let wasOther = !isFinished()
        const observer = new MutationObserver(() => {
          if (wasOther && isFinished()) {
            observer.disconnect()
            resolve()
          }
          wasOther ||= !isFinished()
        })
        observer.observe(document.body, { attributes: true, subtree: true, childList: true })
      }),
  )
  await button(page, 'Run').click()
  await ended
  await waitForRun(page)
}

test('a chart shows earlier runs of its own workflow only', async () => {
  const open = async (title: string, noise: number) => {
    await dropFile(page, `${title}.json`, readyWorkflow('points', { 'Data.noise': noise }, title))
    await expect.poll(() => page.title()).toContain(title)
  }
  /** Whether each line of the chart is one of an earlier run. */
  const lines = () =>
    onNode(page, 'Loss curve', ({ diffusion: { view } }) =>
      view?.kind === 'chart' ? view.lines.map(({ kept }) => Boolean(kept)) : [],
    )
  await open('First', 0.1)
  await run()
  expect(await lines()).toEqual([false])
  await open('Second', 0.2)
  await run()
  expect(await lines()).toEqual([false])
  await onNode(page, 'Data', (found) => found.setProperty('noise', 0.3))
  await run()
  expect((await lines()).sort()).toEqual([false, true])
})

test('live runs follow muting and bypassing', async () => {
  await dropFile(page, 'forward.json', readFileSync('workflows/forward-process.json', 'utf8'))
  await expect.poll(() => titles(page)).toContain('At once')
  await run()
  /** The first coordinates of each cloud. */
  const clouds = () =>
    onNode(page, 'Both results', ({ diffusion: { view } }) =>
      view?.kind === 'scatter' ? view.clouds.map(({ points }) => points.slice(0, 4).join()) : [],
    )
  const state = (title: string) => onNode(page, title, ({ diffusion }) => diffusion.state)
  const [atOnce, stepwise] = await clouds()
  await clickNode(page, 'At once')
  await press(page, 'Control+b')
  await expect.poll(async () => (await clouds())[0]).not.toBe(atOnce)
  expect((await clouds())[1]).toBe(stepwise)
  await expect.poll(() => state('At once')).toBe('idle')
  await press(page, 'Control+b')
  await expect.poll(clouds).toEqual([atOnce, stepwise])
  await clickNode(page, 'Step by step')
  await press(page, 'Control+m')
  await expect.poll(() => state('Step by step')).toBe('idle')
})

const plot = () =>
  workflowOf({
    nodes: [
      node('Data', 'Points', {}, { count: 400 }),
      node('Noise', 'GaussianNoise', {}, { batch_size: 400 }),
      node('Plot', 'Scatter', { samples_1: 'Data.x_0', samples_2: 'Noise.noise' }, { extent: 0.5 }),
    ],
  })

test('a plot counts the points outside and fits on a click, and its clouds can be hidden', async () => {
  await dropFile(page, 'plot.json', plot())
  await expect.poll(() => titles(page)).toContain('Plot')
  await press(page, 'Control+Enter')
  await waitForRun(page)
  await painted(page)
  /** Page position of a part of the plot that can be clicked. */
  const locate = async (part: 'note' | 'cloud'): Promise<Place> => {
    const at = await onNode(
      page,
      'Plot',
      ({ diffusion: { plotControls } }, part) =>
        part === 'note' ? plotControls!.note! : plotControls!.clouds[1],
      part,
    )
    const top = (await onNode(page, 'Plot', (found) => found.computeSize()[1])) - VIEW
    return locateNode(page, 'Plot', [8 + at.x + at.width / 2, top + at.y + at.height / 2])
  }
  const look = () =>
    onNode(page, 'Plot', ({ diffusion: { plot } }) => ({
      fits: plot?.fits ?? false,
      hidden: [...(plot?.hidden ?? [])],
    }))
  const note = await locate('note')
  await page.mouse.click(note.x, note.y)
  await expect.poll(look).toEqual({ fits: true, hidden: [] })
  await painted(page)
  const fitted = await locate('note')
  await page.mouse.click(fitted.x, fitted.y)
  await expect.poll(look).toEqual({ fits: false, hidden: [] })

  const cloud = await locate('cloud')
  await page.mouse.click(cloud.x, cloud.y)
  await expect.poll(look).toEqual({ fits: false, hidden: [1] })
  // A double-click on a control is two clicks, and does not enlarge the plot.
  await page.mouse.dblclick(cloud.x, cloud.y)
  await expect.poll(look).toEqual({ fits: false, hidden: [1] })
  expect(await page.getByRole('dialog', { name: en.viewer.label }).count()).toBe(0)

  // The panel has the same by keyboard.
  await clickNode(page, 'Plot')
  expect(await look()).toEqual({ fits: false, hidden: [1] })
  const fit = page.getByRole('switch', { name: en.panel.fitPoints })
  await fit.focus()
  expect(await look()).toEqual({ fits: false, hidden: [1] })
  await page.locator('[role=switch]:focus').waitFor()
  await press(page, 'Space')
  await expect.poll(look).toEqual({ fits: true, hidden: [1] })
  await page.getByRole('switch', { name: 'noise', exact: true }).check()
  await expect.poll(look).toEqual({ fits: true, hidden: [] })
})

/** Smallest height of the view of an observer, which ends its other contents. */
const VIEW = 170

fullTest(
  'a double-click on a number opens its editor and changes nothing; its arrows do',
  async () => {
    await dropFile(page, 'number.json', readFileSync('workflows/points.json', 'utf8'))
    await expect.poll(() => titles(page)).toContain('Data')
    await showNode(page, 'Data')
    await painted(page)
    const count = async () => (await values(page, 'Data')).count
    const [width, y] = await onNode(page, 'Data', ({ size, widgets }) => [
      size[0],
      widgets!.find(({ name }) => name === 'count')!.last_y! + 10,
    ])
    const editorOf = () => page.locator('.quick input')
    for (const x of [40, 0.5 * width, 0.75 * width, width - 60, width - 45, width - 32]) {
      const at = await locateNode(page, 'Data', [x, y])
      await page.mouse.dblclick(at.x, at.y)
      await editorOf().waitFor()
      expect([x, await count()]).toEqual([x, 5000])
      await press(page, 'Escape')
      await editorOf().waitFor({ state: 'detached' })
      expect([x, await count()]).toEqual([x, 5000])
      // Not a triple click with the next one.
      await waitMilliseconds(page, 600)
    }
    const arrow = await locateNode(page, 'Data', [width - 20, y])
    await page.mouse.dblclick(arrow.x, arrow.y)
    expect(await editorOf().count()).toBe(0)
    expect(await count()).toBeGreaterThan(5000)
  },
)

test('a prompt for a number is answered by numbers alone', async () => {
  const answerTo = async (text: string) => {
    await onCanvas(page, (canvas) => {
      document.body.dataset.answer = ''
      const at = new MouseEvent('dblclick', { clientX: 400, clientY: 300 })
      canvas.prompt('Length', 3, (value) => (document.body.dataset.answer = String(value)), at)
    })
    const field = page.locator('.quick input')
    await field.fill(text)
    await press(page, 'Enter')
    await field.waitFor({ state: 'detached' })
    return page.evaluate(() => document.body.dataset.answer)
  }
  expect(await answerTo('12,5')).toBe('12.5')
  expect(await answerTo('')).toBe('')
  expect(await answerTo('long')).toBe('')
})

test('number fields compute, and keep a text that is no allowed value with the reason', async () => {
  await dropFile(page, 'number.json', readFileSync('workflows/points.json', 'utf8'))
  await expect.poll(() => titles(page)).toContain('Network')
  const hidden = async () => (await values(page, 'Network')).hidden
  await clickNode(page, 'Network')
  const panel = page.locator('.panel')
  const field = panel.getByLabel('hidden', { exact: true })
  const problem = panel.locator('.field-problem')
  await field.fill('48*2')
  await press(page, 'Enter')
  await expect.poll(hidden).toBe(96)
  await expect.poll(() => field.inputValue()).toBe('96')
  for (const [typed, reason] of [
    ['99999999', 'At most 4096.'],
    ['abc', '“abc” is not a number.'],
  ]) {
    await field.fill(typed)
    await press(page, 'Tab')
    await expect.poll(() => problem.allTextContents()).toEqual([reason])
    expect([await field.inputValue(), await hidden()]).toEqual([typed, 96])
  }
  await field.focus()
  await press(page, 'Escape')
  await expect.poll(() => problem.count()).toBe(0)
  expect(await field.inputValue()).toBe('96')

  const [width, y] = await onNode(page, 'Network', ({ size, widgets }) => [
    size[0],
    widgets!.find(({ name }) => name === 'hidden')!.last_y! + 10,
  ])
  const at = await locateNode(page, 'Network', [width / 2, y])
  await page.mouse.dblclick(at.x, at.y)
  const quick = page.locator('.quick')
  await quick.locator('input').fill('0')
  await press(page, 'Enter')
  await quick.getByText('At least 1.').waitFor()
  await quick.locator('input').fill('2^6')
  await press(page, 'Enter')
  await expect.poll(hidden).toBe(64)
  await quick.waitFor({ state: 'detached' })
})
