// Transforms of images: values against independent loops, gradients as transposes, errors.
import { describe, expect, test } from 'vitest'
import type { Tensor, Tensor4D } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { createPixelMap, transposePixelMap } from '../../src/engine/images/pixelMap.ts'
import {
  blurImages,
  findEdgeSource,
  flipImages,
  resizeImages,
  rotateImages,
  takeWindow,
} from '../../src/engine/images/transforms.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const [B, H, W, C] = [2, 4, 6, 2]
const random = (count: number, seed = 5) => createRandom(seed).normal(count)
const createImages = (seed = 5) => tf.tensor4d(random(B * H * W * C, seed), [B, H, W, C])

/** Reads a pixel of a tensor that was read back; `outside` beyond the edges. */
const pixelsOf = async (x: Tensor) => {
  const [, height, width, channels] = x.shape as [number, number, number, number]
  const data = await x.data()
  return (b: number, y: number, x: number, c: number, outside = 0) =>
    y < 0 || x < 0 || y >= height || x >= width
      ? outside
      : data[((b * height + y) * width + x) * channels + c]
}
type Pixel = Awaited<ReturnType<typeof pixelsOf>>

/** Linear interpolation between four pixels, written out. */
function interpolate(pixel: Pixel, b: number, y: number, x: number, c: number): number {
  const [top, left] = [Math.floor(y), Math.floor(x)]
  const across = (row: number) =>
    pixel(b, row, left, c) + (x - left) * (pixel(b, row, left + 1, c) - pixel(b, row, left, c))
  return across(top) + (y - top) * (across(top + 1) - across(top))
}

const sine = Math.sin(Math.PI / 6)
const cosine = Math.cos(Math.PI / 6)
const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value))

/** Each transform with the definition of one output pixel. */
const cases: {
  name: string
  transform: (x: Tensor4D) => Tensor4D
  shape: number[]
  expected: (pixel: Pixel, b: number, y: number, x: number, c: number) => number
}[] = [
  {
    name: 'flip left and right',
    transform: (x) => flipImages(x, 'horizontal'),
    shape: [B, H, W, C],
    expected: (pixel, b, y, x, c) => pixel(b, y, W - 1 - x, c),
  },
  {
    name: 'flip top and bottom',
    transform: (x) => flipImages(x, 'vertical'),
    shape: [B, H, W, C],
    expected: (pixel, b, y, x, c) => pixel(b, H - 1 - y, x, c),
  },
  {
    name: 'a quarter turn',
    transform: (x) => rotateImages(x, 90, 0),
    shape: [B, W, H, C],
    // The right column becomes the top row.
    expected: (pixel, b, y, x, c) => pixel(b, x, W - 1 - y, c),
  },
  {
    name: 'three quarter turns',
    transform: (x) => rotateImages(x, -90, 0),
    shape: [B, W, H, C],
    expected: (pixel, b, y, x, c) => pixel(b, H - 1 - x, y, c),
  },
  {
    name: 'half a turn',
    transform: (x) => rotateImages(x, 180, 0),
    shape: [B, H, W, C],
    expected: (pixel, b, y, x, c) => pixel(b, H - 1 - y, W - 1 - x, c),
  },
  {
    name: 'a rotation by 30 degrees',
    transform: (x) => rotateImages(x, 30, 0),
    shape: [B, H, W, C],
    expected: (pixel, b, y, x, c) => {
      // Clockwise by 30 degrees in coordinates with y upwards.
      const [right, up] = [x - (W - 1) / 2, (H - 1) / 2 - y]
      const [fromRight, fromUp] = [right * cosine + up * sine, up * cosine - right * sine]
      return interpolate(pixel, b, (H - 1) / 2 - fromUp, (W - 1) / 2 + fromRight, c)
    },
  },
  {
    name: 'a shift that wraps',
    transform: (x) =>
      takeWindow(x, { top: -1, left: 2, height: H, width: W }, { mode: 'wrap', fill: 0 }),
    shape: [B, H, W, C],
    expected: (pixel, b, y, x, c) => pixel(b, (y + H - 1) % H, (x + 2) % W, c),
  },
  {
    name: 'a border with a constant',
    transform: (x) =>
      takeWindow(x, { top: -1, left: -2, height: H + 2, width: W + 2 }, { mode: 'fill', fill: -1 }),
    shape: [B, H + 2, W + 2, C],
    expected: (pixel, b, y, x, c) => pixel(b, y - 1, x - 2, c, -1),
  },
  {
    name: 'a reflected border',
    transform: (x) =>
      takeWindow(
        x,
        { top: -2, left: -2, height: H + 4, width: W + 4 },
        { mode: 'reflect', fill: 0 },
      ),
    shape: [B, H + 4, W + 4, C],
    expected: (pixel, b, y, x, c) => {
      const mirror = (at: number, size: number) =>
        at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at
      return pixel(b, mirror(y - 2, H), mirror(x - 2, W), c)
    },
  },
  {
    name: 'a crop',
    transform: (x) =>
      takeWindow(x, { top: 1, left: 2, height: 2, width: 3 }, { mode: 'fill', fill: 0 }),
    shape: [B, 2, 3, C],
    expected: (pixel, b, y, x, c) => pixel(b, y + 1, x + 2, c),
  },
  {
    name: 'a bilinear enlargement',
    transform: (x) => resizeImages(x, [7, 12], 'bilinear'),
    shape: [B, 7, 12, C],
    expected: (pixel, b, y, x, c) =>
      interpolate(
        pixel,
        b,
        clamp(((y + 0.5) * H) / 7 - 0.5, H - 1 - 1e-9),
        clamp((x + 0.5) / 2 - 0.5, W - 1 - 1e-9),
        c,
      ),
  },
  {
    name: 'a reduction to the nearest pixels',
    transform: (x) => resizeImages(x, [2, 4], 'nearest'),
    shape: [B, 2, 4, C],
    expected: (pixel, b, y, x, c) => pixel(b, 2 * y, [0, 1, 3, 4][x], c),
  },
  {
    name: 'a blur that wraps',
    transform: (x) => blurImages(x, 0.8, 'wrap'),
    shape: [B, H, W, C],
    expected: (pixel, b, y, x, c) => {
      let [sum, total] = [0, 0]
      for (let v = -4; v <= 4; v++)
        for (let u = -4; u <= 4; u++) {
          const weight = Math.exp(-(u * u + v * v) / (2 * 0.8 ** 2))
          sum += weight * pixel(b, (y + v + 4 * H) % H, (x + u + 4 * W) % W, c)
          total += weight
        }
      return sum / total
    },
  },
]

onEachBackend(() => {
  test.each(cases)(
    '$name has the values of its definition',
    async ({ transform, shape, expected }) => {
      const x = createImages()
      const y = transform(x)
      expect(y.shape).toEqual(shape)
      const [pixel, found] = [await pixelsOf(x), await pixelsOf(y)]
      for (let b = 0; b < shape[0]; b++)
        for (let row = 0; row < shape[1]; row++)
          for (let column = 0; column < shape[2]; column++)
            for (let c = 0; c < C; c++)
              expect(found(b, row, column, c)).toBeCloseTo(expected(pixel, b, row, column, c), 4)
      tf.dispose([x, y])
    },
  )

  test.each(cases)('$name has its transpose as gradient', async ({ transform, shape }) => {
    const [x, direction] = [createImages(1), createImages(2)]
    const weights = tf.tensor(
      random(
        shape.reduce((a, b) => a * b),
        3,
      ),
      shape,
    )
    // The map is linear up to a constant, so that its change along a direction is exact.
    const gradient = tf.tidy(() =>
      tf.grad((x) =>
        transform(x as Tensor4D)
          .mul(weights)
          .sum(),
      )(x),
    )
    const along = tf.tidy(() => gradient.mul(direction).sum())
    const change = tf.tidy(() =>
      transform(x.add(direction) as Tensor4D)
        .sub(transform(x))
        .mul(weights)
        .sum(),
    )
    const [slope, difference] = [(await along.data())[0], (await change.data())[0]]
    expect(slope).toBeCloseTo(difference, 3)
    expect(Math.abs(slope)).toBeGreaterThan(1e-3)
    tf.dispose([x, direction, weights, gradient, along, change])
  })
})

describe('pixel maps', () => {
  test('have themselves as the transpose of their transpose', () => {
    const map = createPixelMap([3, 4], [2, 5], (row, column) => [
      [row, column, 0.5],
      [row + 1, column - 1, 0.25],
    ])
    const dense = ({ from, to, sources, weights }: typeof map) => {
      const matrix = new Float32Array(from[0] * from[1] * to[0] * to[1])
      sources.forEach((list, k) =>
        list.forEach((source, output) => {
          matrix[output * from[0] * from[1] + source] += weights[k][output]
        }),
      )
      return matrix
    }
    expect(dense(transposePixelMap(transposePixelMap(map)))).toEqual(dense(map))
  })

  test('find what lies beyond an edge', () => {
    const beyond = (mode: 'wrap' | 'reflect' | 'edge' | 'fill') =>
      [-4, -1, 0, 2, 3, 5].map((at) => findEdgeSource(at, 3, mode))
    expect(beyond('wrap')).toEqual([2, 2, 0, 2, 0, 2])
    expect(beyond('reflect')).toEqual([0, 1, 0, 2, 1, 1])
    expect(beyond('edge')).toEqual([0, 0, 0, 2, 2, 2])
    expect(beyond('fill')).toEqual([-1, -1, 0, 2, -1, -1])
    expect(findEdgeSource(5, 1, 'reflect')).toBe(0)
  })
})

onCpu(() => {
  const images = node('noise', 'GaussianNoise', {}, { batch_size: 2, shape: '4, 6, 3', seed: 2 })
  const points = node('noise', 'GaussianNoise', {}, { batch_size: 4, shape: '3' })

  test('nodes keep the type of what they transform', async () => {
    const graph = [
      images,
      node('flip', 'Flip', { images: 'noise.noise' }),
      node('rotate', 'Rotate', { images: 'flip.images' }, { angle: 90 }),
      node('shift', 'Shift', { images: 'rotate.images' }, { right: 1, down: -2 }),
      node('pad', 'Pad', { images: 'shift.images' }, { top: 1, right: 2 }),
      node('crop', 'Crop', { images: 'pad.images' }, { top: 1, width: 4 }),
      node('resize', 'Resize', { images: 'crop.images' }, { height: 3, width: 5 }),
      node('blur', 'Blur', { images: 'noise.noise' }, { sigma: 1.5 }),
      node('sum', 'Mix', { a: 'blur.low', b: 'blur.high' }, { w: 0.5 }),
    ]
    const { noise, shift, pad, crop, resize, sum } = await evaluate(graph, {
      noise: 'noise.noise',
      shift: 'shift.images',
      pad: 'pad.images',
      crop: 'crop.images',
      resize: 'resize.images',
      sum: 'sum.mix',
    })
    expect(shift).toMatchObject({ type: 'noise', tensor: { shape: [2, 6, 4, 3] } })
    expect(pad.tensor.shape).toEqual([2, 7, 6, 3])
    expect(crop.tensor.shape).toEqual([2, 6, 4, 3])
    expect(crop.tensor.data).toEqual(shift.tensor.data)
    expect(resize.tensor.shape).toEqual([2, 3, 5, 3])
    sum.tensor.data.forEach((value, i) => expect(2 * value).toBeCloseTo(noise.tensor.data[i], 5))
  })

  test('channels of images and coordinates of points can be joined and split', async () => {
    for (const [source, channels] of [
      [images, 6],
      [points, 6],
    ] as const) {
      const { noise, joined, first, rest } = await evaluate(
        [
          source,
          node('join', 'ConcatChannels', { a: 'noise.noise', b: 'noise.noise' }),
          node('split', 'SplitChannels', { value: 'join.joined' }, { channels: 3 }),
        ],
        { noise: 'noise.noise', joined: 'join.joined', first: 'split.first', rest: 'split.rest' },
      )
      expect(joined.tensor.shape.at(-1)).toBe(channels)
      expect(first).toEqual(noise)
      expect(rest).toEqual(noise)
    }
  })

  test('reject what they cannot transform', async () => {
    const run = (source: typeof points, type: string, params: object, inputs: object = {}) =>
      evaluate([source, node('x', type, { ...inputs }, { ...params })], {
        x: type === 'Blur' ? 'x.low' : type.endsWith('Channels') ? 'x.first' : 'x.images',
      })
    const wired = { images: 'noise.noise' }
    for (const type of ['Flip', 'Rotate', 'Shift', 'Blur', 'Crop', 'Pad', 'Resize'])
      await expect(run(points, type, {}, wired), type).rejects.toThrow(
        'x.images: Expected images [b, h, w, c], got points [4,3]. Connect images.',
      )
    await expect(run(images, 'Crop', { left: 6 }, wired)).rejects.toThrow(
      'Expected a rectangle inside images of 4 x 6, got one that ends at row and column 4,7.',
    )
    await expect(run(images, 'Crop', { top: 2, height: 3 }, wired)).rejects.toThrow('column 5,6')
    await expect(
      run(images, 'SplitChannels', { channels: 3 }, { value: 'noise.noise' }),
    ).rejects.toThrow('at most 2 of 3 channels')
    const other = node('other', 'GaussianNoise', {}, { batch_size: 2, shape: '4, 5, 3' })
    await expect(
      evaluate(
        [images, other, node('x', 'ConcatChannels', { a: 'noise.noise', b: 'other.noise' })],
        { x: 'x.joined' },
      ),
    ).rejects.toThrow('x.b: Expected the sides of a, [2,4,6,3], except for the last one, got')
  })
})
