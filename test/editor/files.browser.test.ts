// Data sets and checkpoints in the editor, as people bring them: real files and folders dropped on a real Chromium.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sha256Of } from '../../src/engine/checkpoint/archive.ts'
import { mlpFormat } from '../../src/engine/checkpoint/mlp.ts'
import { writeCheckpoint } from '../../src/engine/checkpoint/write.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import { encodePng } from '../../src/engine/png.ts'
import { noiseSchedule } from '../../src/engine/schedule.ts'
import { unpackBundle } from '../../src/nodes/workflow/bundle.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  addNode,
  button,
  clickNode,
  drafts,
  dropPaths,
  giveItTime,
  onNode,
  openEditor,
  placeOf,
  ready,
  titles,
  useEditor,
  values,
} from './driver.ts'

const chromium = useChromium()
const server = useBuiltEditor()
// What is kept here is listed, and asked for.
const editor = useEditor(chromium, server, { newProfile: true, empty: true })

let folder: string
let page: Page

/** Writes a file into the folder of this suite. Returns its path. */
function put(path: string, content: Uint8Array | string): string {
  const whole = join(folder, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
  return whole
}

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'files-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => void (page = editor.page))

/** 4 x 3 pixels of one brightness. */
const png = (brightness: number) =>
  encodePng({ width: 4, height: 3, channels: 1, count: 1, pixels: new Uint8ClampedArray(12).fill(brightness) })

function checkpoint(seed = 1): Uint8Array {
  const config = {
    dim: 2,
    hidden: 8,
    layers: 1,
    time_embedding_dim: 8,
    num_classes: 0,
    fourier_features: 0,
    activation: 'silu',
  }
  const weights = new Map(
    [...mlpFormat.shapes(config)].map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(seed / 16)
      return [name, { shape, data }]
    }),
  )
  const schedule = noiseSchedule({ name: 'linear', T: 100 })
  return writeCheckpoint({ model: { kind: 'mlp', config, predicts: 'epsilon', weights }, schedule })
}

const dataset = () =>
  writeImages({
    name: 'steps',
    images: Uint8Array.from({ length: 70 * 4 }, (_, i) => i % 256),
    shape: [70, 2, 2, 1],
    max: 255,
    labels: Int32Array.from({ length: 70 }, (_, i) => (i < 10 ? 0 : 1)),
    classNames: ['few', 'many'],
  })

const toast = (text: string | RegExp) => page.locator('.toast').filter({ hasText: text })
const drawer = async (tab: string) => {
  await button(page, 'Library').click()
  await page.getByRole('tab', { name: tab }).click()
}

describe('images', () => {
  beforeAll(() => {
    for (let i = 0; i < 3; i++) put(`pets/cat/${i}.png`, png(40 * i))
    for (let i = 0; i < 2; i++) put(`pets/dog/${i}.png`, png(200))
    put('pets/dog/broken.png', 'no image')
  })

  test('a dropped folder becomes a data set, with classes, and its report', async () => {
    await dropPaths(page, [join(folder, 'pets')])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('6 images in 2 folders').waitFor()
    expect(await dialog.getByRole('radio', { name: 'Grey' }).isChecked()).toBe(true)
    await dialog.getByRole('radio', { name: '8', exact: true }).check()
    await dialog.getByRole('radio', { name: 'Pad' }).check()
    const preview = await dialog
      .locator('canvas')
      .last()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, 8, 8)
        return [canvas.width, data[0], data[4 * (8 * 4 + 4)]]
      })
    expect(preview).toEqual([8, 0, 200])
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByRole('heading', { name: '5 images imported' }).waitFor()
    await dialog.getByText('1 file was skipped').click()
    await dialog.getByText('pets/dog/broken.png').waitFor()
    expect(await dialog.locator('.bar').allTextContents()).toEqual(['cat3', 'dog2'])
    await dialog.getByRole('button', { name: 'Use in a new Images node' }).click()
    await expect.poll(() => titles(page)).toEqual(['Images'])
    expect(await values(page, 'Images')).toMatchObject({ images: { name: 'pets' } })
    await drawer('Data sets')
    await page.getByText('5 images, 8 × 8, grey, 2 classes').waitFor()
  })

  test('an import that is cancelled under way leaves nothing', async () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}.png`, png(i % 256)]))
    await dropPaths(page, [put('many.zip', zipSync(many, { level: 0 }))])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1,000 images').waitFor()
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByText(/^[1-9][0-9,]* of 1,000$/).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    // Another one is not ended with it.
    await dropPaths(page, [join(folder, 'pets')])
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByRole('heading', { name: '5 images imported' }).waitFor()
    await giveItTime(page, 1000)
    await page.keyboard.press('Escape')
    await drawer('Data sets')
    await expect.poll(() => page.locator('.rows .open span:first-child').allTextContents()).toEqual(['pets'])
  })
})

describe('data sets', () => {
  test('a file is taken by the only node that has none; it can be looked through, deleted and had back', async () => {
    await addNode(page, 'images', 200, 300)
    await dropPaths(page, [put('steps.safetensors', dataset())])
    await toast('steps.safetensors is kept, and Images takes it').waitFor()
    expect(await values(page, 'Images')).toMatchObject({ images: { sha256: sha256Of(dataset()) } })
    await drawer('Data sets')
    await page.locator('.rows .open').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('70 images, 2 × 2, grey, 2 classes').waitFor()
    await dialog.getByText('1 to 60 of 70').waitFor()
    await dialog.getByRole('button', { name: 'More images' }).click()
    await dialog.getByText('61 to 70 of 70').waitFor()
    await dialog.getByRole('button', { name: 'few 10' }).click()
    await dialog.getByText('1 to 10 of 10').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    const row = page.locator('.row', { hasText: 'steps.safetensors' })
    await button(page, 'More for steps.safetensors').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    await toast('Deleted').getByRole('button', { name: 'Undo' }).click()
    await row.waitFor()
  })
})

describe('checkpoints', () => {
  test('a folder of diffusers dropped on a node is what the node loads, and is the same file as its ZIP', async () => {
    for (const [path, bytes] of Object.entries(unzipSync(checkpoint()))) put(`mine/${path}`, bytes)
    await addNode(page, 'load checkpoint', 200, 200)
    await addNode(page, 'load checkpoint', 200, 500)
    await dropPaths(page, [join(folder, 'mine')], await placeOf(page, 'Load Checkpoint'))
    await toast('mine.zip is kept, and Load Checkpoint takes it').waitFor()
    await toast('MLP of 1 hidden layer').waitFor()
    expect(await values(page, 'Load Checkpoint')).toMatchObject({ checkpoint: { sha256: sha256Of(checkpoint()) } })
    await page.keyboard.press('Control+z')
    await expect.poll(() => values(page, 'Load Checkpoint')).toMatchObject({ checkpoint: null })
  })

  test.each([
    ['weights.safetensors', () => writeImages({ name: '', images: Uint8Array.of(1), shape: [1, 1, 1, 1], max: 255 }), /./],
    ['weights.zip', () => checkpoint().slice(0, 400), /damaged/],
  ])('%s is refused with the reason', async (name, content, why) => {
    const bytes = content()
    // Weights without a config: the tensor is called otherwise than in a data set.
    const text = new TextDecoder('latin1').decode(bytes).replace('"images"', '"weight"')
    await addNode(page, 'load checkpoint', 200, 200)
    await dropPaths(page, [
      put(
        name,
        Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
      ),
    ])
    const message = toast(`${name} was not opened`)
    await message.waitFor()
    expect(await message.textContent()).toMatch(why)
    expect(await values(page, 'Load Checkpoint')).toMatchObject({ checkpoint: null })
    await drawer('Checkpoints')
    await page.getByText('No checkpoints kept').waitFor()
  })

  test('shared with its weights, a workflow opens elsewhere and finds them', async () => {
    await addNode(page, 'load checkpoint', 200, 200)
    await dropPaths(page, [put('one.zip', checkpoint())])
    await toast('one.zip is kept').waitFor()
    await button(page, 'File').click()
    await page.getByRole('menuitem', { name: 'Share with weights' }).click()
    await page
      .getByRole('dialog')
      .getByText(/One ZIP with this workflow and one\.zip \(.* kB\)/)
      .waitFor()
    const waiting = page.waitForEvent('download')
    await button(page, 'Download').last().click()
    const bytes = new Uint8Array(readFileSync(await (await waiting).path()))
    expect(unpackBundle(bytes).files.map(({ file }) => file.sha256)).toEqual([sha256Of(checkpoint())])
    const tab = await openEditor(await chromium.newContext(), server.address, { empty: true })
    await dropPaths(tab, [put('shared.zip', bytes)])
    await expect.poll(() => titles(tab)).toEqual(['Load Checkpoint'])
    await button(tab, 'Library').click()
    await tab.getByRole('tab', { name: 'Checkpoints' }).click()
    await tab.locator('.rows .open').click()
    await tab.getByRole('dialog').getByText(sha256Of(checkpoint())).waitFor()
    await tab.context().close()
  })

  test('what is missing is named before sharing; the file that is asked for is known when it comes', async () => {
    await addNode(page, 'load checkpoint', 200, 200)
    await addNode(page, 'load checkpoint', 200, 500)
    const zip = put('two.zip', checkpoint(2))
    await dropPaths(page, [zip], await placeOf(page, 'Load Checkpoint'))
    await toast('two.zip is kept').waitFor()
    await drawer('Checkpoints')
    await button(page, 'More for two.zip').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText('No checkpoints kept').waitFor()
    await button(page, 'File').click()
    await page.getByRole('menuitem', { name: 'Share with weights' }).click()
    await page.getByRole('dialog').getByText('Not here, and so not in it: two.zip').waitFor()
    await page.keyboard.press('Escape')
    await dropPaths(page, [zip])
    await toast('two.zip is the file that Load Checkpoint asks for').waitFor()
  })
})

describe('workflows', () => {
  const drop = (name: string, type: string) => dropPaths(page, [put(`${name}.json`, workflowOf({ nodes: [node(name, type)] }))])
  const mine = () => page.locator('.rows .open').allTextContents()

  test('one that was dropped is there after a reload, and is no draft once its tab is closed', async () => {
    await drop('One', 'Mix')
    await expect.poll(() => titles(page)).toEqual(['One'])
    await expect.poll(() => drafts(page)).toHaveLength(1)
    await page.reload()
    await ready(page)
    await expect.poll(() => titles(page)).toEqual(['One'])
    // Nothing was changed, so there is nothing to be told.
    expect(await page.getByRole('img', { name: 'Unsaved changes' }).count()).toBe(0)
    expect(await page.getByText('unsaved changes').count()).toBe(0)
    await drawer('Mine')
    await expect.poll(mine).toEqual([expect.stringMatching(/^One.*open now$/)])
    await button(page, 'Library').click()
    await drop('Two', 'Grid')
    await expect.poll(() => titles(page)).toEqual(['Two'])
    await page
      .getByRole('navigation', { name: 'Open workflows' })
      .getByRole('button', { name: 'One', exact: true })
      .click({ button: 'middle' })
    await drawer('Mine')
    await expect.poll(mine).toEqual([expect.stringMatching(/^Two.*open now$/)])
  })
})

describe('what a run made', () => {
  test('a picture is shown in the details, and a film is gone through by keys', async () => {
    const workflow = workflowOf({
      nodes: [
        node('Net', 'UNet', {}, { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' }),
        node('Schedule', 'NoiseSchedule', {}, {}),
        node('Noise', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1' }),
        node(
          'Sampler',
          'Sampler',
          { model: 'Net.model', x_T: 'Noise.noise', schedule: 'Schedule.schedule' },
          { num_inference_steps: 4 },
        ),
        node('Film', 'FilmStrip', { trajectory: 'Sampler.trajectory' }),
        node('Save', 'SaveImage', { images: 'Sampler.x_0' }, { name: 'made' }),
      ],
    })
    await dropPaths(page, [put('sampling.json', workflow)])
    await page.getByText('Opened sampling.json').waitFor()
    await expect.poll(() => titles(page)).toContain('Film')
    await clickNode(page, 'Film')
    await button(page, 'Run').click()
    const slider = page.getByRole('slider', { name: 'Along the way' })
    await slider.press('Home', { timeout: 90_000 })
    await slider.press('ArrowRight')
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^t = \d+$/)
    const scrub = await onNode(page, 'Film', ({ diffusion }) => diffusion.scrub)
    expect(scrub).toBe(0.25)
    expect(await button(page, 'Undo').isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await clickNode(page, 'Save')
    const picture = page.getByRole('link', { name: 'Open made.png large' })
    await picture.waitFor()
    const width = await picture
      .locator('img')
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))
    expect(width).toBeGreaterThan(16)
    expect(await picture.getAttribute('href')).toMatch(/^blob:/)
    await picture.click()
    const viewer = page.getByRole('dialog', { name: 'Pictures' })
    expect(await viewer.getByRole('combobox', { name: 'Picture' }).innerText()).toBe('made.png')
    await page.keyboard.press('Escape')
    await viewer.waitFor({ state: 'detached' })
  })
})
