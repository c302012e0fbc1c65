// Runs that are looked at closely, in a real Chromium: slow motion, what nodes take, what did not have to run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { dropText, placeOf, titles, type Canvas } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const sampling = readFileSync(join(import.meta.dirname, 'sampling.json'), 'utf8')

let context: BrowserContext
let page: Page

beforeEach(async () => {
  context = await chromium.newContext()
  page = await context.newPage()
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(server.address)
  await page.locator('.runs .primary').waitFor()
  await dropText(page, 'sampling.json', sampling)
  await expect.poll(() => page.getByRole('textbox', { name: 'Rename workflow' }).inputValue()).toBe('Sampling')
})

afterEach(() => context?.close())

const status = () => page.locator('.status .state').innerText()
const press = (keys: string) => page.keyboard.press(keys)

/** What nodes show of a run, by their titles. */
const states = () =>
  page.evaluate(() => {
    const { graph } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
    return graph._nodes.map((node) => ({
      title: node.getTitle(),
      ...(node.diffusion as { state: string; next?: boolean; progress?: { index: number } }),
    }))
  })
const next = async () => (await states()).flatMap(({ title, next }) => (next ? [title] : []))

/** The closed sampler becomes the loop it stands for. */
async function openSampler() {
  const { x, y } = await placeOf(page, 'Sampler')
  await page.mouse.click(x, y, { button: 'right' })
  await page.getByRole('menuitem', { name: 'Open: replace by its graph' }).click()
  await expect.poll(() => titles(page)).toContain('Sampling Start')
}

declare const lit: string[]

/** On the page `lit` has the titles of nodes as they are lit. */
const listenToLight = () =>
  page.evaluate(() => {
    const { graph } = (document.querySelector('canvas') as unknown as { data: Canvas }).data
    const titles: string[] = []
    Object.assign(globalThis, { lit: titles })
    for (const node of graph._nodes) {
      node.diffusion = new Proxy(node.diffusion!, {
        set(status, key, value) {
          if (key === 'next' && value) titles.push(node.getTitle())
          return Reflect.set(status, key, value)
        },
      })
    }
  })

async function speed(name: RegExp) {
  await page.getByRole('button', { name: /^Speed:/ }).click()
  await page.getByRole('menuitemradio', { name }).click()
}

test('slow motion lights the nodes of an iteration in order, and full speed ends it on the way', async () => {
  await openSampler()
  await speed(/^4 iterations a second/)
  await listenToLight()
  await press('Control+Enter')
  const round = ['Sampling Start', 'Predict', 'DDIM Step', 'Sampling End']
  await expect.poll(() => page.evaluate(() => lit.slice(0, 8))).toEqual([...round, ...round])
  await speed(/^Full speed/)
  await expect.poll(status).toMatch(/^Finished in/)
  expect(await next()).toEqual([])
})

test('one step at a time, each by the keys', async () => {
  await openSampler()
  await speed(/^One step at a time/)
  await press('Control+Enter')
  for (const step of [1, 2]) {
    await expect.poll(() => page.locator('.status .figures').innerText()).toMatch(new RegExp(`^step ${step} of 5`))
    await expect.poll(status).toBe('Paused')
    await press('Control+Shift+Enter')
  }
  await page.getByRole('button', { name: 'Resume' }).click()
  await speed(/^Full speed/)
  await expect.poll(status).toMatch(/^Finished in/)
})

test('time and memory are written in the details, and the status line says what did not have to run', async () => {
  await press('Alt+t')
  await press('Control+Enter')
  await expect.poll(status).toMatch(/^Finished in/)
  const section = page.locator('.measures')
  await expect.poll(() => section.getByRole('button', { name: 'Sampler' }).count()).toBe(1)
  expect(await section.getByRole('listitem').count()).toBe(5)
  await section.getByRole('button', { name: 'Sampler' }).click()
  expect(await page.locator('.measures').getByRole('listitem').count()).toBe(1)

  await press('Control+Enter')
  await expect.poll(status).toMatch(/0 of 6 nodes ran$/)
  expect(new Set((await states()).map(({ state }) => state))).toEqual(new Set(['cached']))
})
