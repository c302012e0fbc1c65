// The page of measurements in Chromium, with tiny steps: tables, copies, Stop, languages, and axe.
import type { BrowserContext, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { bench as en } from '../../../src/editor/texts/en/bench.ts'
import { en as enEditor } from '../../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../../chromium.ts'
import { addAxe, findViolations } from '../axe.ts'
import { button, openEditor } from '../driver.ts'
import { koBench as ko } from '../korean.ts'

const chromium = useChromium()
const server = useBuiltEditor()

const openContext = async () => {
  const context = await chromium.newContext()
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  return context
}

async function openBench(context: BrowserContext, title = en.title): Promise<Page> {
  const page = await context.newPage()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${server.address}?bench=quick`)
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  return page
}

const start = (page: Page) => page.getByRole('button', { name: en.start, exact: true }).click()

/** Texts of the cells of a table, by row. */
const cells = (page: Page, name: string) =>
  page
    .getByRole('region', { name })
    .locator('tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)),
    )

test('measures the backends that there are, next to stock tfjs, and copies the figures', async () => {
  const page = await openBench(await openContext())
  const requests: string[] = []
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`))
  await addAxe(page)
  expect(await findViolations(page, 'before', 'html')).toEqual([])
  expect(await page.locator('canvas, .status').count(), 'parts of the editor').toBe(0)
  await start(page)
  await page.getByText(/^\d+ measurements in /).waitFor()

  const threads = await page.evaluate(() => {
    const cores = navigator.hardwareConcurrency
    return crossOriginIsolated ? Math.min(cores > 4 ? cores - 1 : cores, 8) : 0
  })
  expect(threads, 'an isolated page').toBeGreaterThan(0)
  const wasm = [...new Set([threads, 1])].map((each) => `WebAssembly, ${en.threads(each)}`)
  const tests = await cells(page, en.tests)
  expect(tests.map(([backend]) => backend)).toEqual(['WebGPU', ...wasm, 'JavaScript'])
  expect(tests[0][2]).toMatch(/^Not available: WebGPU/)
  for (const [backend, device, result] of tests.slice(1, -1)) {
    expect(device, backend!).toMatch(/SIMD, \d threads?/)
    expect(result, backend!).toMatch(/^17 kernel families passed; largest deviation [\d.e-]+, of /)
  }

  const steps = await cells(page, en.steps)
  expect(steps).toHaveLength(2 * (wasm.length + 1))
  for (const [backend, model, step, ours, stock, ratio] of steps) {
    expect(model).toContain(en.models.tiny)
    expect(ours, `${backend}, ${step}`).toMatch(
      /^[\d.,]+ ms \([\d.,]+ ms to [\d.,]+ ms\)\d+ steps?$/,
    )
    if (step === en.tasks.train && backend!.startsWith('WebAssembly')) {
      expect(stock).toBe(en.problems.kernel('Conv2DBackpropFilter'))
      expect(ratio).toBe('')
    } else {
      expect(stock, `${backend}, ${step}`).toMatch(/ms\)\d+ steps?$/)
      expect(Number.parseFloat(ratio!)).toBeGreaterThan(0)
    }
  }

  await page.getByRole('button', { name: en.copyMarkdown }).click()
  await page.getByText(en.copied).waitFor()
  const markdown = await page.evaluate(() => navigator.clipboard.readText())
  const lines = markdown.split('\n')
  expect(lines.filter((line) => line.startsWith(`| ${wasm[0]} |`))).toHaveLength(3)
  expect(lines).toContainEqual(expect.stringMatching(/^- Version: \d+\.\d+\.\d+/))
  await page.getByRole('button', { name: en.copyJson }).click()
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^\{/)
  const report = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
  expect(report.results.rows).toHaveLength(steps.length)
  expect(report.machine).toMatchObject({ isolated: true, threads })

  for (const colorScheme of ['light', 'dark'] as const) {
    // Without transitions of colours.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset.theme))
      .toBe(colorScheme)
    expect(await findViolations(page, colorScheme, 'html')).toEqual([])
  }
  expect(requests.length).toBeGreaterThan(0)
  expect(requests.filter((each) => !each.startsWith(`GET ${server.address}`))).toEqual([])
  await page.context().close()
})

test('stops at once, and can start again', async () => {
  const page = await openBench(await openContext())
  await start(page)
  await page.getByRole('progressbar').waitFor()
  await expect.poll(() => page.workers().length).toBeGreaterThan(0)
  await page.getByRole('button', { name: en.stop, exact: true }).click()
  await page.getByText(/^Stopped after /).waitFor()
  await expect.poll(() => page.workers().length).toBe(0)
  await page.getByRole('button', { name: en.again }).waitFor()
  await page.context().close()
})

test('is in the language of the browser', async () => {
  const context = await openContext()
  await context.addInitScript(() =>
    Object.defineProperty(navigator, 'languages', { value: ['ko-KR'] }),
  )
  const page = await openBench(context, ko.title)
  await page.getByRole('button', { name: ko.start, exact: true }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('ko')
  await context.close()
})

test('shows the text where the browser does not copy', async () => {
  const page = await openBench(await openContext())
  await page.evaluate(() =>
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: () => Promise.reject(new Error('Forbidden here.')) },
    }),
  )
  await start(page)
  // Results so far can be copied once it is stopped.
  await page.getByRole('region', { name: en.tests }).waitFor()
  await page.getByRole('button', { name: en.stop, exact: true }).click()
  await page.getByRole('button', { name: en.copyMarkdown }).click()
  await page.getByText(en.notCopied('Forbidden here')).waitFor()
  await expect(page.getByRole('textbox', { name: en.asText }).inputValue()).resolves.toMatch(
    /^\*\*litegraph-diffusion\*\*/,
  )
  await page.context().close()
})

test('opens from the help menu, in another tab', async () => {
  const page = await openEditor(await openContext(), server.address)
  await button(page, enEditor.top.help).click()
  const opening = page.context().waitForEvent('page')
  await page.getByRole('menuitem', { name: enEditor.commands.bench }).click()
  const bench = await opening
  await bench.getByRole('heading', { level: 1, name: en.title }).waitFor()
  expect(new URL(bench.url()).search).toBe('?bench')
  await page.context().close()
})
