// Runs that are looked at closely, in a real Chromium: slow motion, what nodes take, what did not have to run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, clickNode, dropFile, onCanvas, press, stateOf, titles, useEditor } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const sampling = readFileSync(join(import.meta.dirname, 'sampling.json'))
// What was run once would not be again: each has an engine of its own.
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(async () => {
  page = editor.page
  await dropFile(page, 'sampling.json', sampling)
  await expect.poll(() => page.getByRole('textbox', { name: 'Rename workflow' }).inputValue()).toBe('Sampling')
})

const status = () => stateOf(page)

/** What nodes show of a run, by their titles. */
const states = () =>
  onCanvas(page, ({ graph }) =>
    graph._nodes.map((node) => ({ title: node.getTitle(), state: node.diffusion.state, next: node.diffusion.next })),
  )
const next = async () => (await states()).flatMap(({ title, next }) => (next ? [title] : []))

/** The closed sampler becomes the loop it stands for. */
async function openSampler() {
  await clickNode(page, 'Sampler', { button: 'right' })
  await page.getByRole('menuitem', { name: 'Open: replace by its graph' }).click()
  await expect.poll(() => titles(page)).toContain('Sampling Start')
}

declare const lit: string[]

/** On the page `lit` has the titles of nodes as they are lit. */
const listenToLight = () =>
  onCanvas(page, ({ graph }) => {
    const titles: string[] = []
    Object.assign(globalThis, { lit: titles })
    for (const node of graph._nodes) {
      node.diffusion = new Proxy(node.diffusion, {
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
  await press(page, 'Control+Enter')
  const round = ['Sampling Start', 'Predict', 'DDIM Step', 'Sampling End']
  await expect.poll(() => page.evaluate(() => lit.slice(0, 8))).toEqual([...round, ...round])
  await speed(/^Full speed/)
  await expect.poll(status).toMatch(/^Finished in/)
  expect(await next()).toEqual([])
})

test('one step at a time, each by the keys', async () => {
  await openSampler()
  await speed(/^One step at a time/)
  await press(page, 'Control+Enter')
  for (const step of [1, 2]) {
    await expect.poll(() => page.locator('.status .figures').innerText()).toMatch(new RegExp(`^step ${step} of 5`))
    await expect.poll(status).toBe('Paused')
    await press(page, 'Control+Shift+Enter')
  }
  await button(page, 'Resume').click()
  await speed(/^Full speed/)
  await expect.poll(status).toMatch(/^Finished in/)
})

test('time and memory are written in the details, and the status line says what did not have to run', async () => {
  await press(page, 'Alt+t')
  await press(page, 'Control+Enter')
  await expect.poll(status).toMatch(/^Finished in/)
  const section = page.locator('.measures')
  await expect.poll(() => section.getByRole('button', { name: 'Sampler' }).count()).toBe(1)
  expect(await section.getByRole('listitem').count()).toBe(5)
  await section.getByRole('button', { name: 'Sampler' }).click()
  expect(await page.locator('.measures').getByRole('listitem').count()).toBe(1)

  await press(page, 'Control+Enter')
  await expect.poll(status).toMatch(/0 of 6 nodes ran$/)
  expect(new Set((await states()).map(({ state }) => state))).toEqual(new Set(['cached']))
})
