// Takes the screenshots of docs/screens.md, docs/screens/<name>-<theme>.jpg, in Chromium: `npm run
// screens -- [name ...]`; `--to folder` writes elsewhere, `--no-build` uses the last build.
import { mkdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Browser, Page } from 'playwright-core'
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

/** Runs the graph. A slow machine asks before it discards a training of more than a minute. */
async function run(page: Page) {
  const finished = page.getByText(/Finished in/).first()
  const restart = page.getByRole('button', { name: en.dialogs.restart, exact: true })
  await page.getByRole('button', { name: 'Run', exact: true }).click()
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
    await press(page, '.')
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
    await press(page, '.')
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
    await press(page, '.')
    await select(page, 'Forward Noise', 'Target', 'Predict', 'Loss')
    await press(page, 'Control+Shift+E')
    await page.locator('dialog input').fill('Prediction error')
    await press(page, 'Enter')
    await page.locator('dialog').waitFor({ state: 'detached' })
    await press(page, 'Alt+Enter')
    await page.waitForTimeout(600)
    await press(page, '.')
  },
  async pictures(page) {
    await press(page, 'Escape')
    await openReady(page, 'digits-sample')
    await run(page)
    await press(page, '.')
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
    await run(page)
    await press(page, 'Alt+Shift+P')
    await page.locator('.presentation .position').waitFor()
    for (let step = 0; step < 3; step++) await press(page, 'ArrowRight')
  },
}

/** Opens the editor in a new profile and closes the tour. */
async function openEditor(browser: Browser, address: string, theme: 'dark' | 'light') {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: theme,
    serviceWorkers: 'block',
  })
  const page = await context.newPage()
  await page.goto(address)
  await page.getByText(/WebAssembly|WebGPU|WebGL/).waitFor()
  await page
    .getByRole('button', { name: 'Skip' })
    .first()
    .click({ timeout: 3000 })
    .catch(() => {})
  return page
}

export async function main(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      theme: { type: 'string', default: 'dark,light' },
      to: { type: 'string', default: TO },
      'no-build': { type: 'boolean' },
    },
  })
  const names = Object.keys(screens)
  const wanted = positionals.length ? positionals : names
  const unknown = wanted.filter((name) => !names.includes(name))
  if (unknown.length) throw new Error(`Expected ${names.join(', ')}, got ${unknown.join(', ')}.`)
  const last = names.findLastIndex((name) => wanted.includes(name))

  if (!values['no-build']) await build({ logLevel: 'error', build: { outDir: OUT } })
  mkdirSync(values.to, { recursive: true })
  const server = await preview({ logLevel: 'error', build: { outDir: OUT }, preview: { port: 0 } })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    for (const theme of values.theme.split(',') as ('dark' | 'light')[]) {
      const page = await openEditor(browser, server.resolvedUrls!.local[0], theme)
      for (const name of names.slice(0, last + 1)) {
        await screens[name](page)
        await page.waitForTimeout(700)
        if (!wanted.includes(name)) continue
        const path = `${values.to}/${name}-${theme}.jpg`
        await page.screenshot({ path, type: 'jpeg', quality: 82 })
        console.log(path)
      }
      await page.context().close()
    }
  } finally {
    await browser.close()
    await server.close()
  }
}
