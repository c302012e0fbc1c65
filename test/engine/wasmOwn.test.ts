// What the wasm backend computes by functions of our own, against the same in float64.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conv2d } from '../../src/engine/layers/conv.ts'
import { groupNorm } from '../../src/engine/layers/groupNorm.ts'
import { linear } from '../../src/engine/layers/linear.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { ownFunctions } from '../../src/engine/wasm/module.ts'
import { onEachBackend } from '../backends.ts'

const size = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)

const normal = (shape: readonly number[], seed: number) => randomOf(seed).normal(size(shape))

/** Of the largest number there, or of 1, which is how large the numbers are that are added: their sum can be next to nothing. */
function expectNear(got: ArrayLike<number>, right: Float64Array, tolerance = 1e-5) {
  expect(got.length).toBe(right.length)
  const most = right.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  const gap = right.reduce((gap, value, i) => Math.max(gap, Math.abs(value - got[i]!)), 0)
  expect(gap).toBeLessThanOrEqual(tolerance * most)
}

/** What is not written would be NaN: memory that was given back, and that which functions share. */
function poison() {
  for (let size = 1; size < 2 ** 14; size = Math.ceil(1.3 * size)) tf.tensor1d(new Float32Array(size).fill(NaN)).dispose()
  ownFunctions()!
    .scratch(2 ** 16)
    .numbers.fill(NaN)
}

/** The value and the gradients, with dy as the gradient of the value. */
function differentiated(layer: (...args: Tensor[]) => Tensor, args: Tensor[], dy: Float32Array): Float32Array[] {
  poison()
  return tf.tidy(() => {
    const { grads } = tf.valueAndGrads((...args: Tensor[]) =>
      layer(...args)
        .mul(tf.tensor(dy, shapeOf(layer, args)))
        .sum(),
    )(args)
    return [layer(...args), ...grads].map((tensor) => tensor.dataSync() as Float32Array)
  })
}

const shapeOf = (layer: (...args: Tensor[]) => Tensor, args: Tensor[]) => tf.tidy(() => layer(...args).shape)

interface Norm {
  b: number
  n: number
  c: number
  groups: number
  silu: boolean
}

const EPS = 1e-5

/** y, dx, dweight, dbias of a group norm. */
function normInFloat64({ b, n, c, groups, silu }: Norm, [x, weight, bias, dy]: Float32Array[]): Float64Array[] {
  const [y, dx, dweight, dbias] = [
    new Float64Array(b * n * c),
    new Float64Array(b * n * c),
    new Float64Array(c),
    new Float64Array(c),
  ]
  const width = c / groups
  for (let item = 0; item < b; item++) {
    for (let group = 0; group < groups; group++) {
      const places = Array.from({ length: n * width }, (_, i) => {
        const channel = group * width + (i % width)
        return { channel, at: (item * n + Math.floor(i / width)) * c + channel }
      })
      const mean = places.reduce((sum, { at }) => sum + x![at]!, 0) / places.length
      const variance = places.reduce((sum, { at }) => sum + (x![at]! - mean) ** 2, 0) / places.length
      const std = Math.sqrt(variance + EPS)
      let [sum, product] = [0, 0]
      const towards = places.map(({ channel, at }) => {
        const normal = (x![at]! - mean) / std
        const z = normal * weight![channel]! + bias![channel]!
        const gate = 1 / (1 + Math.exp(-z))
        y[at] = silu ? z * gate : z
        const dz = dy![at]! * (silu ? gate + z * gate * (1 - gate) : 1)
        dweight[channel]! += dz * normal
        dbias[channel]! += dz
        sum += dz * weight![channel]!
        product += dz * weight![channel]! * normal
        return { at, normal, slope: dz * weight![channel]! }
      })
      for (const { at, normal, slope } of towards)
        dx[at] = (slope - sum / places.length - (normal * product) / places.length) / std
    }
  }
  return [y, dx, dweight, dbias]
}

interface Conv {
  b: number
  h: number
  w: number
  k: 1 | 2 | 3
  stride: 1 | 2
  /** Rows and columns of zeros around. */
  pad: 0 | 1
  ins: number
  outs: number
}

/** y, dx, dW and db of a convolution. */
function convInFloat64({ b, h, w, k, stride, pad, ins, outs }: Conv, [x, W, bias, dy]: Float32Array[]): Float64Array[] {
  const [rows, columns] = [rowsOf(h, k, stride, pad), rowsOf(w, k, stride, pad)]
  const [y, dx] = [new Float64Array(b * rows * columns * outs), new Float64Array(x!.length)]
  const [dW, db] = [new Float64Array(W!.length), new Float64Array(outs)]
  for (let pixel = 0; pixel < b * rows * columns; pixel++) {
    const [item, row, column] = [Math.floor(pixel / rows / columns), Math.floor(pixel / columns) % rows, pixel % columns]
    for (let o = 0; o < outs; o++) db[o]! += dy![pixel * outs + o]!
    for (let o = 0; o < outs; o++) y[pixel * outs + o]! += bias![o]!
    for (let place = 0; place < k * k; place++) {
      const [yAt, xAt] = [row * stride + Math.floor(place / k) - pad, column * stride + (place % k) - pad]
      if (yAt < 0 || yAt >= h || xAt < 0 || xAt >= w) continue
      for (let i = 0; i < ins; i++) {
        const at = ((item * h + yAt) * w + xAt) * ins + i
        for (let o = 0; o < outs; o++) {
          const [weight, to] = [(place * ins + i) * outs + o, pixel * outs + o]
          y[to]! += x![at]! * W![weight]!
          dx[at]! += dy![to]! * W![weight]!
          dW[weight]! += x![at]! * dy![to]!
        }
      }
    }
  }
  return [y, dx, dW, db]
}

const rowsOf = (size: number, k: number, stride: number, pad: number) => Math.floor((size + 2 * pad - k) / stride) + 1

/** With many, some are done by one call. */
const items = fc.constantFrom(1, 2, 3, 9)

const norms = fc
  .record({
    b: items,
    n: fc.integer({ min: 16, max: 40 }),
    groups: fc.constantFrom(1, 2, 4),
    width: fc.constantFrom(1, 2, 4, 6),
    silu: fc.boolean(),
  })
  .map(({ width, ...rest }) => ({ ...rest, c: rest.groups * width }))
  .filter(({ c }) => c % 4 === 0)

const convs: fc.Arbitrary<Conv> = fc
  .record({
    b: items,
    h: fc.integer({ min: 1, max: 9 }),
    w: fc.integer({ min: 1, max: 9 }),
    k: fc.constantFrom(1 as const, 2 as const, 3 as const),
    stride: fc.constantFrom(1 as const, 2 as const),
    pad: fc.constantFrom(0 as const, 1 as const),
    // From 12 channels on both sides on there are tiles.
    ins: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(12, 16)),
    outs: fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 12, 16, 17),
  })
  .filter(({ h, w, k, pad }) => Math.min(h, w) + 2 * pad >= k)

/** Those that are made in tiles: of three by three places, with even sizes and many channels. */
const tiledConvs: fc.Arbitrary<Conv> = fc
  .record({
    b: items,
    h: fc.constantFrom(2, 4, 6, 10),
    w: fc.constantFrom(2, 4, 6, 10),
    k: fc.constant(3 as const),
    stride: fc.constant(1 as const),
    pad: fc.constantFrom(0 as const, 1 as const),
    ins: fc.constantFrom(12, 16),
    outs: fc.constantFrom(12, 16, 20),
  })
  .filter(({ h, w, pad }) => pad === 1 || Math.min(h, w) > 2)

onEachBackend(() => {
  test('there are functions of our own', () => {
    expect(ownFunctions()).toBeDefined()
  })

  test('group norm and its gradients', () => {
    fc.assert(
      fc.property(norms, fc.nat(1000), (options, seed) => {
        const { b, n, c } = options
        const arrays = [[b, 1, n, c], [c], [c], [b, 1, n, c]].map((shape, i) => normal(shape, seed + i))
        const args = [tf.tensor4d(arrays[0]!, [b, 1, n, c]), tf.tensor1d(arrays[1]!), tf.tensor1d(arrays[2]!)]
        const layer = (x: Tensor, weight: Tensor, bias: Tensor) =>
          groupNorm(x as Tensor4D, weight as Tensor1D, bias as Tensor1D, { groups: options.groups, eps: EPS, silu: options.silu })
        const got = differentiated(layer as (...args: Tensor[]) => Tensor, args, arrays[3]!)
        normInFloat64(options, arrays).forEach((right, i) => expectNear(got[i]!, right))
        tf.dispose(args)
      }),
      { numRuns: 20 },
    )
  })

  test('SiLU of numbers far from zero', () => {
    const z = Float32Array.from([-200, -100, -88, -50, -17, -1e-3, 0, 1e-30, 1e-3, 5, 17, 50, 88, 100, 200, 3e38])
    tf.tidy(() => {
      // Mean 0 and variance 1 in 16 rows, scaled by nothing, plus z.
      const x = tf.tensor4d(
        Float32Array.from({ length: 16 * 16 }, (_, i) => (Math.floor(i / 16) % 2) * 2 - 1),
        [1, 1, 16, 16],
      )
      const y = groupNorm(x, tf.zeros([16]) as Tensor1D, tf.tensor1d(z), { groups: 4, eps: 0, silu: true })
      const right = Float64Array.from(z, (value) => value / (1 + Math.exp(-value)))
      const got = y.dataSync().slice(0, 16)
      got.forEach((value, i) => expect(Math.abs(value - right[i]!)).toBeLessThanOrEqual(3e-7 * Math.abs(right[i]!) + 1e-35))
    })
  })

  test('convolutions and their gradients', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 3, arbitrary: convs }, { weight: 1, arbitrary: tiledConvs }), fc.nat(1000), (conv, seed) => {
        const { b, h, w, k, stride, pad, ins, outs } = conv
        const shapes = [
          [b, h, w, ins],
          [k, k, ins, outs],
          [outs],
          [b, rowsOf(h, k, stride, pad), rowsOf(w, k, stride, pad), outs],
        ]
        const arrays = shapes.map((shape, i) => normal(shape, seed + i))
        const args = arrays.slice(0, 3).map((array, i) => tf.tensor(array, shapes[i]))
        const layer = (x: Tensor, weight: Tensor, bias: Tensor) =>
          conv2d(x as Tensor4D, weight as Tensor4D, bias as Tensor1D, {
            stride,
            pad: { top: pad, bottom: pad, left: pad, right: pad },
          })
        const got = differentiated(layer as (...args: Tensor[]) => Tensor, args, arrays[3]!)
        convInFloat64(conv, arrays).forEach((right, i) => expectNear(got[i]!, right))
        tf.dispose(args)
      }),
      { numRuns: 60 },
    )
  })

  test('linear layers and their gradients', () => {
    const sizes = fc.record({
      n: fc.constantFrom(1, 3, 16, 37, 192),
      ins: fc.integer({ min: 1, max: 9 }),
      outs: fc.integer({ min: 1, max: 17 }),
    })
    fc.assert(
      fc.property(sizes, fc.nat(1000), ({ n, ins, outs }, seed) => {
        const shapes = [[n, ins], [ins, outs], [outs], [n, outs]]
        const arrays = shapes.map((shape, i) => normal(shape, seed + i))
        const args = arrays.slice(0, 3).map((array, i) => tf.tensor(array, shapes[i]))
        const layer = (x: Tensor, weight: Tensor, bias: Tensor) => linear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D)
        const got = differentiated(layer as (...args: Tensor[]) => Tensor, args, arrays[3]!)
        const pixels: Conv = { b: n, h: 1, w: 1, k: 1, stride: 1, pad: 0, ins, outs }
        convInFloat64(pixels, arrays).forEach((right, i) => expectNear(got[i]!, right))
        tf.dispose(args)
      }),
      { numRuns: 30 },
    )
  })

  test('products of batches of matrices, one of them transposed or none', () => {
    const sizes = fc.record({
      batch: fc.constantFrom(2, 3, 9),
      n: fc.integer({ min: 1, max: 9 }),
      k: fc.integer({ min: 1, max: 9 }),
      m: fc.constantFrom(4, 8, 12, 24),
      transpose: fc.constantFrom('a', 'b', undefined),
    })
    fc.assert(
      fc.property(sizes, fc.nat(1000), ({ batch, n, k, m, transpose }, seed) => {
        const [a, b] = [normal([batch, n, k], seed), normal([batch, k, m], seed + 1)]
        const right = new Float64Array(batch * n * m).map((_, at) => {
          const [item, i, j] = [Math.floor(at / n / m), Math.floor(at / m) % n, at % m]
          return Array.from({ length: k }, (_, l) => a[(item * n + i) * k + l]! * b[(item * k + l) * m + j]!).reduce(
            (x, y) => x + y,
          )
        })
        poison()
        tf.tidy(() => {
          const turned = (x: Tensor, turn: boolean) => (turn ? x.transpose([0, 2, 1]) : x)
          const [left, other] = [
            turned(tf.tensor3d(a, [batch, n, k]), transpose === 'a'),
            turned(tf.tensor3d(b, [batch, k, m]), transpose === 'b'),
          ]
          expectNear(tf.matMul(left, other, transpose === 'a', transpose === 'b').dataSync(), right)
        })
      }),
      { numRuns: 30 },
    )
  })
}, ['wasm'])
