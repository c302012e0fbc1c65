// Images end to end in Chromium, as a user would: drop and train on images, kill the browser, move
// checkpoints and workflows to other browsers, with equal numbers everywhere.
import { en } from '../src/editor/texts/en/index.ts'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { unzlibSync } from 'fflate'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Graph } from '../src/engine/plan/graph.ts'
import { encodePng } from '../src/engine/images/png.ts'
import { createRandom } from '../src/engine/base/random.ts'
import { unpackBundle } from '../src/workflow/bundle.ts'
import { prepareKill, toEngine, useChromium, usePages } from './chromium.ts'
import {
  addNode,
  button,
  dropPaths,
  newWorkflow,
  openEditor,
  locateNode,
  titles,
  values,
} from './editor/driver.ts'
import { goldenTensors, largest } from './goldenTensors.ts'
import { node } from './nodes/evaluate.ts'
import type {} from './pages/engine.ts'
import { workflowOf } from './workflowOf.ts'
import { eventually } from './eventually.ts'

const chromium = useChromium()
// Saves trainings often, so that the kill test is fast.
const server = usePages()

let folder: string
const contexts: BrowserContext[] = []

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'pictures-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
})

/** Writes a file into the folder of this suite. Returns its path. */
function put(path: string, content: Uint8Array | string): string {
  const whole = join(folder, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
  return whole
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

// ---- data and model

/** 200 images of 20 x 14 pixels: a bright spot at a random place on the left or right. */
function drawImages() {
  const random = createRandom(3, [])
  const [width, height] = [20, 14]
  for (let i = 0; i < 200; i++) {
    const [u, v, light] = random.uniform(3) as unknown as [number, number, number]
    const side = i % 2
    const [x, y] = [(side + 0.2 + 0.6 * u) * (width / 2), (0.2 + 0.6 * v) * height]
    const pixels = Uint8ClampedArray.from({ length: width * height }, (_, at) => {
      const distance = Math.hypot((at % width) - x, Math.floor(at / width) - y)
      return 20 + (120 + 115 * light) * Math.exp(-(distance ** 2) / 8)
    })
    put(
      `spots/${side ? 'right' : 'left'}/${i}.png`,
      encodePng({ width, height, channels: 1, count: 1, pixels }),
    )
  }
}

const STEPS = 200

const sampling = (from: { model: string; schedule: string }) => [
  node('x_T', 'GaussianNoise', {}, { batch_size: 4, shape: '8, 8, 1', seed: 5 }),
  node('Classes', 'Labels', { like: 'x_T.noise' }, { num_classes: 2 }),
  node(
    'Samples',
    'Sampler',
    { ...from, x_T: 'x_T.noise', condition: 'Classes.labels' },
    { num_inference_steps: 5 },
  ),
  node('Picture', 'SaveImage', { images: 'Samples.x_0' }, { name: 'made' }),
]

const trainingOfImages: Graph = {
  nodes: [
    node('Own', 'Images'),
    node(
      'Schedule',
      'NoiseSchedule',
      {},
      { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 100 },
    ),
    node(
      'Net',
      'UNet',
      { dataset: 'Own.dataset' },
      { block_out_channels: '8, 16', norm_num_groups: 4 },
    ),
    node('Adam', 'Optimizer', {}, { lr: 0.002 }),
    node('Average', 'EMA', {}, { decay: 0.99 }),
    node(
      'Start',
      'TrainingStart',
      {
        model: 'Net.model',
        dataset: 'Own.dataset',
        optimizer: 'Adam.optimizer',
        ema: 'Average.ema',
      },
      { steps: STEPS, batch_size: 16 },
    ),
    node('Some', 'LabelDropout', { labels: 'Start.labels' }),
    node('Noise', 'GaussianNoise', { like: 'Start.x_0' }),
    node('Time', 'RandomTimesteps', { like: 'Start.x_0', schedule: 'Schedule.schedule' }),
    node('Forward', 'ForwardNoise', {
      x_0: 'Start.x_0',
      t: 'Time.t',
      noise: 'Noise.noise',
      schedule: 'Schedule.schedule',
    }),
    node('Guess', 'Predict', {
      model: 'Start.model',
      x_t: 'Forward.x_t',
      t: 'Time.t',
      condition: 'Some.labels',
    }),
    node('Truth', 'Target', {
      model: 'Start.model',
      x_0: 'Start.x_0',
      noise: 'Noise.noise',
      t: 'Time.t',
      schedule: 'Schedule.schedule',
    }),
    node('Error', 'Loss', { prediction: 'Guess.prediction', target: 'Truth.target' }),
    node('End', 'TrainingEnd', { loop: 'Start.loop', loss: 'Error.loss' }, { emit_every: 0 }),
    ...sampling({ model: 'End.ema', schedule: 'Schedule.schedule' }),
    node('Keep', 'SaveCheckpoint', {
      model: 'End.ema',
      schedule: 'Schedule.schedule',
      training: 'End.training',
      dataset: 'Own.dataset',
    }),
  ],
}

const samplingFromFile: Graph = {
  nodes: [
    node('Load', 'LoadCheckpoint'),
    ...sampling({ model: 'Load.model', schedule: 'Load.schedule' }),
  ],
}

// ---- a browser with the editor in it

/** Events of the engine, as received by the page. */
interface EngineLog {
  backend?: string
  /** True if persistent storage was requested. */
  forGood?: boolean
  /** First and latest reported step, by loop id. */
  progress: Record<string, { first: number; last: number; count: number }>
}

declare global {
  interface Window {
    heard: EngineLog
  }
}

/** Runs first on the page: listens to the workers' messages. */
function listenIn() {
  window.heard = { progress: {} }
  StorageManager.prototype.persist = async () => (window.heard.forGood = true)
  const Plain = window.Worker
  window.Worker = class extends Plain {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args)
      this.addEventListener('message', ({ data }) => {
        if (data.type === 'ready') window.heard.backend = data.backend.name
        if (data.type !== 'progress') return
        const { first } = window.heard.progress[data.node] ?? { first: data.index }
        window.heard.progress[data.node] = { first, last: data.index, count: data.count }
      })
    }
  }
}

async function openIn(context: BrowserContext): Promise<Page> {
  contexts.push(context)
  if (!context.pages().length) await context.newPage()
  await context.addInitScript(listenIn)
  return openEditor(context, server.address)
}

/** Opens an empty editor in a new profile; `quota` limits its storage in bytes. */
async function newEditor(quota?: number): Promise<Page> {
  const context = await chromium.newContext()
  if (quota !== undefined) {
    const session = await context.newCDPSession(await context.newPage())
    await session.send('Storage.overrideQuotaForOrigin', {
      origin: new URL(server.address).origin,
      quotaSize: quota,
    })
  }
  const page = await openIn(context)
  await newWorkflow(page)
  return page
}

/** Opens the editor in a profile that survives its browser. */
const launchIn = async (profile: string): Promise<Page> =>
  openIn(await chromium.launchIn(join(folder, profile)))

const toast = (page: Page, text: string | RegExp) =>
  page.locator('.toast').filter({ hasText: text })

/** Opens a workflow by dropping it on the empty canvas. */
async function open(page: Page, name: string, graph: Graph) {
  await dropPaths(page, [put(name, workflowOf(graph))])
  await toast(page, `Opened ${name}`).waitFor()
  expect(await titles(page)).toEqual(graph.nodes.map(({ id }) => id).sort())
}

/** Drops the folder of images and chooses a size. */
async function dropSpots(page: Page, size: string) {
  await dropPaths(page, [join(folder, 'spots')])
  const dialog = page.getByRole('dialog')
  await dialog.getByText('200 images in 2 folders').waitFor()
  await dialog.getByRole('radio', { name: size, exact: true }).check()
  expect(await dialog.getByRole('radio', { name: 'Grey' }).isChecked()).toBe(true)
  expect(await dialog.getByRole('switch', { name: en.dataset.labels }).isChecked()).toBe(true)
  return dialog
}

/** Runs the workflow to the end. */
async function run(page: Page) {
  await button(page, 'Run').click()
  await page.locator('.status[data-state=finished], .status[data-state=fault]').waitFor()
  expect(await page.getByRole('alert').allTextContents()).toEqual([''])
  expect(await page.evaluate(() => window.heard.backend)).toBe('wasm')
}

async function downloaded(page: Page, click: () => Promise<void>): Promise<Uint8Array> {
  const waiting = page.waitForEvent('download')
  await click()
  return new Uint8Array(readFileSync(await (await waiting).path()))
}

/** Downloads a file of the last run. */
const downloadFile = (page: Page, name: string) =>
  downloaded(page, () => button(page, `Download ${name}`).click())

/** Exports the workflow with its files. */
async function shared(page: Page): Promise<Uint8Array> {
  await button(page, 'File').click()
  await page.getByRole('menuitem', { name: 'Share with weights' }).click()
  const dialog = page.getByRole('dialog')
  return downloaded(page, () =>
    dialog.getByRole('button', { name: 'Download', exact: true }).click(),
  )
}

/** Header and pixels of a PNG, without text chunks. */
function picture(png: Uint8Array): { size: [number, number]; pixels: string; shades: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const data: Uint8Array[] = []
  for (let at = 8; at < png.length; at += view.getUint32(at) + 12) {
    if (String.fromCharCode(...png.subarray(at + 4, at + 8)) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + view.getUint32(at)))
  }
  expect(data).toHaveLength(1)
  const rows = unzlibSync(data[0])
  return {
    size: [view.getUint32(16), view.getUint32(20)],
    pixels: sha256(rows),
    shades: new Set(rows).size,
  }
}

// ----

/** Result of an uninterrupted training. */
let whole: { bundle: Uint8Array; checkpoint: Uint8Array; png: Uint8Array }

beforeAll(async () => {
  if (!chromium.browser) return
  drawImages()
  const page = await newEditor()
  await open(page, 'training.json', trainingOfImages)
  const dialog = await dropSpots(page, '8')
  await dialog.getByRole('button', { name: 'Import' }).click()
  await dialog.getByRole('heading', { name: '200 images imported' }).waitFor()
  await eventually(async () =>
    expect(await dialog.locator('.bar').allTextContents()).toEqual(['left100', 'right100']),
  )
  expect(await page.evaluate(() => window.heard.forGood)).toBe(true)
  await page.keyboard.press('Escape')
  expect(await values(page, 'Own')).toMatchObject({ images: { name: 'spots' } })
  const bundle = await shared(page)
  await run(page)
  whole = {
    bundle,
    checkpoint: await downloadFile(page, 'model.zip'),
    png: await downloadFile(page, 'made.png'),
  }
})

/** Steps of the stored trainings, running and finished. */
const storedSteps = (page: Page) =>
  page.evaluate(async () => {
    const answer = <T>(asked: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result)
        asked.onerror = () => reject(asked.error!)
      })
    const database = await answer(indexedDB.open('litegraph-diffusion-states'))
    const keys = await answer(database.transaction('entries').objectStore('entries').getAllKeys())
    database.close()
    return keys.flatMap((key) => /state\/.*@(\d+)~?$/.exec(String(key))?.[1] ?? []).map(Number)
  })

test('a training on own images continues after the browser was killed, with the same bits', async () => {
  const before = await launchIn('killed')
  await newWorkflow(before)
  await dropPaths(before, [put('training.zip', whole.bundle)])
  await toast(before, 'Added 1 file to the library').waitFor()
  const kill = await prepareKill(before.context())
  await button(before, 'Run').click()
  await before.waitForFunction(() => (window.heard.progress['6']?.last ?? 0) > 20)
  await expect.poll(async () => Math.max(...(await storedSteps(before)))).toBeGreaterThan(20)
  await kill()

  const page = await launchIn('killed')
  await expect.poll(() => titles(page)).toContain('Own')
  // Two, if the browser was killed while one replaced the other.
  const stored = Math.max(...(await storedSteps(page)))
  expect(stored).toBeGreaterThan(20)
  expect(stored).toBeLessThan(STEPS)
  await run(page)
  expect(await page.evaluate(() => window.heard.progress['6'])).toMatchObject({
    first: stored + 1,
    last: STEPS,
  })
  expect(sha256(await downloadFile(page, 'model.zip'))).toBe(sha256(whole.checkpoint))
  expect(picture(await downloadFile(page, 'made.png'))).toEqual(picture(whole.png))
  await button(page, 'Library').click()
  await page.getByRole('tab', { name: 'Data sets' }).click()
  await page.getByText('200 images, 8 × 8, grey, 2 classes').waitFor()
})

test('a checkpoint and a shared workflow sample the same image in another browser', async () => {
  const { size, shades } = picture(whole.png)
  expect(size).toEqual([2 * 8 * 32 + 2, 2 * 8 * 32 + 2])
  expect(shades).toBeGreaterThan(20)

  const page = await newEditor()
  await open(page, 'sampling.json', samplingFromFile)
  await dropPaths(page, [put('spots.zip', whole.checkpoint)])
  await toast(page, en.files.selectedIn('spots.zip', 'Load')).waitFor()
  await run(page)
  const first = await downloadFile(page, 'made.png')
  expect(picture(first)).toEqual(picture(whole.png))
  const bundle = await shared(page)
  expect(unpackBundle(bundle).files.map(({ file }) => file.sha256)).toEqual([
    sha256(whole.checkpoint),
  ])

  const stranger = await newEditor()
  await dropPaths(stranger, [put('sampling.zip', bundle)])
  await toast(stranger, 'Added 1 file to the library').waitFor()
  await run(stranger)
  expect(sha256(await downloadFile(stranger, 'made.png'))).toBe(sha256(first))
})

test('reports a deleted data set and recognises it when its images return', async () => {
  const page = await newEditor()
  await dropPaths(page, [put('training.zip', whole.bundle)])
  await toast(page, 'Added 1 file to the library').waitFor()
  await button(page, 'Library').click()
  await page.getByRole('tab', { name: 'Data sets' }).click()
  await page.getByRole('button', { name: en.drawer.more('spots') }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText(en.storedFiles.dataset.empty).waitFor()
  await button(page, 'Library').click()
  await button(page, 'Run').click()
  await page.locator('.status[data-state=fault]').waitFor()
  const problem = page.getByRole('alert')
  expect(await problem.textContent()).toMatch(
    /^1 problem\. The data set "spots" \(SHA-256 .*\) is not stored here\. Drop images/,
  )
  const dialog = await dropSpots(page, '8')
  await dialog.getByRole('button', { name: 'Import' }).click()
  await dialog.getByText(en.files.foundFor('spots', 'Own')).waitFor()
  await page.keyboard.press('Escape')
  await button(page, 'Run').click()
  await page.waitForFunction(() => (window.heard.progress['6']?.last ?? 0) > 0)
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.locator('.status[data-state=idle]').waitFor()
})

test('rejects images that exceed the storage, and accepts smaller ones', async () => {
  // The editor's other data and the databases take up to half of that.
  const page = await newEditor(1_700_000)
  await addNode(page, 'images', 200, 300)
  const dialog = await dropSpots(page, '64')
  await dialog.getByRole('radio', { name: 'RGB' }).check()
  await dialog.getByRole('button', { name: 'Import' }).click()
  await expect
    .poll(() => dialog.getByRole('alert').textContent())
    .toMatch(/storage is full: .* could not be stored\. Nothing saved/)
  expect(await values(page, 'Images')).toMatchObject({ images: null })
  await dialog.getByRole('radio', { name: '8', exact: true }).check()
  await dialog.getByRole('button', { name: 'Import' }).click()
  await dialog.getByText(en.files.selectedIn('spots', 'Images')).waitFor()
})

/** Converts a recorded batch [b, c, h, w] to [b, h, w, c]. */
function channelsLast({ shape, data }: { shape: number[]; data: ArrayLike<number> }) {
  const [b, c, h, w] = shape as [number, number, number, number]
  const at = (i: number) => {
    const [item, pixel, channel] = [Math.floor(i / (h * w * c)), Math.floor(i / c) % (h * w), i % c]
    return data[(item * c + channel) * h * w + pixel]
  }
  return { shape: [b, h, w, c], data: Float32Array.from({ length: data.length }, (_, i) => at(i)) }
}

test.each(process.env.FULL ? ['a_ddpm_style', 'b_class_cond'] : ['b_class_cond'])(
  '%s of diffusers, dropped as a folder, has the recorded predictions',
  async (name) => {
    const here = (file: string) => join(import.meta.dirname, 'golden/unet', name, file)
    const weights = gunzipSync(readFileSync(here('diffusion_pytorch_model.safetensors.gz')))
    put(`${name}/config.json`, readFileSync(here('config.json')))
    put(`${name}/diffusion_pytorch_model.safetensors`, weights)
    const page = await newEditor()
    await addNode(page, 'load checkpoint', 200, 200)
    await dropPaths(page, [join(folder, name)], await locateNode(page, 'Load Checkpoint'))
    await toast(page, en.files.selectedIn(`${name}.zip`, 'Load Checkpoint')).waitFor()
    const { checkpoint } = await values(page, 'Load Checkpoint')

    const recorded = goldenTensors(`unet/${name}/io`)
    const x_t = channelsLast(recorded.get('x')! as never)
    const conditioned = recorded.has('class_labels')
    const list = (tensor: string) => [...(recorded.get(tensor)?.data ?? [])].join(', ')
    const graph: Graph = {
      nodes: [
        node('load', 'LoadCheckpoint', {}, { checkpoint }),
        node(
          'batch',
          'test/Recorded',
          {},
          {
            x_t: x_t.data.join(),
            shape: x_t.shape.join(),
            t: list('timesteps'),
            labels: list('class_labels'),
          },
        ),
        node('predict', 'Predict', {
          model: 'load.model',
          x_t: 'batch.x_t',
          t: 'batch.t',
          ...(conditioned && { condition: 'batch.labels' }),
        }),
        node('read', 'test/ReadBack', { value: 'predict.prediction' }),
      ],
    }
    await toEngine(page, server)
    const { faults, backend, numbers } = await page.evaluate(async (graph) => {
      const { connect, createClient, recordedWorker } = window.engine
      const client = createClient(connect({ worker: recordedWorker }))
      let bytes = new Uint8Array()
      const { faults } = await client.run(graph, {
        onEvent: (event) => event.type === 'file' && (bytes = new Uint8Array(event.file.bytes)),
      })
      const { name: backend } = await client.ready
      client.close()
      return { faults, backend, numbers: [...new Float32Array(bytes.buffer)] }
    }, graph)
    expect({ faults, backend }).toEqual({ faults: [], backend: 'wasm' })
    const right = channelsLast(recorded.get('output')! as never).data
    expect(numbers).toHaveLength(right.length)
    const gaps = numbers.map((number, i) => Math.abs(number - right[i]))
    expect(Math.max(...gaps)).toBeLessThan(1e-5 * largest(right))
  },
)

test('runs leave only cached tensors, and a closed engine leaves none', async () => {
  const context = await chromium.newContext()
  contexts.push(context)
  const page = await context.newPage()
  await toEngine(page, server)
  const short = (seed: number): Graph => ({
    nodes: trainingOfImages.nodes.map((each) => {
      if (each.id === 'Own') return node('Own', 'Digits')
      return each.id === 'Start' ? { ...each, params: { ...each.params, steps: 4, seed } } : each
    }),
  })
  const counts = await page.evaluate(async (graphs) => {
    const { connect, createClient, tf } = window.engine
    const client = createClient(connect({ engine: 'page', backend: 'wasm' }))
    await client.ready
    const counts = [tf.memory().numTensors]
    for (const graph of graphs) {
      const { faults } = await client.run(graph)
      if (faults.length) throw new Error(faults[0].message)
      counts.push(tf.memory().numTensors)
    }
    client.close()
    while (tf.memory().numTensors > counts[0])
      await new Promise((resolve) => setTimeout(resolve, 20))
    return counts
  }, [0, 0, 1, 0, 1].map(short))
  const [before, first, again, other, ...later] = counts as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  expect(first).toBeGreaterThan(before)
  expect(again).toBe(first)
  // The result for another seed is cached beside it.
  expect(other).toBeGreaterThan(first)
  expect(later).toEqual([other, other])
})
