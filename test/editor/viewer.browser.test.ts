// Picture viewer in Chromium: opening from nodes, zoom, comparison, films, saving.
import { en } from '../../src/editor/texts/en/index.ts'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  button,
  dropFile,
  onCanvas,
  onNode,
  locateNode,
  getViewKind,
  titles,
  useEditor,
} from './driver.ts'
import { readPngWorkflow } from '../../src/workflow/pngRead.ts'
import { fullTest } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
const editor = useEditor(chromium, server)

let page: Page
beforeEach(async () => {
  page = editor.page
  await dropFile(page, 'sampling.json', sampling)
  await expect.poll(() => titles(page)).toContain('Pair')
  await button(page, 'Run').click()
  await expect.poll(() => getViewKind(page, 'Pair')).toBe('images')
})

/** Sampling from an untrained network: four images of 8 x 8, in five frames. */
const sampling = workflowOf({
  nodes: [
    node(
      'Net',
      'UNet',
      {},
      { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' },
    ),
    node('Schedule', 'NoiseSchedule'),
    node('Noise', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1', seed: 7 }),
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
    node('Same', 'Preview', { images_1: 'Noise.noise' }),
  ],
})

/** View of a node with its pixels as plain arrays. */
const readView = (title: string) =>
  onNode(page, title, ({ diffusion: { view, scrub } }) => {
    const pictures =
      view?.kind === 'film' ? view.frames : view?.kind === 'images' ? view.groups : []
    return { kind: view?.kind, scrub, pixels: pictures.map(({ pixels }) => [...pixels]) }
  })

async function select(...titles: string[]) {
  await onCanvas(
    page,
    (canvas, titles) =>
      canvas.selectNodes(canvas.graph._nodes.filter((each) => titles.includes(each.getTitle()))),
    titles,
  )
  await page.locator('main canvas').focus()
}

/** Sets the seed; live mode then runs again. */
const setSeed = (seed: number) =>
  onNode(page, 'Noise', (node, seed) => node.setProperty('seed', seed), seed)

const viewer = () => page.getByRole('dialog', { name: en.viewer.label })
const readHoveredText = () => viewer().locator('.found').innerText()
const picture = () => viewer().locator('.pane canvas').first()

async function open(...titles: string[]) {
  await select(...titles)
  if (titles.length > 1) await button(page, en.commands.compare).click()
  else await page.keyboard.press('Enter')
  await picture().waitFor()
}

test('a double-click on a preview opens the viewer, with pixel values and zoom', async () => {
  const { x, y } = await locateNode(page, 'Pair', [140, 185])
  await page.mouse.dblclick(x, y)
  await picture().waitFor()
  const box = (await picture().boundingBox())!
  const at = [box.x + box.width * 0.3, box.y + box.height * 0.3] as const
  await page.mouse.move(...at)
  const text = await readHoveredText()
  const [, item, group, px, py, value] = /^(\d) of 4 · (\w+) · \((\d), (\d)\): (\d+)$/.exec(text)!
  const { pixels } = await readView('Pair')
  const pictures = pixels[group === 'x_T' ? 0 : 1]
  expect(pictures[64 * (Number(item) - 1) + 8 * Number(py) + Number(px)]).toBe(Number(value))
  await page.mouse.wheel(0, -500)
  await page.mouse.wheel(0, -500)
  await page.mouse.move(at[0] + 1, at[1])
  expect(await readHoveredText()).toBe(text)
  // Dragging pans.
  await page.mouse.down()
  await page.mouse.move(at[0] + 31, at[1] + 20, { steps: 2 })
  await page.mouse.up()
  expect(await readHoveredText()).toBe(text)
  // The open viewer shows a new run, including the value under a resting pointer.
  await setSeed(8)
  await expect.poll(readHoveredText).not.toBe(text)
  expect(await readHoveredText()).toContain(text.split(':')[0])
  await viewer().getByRole('button', { name: '%' }).click()
  expect(await viewer().getByRole('button', { name: '%' }).innerText()).toBe('100 %')
  await page.keyboard.press('PageDown')
  await page.keyboard.press('PageDown')
  await viewer().getByText('2 of 4').waitFor()
  await page.keyboard.press('Escape')
  await viewer().waitFor({ state: 'detached' })
  // The focus returns to the canvas.
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS')
})

test('pictures are compared with each other and with those of the previous run', async () => {
  await open('Pair', 'Same')
  const slider = viewer().getByRole('slider')
  expect(await slider.getAttribute('aria-valuenow')).toBe('50')
  await slider.press('ArrowRight')
  await slider.press('PageDown')
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^42 % \w+, then \w+$/)
  const box = (await slider.boundingBox())!
  const room = (await viewer().locator('.pane').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + 200)
  await page.mouse.down()
  await page.mouse.move(room.x + room.width / 4, box.y + 200, { steps: 2 })
  await page.mouse.up()
  expect(await slider.getAttribute('aria-valuenow')).toBe('25')
  // A view with one grid and a view with two grids have no difference.
  await viewer().getByText('Difference').click()
  await viewer().getByText('different sizes').waitFor()
  await viewer().getByRole('combobox', { name: en.viewer.picture }).selectOption('Pair: x_T')
  await viewer().getByRole('combobox', { name: en.viewer.compareWith }).selectOption('Same')
  await viewer().getByText('mean 0.00, maximum 0 of 255').waitFor()
  await viewer().getByText('Side by side').click()
  expect(await viewer().locator('.pane').count()).toBe(2)
  await page.keyboard.press('Escape')

  const before = (await readView('Same')).pixels
  await setSeed(8)
  await expect.poll(async () => (await readView('Same')).pixels).not.toEqual(before)
  await select('Same')
  await page.keyboard.press('Alt+d')
  await viewer().getByText('Difference').click()
  const apart = (await readView('Same')).pixels[0].map((value, i) => Math.abs(value - before[0][i]))
  const mean = apart.reduce((a, b) => a + b) / apart.length
  await viewer()
    .getByText(en.viewer.difference(mean.toFixed(2), Math.max(...apart), 1))
    .waitFor()
})

interface Decoded {
  count: number
  loops: number
  width: number
  durations: number[]
  /** Top left pixel of each picture of the grid, by frame. */
  pixels: number[][]
}

/** Decodes a file in the browser; `step` is the pixel distance of pictures in a 2 x 2 grid. */
const decodePicture = (bytes: Buffer, type: string, step: number) =>
  page.evaluate(
    async ([bytes, type, step]) => {
      const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))
      const decoder = new ImageDecoder({ data, type })
      await decoder.tracks.ready
      await decoder.completed
      const { frameCount, repetitionCount } = decoder.tracks.selectedTrack!
      const frames = []
      for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
        const { image } = await decoder.decode({ frameIndex })
        const ctx = new OffscreenCanvas(image.displayWidth, image.displayHeight).getContext('2d', {
          willReadFrequently: true,
        })!
        ctx.drawImage(image, 0, 0)
        const at = (x: number, y: number) => ctx.getImageData(x, y, 1, 1).data[0]
        frames.push({
          width: image.displayWidth,
          duration: image.duration,
          pixels: [at(0, 0), at(step, 0), at(0, step), at(step, step)],
        })
      }
      return {
        count: frameCount,
        loops: repetitionCount,
        width: frames[0].width,
        durations: frames.map(({ duration }) => Math.round(duration! / 1000)),
        pixels: frames.map(({ pixels }) => pixels),
      } as Decoded
    },
    [bytes.toString('base64'), type, step] as const,
  )

async function saveFile(): Promise<{ name: string; bytes: Buffer }> {
  const waiting = page.waitForEvent('download')
  await viewer().getByRole('button', { name: 'Download' }).click()
  const download = await waiting
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}

fullTest('a film is played, scrubbed, and saved as GIF, APNG and sheet', async () => {
  await open('Film')
  const time = viewer().getByRole('slider', { name: en.panel.timePosition })
  await time.press('Home')
  expect((await readView('Film')).scrub).toBe(0)
  await time.press('ArrowRight')
  expect((await readView('Film')).scrub).toBe(0.25)
  expect(await time.getAttribute('aria-valuetext')).toBe('t = 500')
  await viewer()
    .getByRole('combobox', { name: en.viewer.speed })
    .selectOption(en.viewer.perSecond(24))
  await viewer().getByRole('button', { name: 'Play' }).click()
  await expect.poll(() => time.getAttribute('aria-valuetext')).toBe('clean')
  await viewer().getByRole('button', { name: 'Pause' }).click()
  // With reduced motion, the film stops at its end.
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await time.press('Home')
  await viewer().getByRole('button', { name: 'Play' }).click()
  await expect.poll(() => time.getAttribute('aria-valuetext')).toBe('clean')
  await viewer().getByRole('button', { name: 'Play' }).waitFor()

  const first = (await readView('Film')).pixels.map((pixels) =>
    [0, 64, 128, 192].map((from) => pixels[from]),
  )
  const choose = async (format: string, fields: Record<string, string>) => {
    await viewer().getByRole('button', { name: en.viewer.save }).click()
    await viewer().getByText(format, { exact: true }).click()
    for (const [name, value] of Object.entries(fields)) await viewer().getByLabel(name).fill(value)
  }
  await choose('GIF', {
    [en.viewer.scale]: '3',
    [en.viewer.framesPerSecond]: '5',
    [en.viewer.holdLast]: '2',
  })
  await viewer().getByText('51 × 51 pixels, 5 frames').waitFor()
  const gif = await saveFile()
  expect(gif.name).toBe('Film.gif')
  const asGif = await decodePicture(gif.bytes, 'image/gif', 27)
  expect(asGif).toMatchObject({
    count: 5,
    loops: Infinity,
    width: 51,
    durations: [200, 200, 200, 200, 2000],
    pixels: first,
  })

  await choose('APNG', { [en.viewer.scale]: '2' })
  await viewer().getByRole('switch').uncheck()
  const apng = await saveFile()
  const asPng = await decodePicture(apng.bytes, 'image/png', 18)
  expect(asPng).toMatchObject({ count: 5, width: 34, pixels: first })
  expect(asPng.durations.slice(0, 4)).toEqual([83, 83, 83, 83])
  expect(readPngWorkflow(apng.bytes)).toContain('diffusion/FilmStrip')

  await choose(en.viewer.formats.sheet, { [en.viewer.scale]: '1', [en.viewer.frames]: '3' })
  await viewer().getByText('26 × 35 pixels').waitFor()
  const sheet = await saveFile()
  expect(JSON.parse(readPngWorkflow(sheet.bytes)).nodes).toHaveLength(7)
  expect((await decodePicture(sheet.bytes, 'image/png', 9)).pixels[0].slice(0, 2)).toEqual([
    first[0][0],
    first[2][0],
  ])
})

fullTest('trajectories of points are scrubbed and saved like a film', async () => {
  const points = workflowOf({
    nodes: [
      node('Schedule', 'NoiseSchedule'),
      node(
        'Model',
        'ExactModel',
        { schedule: 'Schedule.schedule' },
        { mixture: 'eight_gaussians' },
      ),
      node('Noise', 'GaussianNoise', {}, { batch_size: 8, shape: '2', seed: 7 }),
      node(
        'Sampler',
        'Sampler',
        { model: 'Model.model', x_T: 'Noise.noise', schedule: 'Schedule.schedule' },
        { num_inference_steps: 4 },
      ),
      node('Ways', 'Scatter', { samples_1: 'Sampler.x_0', trajectory: 'Sampler.trajectory' }),
    ],
  })
  await dropFile(page, 'points.json', points)
  await expect.poll(() => titles(page)).toContain('Ways')
  await button(page, 'Run').click()
  await expect.poll(() => getViewKind(page, 'Ways')).toBe('scatter')
  await select('Ways')
  await page.getByRole('slider', { name: en.panel.timePosition }).press('ArrowLeft')
  expect((await readView('Ways')).scrub).toBe(0.75)

  await open('Ways')
  const time = viewer().getByRole('slider', { name: en.panel.timePosition })
  expect(await time.getAttribute('aria-valuetext')).toBe('t = 0')
  await time.press('Home')
  expect((await readView('Ways')).scrub).toBe(0)
  await viewer().getByRole('button', { name: en.viewer.save }).click()
  await viewer().getByText('APNG', { exact: true }).click()
  await viewer().getByText('512 × 512 pixels, 5 frames').waitFor()
  const { bytes } = await saveFile()
  expect(await decodePicture(bytes, 'image/png', 200)).toMatchObject({ count: 5, width: 512 })
  expect(readPngWorkflow(bytes)).toContain('diffusion/Scatter')
})
