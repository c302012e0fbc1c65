// Pages in one file, opened from disk with the network off: points trains, the digits are sampled.
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { enFigure } from '../../src/editor/texts/en/figure.ts'
import { root, useBuiltEditor, useChromium } from '../chromium.ts'
import { addAxe, findViolations } from './axe.ts'
import { button, dropFile, openEditor, titles } from './driver.ts'
import { readyWorkflow } from './readyText.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()

const folder = join(root, 'test-results/pages-in-one-file')
beforeAll(() => void mkdirSync(folder, { recursive: true }))

/** Saves a workflow as a page, as the user does. Returns the path of the file. */
async function savePage(name: string, settings: Record<string, unknown> = {}): Promise<string> {
  const page = await openEditor(await chromium.newContext(), server.address, { empty: true })
  await dropFile(page, `${name}.json`, readyWorkflow(name, settings))
  await expect.poll(async () => (await titles(page)).length).toBeGreaterThan(5)
  await button(page, en.top.file).click()
  await page.getByRole('menuitem', { name: en.commands.savePage }).click()
  const download = page.waitForEvent('download')
  await button(page, enFigure.page.save).click()
  const path = join(folder, `${name}.html`)
  await (await download).saveAs(path)
  await page.context().close()
  return path
}

/** Opens a file without a network. `requested` lists what it asked for. */
async function openFile(path: string): Promise<{ page: Page; requested: string[] }> {
  chromium.allow(/^external request: file:/)
  const context = await chromium.newContext()
  await context.setOffline(true)
  const page = await context.newPage()
  await page.setViewportSize({ width: 1100, height: 800 })
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  await page.goto(pathToFileURL(path).href)
  return { page, requested }
}

const finished = (page: Page) =>
  page.locator('.figure-status [role=status]').filter({ hasText: 'Finished' })

/** Number of different colours in a picture of the page. */
const colours = (page: Page, index: number) =>
  page
    .locator('.figure-frame canvas')
    .nth(index)
    .evaluate((element) => {
      const canvas = element as HTMLCanvasElement
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size
    })

describe('a page in one file', () => {
  test('of points is under 4 MB and trains from disk without a network', async () => {
    const path = await savePage('points', {
      'Training Start.steps': 60,
      'Training End.emit_every': 20,
    })
    expect(statSync(path).size).toBeLessThan(4e6)
    const { page, requested } = await openFile(path)
    await page.getByRole('heading', { name: 'Train on points' }).waitFor()
    expect(await page.title()).toBe('Train on points')
    await button(page, 'Run').click()
    await finished(page).waitFor()
    expect(await page.locator('.figure-frame canvas').count()).toBe(2)
    expect(await colours(page, 0)).toBeGreaterThan(20)
    const steps = page.getByRole('textbox', { name: /^steps/ })
    await steps.fill('5')
    await steps.press('Enter')
    await button(page, 'Run').click()
    await finished(page).waitFor()
    const elsewhere = requested.filter((url) => !/^(blob:|data:)/.test(url)).slice(1)
    expect(elsewhere).toEqual([])
    await addAxe(page)
    expect(await findViolations(page, 'page', 'body')).toEqual([])
  })

  fullTest('of the digits has their weights and samples', async () => {
    const path = await savePage('digits-sample')
    expect(statSync(path).size).toBeLessThan(5e6)
    const { page } = await openFile(path)
    await button(page, 'Run').click()
    await finished(page).waitFor()
    expect(await page.locator('.figure-problems p').count()).toBe(0)
    for (const index of [0, 1, 2]) expect(await colours(page, index)).toBeGreaterThan(20)
  })

  test('runs no script but its own, and connects to nothing', async () => {
    chromium.allow(
      /policy|Content Security Policy|requires 'Trusted|Refused|ERR_|request failed|external request/i,
    )
    const html = readFileSync(await savePage('forward-process'), 'utf8')
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe-inline')
    const { page } = await openFile(join(folder, 'forward-process.html'))
    await button(page, 'Run').waitFor()
    const outcomes = await page.evaluate(async () => {
      const ran: string[] = []
      Object.assign(window, { ran })
      const attempts: Record<string, () => unknown> = {
        html: () => (document.body.innerHTML += '<img src=x onerror="ran.push(1)">'),
        script: () => (document.createElement('script').text = 'ran.push(1)'),
        connection: () => fetch('https://example.com/'),
      }
      const ended: Record<string, string> = {}
      for (const [name, attempt] of Object.entries(attempts)) {
        try {
          await attempt()
          ended[name] = 'done'
        } catch {
          ended[name] = 'refused'
        }
      }
      return { ...ended, ran }
    })
    expect(outcomes).toEqual({ html: 'refused', script: 'refused', connection: 'refused', ran: [] })
  })
})
