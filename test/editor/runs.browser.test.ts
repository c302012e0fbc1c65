// Run history in Chromium: recording, comparison, reopening, stars, deletion, sweeps.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  button,
  clickNode,
  dropFile,
  press,
  waitForEditor,
  titles,
  useEditor,
  values,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true })

const training = () =>
  workflowOf({
    nodes: trainingGraph(4).nodes.filter(({ id }) => id !== 'Keep' && id !== 'Numbers'),
  })

let page: Page
beforeEach(async () => {
  page = editor.page
  await dropFile(page, 'training.json', training())
  await expect.poll(() => titles(page)).toContain('Adam')
})

const rows = () => page.locator('.runs-table tbody tr')

/** Runs the workflow and waits for its row. The table must be open. */
const runWorkflow = async () => {
  const before = await rows().count()
  await press(page, 'Control+Enter')
  await expect.poll(() => rows().count()).toBe(before + 1)
}

const setParam = async (title: string, param: string, value: string) => {
  await clickNode(page, title)
  const field = page.locator('.panel').getByLabel(param, { exact: true })
  await field.fill(value)
  await field.press('Enter')
}

const column = (name: string) =>
  page.evaluate(
    (index) =>
      [...document.querySelectorAll(`.runs-table tbody tr > td:nth-child(${index})`)].map(
        (cell) => cell.textContent,
      ),
    ['', '', 'When', 'Workflow', en.runs.columns.changed, 'Seed', 'Loss', 'Time', 'Sample'].indexOf(
      name,
    ) + 1,
  )

test('runs are listed, compared, starred, reopened, deleted and restored', async () => {
  await press(page, 'Alt+r')
  await page.getByText('No runs yet').waitFor()
  await runWorkflow()
  await setParam('Adam', 'lr', '0.5')
  await runWorkflow()
  expect(await column(en.runs.columns.changed)).toEqual(['Adam.lr 0.01 → 0.5', 'first run'])
  expect((await column('Loss')).every((loss) => Number(loss) > 0)).toBe(true)
  expect(await page.locator('.runs-table .sample img').count()).toBe(2)

  await page.getByRole('columnheader', { name: 'When' }).getByRole('button').click()
  expect(await page.getByRole('columnheader', { name: 'When' }).getAttribute('aria-sort')).toBe(
    'ascending',
  )
  expect(await column(en.runs.columns.changed)).toEqual(['first run', 'Adam.lr 0.01 → 0.5'])

  const [first] = await column('Loss')
  await rows().first().focus()
  await press(page, 's')
  await expect.poll(() => rows().first().getByRole('button', { pressed: true }).count()).toBe(1)
  await press(page, ' ')
  await press(page, 'ArrowDown')
  await press(page, ' ')
  await button(page, 'Compare 2').click()
  const differences = page.locator('.compare-table .difference')
  await expect
    .poll(() => differences.allInnerTexts())
    .toEqual([expect.stringMatching(/^Adam lr\s+0\.01\s+0\.5$/)])
  expect(await page.locator('.compare-table .samples img').count()).toBe(2)
  await page.locator('.compare-table .samples button').first().click()
  const viewer = page.getByRole('dialog', { name: en.viewer.label })
  await viewer.getByRole('combobox', { name: en.viewer.compareWith }).selectOption({ index: 1 })
  await viewer.getByText('Difference').click()
  await viewer.getByText(/^mean \d/).waitFor()
  await press(page, 'Escape')
  await viewer.waitFor({ state: 'detached' })
  await expect
    .poll(() => page.locator('.runs-chart .chart-legend li').allInnerTexts())
    .toEqual([expect.stringMatching(/^lr 0\.01\s/), expect.stringMatching(/^lr 0\.5\s/)])

  await page.getByRole('button', { name: en.runs.restore }).first().click()
  await expect.poll(async () => (await values(page, 'Adam')).lr).toBe(0.01)
  await button(page, 'Back to all runs').click()
  await runWorkflow()
  expect(await column(en.runs.columns.changed)).toEqual([
    'first run',
    'Adam.lr 0.01 → 0.5',
    'Adam.lr 0.5 → 0.01',
  ])
  expect((await column('Loss'))[2]).toBe(first)

  await rows().last().focus()
  await press(page, 'n')
  await page.keyboard.type('as before')
  await press(page, 'Control+Enter')
  await expect.poll(async () => (await column(en.runs.columns.changed))[2]).toContain('as before')
  await press(page, 'Delete')
  await expect.poll(() => rows().count()).toBe(2)
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(() => rows().count()).toBe(3)
  await rows().first().focus()
  await press(page, 'Escape')
  await expect.poll(() => page.locator('.lower').count()).toBe(0)
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
})

test('a sweep of two params stores a grid of four runs, and rejects invalid values', async () => {
  await clickNode(page, 'Samples')
  await button(page, en.panel.vary('num_inference_steps')).click()
  const dialog = page.getByRole('dialog', { name: 'Vary parameters' })
  await dialog.getByLabel('Values of num_inference_steps').fill('5, 0')
  await dialog.getByText('0: expected an integer from 1').waitFor()
  expect(
    await dialog.getByRole('button', { name: en.runs.sweep.run(0), exact: true }).isDisabled(),
  ).toBe(true)
  await dialog.getByLabel('Values of num_inference_steps').fill('5, 60')
  await dialog.getByRole('button', { name: en.runs.sweep.run(2) }).click()
  await dialog.getByText('Samples.num_inference_steps 60: ').waitFor()
  expect(await button(page, 'Stop').count()).toBe(0)

  await dialog.getByLabel('Values of num_inference_steps').fill('2, 3')
  await dialog.getByRole('button', { name: en.runs.sweep.second }).click()
  await dialog.getByLabel('Second parameter to vary').selectOption({ label: 'Adam.lr' })
  await dialog.getByLabel('Values of lr').fill('0.01, 0.02')
  await dialog.getByRole('button', { name: en.runs.sweep.run(4) }).click()
  const cells = page.locator('.grid button.cell')
  await expect.poll(() => cells.count()).toBe(4)
  expect(await page.locator('.grid').getByRole('columnheader').allInnerTexts()).toEqual([
    'Adam lr',
    '0.01',
    '0.02',
  ])
  expect(await page.locator('.grid').getByRole('rowheader').allInnerTexts()).toEqual(['2', '3'])
  const names = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label')))
  expect(names[3]).toMatch(/^Samples\.num_inference_steps 3, Adam\.lr 0\.02, Finished, loss [\d.]+/)

  await page.reload()
  await waitForEditor(page)
  await press(page, 'Alt+r')
  await button(page, 'Sweeps').click()
  await page.getByRole('menuitem', { name: 'Samples.num_inference_steps × Adam.lr' }).click()
  await expect.poll(() => cells.count()).toBe(4)
})
