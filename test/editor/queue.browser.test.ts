// Queueing graphs in Chromium with keyboard and pointer.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  button as buttonOn,
  clickNode,
  dropFile,
  onCanvas,
  press as pressOn,
  getRunStatus,
  useEditor,
  values,
} from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

const press = (keys: string) => pressOn(page, keys)
const button = (name: string) => buttonOn(page, name)
const rows = () => page.locator('.queue ol .name').allInnerTexts()
const waiting = () => page.locator('.queue-count').innerText()
const status = () => getRunStatus(page)

/** Starts a long training through the queue. */
async function startLongRun() {
  await press('Control+Enter')
  await button('Stop').waitFor()
  await press('Control+Enter')
  await press('Control+Alt+Enter')
  await expect.poll(status).toBe('Running')
  await expect.poll(waiting).toBe('0')
}

/** A schedule and its chart, which run quickly. With `broken`, they do not run. */
const createSmallWorkflow = (title: string, broken = false) => {
  const node = {
    flags: {},
    mode: 0,
    order: 0,
    inputs: [] as object[],
    outputs: [] as object[],
    properties: {},
  }
  return JSON.stringify({
    version: 0.4,
    last_node_id: 2,
    last_link_id: 1,
    nodes: [
      {
        ...node,
        id: 1,
        type: broken ? 'diffusion/ForwardNoise' : 'diffusion/NoiseSchedule',
        pos: [40, 60],
        size: [240, 120],
        ...(!broken && { outputs: [{ name: 'schedule', type: 'schedule', links: [1] }] }),
      },
      {
        ...node,
        id: 2,
        type: 'diffusion/ScheduleChart',
        pos: [360, 60],
        size: [360, 300],
        inputs: [{ name: 'schedules_1', type: 'schedule', link: broken ? null : 1 }],
      },
    ],
    links: broken ? [] : [[1, 1, 0, 2, 0, 'schedule']],
    groups: [],
    config: {},
    extra: { diffusion: { format: 1, title } },
  })
}

async function open(title: string, broken = false) {
  await dropFile(page, `${title}.json`, createSmallWorkflow(title, broken))
  await expect
    .poll(() => page.getByRole('textbox', { name: 'Rename workflow' }).inputValue())
    .toBe(title)
}

/** True if the chart has content. */
const hasChart = () =>
  onCanvas(page, ({ graph }) => {
    const chart = graph._nodes.find(({ type }) => type === 'diffusion/ScheduleChart')
    return chart!.diffusion.view !== undefined
  })

test('queued graphs run in order and in the background, each with its own faults', async () => {
  await startLongRun()
  await open('small')
  expect(await status()).toBe('Running in Train on points')
  await press('Control+Enter')
  await page.getByText(en.queue.added('small', 1)).waitFor()
  await open('broken', true)
  await press('Alt+Shift+Enter')
  await open('last')
  await press('Control+Enter')
  await expect.poll(waiting).toBe('3')

  await page.locator('.queue-count').click()
  await expect.poll(rows).toEqual(['small', 'broken', 'last'])
  await button(en.queue.up('last')).click()
  await button(en.queue.up('last')).click()
  await button(en.queue.down('small')).click()
  expect(await rows()).toEqual(['last', 'broken', 'small'])

  await button(en.queue.stop('Train on points')).click()
  await expect.poll(() => page.locator('.queue li[data-outcome]').count()).toBe(4)
  const ran = await page
    .locator('.queue li[data-outcome]')
    .evaluateAll((all) =>
      all.map(
        (each) =>
          `${each.querySelector('.link')!.textContent} ${(each as HTMLElement).dataset.outcome}`,
      ),
    )
  expect(ran).toEqual(['small done', 'broken failed', 'last done', 'Train on points stopped'])
  await press('Escape')
  await expect.poll(() => page.locator('.queue').count()).toBe(0)
  // `small` and `last` are equal graphs, and one of them is open.
  expect([await status(), await hasChart()]).toEqual([expect.stringMatching(/Finished/), true])
})

fullTest('edits do not change a queued graph, whose results appear when it opens', async () => {
  await startLongRun()
  await open('small')
  await press('Control+Enter')
  await setSteps(500)
  await expect
    .poll(() =>
      page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))),
    )
    .toBe(true)
  await press('Control+Alt+Enter')
  await page.getByText(en.queue.messages.done('small')).waitFor()
  expect([await status(), await hasChart()]).toEqual(['Ready', false])
  expect(
    await page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true }))),
  ).toBe(false)
  await page.locator('.toast').getByRole('button', { name: 'Open' }).click()
  await expect.poll(hasChart).toBe(true)
  expect((await values(page, 'Noise Schedule')).num_train_timesteps).toBe(1000)
})

fullTest('a graph can be put before all others', async () => {
  await startLongRun()
  await open('small')
  await press('Control+Enter')
  await open('next')
  await press('Control+Shift+P')
  await page.getByRole('combobox').fill(en.commands.queueFirst)
  await press('Enter')
  await expect.poll(waiting).toBe('2')
  await page.locator('.queue-count').click()
  await expect.poll(rows).toEqual(['next', 'small'])
  await button('Stop all').click()
  // The stopped run was of another workflow.
  await expect.poll(status).toBe('Ready')
  expect(await rows()).toEqual([])
})

fullTest('Stop all empties the queue, and Escape closes the list', async () => {
  await startLongRun()
  await press('Control+Enter')
  await press('Control+Enter')
  await page.locator('.queue-count').focus()
  await press('Enter')
  await page.getByRole('dialog', { name: 'Queue' }).waitFor()
  expect(await rows()).toHaveLength(2)
  await button('Remove Train on points').first().click()
  expect(await rows()).toHaveLength(1)
  await press('Escape')
  expect(await page.evaluate(() => document.activeElement?.className)).toContain('queue-count')
  await press('Enter')
  await button('Stop all').click()
  await expect.poll(status).toBe('Stopped')
  expect(await rows()).toEqual([])
  // The pressed button is now disabled and no longer focused.
  await press('Escape')
  await expect.poll(() => page.locator('.queue').count()).toBe(0)
})

/** Types the length of the schedule in the panel. */
async function setSteps(steps: number) {
  await clickNode(page, 'Noise Schedule')
  const field = page.getByLabel('num_train_timesteps', { exact: true })
  await field.fill(String(steps))
  await press('Enter')
  await expect
    .poll(async () => (await values(page, 'Noise Schedule')).num_train_timesteps)
    .toBe(steps)
}
