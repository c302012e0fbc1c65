// Data set files and image import: reading inverts writing, malformed files are rejected with the
// reason, and resized images depend only on their pixels.
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { StoredArray } from '../../../src/engine/archive/safetensors.ts'
import {
  readArrays,
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
} from '../../../src/engine/archive/safetensors.ts'
import type { StoredImages } from '../../../src/engine/datasets/file.ts'
import {
  DatasetError,
  toDataset,
  toGrey,
  readImages,
  sliceDataset,
  writeImages,
} from '../../../src/engine/datasets/file.ts'
import { readHeader } from '../../../src/engine/datasets/formats.ts'
import { readIdx } from '../../../src/engine/datasets/idx.ts'
import type { Decode, ImportWork } from '../../../src/engine/datasets/import.ts'
import { ImportError, importImages } from '../../../src/engine/datasets/import.ts'
import { readMnist } from '../../../src/engine/datasets/mnist.ts'
import { naturalOrder } from '../../../src/engine/datasets/order.ts'
import type { ImageSize, Picture } from '../../../src/engine/datasets/resize.ts'
import { resizePicture } from '../../../src/engine/datasets/resize.ts'
import { withoutIds } from '../../withoutIds.ts'

const stored = fc
  .record({
    count: fc.integer({ min: 1, max: 4 }),
    height: fc.integer({ min: 1, max: 3 }),
    width: fc.integer({ min: 1, max: 3 }),
    channels: fc.constantFrom(1, 3),
    max: fc.constantFrom(255, 16, 1),
    labelled: fc.boolean(),
    name: fc.string(),
  })
  .chain(({ count, height, width, channels, max, labelled, name }) =>
    fc.record({
      name: fc.constant(name),
      images: fc.uint8Array({
        minLength: count * height * width * channels,
        maxLength: count * height * width * channels,
        max,
      }),
      shape: fc.constant([count, height, width, channels] as StoredImages['shape']),
      max: fc.constant(max),
      ...(labelled && {
        labels: fc.int32Array({ minLength: count, maxLength: count, min: 0, max: 2 }),
        classNames: fc.tuple(fc.string(), fc.string(), fc.string()),
      }),
    }),
  )

describe('dataset files', () => {
  test('reading inverts writing', () => {
    fc.assert(
      fc.property(stored, (given) => {
        expect(readImages(writeImages(given as StoredImages))).toEqual(given)
      }),
    )
  })

  test('maps values to [-1, 1] and preserves labels and names', () => {
    const images = Uint8Array.of(0, 51, 255, 204)
    const dataset = toDataset({
      name: '',
      images,
      shape: [2, 2, 1, 1],
      max: 255,
      labels: Int32Array.of(1, 0),
      classNames: ['a', 'b'],
    })
    expect([...dataset.data]).toEqual([
      -1,
      Math.fround(51 / 127.5 - 1),
      1,
      Math.fround(204 / 127.5 - 1),
    ])
    expect(dataset).toMatchObject({
      shape: [2, 1, 1],
      size: 2,
      space: 'image',
      classes: 2,
      classNames: ['a', 'b'],
    })
    const second = sliceDataset(dataset, 1, 2)
    expect([second.size, ...second.data, ...second.labels!]).toEqual([
      1,
      dataset.data[2],
      dataset.data[3],
      0,
    ])
  })

  test('grey is luma', () => {
    const images = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90)
    const grey = toGrey(toDataset({ name: '', images, shape: [1, 2, 2, 3], max: 255 }))
    expect(grey.shape).toEqual([2, 2, 1])
    const expected = [0.299, 0.587, 0.114, 90 / 255].map((share) => 2 * share - 1)
    grey.data.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6))
    expect(toGrey(grey)).toBe(grey)
  })

  test('reads 64-bit labels as written by PyTorch', () => {
    const header = JSON.stringify({
      images: { dtype: 'U8', shape: [2, 1, 1, 1], data_offsets: [16, 18] },
      labels: { dtype: 'I64', shape: [2], data_offsets: [0, 16] },
    })
    const bytes = new Uint8Array(8 + header.length + 18)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, BigInt(header.length), true)
    bytes.set(new TextEncoder().encode(header), 8)
    view.setBigInt64(8 + header.length + 8, 3n, true)
    expect(readImages(bytes)).toMatchObject({
      labels: Int32Array.of(0, 3),
      classNames: ['0', '1', '2', '3'],
      max: 255,
    })
    view.setBigInt64(8 + header.length + 8, 2n ** 40n, true)
    expect(() => readImages(bytes)).toThrow('Expected a number of 32 bits, got 1099511627776')
  })

  const bytesOf = (count: number) => new Uint8Array(count)
  const file = (tensors: Record<string, StoredArray>, metadata = {}) =>
    writeSafetensors(new Map(Object.entries(tensors)), metadata)
  const image = { shape: [2, 2, 2, 1], data: bytesOf(8) }
  test.each<[string, Uint8Array, string]>([
    ['a file that is not safetensors', bytesOf(4), 'too short'],
    [
      'a file without images',
      file({ labels: { shape: [1], data: Int32Array.of(0) } }),
      'holds no images',
    ],
    [
      'float images',
      file({ images: { shape: [1, 1, 1, 1], data: Float32Array.of(0) } }),
      'Expected images as bytes',
    ],
    [
      'images with three axes',
      file({ images: { shape: [2, 2, 2], data: bytesOf(8) } }),
      'got [2,2,2]',
    ],
    [
      'images with four channels',
      file({ images: { shape: [1, 1, 2, 4], data: bytesOf(8) } }),
      'got [1,1,2,4]',
    ],
    [
      'an empty list of images',
      file({ images: { shape: [0, 2, 2, 1], data: bytesOf(0) } }),
      'Expected at least one image',
    ],
    ['images without pixels', file({ images: { shape: [1, 0, 2, 1], data: bytesOf(0) } }), '2 x 0'],
    [
      'too large images',
      file({ images: { shape: [1, 5000, 1, 1], data: bytesOf(5000) } }),
      '1 x 5000',
    ],
    ['an unknown tensor', file({ images: image, more: image }), '"more"'],
    [
      'float labels',
      file({ images: image, labels: { shape: [2], data: Float32Array.of(0, 0) } }),
      'Expected integer labels',
    ],
    [
      'too few labels',
      file({ images: image, labels: { shape: [1], data: Int32Array.of(0) } }),
      'Expected one label per item, [2]',
    ],
    [
      'a negative label',
      file({ images: image, labels: { shape: [2], data: Int32Array.of(0, -1) } }),
      'got -1 to 0',
    ],
    [
      'a label without a name',
      file(
        { images: image, labels: { shape: [2], data: Int32Array.of(0, 2) } },
        { classes: '["a","b"]' },
      ),
      'from 0 to 1, got 0 to 2',
    ],
    [
      'too large labels',
      file({ images: image, labels: { shape: [2], data: Int32Array.of(0, 2 ** 30) } }),
      'got 0 to 1073741824',
    ],
    [
      'names that are not a list',
      file({ images: image, labels: { shape: [2], data: Int32Array.of(0, 0) } }, { classes: '{}' }),
      'list of texts',
    ],
    [
      'names that are not JSON',
      file({ images: image, labels: { shape: [2], data: Int32Array.of(0, 0) } }, { classes: 'a' }),
      'not JSON',
    ],
    ['an invalid white value', file({ images: image }, { max: '1e2' }), '"1e2"'],
    [
      'values above white',
      file({ images: { shape: [1, 1, 1, 1], data: Uint8Array.of(17) } }, { max: '16' }),
      'up to white, which is 16',
    ],
  ])('rejects %s', (_, bytes, words) => {
    expect(() => readImages(bytes)).toThrow(DatasetError)
    expect(() => readImages(bytes)).toThrow(words)
  })

  test('rejects integers in a checkpoint', () => {
    const bytes = file({ images: image })
    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError)
    expect(readArrays(bytes).tensors.get('images')).toEqual(image)
  })
})

describe('idx', () => {
  const idx = (axes: number[], data: number[]) =>
    Uint8Array.from([
      0,
      0,
      8,
      axes.length,
      ...axes.flatMap((length) => [0, 0, length >> 8, length & 255]),
      ...data,
    ])

  test('returns shape and bytes', () => {
    expect(readIdx(idx([2, 3], [1, 2, 3, 4, 5, 6]), 2)).toEqual({
      shape: [2, 3],
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    })
  })

  test.each<[string, Uint8Array, string]>([
    ['data of another rank', idx([2], [1, 2]), 'with 2 axes'],
    [
      'float data',
      Uint8Array.from([0, 0, 13, 2, ...new Array<number>(12).fill(0)]),
      'idx file of bytes',
    ],
    [
      'truncated data',
      idx([2, 3], [1, 2, 3]),
      'Expected 6 bytes for an array of shape [2,3], got 3',
    ],
    ['an empty file', new Uint8Array(), 'idx file of bytes'],
  ])('rejects %s', (_, bytes, words) => expect(() => readIdx(bytes, 2)).toThrow(words))

  test('MNIST rejects files that do not match', () => {
    const images = idx([2, 1, 1], [1, 2])
    const options = { count: 0, side: 1 }
    expect(readMnist(images, idx([2], [3, 4]), options)).toMatchObject({
      shape: [2, 1, 1, 1],
      labels: Int32Array.of(3, 4),
    })
    expect(() => readMnist(images, idx([1], [3]), options)).toThrow(
      'one label per image, 2 in all, got 1',
    )
    expect(() => readMnist(images, idx([2], [3, 10]), options)).toThrow(
      'Expected labels from 0 to 9',
    )
    expect(() => readMnist(images, idx([2], [3, 4]), { count: 0, side: 0 })).toThrow(
      'at most 0 x 0, got 1 x 1',
    )
  })
})

test('sorts files in natural order, folder by folder', () => {
  const sorted = [
    'a/1.png',
    'a/02.png',
    'a/2.png',
    'a/10.png',
    'a b/1.png',
    'b/x1y2.png',
    'b/x1y10.png',
    'b/x2.png',
    'b.png',
  ]
  const shuffled = sorted.toSorted((a, b) => b.length - a.length || (a < b ? 1 : -1))
  expect(shuffled.sort(naturalOrder)).toEqual(sorted)
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(Math.sign(naturalOrder(a, b))).toBe(-Math.sign(naturalOrder(b, a)) + 0)
      expect(naturalOrder(a, b) === 0).toBe(a === b)
    }),
  )
})

// ---- resizing

/** Creates an image with the RGB pixels `at(x, y)`. */
function picture(
  width: number,
  height: number,
  at: (x: number, y: number) => readonly [number, number, number],
): Picture {
  return {
    width,
    height,
    rows(top, count) {
      const pixels = new Uint8ClampedArray(4 * width * count)
      for (let i = 0; i < width * count; i++)
        pixels.set(at(i % width, top + Math.floor(i / width)), 4 * i)
      return pixels
    },
  }
}

const grey = (value: number) => [value, value, value] as const
const size = (width: number, height: number, rest: Partial<ImageSize> = {}): ImageSize => ({
  width,
  height,
  channels: 1,
  fit: 'stretch',
  ...rest,
})

describe('resizing', () => {
  test('an unchanged size preserves the image', () => {
    const at = (x: number, y: number) => [10 * x, 20 * y, x + y] as const
    const out = resizePicture(picture(5, 4, at), size(5, 4, { channels: 3 }))
    expect([...out]).toEqual(
      Array.from({ length: 20 }, (_, i) => at(i % 5, Math.floor(i / 5))).flat(),
    )
  })

  test('shrinking by an integer averages each block', () => {
    const at = (x: number, y: number) => (7 * x + 13 * y + x * y) % 256
    const out = resizePicture(
      picture(12, 8, (x, y) => grey(at(x, y))),
      size(3, 4),
    )
    const mean = (column: number, row: number) => {
      let sum = 0
      for (let y = 2 * row; y < 2 * row + 2; y++)
        for (let x = 4 * column; x < 4 * column + 4; x++) sum += at(x, y)
      return Math.round(sum / 8)
    }
    expect([...out]).toEqual(Array.from({ length: 12 }, (_, i) => mean(i % 3, Math.floor(i / 3))))
  })

  test('shrinking by other factors weights pixels by their coverage', () => {
    // Three pixels, 0, 90 and 240, become two: (0 + 45) / 1.5 and (45 + 240) / 1.5.
    expect([
      ...resizePicture(
        picture(3, 1, (x) => grey([0, 90, 240][x])),
        size(2, 1),
      ),
    ]).toEqual([30, 190])
  })

  test('enlarging is linear between pixel centres and constant outside', () => {
    expect([
      ...resizePicture(
        picture(2, 1, (x) => grey(100 * x)),
        size(4, 1),
      ),
    ]).toEqual([0, 25, 75, 100])
    expect([
      ...resizePicture(
        picture(1, 1, () => grey(77)),
        size(3, 2),
      ),
    ]).toEqual(new Array(6).fill(77))
  })

  test('preserves the mean and the range for all sizes', () => {
    const sides = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(sides, sides, sides, sides, (w, h, toW, toH) => {
        const out = resizePicture(
          picture(w, h, () => [200, 100, 50]),
          size(toW, toH, { channels: 3 }),
        )
        expect(out).toEqual(
          Uint8Array.from({ length: 3 * toW * toH }, (_, i) => [200, 100, 50][i % 3]),
        )
      }),
    )
  })

  test('crop uses the centre, pad adds black, stretch uses the complete image', () => {
    const wide = picture(8, 4, (x) => grey(x < 2 || x >= 6 ? 200 : 100))
    expect([...resizePicture(wide, size(2, 2, { fit: 'crop' }))]).toEqual([100, 100, 100, 100])
    expect([...resizePicture(wide, size(4, 4, { fit: 'pad' }))]).toEqual([
      0, 0, 0, 0, 200, 100, 100, 200, 200, 100, 100, 200, 0, 0, 0, 0,
    ])
    expect([...resizePicture(wide, size(4, 1, { fit: 'stretch' }))]).toEqual([200, 100, 100, 200])
    const tall = picture(4, 8, (_, y) => grey(y < 2 || y >= 6 ? 200 : 100))
    expect([...resizePicture(tall, size(1, 1, { fit: 'crop' }))]).toEqual([100])
  })

  test('positions the crop and the padded image as requested', () => {
    const wide = picture(6, 2, (x) => grey(40 * x))
    const cut = (...position: [number, number]) =>
      [...resizePicture(wide, size(2, 2, { fit: 'crop', position }))].slice(0, 2)
    expect([cut(0, 0.5), cut(0.5, 0), cut(1, 1)]).toEqual([
      [0, 40],
      [80, 120],
      [160, 200],
    ])
    const padded = (y: number) =>
      [...resizePicture(wide, size(6, 4, { fit: 'pad', position: [0, y] }))].map(
        (value) => value && 1,
      )
    const [bar, row] = [Array(6).fill(0), [0, 1, 1, 1, 1, 1]]
    expect(padded(0)).toEqual([...row, ...row, ...bar, ...bar])
    expect(padded(1)).toEqual([...bar, ...bar, ...row, ...row])
  })

  test('resizing in strips returns the same image', () => {
    const out = resizePicture(
      picture(9000, 60, (x, y) => grey((x < 4500 ? 0 : 100) + (y < 30 ? 0 : 100))),
      size(2, 2),
    )
    expect([...out]).toEqual([0, 100, 100, 200])
  })

  test('grey is luma', () => {
    expect([
      ...resizePicture(
        picture(1, 1, () => [255, 0, 0]),
        size(1, 1),
      ),
    ]).toEqual([Math.round(0.299 * 255)])
    expect([
      ...resizePicture(
        picture(1, 1, () => [0, 0, 255]),
        size(1, 1),
      ),
    ]).toEqual([Math.round(0.114 * 255)])
  })
})

describe('image headers', () => {
  const bytes = (...parts: (string | number)[]) =>
    Uint8Array.from(
      parts.flatMap((part) =>
        typeof part === 'number' ? [part] : [...part].map((letter) => letter.charCodeAt(0)),
      ),
    )
  test.each([
    [
      'png',
      bytes('\x89PNG\r\n\x1a\n', 0, 0, 0, 13, 'IHDR', 0, 0, 1, 2, 0, 0, 0, 3),
      { mime: 'image/png', width: 258, height: 3 },
    ],
    ['gif', bytes('GIF89a', 2, 1, 3, 0), { mime: 'image/gif', width: 258, height: 3 }],
    [
      'jpeg with a segment before',
      bytes('\xff\xd8\xff\xe0', 0, 4, 1, 1, '\xff\xc2', 0, 17, 8, 0, 3, 1, 2),
      { mime: 'image/jpeg', width: 258, height: 3 },
    ],
    ['truncated jpeg', bytes('\xff\xd8\xff\xe0', 0, 4), { mime: 'image/jpeg' }],
    [
      'webp',
      bytes('RIFF', 0, 0, 0, 0, 'WEBPVP8X', 10, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 2, 0, 0),
      { mime: 'image/webp', width: 258, height: 3 },
    ],
    [
      'webp, lossless',
      bytes('RIFF', 0, 0, 0, 0, 'WEBPVP8L', 0, 0, 0, 0, 0x2f, 1, 0x81, 0, 0),
      { mime: 'image/webp', width: 258, height: 3 },
    ],
    ['avif', bytes(0, 0, 0, 28, 'ftypavif'), { mime: 'image/avif' }],
    ['text', bytes('BMW and others'), undefined],
    ['empty file', bytes(), undefined],
  ])('%s', (_, given, header) => expect(readHeader(given)).toEqual(header))
})

// ---- importing

/** The first bytes of a PNG with a single grey value, for the toy decoder. */
const toyPng = (value: number, width = 2, height = 2) =>
  Uint8Array.from([
    0x89,
    0x50,
    0x4e,
    0x47,
    13,
    10,
    26,
    10,
    0,
    0,
    0,
    13,
    0,
    0,
    0,
    0,
    0,
    0,
    width >> 8,
    width & 255,
    0,
    0,
    height >> 8,
    height & 255,
    value,
  ])

interface Opened {
  now: number
  most: number
}

const toyDecoder =
  (opened: Opened): Decode =>
  async (bytes) => {
    if (bytes.length !== 25) throw new Error('broken')
    opened.most = Math.max(opened.most, ++opened.now)
    // Files with higher values are decoded sooner, so that they finish out of order.
    await new Promise((resolve) => setTimeout(resolve, (255 - bytes[24]) / 50))
    return {
      ...picture(bytes[19], bytes[23], () => grey(bytes[24])),
      close: () => void opened.now--,
    }
  }

const importing = async (
  files: Record<string, Uint8Array>,
  options: Partial<ImportWork['options']> = {},
) => {
  const opened = { now: 0, most: 0 }
  const told: [number, number][] = []
  const result = await importImages({
    name: 'toys',
    files: Object.entries(files).map(([path, bytes]) => ({
      path,
      size: bytes.length,
      read: async () => bytes,
    })),
    options: { width: 1, height: 1, channels: 1, fit: 'stretch', labels: false, ...options },
    decode: toyDecoder(opened),
    onProgress: (done, total) => told.push([done, total]),
  })
  return { ...result, opened, told }
}

describe('importing', () => {
  test('returns items in path order, opens few at a time, and closes all', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${i}.png`)
    const files = Object.fromEntries(
      names.toSorted().map((name) => [name, toyPng(20 * Number.parseInt(name, 10))]),
    )
    const { stored, report, opened, told } = await importing(files)
    expect([...stored.images]).toEqual(names.map((_, i) => 20 * i))
    expect(stored).toMatchObject({ name: 'toys', shape: [12, 1, 1, 1], max: 255 })
    expect(report).toEqual({ count: 12, classes: [], skipped: [] })
    expect(opened.now).toBe(0)
    expect(opened.most).toBeLessThanOrEqual(2)
    expect([told[0], told.at(-1)]).toEqual([
      [0, 12],
      [12, 12],
    ])
  })

  test('uses innermost folders as ordered classes, and skips files next to them', async () => {
    const { stored, report } = await importing(
      {
        'pets/train/dog 10/a.png': toyPng(1),
        'pets/train/dog 9/b.png': toyPng(2),
        'pets/test/dog 10/c.png': toyPng(3),
        'pets/loose.png': toyPng(4),
      },
      { labels: true },
    )
    expect(stored.classNames).toEqual(['dog 9', 'dog 10'])
    expect([...stored.images]).toEqual([3, 2, 1])
    expect([...stored.labels!]).toEqual([1, 0, 1])
    expect(report.classes).toEqual([
      { name: 'dog 9', count: 1 },
      { name: 'dog 10', count: 2 },
    ])
    expect(withoutIds(report.skipped)).toEqual([
      { path: 'pets/loose.png', reason: expect.stringContaining('beside the folders') },
    ])
  })

  test('a single folder is one class; images without folders are rejected', async () => {
    const one = await importing(
      { 'cats/a.png': toyPng(1), 'cats/b.png': toyPng(2) },
      { labels: true },
    )
    expect(one.report.classes).toEqual([{ name: 'cats', count: 2 }])
    await expect(importing({ 'a.png': toyPng(1) }, { labels: true })).rejects.toThrow(
      'Expected images in folders',
    )
  })

  test('treats a ZIP as a folder, ignores hidden files, and reports invalid ones', async () => {
    const zip = zipSync({
      'cats/1.png': toyPng(1),
      'dogs/2.png': [toyPng(2), { level: 0 }],
      '__MACOSX/cats/._1.png': toyPng(9),
    })
    const { stored, report } = await importing(
      {
        'all.zip': zip,
        'dogs/3.png': toyPng(3),
        'dogs/half.png': toyPng(4).subarray(0, 24),
        'dogs/notes.txt': new TextEncoder().encode('no image'),
        'dogs/photo.heic': new TextEncoder().encode('\0\0\0\x1cftypheic'),
        'dogs/huge.png': toyPng(1, 40_000, 40_000),
        'torn.zip': zip.subarray(0, zip.length - 30),
        'dogs/.DS_Store': Uint8Array.of(1),
        'dogs/Thumbs.db': Uint8Array.of(1),
      },
      { labels: true },
    )
    expect([...stored.images]).toEqual([1, 2, 3])
    expect(stored.classNames).toEqual(['cats', 'dogs'])
    expect([...stored.labels!]).toEqual([0, 1, 1])
    expect(report.skipped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      'dogs/half.png: it is damaged, or not a PNG that can be read here',
      'dogs/huge.png: it has 40000 x 40000 pixels, more than 100 million',
      'dogs/notes.txt: it is not an image of a known kind (PNG, JPEG, WebP, GIF, BMP, AVIF)',
      'dogs/photo.heic: it is a HEIC photograph, which browsers cannot read: export it as JPEG',
      'torn.zip: it is not a ZIP, or is damaged',
    ])
  })

  test('a damaged entry of a ZIP does not affect others', async () => {
    const zip = zipSync(Object.fromEntries([1, 2, 3].map((i) => [`${i}.png`, toyPng(i)])), {
      level: 9,
    })
    // Sets compression method 12 (bzip2), which is not supported, in the central directory.
    const central = zip.findLastIndex(
      (_, i) =>
        i < zip.length - 46 && String.fromCharCode(...zip.subarray(i, i + 4)) === 'PK\x01\x02',
    )
    zip[central + 10] = 12
    const { stored, report } = await importing({ 'x.zip': zip })
    expect([...stored.images]).toEqual([1, 2])
    expect(withoutIds(report.skipped)).toEqual([
      {
        path: 'x/3.png',
        reason: 'it is damaged in the ZIP: its size or its CRC-32 does not match',
      },
    ])
  })

  test('throws with the first reasons if no file is usable', async () => {
    const files = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`${i}.txt`, Uint8Array.of(i)]))
    await expect(importing(files)).rejects.toThrow(ImportError)
    await expect(importing(files)).rejects.toThrow(
      /^Expected at least one image, got none\. 1\.txt: it is not an image.*3\.txt.*And 2 more\.$/,
    )
    await expect(importing({})).rejects.toThrow('Expected at least one image, got none.')
  })

  test('rejects datasets that are too large before decoding', async () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${i}.png`, toyPng(1)]))
    await expect(importing(files, { width: 1024, height: 1024, channels: 3 })).rejects.toThrow(
      'at most 268 million numbers in all images, got 315 million',
    )
    await expect(importing(files, { width: 0 })).rejects.toThrow('sides of 1 to 1024 pixels')
  })
})
