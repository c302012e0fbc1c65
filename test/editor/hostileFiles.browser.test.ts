// Each hostile file, dropped on the editor, ends as the table in SECURITY.md states, and changes
// neither the page nor what is open.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { hostileFiles, readOutcomes } from '../hostile/cases.ts'
import {
  addNode,
  clickNode,
  dropFile,
  getRunStatus,
  onNode,
  press,
  titles,
  useEditor,
} from './driver.ts'
import { fileOf } from './fileOf.ts'

const chromium = useChromium()
const editor = useEditor(chromium, useBuiltEditor())

/** Names of the globals, and of the members of prototypes that hostile files address. */
const describeGlobals = (page: Page) =>
  page.evaluate(() => {
    const { constructor } = (
      document.querySelector('canvas.canvas') as unknown as { data: { graph: object } }
    ).data.graph
    const prototypes = [Object, Array, Function, String, constructor].map((each) => each.prototype)
    return JSON.stringify([globalThis, ...prototypes].map(Object.getOwnPropertyNames))
  })

/** Files of megabytes take seconds each. */
const files = process.env.FULL
  ? hostileFiles
  : hostileFiles.filter(({ bytes }) => bytes().length < 1e6)

test.each(files)('$name', async ({ name, bytes }) => {
  const { page } = editor
  await addNode(page, 'mix', 300, 300)
  const before = await describeGlobals(page)
  await dropFile(page, name, bytes())
  const refusal = page.getByRole('alert').filter({ hasText: en.files.unreadable(name) })
  const isOpen = async () => !(await titles(page)).includes('Mix')
  await expect.poll(async () => (await isOpen()) || (await refusal.count()) > 0).toBe(true)
  if (readOutcomes().get(name) === 'rejected') {
    // The reason is a sentence, and the open workflow is unchanged.
    expect(await refusal.textContent()).toMatch(/[.!?)]/)
    expect(await refusal.textContent()).not.toMatch(/undefined|\[object /)
    expect(await titles(page)).toEqual(['Mix'])
  } else {
    expect(await isOpen()).toBe(true)
    await page.locator('canvas.canvas').focus()
    await press(page, 'Control+Enter')
    await expect.poll(() => getRunStatus(page)).toBe(en.status.failed)
  }
  expect(await describeGlobals(page)).toBe(before)
})

test('params that are objects without a text are shown, and can be set', async () => {
  const { page } = editor
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  const strange = { toString: 1, valueOf: 1 }
  const file = fileOf({ 1: 'Sampler', 2: 'Optimizer', 3: 'GaussianNoise' }, [])
  for (const node of file.nodes)
    node.properties = Object.fromEntries(
      ['sampler', 'eta', 'seed', 'seed_control', 'algorithm', 'lr', 'shape', 'noise_offset'].map(
        (name) => [name, strange],
      ),
    )
  await dropFile(page, 'strange.json', JSON.stringify(file))
  await expect.poll(() => titles(page)).toEqual(['Gaussian Noise', 'Optimizer', 'Sampler'])
  const panel = page.locator('.panel')
  for (const title of await titles(page)) {
    await clickNode(page, title)
    await panel.getByRole('heading', { name: title }).or(panel.getByText(title)).first().waitFor()
  }
  await clickNode(page, 'Sampler')
  await panel.getByLabel('sampler', { exact: true }).first().selectOption('ddim')
  expect(await onNode(page, 'Sampler', ({ properties }) => properties.sampler)).toBe('ddim')
  expect(errors).toEqual([])
})
