// Takes the screenshots of docs/screens.md, docs/screens/<name>-<form>.jpg, in Chromium: `npm run
// screens -- [name ...]`; `--form phone,korean` takes only these, `--to folder` writes elsewhere,
// `--no-build` uses the last build.
import { mkdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'
import { dropFile, placeIn, locateNode } from './editorPage.ts'
import { en } from '../src/editor/texts/en/index.ts'

const OUT = 'out/screens'
const TO = 'docs/screens'

const press = (page: Page, keys: string) => page.keyboard.press(keys)

async function select(page: Page, ...titles: string[]) {
  for (const [i, title] of titles.entries()) {
    const { x, y } = await locateNode(page, title)
    if (i) await page.keyboard.down('Shift')
    await page.mouse.click(x, y)
    if (i) await page.keyboard.up('Shift')
  }
}

/**
 * Runs the graph, in any language. A slow machine asks before it discards a training of more than a
 * minute.
 */
async function run(page: Page) {
  const finished = page.locator('.status[data-state=finished]')
  const restart = page.getByRole('button', { name: en.dialogs.restart, exact: true })
  await page.locator('.top .runs .primary').click()
  // The state of an earlier run is shown until this one has begun.
  await page.locator('.status[data-state=running]').or(restart).first().waitFor()
  await restart.or(finished).first().waitFor({ timeout: 300_000 })
  if (!(await restart.isVisible())) return
  await restart.click()
  await finished.waitFor({ timeout: 300_000 })
}

async function param(page: Page, node: string, name: string, value: string) {
  await select(page, node)
  const field = page.locator('.panel').getByLabel(name, { exact: true }).first()
  await field.fill(value)
  await field.press('Tab')
}

async function openReady(page: Page, name: string) {
  await dropFile(page, `${name}.json`, readFileSync(`workflows/${name}.json`))
  await page.getByText(`Opened ${name}.json`).waitFor()
}

/** Screens in order on one page: each starts from the state that the previous one leaves. */
const screens: Record<string, (page: Page) => Promise<unknown>> = {
  async trained(page) {
    await run(page)
    await page.mouse.click(20, 700)
    await press(page, 'Home')
  },
  async chart(page) {
    await param(page, 'Optimizer', 'lr', '0.0005')
    await run(page)
    await select(page, 'Loss curve')
    await press(page, 'Alt+k')
    await page.waitForTimeout(1500)
  },
  async runs(page) {
    await press(page, 'Escape')
    await press(page, 'Alt+r')
  },
  async viewer(page) {
    await press(page, 'Alt+r')
    await page.waitForTimeout(400)
    await press(page, 'Home')
    await page.waitForTimeout(400)
    const { x, y } = await placeIn(page, 'Samples on the data', [0.5, 0.8])
    await page.mouse.dblclick(x, y)
    await page.locator('dialog').waitFor()
  },
  async search(page) {
    await press(page, 'Escape')
    await press(page, 'Control+k')
    await page.getByRole('combobox', { name: 'Find a node' }).fill('ddim')
  },
  async outline(page) {
    await press(page, 'Escape')
    await select(page, 'Training Start')
    await press(page, 'Alt+o')
  },
  async gallery(page) {
    await press(page, 'Alt+o')
    await press(page, 'Alt+g')
    await page.waitForTimeout(1500)
  },
  async subgraph(page) {
    await press(page, 'Alt+g')
    await press(page, 'Home')
    await select(page, 'Forward Noise', 'Target', 'Predict', 'Loss')
    await press(page, 'Control+Shift+E')
    await page.locator('dialog input').fill('Prediction error')
    await press(page, 'Enter')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await press(page, 'Alt+Enter')
    await page.waitForTimeout(600)
    await press(page, 'Home')
  },
  async pictures(page) {
    await press(page, 'Escape')
    await openReady(page, 'digits-sample')
    await run(page)
    await press(page, 'Home')
  },
  async versions(page) {
    await press(page, 'Control+S')
    await page.waitForTimeout(800)
    await press(page, 'Escape')
    await param(page, 'Noise', 'seed', '11')
    await press(page, 'Control+S')
    // A live run starts after a short delay.
    await page.waitForTimeout(1000)
    await page.locator('.status[data-state=finished]').waitFor()
    await page.evaluate(() =>
      document.querySelectorAll<HTMLElement>('.toasts .icon').forEach((close) => close.click()),
    )
    await press(page, 'Alt+h')
  },
  async present(page) {
    await press(page, 'Escape')
    await openReady(page, 'points')
    // Its results are cached: it may finish before the page is asked whether it runs.
    await page.locator('.top .runs .primary').click()
    await page.waitForTimeout(1000)
    await page.locator('.status[data-state=finished]').waitFor({ timeout: 300_000 })
    await press(page, 'Alt+Shift+P')
    await page.locator('.presentation .position').waitFor()
    for (let step = 0; step < 3; step++) await press(page, 'ArrowRight')
  },
}

/** Screens that do not depend on the language or the size of the window. */
const shortTour: typeof screens = {
  trained: screens.trained,
  async gallery(page) {
    await press(page, 'Alt+g')
    await page.waitForTimeout(1500)
  },
  async measure(page) {
    await page.goto(new URL('?bench', page.url()).href)
    await page.locator('.bench h1').waitFor()
  },
}

interface Form {
  context: BrowserContextOptions
  screens: typeof screens
}

const desktop = { viewport: { width: 1440, height: 900 } }

/** Themes, sizes and languages in which screens are taken. */
const forms: Record<string, Form> = {
  dark: { context: { ...desktop, colorScheme: 'dark' }, screens },
  light: { context: { ...desktop, colorScheme: 'light' }, screens },
  contrast: { context: { ...desktop, contrast: 'more' }, screens: shortTour },
  phone: {
    context: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    screens: shortTour,
  },
  projector: {
    context: { viewport: { width: 1280, height: 720 }, colorScheme: 'light' },
    screens: shortTour,
  },
  korean: { context: { ...desktop, colorScheme: 'light', locale: 'ko-KR' }, screens: shortTour },
}

/** Opens the editor in a new profile and closes the tour. */
async function openEditor(browser: Browser, address: string, options: BrowserContextOptions) {
  const context = await browser.newContext({ ...options, serviceWorkers: 'block' })
  const page = await context.newPage()
  await page.goto(address)
  await page.locator('.status').waitFor()
  await page
    .locator('.tour .link, .tour .icon')
    .first()
    .click({ timeout: 3000 })
    .catch(() => {})
  return page
}

/** Returns the names of a list that are known. Throws Error if others are in it. */
function checkNames(known: readonly string[], wanted: readonly string[]): readonly string[] {
  const unknown = wanted.filter((name) => !known.includes(name))
  if (unknown.length) throw new Error(`Expected ${known.join(', ')}, got ${unknown.join(', ')}.`)
  return wanted
}

/** Takes the wanted screens of a form. */
async function takeScreens(page: Page, name: string, wanted: readonly string[], folder: string) {
  const { screens } = forms[name]
  const names = Object.keys(screens)
  const last = names.findLastIndex((each) => wanted.includes(each))
  for (const each of names.slice(0, last + 1)) {
    await screens[each](page)
    await page.waitForTimeout(700)
    if (!wanted.includes(each)) continue
    const path = `${folder}/${each}-${name}.jpg`
    await page.screenshot({ path, type: 'jpeg', quality: 82 })
    console.log(path)
  }
}

export async function main(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      form: { type: 'string' },
      to: { type: 'string', default: TO },
      'no-build': { type: 'boolean' },
    },
  })
  const known = [...new Set(Object.values(forms).flatMap((form) => Object.keys(form.screens)))]
  const wanted = positionals.length ? checkNames(known, positionals) : known
  const chosen = checkNames(Object.keys(forms), values.form?.split(',') ?? Object.keys(forms))

  if (!values['no-build']) await build({ logLevel: 'error', build: { outDir: OUT } })
  mkdirSync(values.to, { recursive: true })
  const server = await preview({ logLevel: 'error', build: { outDir: OUT }, preview: { port: 0 } })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    for (const name of chosen) {
      const page = await openEditor(browser, server.resolvedUrls!.local[0], forms[name].context)
      await takeScreens(page, name, wanted, values.to)
      await page.context().close()
    }
  } finally {
    await browser.close()
    await server.close()
  }
}
