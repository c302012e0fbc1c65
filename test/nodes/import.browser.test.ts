// Data sets in real Chromium: import of images in the worker and fetching of shipped data sets.
import { zipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readImages } from '../../src/engine/datasets/file.ts'
import type { ImportOptions } from '../../src/engine/protocol.ts'
import type {} from '../pages/engine.ts'
import { toEngine, useChromium, usePages } from '../chromium.ts'
import { node } from './evaluate.ts'

const server = usePages()
const chromium = useChromium()

let page: Page
beforeAll(async () => {
  if (!chromium.browser) return
  page = await chromium.newPage()
  await toEngine(page, server)
})
afterAll(() => page?.close())

/** Image that the page paints: rectangles [x, y, width, height, colour] on transparency. */
interface Painted {
  width: number
  height: number
  fill: [number, number, number, number, string][]
  type?: 'image/png' | 'image/jpeg' | 'image/webp'
}

const paint = (pictures: Record<string, Painted>): Promise<Record<string, number[]>> =>
  page.evaluate(async (pictures) => {
    const painted = await Promise.all(
      Object.entries(pictures).map(async ([path, { width, height, fill, type }]) => {
        const canvas = new OffscreenCanvas(width, height)
        const context = canvas.getContext('2d')!
        for (const [x, y, w, h, colour] of fill) {
          context.fillStyle = colour
          context.fillRect(x, y, w, h)
        }
        const blob = await canvas.convertToBlob({ type: type ?? 'image/png', quality: 1 })
        return [path, [...new Uint8Array(await blob.arrayBuffer())]] as [string, number[]]
      }),
    )
    return Object.fromEntries(painted)
  }, pictures)

/**
 * Imports files in the default worker twice, the second time in reverse order. Rejects with the
 * error of the import.
 */
async function importIn(files: Record<string, number[]>, options: ImportOptions) {
  const { bytes, ...rest } = await page.evaluate(
    async ({ files, options }) => {
      const { connect, createClient, defaultWorker } = window.engine
      const port = connect({ worker: defaultWorker, backend: 'cpu' })
      const client = createClient(port)
      const progress: [number, number][] = []
      port.listen((event) => event.type === 'importing' && progress.push([event.done, event.total]))
      const images = Object.entries(files).map(([path, bytes]) => ({
        path,
        file: new Blob([Uint8Array.from(bytes)]),
      }))
      try {
        const first = await client.importImages('toys', images, options)
        const again = await client.importImages('toys', images.toReversed(), options)
        const listed = await client.listFiles('dataset')
        const bytes = await new Promise<number[]>((resolve) => {
          port.listen((event) => event.type === 'fileBytes' && resolve([...event.bytes!]))
          port.post({ type: 'readFile', id: -1, what: 'dataset', sha256: first.file.sha256 })
        })
        return { ...first, again: again.file, listed, progress, bytes }
      } finally {
        client.close()
      }
    },
    { files, options },
  )
  return { ...rest, stored: readImages(Uint8Array.from(bytes)) }
}

const flat = (colour: string, width = 4, height = 4): Painted => ({
  width,
  height,
  fill: [[0, 0, width, height, colour]],
})
const options = (rest: Partial<ImportOptions> = {}): ImportOptions => ({
  width: 2,
  height: 2,
  channels: 3,
  fit: 'stretch',
  labels: false,
  ...rest,
})

/** EXIF segment with orientation 6: rotate by 90 degrees clockwise. */
const turned = [0xff, 0xe1, 0, 34, ...'Exif\0\0MM\0*'].flatMap((part) =>
  typeof part === 'number' ? [part] : part.charCodeAt(0),
)
const exif = [...turned, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]

const frame = (code: number) => [
  0x21,
  0xf9,
  4,
  0,
  10,
  0,
  0,
  0,
  0x2c,
  0,
  0,
  0,
  0,
  1,
  0,
  1,
  0,
  0,
  2,
  2,
  code,
  1,
  0,
]
const screen = [1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255]
/** GIF of one pixel that is red in the first frame and blue in the second. */
const animated = [
  ...Array.from('GIF89a', (letter) => letter.charCodeAt(0)),
  ...screen,
  ...frame(0x44),
  ...frame(0x4c),
  0x3b,
]

describe('importing in the worker', () => {
  test('imports class folders and ZIP files and skips unusable files with a reason', async () => {
    const painted = await paint({
      'a/10.png': flat('rgb(30, 60, 90)'),
      'a/9.png': flat('rgb(1, 2, 3)', 7, 5),
      'b/x.webp': { ...flat('rgb(255, 255, 255)'), type: 'image/webp' },
      zipped: flat('rgb(200, 100, 50)', 64, 48),
    })
    const { zipped, ...rest } = painted
    const { stored, report, listed, file, again, progress } = await importIn(
      {
        ...rest,
        'a/broken.png': painted['a/10.png'].slice(0, 60),
        'b/readme.txt': [1, 2, 3],
        'loose.png': painted['a/10.png'],
        'b/.DS_Store': [0],
        'more.zip': [...zipSync({ 'c/1.png': Uint8Array.from(zipped) })],
      },
      options({ labels: true }),
    )
    expect(stored.classNames).toEqual(['a', 'b', 'c'])
    expect([...stored.labels!]).toEqual([0, 0, 1, 2])
    const pixels = Array.from({ length: 4 }, (_, i) => [
      ...stored.images.subarray(12 * i, 12 * i + 3),
    ])
    expect(pixels).toEqual([
      [1, 2, 3],
      [30, 60, 90],
      [255, 255, 255],
      [200, 100, 50],
    ])
    expect(report.count).toBe(4)
    expect(report.skipped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'a/broken.png: it is damaged, or not a PNG that can be read here',
      'b/readme.txt: it is not an image of a known kind (PNG, JPEG, WebP, GIF, BMP, AVIF)',
      'loose.png: it is beside the folders of the classes',
    ])
    expect(again).toEqual(file)
    expect(listed).toContainEqual(file)
    expect(progress[0]).toEqual([0, 7])
    expect(progress.at(-1)).toEqual([7, 7])
  })

  test('applies EXIF rotation, blends over black, and uses the first animation frame', async () => {
    const { jpeg, half } = await paint({
      jpeg: {
        width: 32,
        height: 16,
        fill: [
          [0, 0, 16, 16, 'rgb(255, 0, 0)'],
          [16, 0, 16, 16, 'rgb(0, 0, 255)'],
        ],
        type: 'image/jpeg',
      },
      half: { width: 2, height: 2, fill: [[0, 0, 1, 2, 'rgba(255, 255, 255, 0.5)']] },
    })
    const files = {
      '1.jpg': [...jpeg.slice(0, 2), ...exif, ...jpeg.slice(2)],
      '2.png': half,
      '3.gif': animated,
    }
    const { stored } = await importIn(files, options())
    const image = (i: number) => [...stored.images.subarray(12 * i, 12 * i + 12)]
    // The rotation moves the left side to the top: red above, blue below.
    const [red, green, blue] = image(0)
    expect(red).toBeGreaterThan(245)
    expect(Math.max(green, blue)).toBeLessThan(10)
    expect(image(0).slice(9, 12)[2]).toBeGreaterThan(245)
    expect(image(0).slice(3, 6)).toEqual(image(0).slice(0, 3))
    expect([127, 128]).toContain(image(1)[0])
    expect(image(1).slice(3, 6)).toEqual([0, 0, 0])
    expect(image(2)).toEqual([255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0])
  })

  test('downscales a large image by averaging', async () => {
    const painted = await paint({
      'x.png': {
        width: 2400,
        height: 1200,
        fill: Array.from({ length: 600 }, (_, i) => [4 * i, 0, 2, 1200, 'rgb(200, 200, 200)']),
      },
    })
    const { stored } = await importIn(painted, options({ width: 8, height: 4, channels: 1 }))
    // Stripes of two light and two dark pixels average to 100 everywhere, without aliasing.
    expect([...new Set(stored.images)]).toEqual([100])
  })

  test('rejects an import without usable images', async () => {
    await expect(importIn({ 'a.txt': [1] }, options())).rejects.toThrow(
      /Expected at least one image, got none\. a\.txt: it is not an image of a known kind/,
    )
  })
})

describe('shipped data sets in the worker', () => {
  /** Returns the file name of an address, without the build hash. */
  const nameOf = (address: string) => address.replace(/^.*\/|-.{8}(?=\.gz$)/g, '')
  const run = (type: string, { mnist, ...params }: { mnist?: string; count?: number } = {}) =>
    page.evaluate(
      async ({ graph, assets }) => {
        const { connect, createClient } = window.engine
        const client = createClient(
          connect({ worker: window.engine.defaultWorker, backend: 'cpu', assets }),
        )
        const shapes: number[][] = []
        const { faults } = await client.run(graph, {
          onEvent: (event) =>
            event.type === 'view' &&
            event.view.kind === 'statistics' &&
            shapes.push(event.view.shape),
        })
        client.close()
        return { faults, shapes }
      },
      {
        graph: {
          nodes: [
            node('data', type, {}, params),
            node('noise', 'GaussianNoise', { like: 'data.dataset' }, { batch_size: 3 }),
            node('look', 'Inspect', { value: 'noise.noise' }),
          ],
        },
        assets: { ...(mnist && { mnist }) },
      },
    )

  test('are fetched only when they are used', async () => {
    const fetched: string[] = []
    page.context().on('response', (response) => {
      if (response.url().endsWith('.gz')) fetched.push(nameOf(response.url()))
    })
    expect(await run('Points')).toEqual({ faults: [], shapes: [[3, 2]] })
    expect(fetched).toEqual([])
    expect(await run('Digits')).toEqual({ faults: [], shapes: [[3, 8, 8, 1]] })
    expect(fetched).toEqual(['digits.safetensors.gz'])
    expect(await run('MNIST', { count: 100 })).toEqual({ faults: [], shapes: [[3, 28, 28, 1]] })
    expect(fetched.slice(1).sort()).toEqual([
      'train-images-idx3-ubyte.gz',
      'train-labels-idx1-ubyte.gz',
    ])
  })

  test('report a fault with the address if MNIST cannot be fetched', async () => {
    chromium.allow(/http:\/\/localhost:9\/nothing/)
    const { faults } = await run('MNIST', { mnist: 'http://localhost:9/nothing' })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatchObject({ node: 'data' })
    expect(faults[0].message).toMatch(
      /^MNIST \(train-.*\) could not be fetched from http:\/\/localhost:9\/nothing\/train-/,
    )
  })
})
