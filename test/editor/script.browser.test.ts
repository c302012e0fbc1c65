// A graph downloaded as a script, in a real Chromium.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { addNode, button, dropFile, openEditor, titles } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()

test('the File menu downloads the graph as a script, or explains why it cannot', async () => {
  const page = await openEditor(await chromium.newContext(), server.address, { empty: true })
  const choose = async () => {
    await button(page, 'File').click()
    await page.getByRole('menuitem', { name: 'Download as script' }).click()
  }
  await addNode(page, 'Scatter', 500, 400)
  await choose()
  await page.getByText(en.share.noScript).waitFor()
  await page.getByText('There is nothing to run').waitFor()

  await dropFile(page, 'forward.json', readFileSync('workflows/forward-process.json'))
  await expect.poll(() => titles(page)).toContain('At once')
  const waiting = page.waitForEvent('download')
  await choose()
  const file = await waiting
  expect(file.suggestedFilename()).toMatch(/\.mjs$/)
  const text = readFileSync(await file.path(), 'utf8')
  expect(text).toContain("import { start } from 'litegraph-diffusion/script'")
  expect(text).toMatch(/const \{ .* \} = run\('diffusion\/ForwardNoise'/)
})
