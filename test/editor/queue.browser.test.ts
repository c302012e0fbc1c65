// Graphs that wait for their turn, as people queue them: real keys and pointer in a real Chromium.
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button as buttonOn, clickNode, dropFile, onCanvas, press as pressOn, stateOf, useEditor, values } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

const press = (keys: string) => pressOn(page, keys)
const button = (name: string) => buttonOn(page, name)
const rows = () => page.locator('.queue ol .name').allInnerTexts()
const waiting = () => page.locator('.queue-count').innerText()
const status = () => stateOf(page)

/** A training that takes minutes runs, and was in the queue. */
async function longOneRuns() {
  await press('Control+Enter')
  await button('Stop').waitFor()
  await press('Control+Enter')
  await press('Control+Alt+Enter')
  await expect.poll(status).toBe('Running')
  await expect.poll(waiting).toBe('0')
}

/** A schedule and its chart: it runs in no time, or, as broken, not at all. */
const small = (title: string, broken = false) => {
  const node = { flags: {}, mode: 0, order: 0, inputs: [] as object[], outputs: [] as object[], properties: {} }
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
  await dropFile(page, `${title}.json`, small(title, broken))
  await expect.poll(() => page.getByRole('textbox', { name: 'Rename workflow' }).inputValue()).toBe(title)
}

/** Whether the chart shows something. */
const charted = () =>
  onCanvas(page, ({ graph }) => {
    const chart = graph._nodes.find(({ type }) => type === 'diffusion/ScheduleChart')
    return chart!.diffusion.view !== undefined
  })

test('what is queued runs in turn, goes on while another workflow is open, and faults of one are not those of others', async () => {
  await longOneRuns()
  await open('small')
  expect(await status()).toBe('Running in Train on points')
  await press('Control+Enter')
  await page.getByText('“small” is queued as it is now, at place 1').waitFor()
  await open('broken', true)
  await press('Alt+Shift+Enter')
  await open('last')
  await press('Control+Enter')
  await expect.poll(waiting).toBe('3')

  await page.locator('.queue-count').click()
  expect(await rows()).toEqual(['small', 'broken', 'last'])
  await button('last: earlier').click()
  await button('last: earlier').click()
  await button('small: later').click()
  expect(await rows()).toEqual(['last', 'broken', 'small'])

  await button('Stop Train on points; the next begins').click()
  await expect.poll(() => page.locator('.queue li[data-outcome]').count()).toBe(4)
  const ran = await page
    .locator('.queue li[data-outcome]')
    .evaluateAll((all) =>
      all.map((each) => `${each.querySelector('.link')!.textContent} ${(each as HTMLElement).dataset.outcome}`),
    )
  expect(ran).toEqual(['small done', 'broken failed', 'last done', 'Train on points stopped'])
  await press('Escape')
  await expect.poll(() => page.locator('.queue').count()).toBe(0)
  // `small` and `last` are equal graphs, and one of them is on the canvas.
  expect([await status(), await charted()]).toEqual([expect.stringMatching(/Finished/), true])
})

test('what waits is a copy: edits do not change it, and its results are there when its graph is', async () => {
  await longOneRuns()
  await open('small')
  await press('Control+Enter')
  await setSteps(500)
  await expect.poll(() => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))).toBe(true)
  await press('Control+Alt+Enter')
  await page.getByText('“small” is done').waitFor()
  expect([await status(), await charted()]).toEqual(['Ready', false])
  expect(await page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))).toBe(false)
  await page.locator('.toast').getByRole('button', { name: 'Open' }).click()
  await expect.poll(charted).toBe(true)
  expect((await values(page, 'Noise Schedule')).num_train_timesteps).toBe(1000)
})

test('stopping all empties the queue, and the list can be left by the keyboard', async () => {
  await longOneRuns()
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
  // The button that was pressed cannot be pressed now, and has lost the keys.
  await press('Escape')
  await expect.poll(() => page.locator('.queue').count()).toBe(0)
})

/** The length of the schedule, typed into the details. */
async function setSteps(steps: number) {
  await clickNode(page, 'Noise Schedule')
  const field = page.getByLabel('num_train_timesteps', { exact: true })
  await field.fill(String(steps))
  await press('Enter')
  await expect.poll(async () => (await values(page, 'Noise Schedule')).num_train_timesteps).toBe(steps)
}
