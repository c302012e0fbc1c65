// A UNet opened into its layers in the built editor, and changed.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { en } from '../../src/editor/texts/en/index.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, clickNode, onCanvas, press, titles, useEditor, values, wires } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, {
  size: [1600, 1000],
  permissions: ['clipboard-read', 'clipboard-write'],
})

let page: Page
beforeEach(() => void (page = editor.page))

test('a UNet is replaced by its layers, with its names, and comes back by undo', async () => {
  await addNode(page, 'unet', 300, 300)
  await clickNode(page, 'UNet', { button: 'right' })
  await page.getByRole('menuitem', { name: en.commands.openNode }).click()
  await expect.poll(() => titles(page), { timeout: 60_000 }).toContain('Model Output')
  const opened = await titles(page)
  expect(opened).toContain('Model Input')
  expect(opened).toContain('down_blocks.0.resnets.0')
  expect(opened).toContain('mid_block.resnets.1')
  expect(opened).not.toContain('UNet')
  const count = (await wires(page)).length
  expect(count).toBeGreaterThan(15)
  expect(await values(page, 'mid_block.resnets.1')).toMatchObject({
    out: 64,
    name: 'mid_block.resnets.1',
  })
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/opened.png` })
  await press(page, 'Control+z')
  await expect.poll(() => titles(page)).toEqual(['UNet'])
})

test('the diagram of a model is downloaded as SVG', async () => {
  await addNode(page, 'unet', 300, 300)
  await clickNode(page, 'UNet', { button: 'right' })
  const waiting = page.waitForEvent('download', { timeout: 60_000 })
  await page.getByRole('menuitem', { name: en.commands.downloadDiagram }).click()
  const download = await waiting
  expect(download.suggestedFilename()).toMatch(/\.svg$/)
  const svg = readFileSync(await download.path(), 'utf8')
  expect(svg).toContain('<svg')
  expect(svg).toContain('mid_block.resnets.1')
})

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
