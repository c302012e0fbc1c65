// The editor for those who do not see it, or not well: what axe finds on its screens.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { newWorkflow } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let context: BrowserContext
let page: Page

beforeEach(async () => {
  context = await chromium.newContext()
  page = await context.newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' })
  await page.goto(server.address)
  await page.waitForSelector('.status')
})

afterEach(async () => {
  await context?.close()
  expect(chromium.errors()).toEqual([])
})

const press = (keys: string) => page.keyboard.press(keys)

// ---- axe

interface Findings {
  violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[]
}

/** What axe finds in a part of a screen that is serious or critical; all of its rules, or the one for contrast. */
async function found(screen: string, within: string, rules: 'all' | 'contrast' = 'all'): Promise<string[]> {
  const { violations } = await page.evaluate(
    ([within, rules]) =>
      (globalThis as unknown as { axe: { run(within: string, options: object): Promise<Findings> } }).axe.run(
        within!,
        rules === 'all' ? {} : { runOnly: ['color-contrast'] },
      ),
    [within, rules],
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${screen}: ${id} at ${target.join(' ')}: ${failureSummary}`),
    )
}

const settings = () => page.getByRole('button', { name: 'Settings' }).click()

test('axe finds nothing serious on any screen', async () => {
  await page.addScriptTag({ content: axe })
  await page.locator('.status [aria-haspopup=menu]').waitFor()
  const all = await found('the first workflow', 'html')
  await settings()
  all.push(...(await found('settings', '.menu')))
  await press('Escape')
  await page.getByRole('button', { name: 'Library' }).click()
  await page.getByRole('tab', { name: 'Gallery' }).focus()
  for (const tab of ['Gallery', 'Mine', 'Checkpoints', 'Data sets']) {
    await page.getByRole('tabpanel', { name: tab }).waitFor()
    all.push(...(await found(tab, '.drawer')))
    await press('ArrowRight')
  }
  await press('Alt+o')
  await press('Home')
  await press('Enter')
  await page.locator('.outline .content').waitFor()
  all.push(...(await found('outline', '.outline')), ...(await found('panel of a node', '.panel')))
  await press('Control+k')
  await page.getByRole('combobox', { name: 'Find a node' }).waitFor()
  all.push(...(await found('palette', '.palette')))
  await press('Escape')
  await press('Control+Shift+p')
  await page.getByRole('combobox', { name: 'Find a command' }).fill('What runs and waits')
  await press('Enter')
  await page.getByRole('dialog', { name: 'Queue' }).waitFor()
  all.push(...(await found('queue', '.queue')))
  await press('Escape')
  await newWorkflow(page)
  all.push(...(await found('an empty canvas', 'html')))
  await press('?')
  await page.getByRole('dialog').waitFor()
  all.push(...(await found('a dialog', 'dialog')))
  expect(all).toEqual([])
})

test('nor too little contrast in any other theme', async () => {
  await page.addScriptTag({ content: axe })
  await press('Alt+o')
  await press('Home')
  await press('Enter')
  await page.locator('.outline .content').waitFor()
  const all: string[] = []
  for (const theme of ['Light', 'High contrast']) {
    await settings()
    await page.getByRole('menuitemradio', { name: theme, exact: true }).click()
    await settings()
    all.push(...(await found(theme, 'html', 'contrast')))
    await press('Escape')
  }
  expect(all).toEqual([])
})

test('who asks the system for contrast has it', async () => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
  expect(await theme()).toBe('dark')
  await page.emulateMedia({ contrast: 'more' })
  await expect.poll(theme).toBe('contrast')
  await page.emulateMedia({ contrast: 'no-preference' })
  await expect.poll(theme).toBe('dark')
})
