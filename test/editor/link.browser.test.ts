// A link with the whole graph: copied in one profile, opened in another, it makes the same picture.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import { button, dropFile, finished, onNode, openEditor, press, titles } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()

const openAt = async (address: string): Promise<Page> =>
  openEditor(await chromium.newContext(), address, { permissions: ['clipboard-read', 'clipboard-write'] })

/** The pixels that the node of this title shows after a run. */
async function pixelsOf(page: Page, title: string): Promise<number[]> {
  await button(page, 'Run').click()
  await finished(page)
  return onNode(page, title, ({ diffusion: { view } }) => (view?.kind === 'images' ? [...view.groups[0]!.pixels] : []))
}

const sampling = workflowOf({
  nodes: [
    node('Net', 'UNet', {}, { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' }),
    node('Schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
    node('Noise', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1', seed: 7 }),
    node(
      'Sampler',
      'Sampler',
      { model: 'Net.model', x_T: 'Noise.noise', schedule: 'Schedule.schedule' },
      { num_inference_steps: 4 },
    ),
    node('Picture', 'Preview', { images_1: 'Sampler.x_0' }),
  ],
})

test('the same picture in another profile, and nothing of it left in the address', async () => {
  const mine = await openAt(server.address)
  await dropFile(mine, 'mine.json', sampling)
  await expect.poll(() => titles(mine)).toContain('Sampler')
  const seen = await pixelsOf(mine, 'Picture')
  expect(seen).toHaveLength(4 * 8 * 8)
  expect(new Set(seen).size).toBeGreaterThan(20)
  await press(mine, 'Alt+Shift+L')
  await mine.getByText('The link is copied').waitFor()
  const link = await mine.evaluate(() => navigator.clipboard.readText())
  expect(link.length).toBeLessThan(4000)

  const theirs = await openAt(link)
  await expect.poll(() => titles(theirs)).toEqual(await titles(mine))
  expect(theirs.url()).toBe(server.address.endsWith('/') ? server.address : `${server.address}/`)
  expect(await pixelsOf(theirs, 'Picture')).toEqual(seen)
})

test('a link that was cut off is said to be, and what was open stays', async () => {
  const page = await openAt(`${server.address}#workflow=abcdef`)
  await page.getByText('The link was not opened').waitFor()
  await expect.poll(() => titles(page)).toContain('Training Start')
})
