// Data sets and checkpoints as real files and folders, dropped on Chromium.
import { en } from '../../src/editor/texts/en/index.ts'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { computeSha256 } from '../../src/engine/checkpoint/archive.ts'
import { getNetworkKind } from '../../src/engine/models/kinds/registry.ts'
import { torchShapes } from '../../src/engine/models/graph/weights.ts'
import { writeCheckpoint } from '../../src/engine/checkpoint/write.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import { encodePng } from '../../src/engine/images/png.ts'
import { onnxFromCheckpoint } from '../../src/engine/onnx/export.ts'
import { noiseSchedule } from '../../src/engine/process/schedule.ts'
import { unpackBundle } from '../../src/workflow/bundle.ts'
import { useBuiltEditor, useChromium } from '../chromium.ts'
import { node } from '../nodes/evaluate.ts'
import { workflowOf } from '../workflowOf.ts'
import {
  addNode,
  button,
  clickNode,
  drafts,
  dropPaths,
  waitMilliseconds,
  onNode,
  openEditor,
  locateNode,
  waitForEditor,
  titles,
  useEditor,
  values,
} from './driver.ts'
import { fullTest, casesOf, fullSuite } from '../families.ts'

const chromium = useChromium()
const server = useBuiltEditor()
// Lists and requests stored files.
const editor = useEditor(chromium, server, { newProfile: true, empty: true })

let folder: string
let page: Page

/** Writes a file to the folder of this suite and returns its path. */
function put(path: string, content: Uint8Array | string): string {
  const whole = join(folder, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
  return whole
}

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'files-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeEach(() => void (page = editor.page))

/** PNG of 4 x 3 pixels of one grey level. */
const png = (brightness: number) =>
  encodePng({
    width: 4,
    height: 3,
    channels: 1,
    count: 1,
    pixels: new Uint8ClampedArray(12).fill(brightness),
  })

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
    [...torchShapes(getNetworkKind({ kind: 'mlp' }).layers(config))].map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(
        seed / 16,
      )
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

  test('a dropped folder becomes a data set with classes and a report', async () => {
    await dropPaths(page, [join(folder, 'pets')])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('6 images in 2 folders').waitFor()
    expect(await dialog.getByRole('radio', { name: 'Grey' }).isChecked()).toBe(true)
    await dialog.getByRole('radio', { name: '8', exact: true }).check()
    await dialog.getByRole('radio', { name: 'Pad' }).check()
    const preview = () =>
      dialog
        .locator('canvas')
        .last()
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, 8, 8)
          return [canvas.width, data[0], data[4 * (8 * 4 + 4)]]
        })
    // The images are read again for the new choice.
    await expect.poll(preview).toEqual([8, 0, 200])
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByRole('heading', { name: '5 images imported' }).waitFor()
    await dialog.getByText('1 file was skipped').click()
    await dialog.getByText('pets/dog/broken.png').waitFor()
    // The images are read back from storage first.
    await expect.poll(() => dialog.locator('.bar').allTextContents()).toEqual(['cat3', 'dog2'])
    await dialog.getByRole('button', { name: 'Use in a new Images node' }).click()
    await expect.poll(() => titles(page)).toEqual(['Images'])
    expect(await values(page, 'Images')).toMatchObject({ images: { name: 'pets' } })
    await drawer('Data sets')
    await page.getByText('5 images, 8 × 8, grey, 2 classes').waitFor()
  })

  fullTest('a cancelled import stores nothing', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`${i}.png`, png(i % 256)]),
    )
    await dropPaths(page, [put('many.zip', zipSync(many, { level: 0 }))])
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1,000 images').waitFor()
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByText(/^[1-9][0-9,]* of 1,000$/).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    // The next import is not cancelled with it.
    await dropPaths(page, [join(folder, 'pets')])
    await dialog.getByRole('button', { name: 'Import' }).click()
    await dialog.getByRole('heading', { name: '5 images imported' }).waitFor()
    await waitMilliseconds(page, 1000)
    await page.keyboard.press('Escape')
    await drawer('Data sets')
    await expect
      .poll(() => page.locator('.rows .open span:first-child').allTextContents())
      .toEqual(['pets'])
  })
})

describe('data sets', () => {
  test('a file is assigned to a node, browsed, deleted and restored', async () => {
    await addNode(page, 'images', 200, 300)
    await dropPaths(page, [put('steps.safetensors', dataset())])
    await toast(en.files.selectedIn('steps.safetensors', 'Images')).waitFor()
    expect(await values(page, 'Images')).toMatchObject({
      images: { sha256: computeSha256(dataset()) },
    })
    await drawer('Data sets')
    await page.locator('.rows .open').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('70 images, 2 × 2, grey, 2 classes').waitFor()
    await dialog.getByText('1 to 60 of 70').waitFor()
    await dialog.getByRole('button', { name: en.dataset.next }).click()
    await dialog.getByText('61 to 70 of 70').waitFor()
    await dialog.getByRole('button', { name: 'few 10' }).click()
    await dialog.getByText('1 to 10 of 10').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    const row = page.locator('.row', { hasText: 'steps.safetensors' })
    await button(page, en.drawer.more('steps.safetensors')).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await row.waitFor({ state: 'detached' })
    await toast('Deleted').getByRole('button', { name: 'Undo' }).click()
    await row.waitFor()
  })
})

describe('checkpoints', () => {
  fullTest('a diffusers folder dropped on a node is loaded, and equals its ZIP', async () => {
    for (const [path, bytes] of Object.entries(unzipSync(checkpoint()))) put(`mine/${path}`, bytes)
    await addNode(page, 'load checkpoint', 200, 200)
    await addNode(page, 'load checkpoint', 200, 500)
    await dropPaths(page, [join(folder, 'mine')], await locateNode(page, 'Load Checkpoint'))
    await toast(en.files.selectedIn('mine.zip', 'Load Checkpoint')).waitFor()
    await toast('MLP with hidden layers 1 x').waitFor()
    expect(await values(page, 'Load Checkpoint')).toMatchObject({
      checkpoint: { sha256: computeSha256(checkpoint()) },
    })
    await page.keyboard.press('Control+z')
    await expect.poll(() => values(page, 'Load Checkpoint')).toMatchObject({ checkpoint: null })
  })

  const refused = [
    [
      'weights.safetensors',
      () => writeImages({ name: '', images: Uint8Array.of(1), shape: [1, 1, 1, 1], max: 255 }),
      /./,
    ],
    ['weights.zip', () => checkpoint().slice(0, 400), /damaged/],
  ] as const
  test.each(casesOf(refused, ([name]) => name === 'weights.zip'))(
    '%s is refused with the reason',
    async (name, content, why) => {
      const bytes = content()
      // Weights without a config: the tensor has another name than in a data set.
      const text = new TextDecoder('latin1').decode(bytes).replace('"images"', '"weight"')
      await addNode(page, 'load checkpoint', 200, 200)
      await dropPaths(page, [
        put(
          name,
          Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
        ),
      ])
      const message = toast(en.files.unreadable(name))
      await message.waitFor()
      expect(await message.textContent()).toMatch(why)
      expect(await values(page, 'Load Checkpoint')).toMatchObject({ checkpoint: null })
      await drawer('Checkpoints')
      await page.getByText(en.storedFiles.checkpoint.empty).waitFor()
    },
  )

  test('a workflow shared with its weights opens elsewhere with them', async () => {
    await addNode(page, 'load checkpoint', 200, 200)
    await dropPaths(page, [put('one.zip', checkpoint())])
    await toast('Saved one.zip').waitFor()
    await button(page, 'File').click()
    await page.getByRole('menuitem', { name: 'Share with weights' }).click()
    await page
      .getByRole('dialog')
      .getByText(/ZIP with this workflow and one\.zip \(.* kB\)/)
      .waitFor()
    const waiting = page.waitForEvent('download')
    await button(page, 'Download').last().click()
    const bytes = new Uint8Array(readFileSync(await (await waiting).path()))
    expect(unpackBundle(bytes).files.map(({ file }) => file.sha256)).toEqual([
      computeSha256(checkpoint()),
    ])
    const tab = await openEditor(await chromium.newContext(), server.address, { empty: true })
    await dropPaths(tab, [put('shared.zip', bytes)])
    await expect.poll(() => titles(tab)).toEqual(['Load Checkpoint'])
    await button(tab, 'Library').click()
    await tab.getByRole('tab', { name: 'Checkpoints' }).click()
    await tab.locator('.rows .open').click()
    await tab.getByRole('dialog').getByText(computeSha256(checkpoint())).waitFor()
    await tab.context().close()
  })

  test('a stored checkpoint is downloaded as ONNX', async () => {
    await dropPaths(page, [put('one.zip', checkpoint())])
    await toast('Saved one.zip').waitFor()
    await drawer('Checkpoints')
    await button(page, en.drawer.more('one.zip')).click()
    const waiting = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: en.panel.downloadOnnx }).click()
    const download = await waiting
    expect(download.suggestedFilename()).toBe('one.onnx')
    const [{ bytes }] = onnxFromCheckpoint(checkpoint())
    expect(Buffer.compare(readFileSync(await download.path()), bytes)).toBe(0)
  })

  fullTest(
    'missing files are named before sharing, and recognized when they are added',
    async () => {
      await addNode(page, 'load checkpoint', 200, 200)
      await addNode(page, 'load checkpoint', 200, 500)
      const zip = put('two.zip', checkpoint(2))
      await dropPaths(page, [zip], await locateNode(page, 'Load Checkpoint'))
      await toast('Saved two.zip').waitFor()
      await drawer('Checkpoints')
      await button(page, en.drawer.more('two.zip')).click()
      await page.getByRole('menuitem', { name: 'Delete' }).click()
      await page.getByText(en.storedFiles.checkpoint.empty).waitFor()
      await button(page, 'File').click()
      await page.getByRole('menuitem', { name: 'Share with weights' }).click()
      await page.getByRole('dialog').getByText('Missing here and not included: two.zip').waitFor()
      await page.keyboard.press('Escape')
      await dropPaths(page, [zip])
      await toast(en.files.foundFor('two.zip', 'Load Checkpoint')).waitFor()
    },
  )
})

describe('workflows', () => {
  const drop = (name: string, type: string) =>
    dropPaths(page, [put(`${name}.json`, workflowOf({ nodes: [node(name, type)] }))])
  const mine = () => page.locator('.rows .open').allTextContents()

  test('a dropped workflow survives a reload, and leaves no draft when closed', async () => {
    await drop('One', 'Mix')
    await expect.poll(() => titles(page)).toEqual(['One'])
    await expect.poll(() => drafts(page)).toHaveLength(1)
    await page.reload()
    await waitForEditor(page)
    await expect.poll(() => titles(page)).toEqual(['One'])
    // Unchanged, so nothing is announced.
    expect(await page.getByRole('img', { name: 'Unsaved changes' }).count()).toBe(0)
    expect(await page.getByText('unsaved changes').count()).toBe(0)
    await drawer(en.drawer.mine)
    await expect.poll(mine).toEqual([expect.stringMatching(/^One.*open$/)])
    await button(page, 'Library').click()
    await drop('Two', 'Grid')
    await expect.poll(() => titles(page)).toEqual(['Two'])
    await page
      .getByRole('navigation', { name: 'Open workflows' })
      .getByRole('button', { name: 'One', exact: true })
      .click({ button: 'middle' })
    await drawer(en.drawer.mine)
    await expect.poll(mine).toEqual([expect.stringMatching(/^Two.*open$/)])
  })
})

fullSuite('outputs of a run', () => {
  test('shows images in the details panel, and moves through a sequence by keys', async () => {
    const workflow = workflowOf({
      nodes: [
        node(
          'Net',
          'UNet',
          {},
          { block_out_channels: '8', sample_size: 8, norm_num_groups: 4, predicts: 'sample' },
        ),
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
    const slider = page.getByRole('slider', { name: en.panel.timePosition })
    await slider.press('Home')
    await slider.press('ArrowRight')
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^t = \d+$/)
    const scrub = await onNode(page, 'Film', ({ diffusion }) => diffusion.scrub)
    expect(scrub).toBe(0.25)
    expect(await button(page, 'Undo').isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await clickNode(page, 'Save')
    const picture = page.getByRole('link', { name: en.panel.enlarge('made.png') })
    await picture.waitFor()
    const width = await picture
      .locator('img')
      .evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))
    expect(width).toBeGreaterThan(16)
    expect(await picture.getAttribute('href')).toMatch(/^blob:/)
    await picture.click()
    const viewer = page.getByRole('dialog', { name: en.viewer.label })
    expect(await viewer.getByRole('combobox', { name: en.viewer.picture }).innerText()).toBe(
      'made.png',
    )
    await page.keyboard.press('Escape')
    await viewer.waitFor({ state: 'detached' })
  })
})
