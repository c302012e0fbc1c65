// What is asked of a run, and what it says of itself, by the keys: stop, pause, to one node, and from problem to problem.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, clickNode, dropFile, press, stateOf, titles, useEditor } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

const status = () => stateOf(page)

async function openTraining() {
  await dropFile(page, 'points.json', readFileSync('workflows/points.json'))
  await expect.poll(() => titles(page)).toContain('Training Start')
}

test('a training is paused, goes on, and is stopped, which is said within a frame', async () => {
  await openTraining()
  await press(page, 'Control+Enter')
  await expect.poll(() => page.locator('.status .figures').count()).toBe(1)
  await button(page, 'Pause').click()
  await expect.poll(status).toBe('Paused')
  await button(page, 'Resume').click()
  await expect.poll(status).toBe('Running')
  const said = await page.evaluate(async () => {
    document.querySelector<HTMLElement>('.runs [aria-label="Stop"]')!.click()
    await new Promise(requestAnimationFrame)
    return document.querySelector('.status .state')!.textContent
  })
  expect(['Stopping…', 'Stopped']).toContain(said)
  await expect.poll(status).toBe('Stopped')
  expect(await button(page, 'Run').isEnabled()).toBe(true)
})

test('Shift+Enter runs to the node that is selected, and no further', async () => {
  await openTraining()
  await clickNode(page, 'Network')
  await press(page, 'Shift+Enter')
  await expect.poll(status).toMatch(/^Finished in/)
  expect(await page.locator('.status .figures').count()).toBe(0)
})

/** Two nodes that are to be inspected, and have no wires. */
function broken(): string {
  const bare = { flags: {}, mode: 0, order: 0, inputs: [], outputs: [], properties: {} }
  const of = (id: number, type: string, x: number, more: object) => ({
    ...bare,
    id,
    type: `diffusion/${type}`,
    pos: [x, 60 * id],
    size: [220, 110],
    ...more,
  })
  const inspect = (id: number, type: string) => of(id, 'Inspect', 400, { inputs: [{ name: 'value', type, link: id }] })
  return JSON.stringify({
    version: 0.4,
    last_node_id: 8,
    last_link_id: 8,
    groups: [],
    config: {},
    extra: {},
    nodes: [
      of(1, 'ForwardNoise', 40, { outputs: [{ name: 'x_t', type: 'samples', links: [2] }] }),
      inspect(2, 'samples'),
      of(5, 'Target', 40, { outputs: [{ name: 'target', type: 'prediction', links: [6] }] }),
      inspect(6, 'prediction'),
    ],
    links: [
      [2, 1, 0, 2, 0, 'samples'],
      [6, 5, 0, 6, 0, 'prediction'],
    ],
  })
}

test('from problem to problem by a key: each node is selected, with what to do', async () => {
  await dropFile(page, 'broken.json', broken())
  await expect.poll(() => titles(page)).toEqual(['Forward Noise', 'Inspect', 'Inspect', 'Target'])
  await press(page, 'Control+Enter')
  await expect.poll(status).toBe('Did not finish')
  const seen = new Set<string>()
  for (let i = 0; i < 2; i++) {
    await press(page, 'F8')
    await page.locator('.panel .fault .cure').first().waitFor()
    seen.add(await page.locator('.panel h2').innerText())
  }
  expect([...seen].toSorted()).toEqual(['Forward Noise', 'Target'])
  // The list, from the status line: the first "Go there" has the keys.
  await page.locator('.status .problems').focus()
  await press(page, 'Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Go there')
  await press(page, 'Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
  expect(seen).toContain(await page.locator('.panel h2').innerText())
})
