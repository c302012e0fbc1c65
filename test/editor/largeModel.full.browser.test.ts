// A network of the size of google/ddpm-cifar10-32 in Chromium on wasm: its memory and time are shown
// before its training starts, and it trains and samples a step.
import { expect, test } from 'vitest'
import { trainingEstimate as en } from '../../src/editor/texts/en/trainingEstimate.ts'
import { CIFAR_PARAMETERS, cifarGraph } from '../cifarGraph.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { workflowOf } from '../workflowOf.ts'
import { button, dropFile, getViewKind, press, titles, useEditor, waitForRun } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server, { newProfile: true })

test('shows memory and time before the training, then trains and samples a step', async () => {
  const { page } = editor
  await dropFile(page, 'cifar.json', workflowOf(cifarGraph(8)))
  await expect.poll(() => titles(page)).toContain('Preview')
  await press(page, 'Control+Enter')
  const dialog = page.getByRole('dialog', { name: en.title })
  await dialog.waitFor()
  const text = await dialog.innerText()
  expect(text).toContain(`${CIFAR_PARAMETERS.toLocaleString('en')} parameters`)
  expect(text).toMatch(/Memory: at least [\d.]+ [MG]B/)
  expect(text).toMatch(/Time on wasm: about .* per step/)
  // Cancel starts nothing.
  await dialog.getByRole('button', { name: en.cancel, exact: true }).click()
  expect(await page.locator('.status').getAttribute('data-state')).not.toBe('running')
  await button(page, 'Run').click()
  await dialog.waitFor()
  await dialog.getByRole('button', { name: en.start, exact: true }).click()
  await waitForRun(page, 400_000)
  expect(await getViewKind(page, 'Preview')).toBe('images')
}, 600_000)
