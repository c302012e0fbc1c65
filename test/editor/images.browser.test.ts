// Images in the editor: previews on nodes, scrubbing of film strips, and saved images with a
// workflow.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import { button, dropFile, newWorkflow, onCanvas, useEditor } from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

let page: Page
beforeEach(() => void (page = editor.page))

/** Workflow that samples from an untrained network, with previews and a saved image. */
const sampling = workflowOf({
  nodes: [
    node(
      'Net',
      'UNet',
      {},
      { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' },
    ),
    node('Schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
    node(
      'Noise',
      'GaussianNoise',
      {},
      { batch_size: 4, shape: '8, 8, 1', seed: 7, seed_control: 'increment' },
    ),
    node(
      'Sampler',
      'Sampler',
      { model: 'Net.model', x_T: 'Noise.noise', schedule: 'Schedule.schedule' },
      { num_inference_steps: 4 },
    ),
    node('Film', 'FilmStrip', { trajectory: 'Sampler.trajectory' }),
    node(
      'Pair',
      'Preview',
      { images_1: 'Noise.noise', images_2: 'Sampler.x_0' },
      { names: 'x_T, x_0' },
    ),
    node('Save', 'SaveImage', { images: 'Sampler.x_0' }, { name: 'made' }),
  ],
})

const nodeNamed = (title: string) =>
  onCanvas(
    page,
    ({ graph, ds }, title) => {
      const found = graph._nodes.find((each) => each.getTitle() === title)
      if (!found) return undefined
      const [x, y] = [0, 1].map((i) => (found.pos[i] + ds.offset[i]) * ds.scale) as [number, number]
      const { view, scrub } = found.diffusion
      return {
        x,
        y,
        width: found.size[0] * ds.scale,
        height: found.size[1] * ds.scale,
        scrub,
        kind: view?.kind,
        frames: view?.kind === 'film' ? Array.from(view.t) : undefined,
        groups:
          view?.kind === 'images'
            ? view.groups.map(({ name, count }) => ({ name, count }))
            : undefined,
        properties: { ...found.properties },
      }
    },
    title,
  )

async function run() {
  await button(page, 'Run').click()
  await expect.poll(async () => (await nodeNamed('Pair'))?.kind).toBe('images')
}

/** Runs the workflow and downloads its image. */
async function downloadImage(): Promise<Buffer> {
  await run()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).first().click()
  const download = await waiting
  expect(download.suggestedFilename()).toBe('made.png')
  return readFileSync(await download.path())
}

test('a dropped image opens its workflow, which reproduces the image', async () => {
  await dropFile(page, 'sampling.json', sampling)
  await expect.poll(() => nodeNamed('Save')).toBeTruthy()
  const first = await downloadImage()
  expect((await nodeNamed('Pair'))!.groups).toEqual([
    { name: 'x_T', count: 4 },
    { name: 'x_0', count: 4 },
  ])
  expect((await nodeNamed('Noise'))!.properties).toMatchObject({
    seed: 8,
    seed_control: 'increment',
  })
  await newWorkflow(page)
  await dropFile(page, 'elsewhere.png', first)
  await expect.poll(() => nodeNamed('Save')).toBeTruthy()
  expect((await nodeNamed('Noise'))!.properties).toMatchObject({ seed: 8, seed_control: 'fixed' })
  const second = await downloadImage()
  expect(second.equals(first)).toBe(true)
})

test('dragging over a film strip only scrubs it, by mouse and touch', async () => {
  await dropFile(page, 'sampling.json', sampling)
  await expect.poll(() => nodeNamed('Film')).toBeTruthy()
  await run()
  const film = (await nodeNamed('Film'))!
  expect(film.frames).toEqual([750, 500, 250, 0, -1])
  const undo = button(page, 'Undo')
  expect(await undo.isDisabled()).toBe(true)
  const [middle, y] = [film.x + film.width / 2, film.y + film.height * 0.75]
  await page.mouse.move(film.x + film.width * 0.8, y)
  await page.mouse.down()
  expect((await nodeNamed('Film'))!.scrub).toBeGreaterThan(0.75)
  await page.mouse.move(middle, y, { steps: 3 })
  expect((await nodeNamed('Film'))!.scrub).toBeCloseTo(0.5, 1)
  // Dragging beyond the border stops at the end.
  await page.mouse.move(film.x - 40, y, { steps: 3 })
  expect((await nodeNamed('Film'))!.scrub).toBe(0)
  await page.mouse.up()
  await page.mouse.move(middle, y)
  const after = (await nodeNamed('Film'))!
  expect({ ...after, scrub: film.scrub }).toEqual(film)
  expect(after.scrub).toBe(0)
  expect(await undo.isDisabled()).toBe(true)

  // Touch
  const session = await page.context().newCDPSession(page)
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', share?: number) => {
    const touchPoints =
      share === undefined
        ? []
        : [{ x: film.x + film.width * share, y: film.y + film.height * 0.75 }]
    await session.send('Input.dispatchTouchEvent', { type, touchPoints })
    return (await nodeNamed('Film'))!.scrub
  }
  expect(await touch('touchStart', 0.8)).toBeGreaterThan(0.75)
  expect(await touch('touchMove', 0.5)).toBeCloseTo(0.5, 1)
  expect(await touch('touchMove', -1)).toBe(0)
  await touch('touchEnd')
  expect({ ...(await nodeNamed('Film'))!, scrub: film.scrub }).toEqual(film)
  expect(await undo.isDisabled()).toBe(true)
})
