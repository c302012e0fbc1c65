// A link with the full graph, copied in one profile and opened in another, yields the same image.
import { en } from '../../src/editor/texts/en/index.ts'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import { button, dropFile, waitForRun, onNode, openEditor, press, titles } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()

const openAt = async (address: string): Promise<Page> =>
  openEditor(await chromium.newContext(), address, {
    permissions: ['clipboard-read', 'clipboard-write'],
  })

/** Runs the graph and returns the pixels that a node shows. */
async function pixelsOf(page: Page, title: string): Promise<number[]> {
  await button(page, 'Run').click()
  await waitForRun(page)
  return onNode(page, title, ({ diffusion: { view } }) =>
    view?.kind === 'images' ? [...view.groups[0].pixels] : [],
  )
}

const sampling = workflowOf({
  nodes: [
    node(
      'Net',
      'UNet',
      {},
      { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' },
    ),
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

test('yields the same image in another profile and is removed from the address', async () => {
  const mine = await openAt(server.address)
  await dropFile(mine, 'mine.json', sampling)
  await expect.poll(() => titles(mine)).toContain('Sampler')
  const seen = await pixelsOf(mine, 'Picture')
  expect(seen).toHaveLength(4 * 8 * 8)
  expect(new Set(seen).size).toBeGreaterThan(20)
  await press(mine, 'Alt+Shift+L')
  await mine.getByText(en.share.linkCopied).waitFor()
  const link = await mine.evaluate(() => navigator.clipboard.readText())
  expect(link.length).toBeLessThan(4000)

  const theirs = await openAt(link)
  await expect.poll(() => titles(theirs)).toEqual(await titles(mine))
  expect(theirs.url()).toBe(server.address.endsWith('/') ? server.address : `${server.address}/`)
  expect(await pixelsOf(theirs, 'Picture')).toEqual(seen)
})

test('reports a truncated link and keeps the open workflow', async () => {
  const page = await openAt(`${server.address}#workflow=abcdef`)
  await page.getByText(en.files.unreadable(en.share.link)).waitFor()
  await expect.poll(() => titles(page)).toContain('Training Start')
})
