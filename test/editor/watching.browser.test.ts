// Observing runs in Chromium: slow motion, time and memory of nodes, cached results.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  button,
  clickNode,
  dropFile,
  onCanvas,
  press,
  getRunStatus,
  titles,
  useEditor,
} from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const sampling = readFileSync(join(import.meta.dirname, 'sampling.json'))
// Each test needs its own engine, because results are cached.
const editor = useEditor(chromium, server, { newProfile: true, media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(async () => {
  page = editor.page
  await dropFile(page, 'sampling.json', sampling)
  await expect
    .poll(() => page.getByRole('textbox', { name: 'Rename workflow' }).inputValue())
    .toBe('Sampling')
})

const status = () => getRunStatus(page)

/** Returns the run states of nodes by title. */
const states = () =>
  onCanvas(page, ({ graph }) =>
    graph._nodes.map((node) => ({
      title: node.getTitle(),
      state: node.diffusion.state,
      next: node.diffusion.next,
    })),
  )
const next = async () => (await states()).flatMap(({ title, next }) => (next ? [title] : []))

/** Replaces the closed Sampler by its loop. */
async function openSampler() {
  await clickNode(page, 'Sampler', { button: 'right' })
  await page.getByRole('menuitem', { name: en.commands.openNode }).click()
  await expect.poll(() => titles(page)).toContain('Sampling Start')
}

declare const lit: string[]

/** Records the titles of highlighted nodes in the page's `lit`. */
const recordHighlights = () =>
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

async function chooseSpeed(name: RegExp) {
  await page.getByRole('button', { name: /^Speed:/ }).click()
  await page.getByRole('menuitemradio', { name }).click()
}

test('slow motion highlights nodes in order, and can be switched off during a run', async () => {
  await openSampler()
  await chooseSpeed(/^4 iterations a second/)
  await recordHighlights()
  await press(page, 'Control+Enter')
  const round = ['Sampling Start', 'Predict', 'DDIM Step', 'Sampling End']
  await expect.poll(() => page.evaluate(() => lit.slice(0, 8))).toEqual([...round, ...round])
  await chooseSpeed(/^Full speed/)
  await expect.poll(status).toMatch(/^Finished in/)
  expect(await next()).toEqual([])
})

fullTest('keys run single steps', async () => {
  await openSampler()
  await chooseSpeed(/^One step at a time/)
  await press(page, 'Control+Enter')
  for (const step of [1, 2]) {
    await expect
      .poll(() => page.locator('.status .figures').innerText())
      .toMatch(new RegExp(`^step ${step} of 5`))
    await expect.poll(status).toBe('Paused')
    await press(page, 'Control+Shift+Enter')
  }
  await button(page, 'Resume').click()
  await chooseSpeed(/^Full speed/)
  await expect.poll(status).toMatch(/^Finished in/)
})

fullTest(
  'the panel shows time and memory, and the status bar the number of cached nodes',
  async () => {
    await press(page, 'Alt+t')
    await press(page, 'Control+Enter')
    await expect.poll(status).toMatch(/^Finished in/)
    const section = page.locator('.measures')
    await expect.poll(() => section.getByRole('button', { name: 'Sampler' }).count()).toBe(1)
    const rows = () => section.locator('tbody th button').allInnerTexts()
    expect(await rows()).toHaveLength(5)
    // Sorted by keyboard, in both directions.
    const head = section.getByRole('columnheader', { name: 'Node' })
    await head.getByRole('button').focus()
    await press(page, 'Enter')
    const names = await rows()
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)))
    expect(await head.getAttribute('aria-sort')).toBe('ascending')
    await press(page, 'Enter')
    expect(await rows()).toEqual(names.toReversed())
    await section.getByRole('button', { name: 'Sampler' }).click()
    await expect.poll(() => section.locator('tbody tr').count()).toBe(1)

    await press(page, 'Control+Enter')
    await expect.poll(status).toMatch(/all results reused$/)
    expect(new Set((await states()).map(({ state }) => state))).toEqual(new Set(['cached']))
  },
)
