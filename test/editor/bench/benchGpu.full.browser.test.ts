// The page of measurements with WebGPU, on a graphics adapter that is emulated in software.
import { expect, test } from 'vitest'
import { bench as en } from '../../../src/editor/texts/en/bench.ts'
import { softwareGPU, useBuiltEditor, useChromium } from '../../chromium.ts'

const chromium = useChromium(softwareGPU)
const server = useBuiltEditor()

test('tests and times WebGPU next to stock tfjs, and says that it is emulated', async () => {
  const page = await chromium.newPage()
  await page.goto(`${server.address}?bench=quick`)
  await page.getByRole('button', { name: en.start, exact: true }).click()
  const steps = page.getByRole('region', { name: en.steps }).locator('tbody tr')
  // The backends after it are tested without a GPU.
  await steps.filter({ hasText: 'WebAssembly' }).first().waitFor()
  await page.getByRole('button', { name: en.stop, exact: true }).click()
  const tested = page.getByRole('region', { name: en.tests }).locator('tbody tr').first()
  await expect(tested.textContent()).resolves.toMatch(/^WebGPU.*17 kernel families passed/)
  for (const task of Object.values(en.tasks)) {
    const row = steps.filter({ hasText: 'WebGPU' }).filter({ hasText: task })
    await expect(row.textContent()).resolves.toMatch(/ms\)\d+ steps?.*ms\)\d+ steps?[\d.]+ ×$/)
  }
  await page
    .getByText(/emulated in software/)
    .first()
    .waitFor()
}, 500_000)
