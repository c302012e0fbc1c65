// A UNet opened into its layers in the built editor, and changed.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import {
  addNode,
  clickNode,
  onCanvas,
  painted,
  press,
  titles,
  useEditor,
  values,
  wires,
} from './driver.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, {
  size: [1600, 1000],
  permissions: ['clipboard-read', 'clipboard-write'],
})

let page: Page
beforeEach(() => void (page = editor.page))

/** Adds a UNet and replaces it with its nodes. */
async function openUnet() {
  await addNode(page, 'unet', 300, 300)
  await clickNode(page, 'UNet', { button: 'right' })
  await page.getByRole('menuitem', { name: en.commands.openNode }).click()
  await expect.poll(() => titles(page)).toContain('Model Output')
  // Shapes come after the view has been fitted.
  await expect.poll(() => shapeAt('Model Input', 'x')).toBe('8 × 8 × 1')
}

const shoot = async (name: string) => {
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` })
}

/** Boxes of all nodes with their title bars, on the page: left, top, right, bottom. */
const boxes = () =>
  onCanvas(page, ({ graph, ds }) =>
    graph._nodes.map(({ pos, size }) =>
      [pos[0], pos[1] - 30, pos[0] + size[0], pos[1] + size[1]].map(
        (at, i) => (at + ds.offset[i % 2]) * ds.scale,
      ),
    ),
  )

/** Shape at an output of the first node with a title. */
const shapeAt = (title: string, output: string) =>
  onCanvas(
    page,
    (canvas, [title, output]) => {
      const node = canvas.graph._nodes.find((each) => each.getTitle() === title)
      return node && canvas.getShape(node, node.findOutputSlot(output))
    },
    [title, output] as const,
  )

test('a UNet is replaced by its levels, with its names, and comes back by undo', async () => {
  await openUnet()
  const opened = await titles(page)
  expect(opened).toContain('Model Input')
  expect(opened).toContain('Down 0 · 8 x 8 x 32')
  expect(opened).toContain('Middle · 4 x 4 x 64')
  expect(opened).not.toContain('UNet')
  expect((await wires(page)).length).toBeGreaterThan(15)
  await painted(page)
  const all = await boxes()
  for (const [i, [left, top, right, bottom]] of all.entries()) {
    expect(left).toBeGreaterThan(0)
    expect(top).toBeGreaterThan(0)
    expect(right).toBeLessThan(1600)
    expect(bottom).toBeLessThan(1000)
    for (const [x, y, end, low] of all.slice(i + 1))
      expect(right < x || end < left || bottom < y || low < top).toBe(true)
  }
  await shoot('opened')
  await clickNode(page, 'Middle · 4 x 4 x 64')
  await press(page, 'Alt+Enter')
  await expect.poll(() => titles(page)).toContain('ResBlock 64')
  expect(await values(page, 'ResBlock 64')).toMatchObject({ name: 'resnets.0' })
  await shoot('opened-middle')
  await press(page, 'Escape')
  await expect.poll(() => titles(page)).toContain('Model Output')
  await press(page, 'Control+z')
  await expect.poll(() => titles(page)).toEqual(['UNet'])
})

test('the diagram of a model is downloaded as SVG', async () => {
  await addNode(page, 'unet', 300, 300)
  await clickNode(page, 'UNet', { button: 'right' })
  const waiting = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: en.commands.downloadDiagram }).click()
  const download = await waiting
  expect(download.suggestedFilename()).toMatch(/\.svg$/)
  const svg = readFileSync(await download.path(), 'utf8')
  expect(svg).toContain('<svg')
  expect(svg).toContain('mid_block.resnets.1')
})

test('a block is replaced by its layers', async () => {
  await openUnet()
  await clickNode(page, 'Middle · 4 x 4 x 64')
  await press(page, 'Alt+Enter')
  await expect.poll(() => shapeAt('ResBlock 64', 'features')).toBe('4 × 4 × 64')
  await clickNode(page, 'ResBlock 64', { button: 'right' })
  await page.getByRole('menuitem', { name: en.commands.openNode }).click()
  await expect.poll(() => titles(page)).toContain('Group Norm')
  const names = await onCanvas(page, ({ graph }) =>
    graph._nodes.map((node) => String(node.properties.name)),
  )
  expect(names).toContain('resnets.0.time_emb_proj')
  await shoot('opened-block')
})

fullTest('an opened model closes into its node, unless its layers have changed', async () => {
  await openUnet()
  const close = async () => {
    await clickNode(page, 'Model Output', { button: 'right' })
    await page.getByRole('menuitem', { name: en.commands.closeNode }).click()
  }
  await close()
  await expect.poll(() => titles(page)).toEqual(['UNet'])
  expect(await values(page, 'UNet')).toMatchObject({ block_out_channels: '32, 64' })
  await shoot('closed')
  await press(page, 'Control+z')
  await expect.poll(() => titles(page)).toContain('Model Output')
  await clickNode(page, 'Model Input')
  await page.getByRole('textbox', { name: 'shape' }).fill('16, 16, 1')
  await press(page, 'Enter')
  await close()
  await page.getByText(en.closing.changed).waitFor()
  expect(await titles(page)).toContain('Model Output')
})

fullTest(
  'outputs of layers show their shapes, also inside subgraphs, and after an edit',
  async () => {
    await openUnet()
    const level = 'Down 0 · 8 x 8 x 32'
    await expect.poll(() => shapeAt(level, 'features')).toBe('4 × 4 × 32')
    expect(await shapeAt(level, 'skip_1')).toBe('8 × 8 × 32')
    expect(await shapeAt('Model Input', 'x')).toBe('8 × 8 × 1')
    expect(await shapeAt('Model Input', 't')).toBeUndefined()
    await clickNode(page, 'Model Input')
    await page.getByRole('textbox', { name: 'shape' }).fill('16, 16, 1')
    await press(page, 'Enter')
    await expect.poll(() => shapeAt(level, 'features')).toBe('8 × 8 × 32')
    await shoot('shapes')
    await clickNode(page, level)
    await press(page, 'Alt+Enter')
    await expect.poll(() => shapeAt('ResBlock 32', 'features')).toBe('16 × 16 × 32')
    expect(await shapeAt('Inputs', 'x')).toBe('16 × 16 × 32')
    await shoot('shapes-inside')
  },
)

test('each new layer has a name of its own, also a copy', async () => {
  const names = () =>
    onCanvas(page, ({ graph }) => graph._nodes.map((node) => String(node.properties.name)).sort())
  await addNode(page, 'linear', 200, 300)
  await expect.poll(names).toEqual(['linear'])
  await addNode(page, 'linear', 600, 300)
  await expect.poll(names).toEqual(['linear', 'linear_2'])
  await press(page, 'Control+c')
  await press(page, 'Control+v')
  await expect.poll(names).toEqual(['linear', 'linear_2', 'linear_3'])
})
