// Controlling a run with the keyboard: stop, pause, run to a node, and next problem.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { button, clickNode, dropFile, press, getRunStatus, titles, useEditor } from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { media: { reducedMotion: 'reduce' } })

let page: Page
beforeEach(() => void (page = editor.page))

const status = () => getRunStatus(page)

async function openTraining() {
  await dropFile(page, 'points.json', readFileSync('workflows/points.json'))
  await expect.poll(() => titles(page)).toContain('Training Start')
}

test('a training is paused, resumed and stopped, which is shown within a frame', async () => {
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

test('Shift+Enter runs to the selected node only', async () => {
  await openTraining()
  await clickNode(page, 'Network')
  await press(page, 'Shift+Enter')
  await expect.poll(status).toMatch(/^Finished in/)
  expect(await page.locator('.status .figures').count()).toBe(0)
})

/** Two observers without wires. */
function createFaultyWorkflow(): string {
  const bare = { flags: {}, mode: 0, order: 0, inputs: [], outputs: [], properties: {} }
  const of = (id: number, type: string, x: number, more: object) => ({
    ...bare,
    id,
    type: `diffusion/${type}`,
    pos: [x, 60 * id],
    size: [220, 110],
    ...more,
  })
  const inspect = (id: number, type: string) =>
    of(id, 'Inspect', 400, { inputs: [{ name: 'value', type, link: id }] })
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

fullTest('F8 selects the next node with a problem and shows the cure', async () => {
  await dropFile(page, 'broken.json', createFaultyWorkflow())
  await expect.poll(() => titles(page)).toEqual(['Forward Noise', 'Inspect', 'Inspect', 'Target'])
  await press(page, 'Control+Enter')
  await expect.poll(status).toBe(en.status.failed)
  const seen = new Set<string>()
  for (let i = 0; i < 2; i++) {
    await press(page, 'F8')
    await page.locator('.panel .fault .cure').first().waitFor()
    seen.add(await page.locator('.panel h2').innerText())
  }
  expect([...seen].toSorted()).toEqual(['Forward Noise', 'Target'])
  // The list of problems opens from the status bar and focuses its first link.
  await page.locator('.status .problems').focus()
  await press(page, 'Enter')
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent))
    .toBe(en.panel.goToNode)
  await press(page, 'Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
  expect(seen).toContain(await page.locator('.panel h2').innerText())
})
