// App mode in the editor, the choice of what it shows, and the dialog for embedding.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { enFigure } from '../../src/editor/texts/en/figure.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addAxe, findViolations } from './axe.ts'
import {
  button,
  clickNode,
  dropFile,
  openEditor,
  press,
  titles,
  useEditor,
  values,
  waitForEditor,
} from './driver.ts'
import { readyWorkflow } from './readyText.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

const app = (page: Page) => page.locator('dialog.app-mode')
const finished = (page: Page) => app(page).locator('.figure-status').filter({ hasText: 'Finished' })

async function openPoints(page: Page) {
  await dropFile(page, 'points.json', readyWorkflow('points'))
  await expect.poll(() => titles(page)).toContain('Training Start')
  await page.locator('canvas.canvas').focus()
}

describe('app mode', () => {
  test('shows the params and views as a page, runs, and returns to the graph', async () => {
    const { page } = editor
    await openPoints(page)
    await press(page, 'Alt+Shift+A')
    await app(page).getByRole('heading', { name: 'Train on points' }).waitFor()
    const steps = app(page).getByRole('textbox', { name: /^steps/ })
    await steps.fill('9')
    await steps.press('Enter')
    await expect.poll(() => values(page, 'Training Start')).toMatchObject({ steps: 9 })
    await press(page, 'Control+Enter')
    await finished(page).waitFor()
    expect(await app(page).locator('canvas').count()).toBe(2)
    await press(page, 'Delete') // does not reach the graph below
    await press(page, 'Escape')
    await app(page).waitFor({ state: 'detached' })
    expect(await titles(page)).toContain('Training Start')
    await press(page, 'Control+z')
    await expect.poll(() => values(page, 'Training Start')).toMatchObject({ steps: 12 })
  })

  test('hides a cloud of a plot on a click, and takes keys without any focus', async () => {
    const { page } = editor
    await openPoints(page)
    await press(page, 'Alt+Shift+A')
    await app(page).locator('.figure-empty').first().click()
    await press(page, 'Control+Enter')
    await finished(page).waitFor()
    const picture = app(page).locator('.figure-frame').first()
    const before = await picture.screenshot()
    const data = app(page).getByRole('button', { name: 'data', exact: true })
    await data.click()
    await page.mouse.move(5, 5)
    expect(await data.getAttribute('aria-pressed')).toBe('false')
    expect((await picture.screenshot()).equals(before)).toBe(false)
    await data.press('Space')
    expect(await data.getAttribute('aria-pressed')).toBe('true')
    await press(page, 'Alt+Shift+A')
    await app(page).waitFor({ state: 'detached' })
  })

  test('shows faults with their node', async () => {
    const { page } = editor
    const broken = JSON.parse(readyWorkflow('points')) as {
      links: unknown[][]
      nodes: { id: number; inputs: { name: string; link: unknown }[] }[]
    }
    const loss = broken.nodes.find(({ id }) => id === 12)!
    for (const input of loss.inputs) input.link = null
    broken.links = broken.links.filter((link) => link[3] !== 12)
    await dropFile(page, 'broken.json', JSON.stringify(broken))
    await expect.poll(() => titles(page)).toContain('Training Start')
    await page.locator('canvas.canvas').focus()
    await press(page, 'Alt+Shift+A')
    await app(page).getByRole('button', { name: 'Run', exact: true }).click()
    await app(page)
      .locator('.figure-problems')
      .getByText(/^Loss: .*not connected/)
      .first()
      .waitFor()
    await press(page, 'Alt+Shift+A')
    await app(page).waitFor({ state: 'detached' })
  })

  test('is accessible, also on a phone, where it does not scroll sideways', async () => {
    const { page } = editor
    await openPoints(page)
    await press(page, 'Alt+Shift+A')
    await app(page).locator('.figure-frame').first().waitFor()
    await addAxe(page)
    expect(await findViolations(page, 'app mode', 'dialog.app-mode')).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    await expect
      .poll(() => app(page).evaluate((element) => element.scrollWidth - element.clientWidth))
      .toBe(0)
    expect(await findViolations(page, 'phone', 'dialog.app-mode')).toEqual([])
    const widths = await app(page)
      .locator('.figure-form, .figure-view')
      .evaluateAll((all) => all.map((element) => element.getBoundingClientRect().width))
    for (const width of widths) expect(width).toBeGreaterThan(300)
    await press(page, 'Escape')
  })

  test('opens by a link', async () => {
    const page = await openEditor(await chromium.newContext(), `${server.address}?app`)
    await app(page).getByRole('heading', { name: 'Train on points' }).waitFor()
    await app(page).getByRole('button', { name: enFigure.close }).click()
    await app(page).waitFor({ state: 'detached' })
  })
})

describe('the menu of a node', () => {
  test('chooses what app mode shows, as steps of undo', async () => {
    const { page } = editor
    await openPoints(page)
    await clickNode(page, 'Training Start', { button: 'right' })
    await page.getByRole('menuitem', { name: en.commands.appItems }).click()
    const item = (name: string) => page.getByRole('menuitemcheckbox', { name, exact: true })
    expect(await item('steps').getAttribute('aria-checked')).toBe('true')
    await item('batch_size').click()
    await press(page, 'Alt+Shift+A')
    const field = app(page).getByRole('textbox', { name: /^batch_size/ })
    await field.waitFor()
    await press(page, 'Escape')
    await press(page, 'Control+z', 'Alt+Shift+A')
    await app(page)
      .getByRole('textbox', { name: /^steps/ })
      .waitFor()
    expect(await field.count()).toBe(0)
    await press(page, 'Escape')
  })
})

describe('the dialog for embedding', () => {
  test('makes code that shows the workflow as chosen', async () => {
    const { page } = editor
    await openPoints(page)
    await button(page, en.top.file).click()
    await page.getByRole('menuitem', { name: en.commands.embed }).click()
    const dialog = page.locator('dialog.embed')
    const code = dialog.getByLabel(enFigure.embed.code, { exact: true })
    await expect.poll(() => code.inputValue()).toContain('?embed&amp;read#workflow=')
    await dialog.getByLabel(enFigure.embed.part.notes).uncheck()
    await dialog.getByLabel(enFigure.embed.theme).selectOption('dark')
    await dialog.getByLabel(enFigure.embed.zone).selectOption('Training Start')
    await dialog.getByLabel(enFigure.embed.height).fill('333')
    await dialog.getByLabel(enFigure.embed.height).press('Tab')
    await expect
      .poll(() => code.inputValue())
      .toMatch(
        /read&amp;hide=notes&amp;zone=Training%20Start&amp;theme=dark#workflow=.*height="333"/s,
      )
    await addAxe(page)
    expect(await findViolations(page, 'dialog', 'dialog.embed')).toEqual([])
    const address = await dialog.getByLabel(enFigure.embed.address, { exact: true }).inputValue()
    await press(page, 'Escape')
    const reader = await (await chromium.newContext()).newPage()
    await reader.goto(address)
    await reader.getByRole('heading', { name: 'Train on points' }).waitFor()
    expect(await reader.getByRole('textbox', { name: /^steps/ }).inputValue()).toBe('12')
    expect(await reader.locator('.figure-about').count()).toBe(0)
    expect(await reader.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  })

  fullTest('names a ready workflow by its id', async () => {
    const page = await openEditor(await chromium.newContext(), server.address)
    await waitForEditor(page)
    await expect.poll(async () => (await titles(page)).length).toBeGreaterThan(0)
    await press(page, 'Control+Shift+P')
    await page.keyboard.type('embed in')
    await press(page, 'Enter')
    const code = page.locator('dialog.embed').getByLabel(enFigure.embed.code, { exact: true })
    await expect.poll(() => code.inputValue()).toContain('?embed&amp;read&amp;workflow=points"')
  })
})
