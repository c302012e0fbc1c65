// Layers: PyTorch's numbers, convolutions against plain loops, the rest against stock operations of tfjs.
import { describe, expect, test } from 'vitest'
import { silu } from '../../src/engine/layers/activations.ts'
import { attention } from '../../src/engine/layers/attention.ts'
import type { Pad } from '../../src/engine/layers/conv.ts'
import { conv2d } from '../../src/engine/layers/conv.ts'
import { dropout } from '../../src/engine/layers/dropout.ts'
import { timestepEmbedding } from '../../src/engine/layers/embedding.ts'
import { groupNorm } from '../../src/engine/layers/groupNorm.ts'
import { convWeights, linearWeights, normWeights } from '../../src/engine/layers/init.ts'
import { linear } from '../../src/engine/layers/linear.ts'
import { attend } from '../../src/engine/models/unet/transformer.ts'
import { avgPool2, upsampleNearest2 } from '../../src/engine/layers/resample.ts'
import { reversedTranspose, transposed } from '../../src/engine/layers/transpose.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Weights } from '../../src/engine/values.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { gap, goldenJson, goldenTensors, images, largest, weight } from '../goldenTensors.ts'

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
const normal = (shape: number[], seed: number) => tf.tensor(randomOf(seed).normal(count(shape)), shape)

type Layer = (...args: Tensor[]) => Tensor

/** The layer's output and the gradients of sum(output * r) with respect to all arguments. */
function outputAndGradients(layer: Layer, args: Tensor[], r: Tensor): { output: Tensor; gradients: Tensor[] } {
  const output = tf.tidy(() => layer(...args))
  const { value, grads } = tf.engine().gradients(
    () =>
      layer(...args)
        .mul(r)
        .sum() as Scalar,
    args,
  )
  value.dispose()
  return { output, gradients: grads }
}

async function expectClose(got: Tensor, right: Tensor, tolerance: number, what: string) {
  const { gap: most, size } = await gap(got, right)
  expect(most, what).toBeLessThanOrEqual(tolerance * size)
}

/** Compares two ways to compute the same, and frees everything. */
async function expectAlike(layer: Layer, other: Layer, args: Tensor[], tolerance = 1e-5) {
  const r = tf.tidy(() => normal(layer(...args).shape, 99))
  const [got, right] = [outputAndGradients(layer, args, r), outputAndGradients(other, args, r)]
  await expectClose(got.output, right.output, tolerance, 'output')
  for (const [i, gradient] of got.gradients.entries()) {
    await expectClose(gradient, right.gradients[i]!, tolerance, `gradient ${i}`)
  }
  tf.dispose([...args, r, got.output, right.output, ...got.gradients, ...right.gradients])
}

// ---- PyTorch's numbers

type Conv = [x: Tensor4D, weight: Tensor4D, bias: Tensor1D]
const halving: { [name: string]: Pad } = {
  downsample_pad0: { top: 0, bottom: 1, left: 0, right: 1 },
  downsample_pad1: { top: 1, bottom: 1, left: 1, right: 1 },
}

/** Each recorded layer: what it is called with, in order, and what that makes of it. */
const recordedLayers: { [name: string]: { args: string[]; layer: Layer } } = {
  group_norm: {
    args: ['in/x', 'param/weight', 'param/bias'],
    layer: (x, w, b) => groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, { groups: 4, eps: 1e-6 }),
  },
  conv3x3: {
    args: ['in/x', 'param/weight', 'param/bias'],
    layer: (...args) => conv2d(...(args as Conv)),
  },
  ...Object.fromEntries(
    Object.entries(halving).map(([name, pad]) => [
      name,
      {
        args: ['in/x', 'param/Conv2d_0.weight', 'param/Conv2d_0.bias'],
        layer: ((...args) => conv2d(...(args as Conv), { stride: 2, pad })) as Layer,
      },
    ]),
  ),
  upsample: {
    args: ['in/x', 'param/conv.weight', 'param/conv.bias'],
    layer: (x, w, b) => conv2d(upsampleNearest2(x as Tensor4D), w as Tensor4D, b as Tensor1D),
  },
  time_mlp: {
    args: ['in/x', 'param/linear_1.weight', 'param/linear_1.bias', 'param/linear_2.weight', 'param/linear_2.bias'],
    layer: (x, w1, b1, w2, b2) =>
      linear(silu(linear(x as Tensor2D, w1 as Tensor2D, b1 as Tensor1D)) as Tensor2D, w2 as Tensor2D, b2 as Tensor1D),
  },
  cross_attention: {
    args: [
      'in/x',
      'in/ctx',
      'param/to_q.weight',
      'param/to_k.weight',
      'param/to_v.weight',
      'param/to_out.0.weight',
      'param/to_out.0.bias',
    ],
    layer: (x, context, q, k, v, out, bias) => {
      const weights = {
        'a.to_q.weight': q,
        'a.to_k.weight': k,
        'a.to_v.weight': v,
        'a.to_out.0.weight': out,
        'a.to_out.0.bias': bias,
      }
      return attend(x as Tensor3D, context as Tensor3D, weights as Weights, 'a', 2)
    },
  },
}

onEachBackend((backend) => {
  describe('as PyTorch', () => {
    const tensors = goldenTensors('layers/layers')
    // Of the largest number. Measured: 4e-7 at most, on cpu, wasm and webgpu by Lavapipe; GPUs round more freely.
    const tolerance = backend === 'webgpu' ? 1e-5 : 2e-6

    test.each(Object.entries(recordedLayers))('%s', async (name, { args, layer }) => {
      const stored = (part: string) => {
        const from = `${name}/${part}`
        return part.includes('param/') ? weight(tensors, part, from) : images(tensors, from)
      }
      const given = args.map(stored)
      const r = stored('grad_out')
      const out = stored('out')
      const { output, gradients } = outputAndGradients(layer, given, r)
      await expectClose(output, out, tolerance, 'output')
      for (const [i, arg] of args.entries()) {
        const right = stored(`grad_${arg}`)
        await expectClose(gradients[i]!, right, tolerance, `gradient of ${arg}`)
        right.dispose()
      }
      tf.dispose([...given, r, out, output, ...gradients])
    })
  })

  // ---- convolutions

  const sizes: [batch: number, height: number, width: number, from: number, to: number][] = [
    [3, 7, 6, 2, 5],
    [2, 8, 5, 3, 1],
    [1, 4, 4, 1, 2],
  ]
  const all = (size: number): Pad => ({ top: size, bottom: size, left: size, right: size })
  const variants: [kernel: [number, number], stride: 1 | 2, pad: Pad | undefined][] = [
    [[3, 3], 1, undefined],
    [[3, 3], 2, undefined],
    [[3, 3], 2, { top: 0, bottom: 1, left: 0, right: 1 }],
    [[3, 3], 1, { top: 2, bottom: 0, left: 1, right: 3 }],
    [[1, 1], 1, undefined],
    [[1, 1], 2, undefined],
    [[1, 1], 1, all(1)],
    [[2, 3], 2, all(0)],
    [[4, 2], 1, all(3)],
  ]
  const cases = sizes.flatMap((size) => variants.map(([kernel, stride, pad]) => ({ size, kernel, stride, pad })))

  test.each(cases)('conv2d is a sum over pixels: $size, $kernel, stride $stride', async ({ size, kernel, stride, pad }) => {
    const [batch, height, width, from, to] = size
    const [x, w, b] = [normal([batch, height, width, from], 1), normal([...kernel, from, to], 2), normal([to], 3)] as Conv
    const layer = (...args: Tensor[]) => conv2d(...(args as Conv), { stride, ...(pad && { pad }) })
    const shape = tf.tidy(() => layer(x, w, b).shape)
    const r = normal(shape, 4)
    const { output, gradients } = outputAndGradients(layer, [x, w, b], r)
    const around = pad ?? { ...all(0), top: (kernel[0] - 1) >> 1, left: (kernel[1] - 1) >> 1 }
    const right = await plainConvolution([x, w, b], r, stride, around)
    for (const [i, got] of [output, ...gradients].entries()) {
      const difference = largest((await got.data()).map((value, k) => value - right[i]![k]!))
      expect(difference, ['output', 'dx', 'dW', 'db'][i]).toBeLessThan(1e-5 * Math.max(1, largest(right[i]!)))
    }
    tf.dispose([x, w, b, r, output, ...gradients])
  })

  test('conv2d on the paths for large batches', async () => {
    const args = [normal([64, 4, 4, 8], 1), normal([3, 3, 8, 4], 2), normal([4], 3)]
    const shifted: Layer = (x, w, b) => {
      const padded = x.pad([
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ])
      const parts = [0, 1, 2].flatMap((i) =>
        [0, 1, 2].map((j) =>
          tf.matMul(
            padded.slice([0, i, j, 0], [64, 4, 4, 8]).reshape([-1, 8]),
            w.slice([i, j, 0, 0], [1, 1, 8, 4]).reshape([8, 4]),
          ),
        ),
      )
      return tf.addN(parts).add(b).reshape([64, 4, 4, 4])
    }
    await expectAlike((...args) => conv2d(...(args as Conv)), shifted, args)
  })

  // ---- norms

  const norms = [
    { shape: [3, 5, 4, 6], groups: 3 },
    { shape: [2, 7, 8], groups: 2 },
    { shape: [2, 1, 1, 6], groups: 2 },
    { shape: [2, 3, 3, 4], groups: 4 },
    { shape: [2, 3, 3, 4], groups: 1 },
  ]
  const composedNorm = (x: Tensor, w: Tensor, b: Tensor, groups: number, eps: number) => {
    const grouped = x.reshape([x.shape[0]!, -1, groups, x.shape.at(-1)! / groups])
    const { mean, variance } = tf.moments(grouped, [1, 3], true)
    return grouped.sub(mean).div(variance.add(eps).sqrt()).reshape(x.shape).mul(w).add(b)
  }

  test('conv2d reads two tensors, normalised and upsampled, and adds to what comes out', async () => {
    const shapes = [[2, 3, 4, 4], [2, 3, 4, 8], [12], [12], [3, 3, 12, 5], [5], [2, 5], [2, 6, 8, 5]]
    await expectAlike(
      (x, skip, w, b, weight, bias, perItem, residual) =>
        conv2d(
          {
            x: [x as Tensor4D, skip as Tensor4D],
            norm: { weight: w as Tensor1D, bias: b as Tensor1D, groups: 3, eps: 1e-5, silu: true },
            upsample: true,
          },
          weight as Tensor4D,
          bias as Tensor1D,
          { perItem: perItem as Tensor2D, residual: residual as Tensor4D, outputScale: 0.5 },
        ),
      (x, skip, w, b, weight, bias, perItem, residual) => {
        const z = groupNorm(tf.concat([x, skip], 3) as Tensor4D, w as Tensor1D, b as Tensor1D, { groups: 3, eps: 1e-5 })
        const y = conv2d(upsampleNearest2(silu(z) as Tensor4D), weight as Tensor4D, bias as Tensor1D)
        return y
          .add(perItem.reshape([2, 1, 1, 5]))
          .add(residual)
          .mul(0.5)
      },
      shapes.map((shape, i) => normal(shape, i)),
    )
  })

  test.each(norms)('groupNorm of $shape in $groups groups, with and without SiLU', async ({ shape, groups }) => {
    for (const withSilu of [false, true]) {
      const args = [normal(shape, 1), normal([shape.at(-1)!], 2), normal([shape.at(-1)!], 3)]
      await expectAlike(
        (x, w, b) => groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, { groups, eps: 1e-5, silu: withSilu }),
        (x, w, b) => {
          const y = composedNorm(x, w, b, groups, 1e-5)
          return withSilu ? y.mul(y.sigmoid()) : y
        },
        args,
      )
    }
  })

  test('groupNorm keeps its digits far from zero', async () => {
    const [near, w, b] = [normal([2, 6, 6, 4], 1), normal([4], 2), normal([4], 3)]
    const far = tf.tidy(() => near.mul(256).round().div(256).add(1024)) // exact in float32
    const back = tf.tidy(() => far.sub(1024))
    const of = (x: Tensor) => tf.tidy(() => groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, { groups: 2, eps: 1e-5 }))
    const [got, right] = [of(far), of(back)]
    await expectClose(got, right, 1e-3, 'output')
    tf.dispose([near, w, b, far, back, got, right])
  })

  // ---- attention

  const stockAttention = (q: Tensor, k: Tensor, v: Tensor, heads: number) => {
    const split = (x: Tensor) => x.reshape([x.shape[0]!, x.shape[1]!, heads, -1]).transpose([0, 2, 1, 3]) as Tensor4D
    const scores = tf.matMul(split(q), split(k), false, true).div(Math.sqrt(q.shape[2]! / heads))
    return tf.matMul(tf.softmax(scores), split(v)).transpose([0, 2, 1, 3]).reshape(q.shape)
  }

  test.each([
    { n: 5, m: 3, channels: 6, heads: 1 },
    { n: 4, m: 4, channels: 6, heads: 3 },
    { n: 40, m: 36, channels: 48, heads: 2 }, // on wasm item by item
  ])('attention of $n to $m in $heads heads of $channels channels', async ({ n, m, channels, heads }) => {
    const args = [normal([2, n, channels], 1), normal([2, m, channels], 2), normal([2, m, channels], 3)]
    await expectAlike(
      (q, k, v) => attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, heads),
      (q, k, v) => stockAttention(q, k, v, heads),
      args,
    )
  })

  // ---- the rest

  test('linear takes rows of rows', async () => {
    const args = [normal([3, 5, 4], 1), normal([4, 6], 2), normal([6], 3)]
    await expectAlike(
      (x, w, b) => linear(x as Tensor3D, w as Tensor2D, b as Tensor1D),
      (x, w, b) =>
        tf
          .matMul(x.reshape([15, 4]) as Tensor2D, w as Tensor2D)
          .add(b)
          .reshape([3, 5, 6]),
      args,
    )
  })

  test('upsampling repeats, pooling averages, and gradients go back the same ways', async () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])
    const up = tf.tidy(() => upsampleNearest2(x))
    expect(Array.from(await up.data())).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    const r = tf.tensor4d(
      Array.from({ length: 16 }, (_, i) => i),
      [1, 4, 4, 1],
    )
    const upGradient = tf.grad((x) => upsampleNearest2(x as Tensor4D).mul(r))(x)
    expect(Array.from(await upGradient.data())).toEqual([10, 18, 42, 50])
    const down = tf.tidy(() => avgPool2(r))
    expect(Array.from(await down.data())).toEqual([2.5, 4.5, 10.5, 12.5])
    const downGradient = tf.grad((r) => avgPool2(r as Tensor4D).mul(x))(r)
    expect(Array.from(await downGradient.data())).toEqual(Array.from(await up.data(), (value) => value / 4))
    tf.dispose([x, up, r, upGradient, down, downGradient])
  })

  test.each([[[128, 3]], [[130, 4]], [[64, 2]], [[7, 5]]])('transposed %s', async (shape) => {
    const x = normal(shape, 1) as Tensor2D
    const [got, right] = tf.tidy(() => [transposed(x), x.transpose()] as const)
    expect(await got.array()).toEqual(await right.array())
    tf.dispose([x, got, right])
  })

  test('reversedTranspose exchanges items and channels', async () => {
    const x = normal([5, 2, 3, 4], 1) as Tensor4D
    const [got, right] = tf.tidy(() => [reversedTranspose(x), x.transpose([3, 1, 2, 0])] as const)
    expect(await got.array()).toEqual(await right.array())
    tf.dispose([x, got, right])
  })
})

/** Output, dx, dW and db of sum(y * r), by loops over every product, in float64. */
async function plainConvolution(
  [x, w, b]: Conv,
  r: Tensor,
  stride: number,
  { top, left }: Pad,
): Promise<[Float64Array, Float64Array, Float64Array, Float64Array]> {
  const [xs, ws, bs, rs] = [await x.data(), await w.data(), await b.data(), await r.data()]
  const [batch, height, width, from] = x.shape
  const [kh, kw, , to] = w.shape
  const [, rows, columns] = r.shape as [number, number, number]
  const y = Float64Array.from({ length: r.size }, (_, i) => bs[i % to]!)
  const [dx, dw] = [new Float64Array(x.size), new Float64Array(w.size)]
  const db = new Float64Array(to)
  rs.forEach((value, i) => (db[i % to]! += value))
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let ky = 0; ky < kh; ky++)
          for (let kx = 0; kx < kw; kx++) {
            const [row, column] = [i * stride + ky - top, j * stride + kx - left]
            if (row < 0 || row >= height || column < 0 || column >= width) continue
            for (let c = 0; c < from; c++)
              for (let o = 0; o < to; o++) {
                const at = ((n * height + row) * width + column) * from + c
                const tap = ((ky * kw + kx) * from + c) * to + o
                const out = ((n * rows + i) * columns + j) * to + o
                y[out]! += xs[at]! * ws[tap]!
                dx[at]! += ws[tap]! * rs[out]!
                dw[tap]! += xs[at]! * rs[out]!
              }
          }
  return [y, dx, dw, db]
}

onCpu(() => {
  const embeddings = goldenJson<
    {
      embedding_dim: number
      flip_sin_to_cos: boolean
      downscale_freq_shift: number
      timesteps: number[]
      out: number[]
    }[]
  >('layers/timestep_embeddings')

  test.each(embeddings)('timesteps embedded in $embedding_dim, $flip_sin_to_cos, $downscale_freq_shift', async (recorded) => {
    const { embedding_dim, flip_sin_to_cos, downscale_freq_shift: freq_shift, timesteps, out } = recorded
    const got = timestepEmbedding(Float64Array.from(timesteps), embedding_dim, { flip_sin_to_cos, freq_shift })
    expect(got.shape).toEqual([timesteps.length, embedding_dim])
    const values = await got.data()
    // torch has t f in float32: at t = 999 that is an error of 3e-5 in the angle.
    for (const [i, value] of values.entries()) {
      const t = timesteps[Math.floor(i / embedding_dim)]!
      expect(Math.abs(value - out[i]!)).toBeLessThanOrEqual(1e-7 * Math.max(1, t) + 1e-7)
    }
    got.dispose()
  })

  test('dropout keeps the mean, drops a share, and its mask is the gradient', async () => {
    const x = tf.tidy(() => tf.ones([40, 50]).mul(3))
    const [got, gradient] = [tf.tidy(() => dropout(x, 0.25, randomOf(1))), tf.grad((x) => dropout(x, 0.25, randomOf(1)))(x)]
    const values = await got.data()
    expect([...new Set(values)].sort()).toEqual([0, 4])
    const dropped = values.filter((value) => value === 0).length / values.length
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.03) // three standard deviations
    expect(await gradient.data()).toEqual(values.map((value) => Math.fround(value / 3)))
    expect(dropout(x, 0, randomOf(1))).toBe(x)
    tf.dispose([x, got, gradient])
  })

  test.each([
    ['conv', () => convWeights('conv', 3, 8, 16, randomOf(1)), [3, 3, 8, 16], 1 / Math.sqrt(72)],
    ['linear', () => linearWeights('linear', 64, 32, randomOf(1)), [64, 32], 1 / 8],
  ] as const)('a %s starts uniform within 1 / sqrt(fan in)', async (name, make, shape, bound) => {
    const weights = make()
    expect(Object.keys(weights)).toEqual([`${name}.weight`, `${name}.bias`])
    expect(weights[`${name}.weight`]!.shape).toEqual(shape)
    expect(weights[`${name}.bias`]!.shape).toEqual([shape.at(-1)])
    for (const tensor of Object.values(weights)) {
      const values = Array.from(await tensor.data())
      expect(largest(values)).toBeLessThanOrEqual(bound)
      expect(largest(values)).toBeGreaterThan(0.9 * bound)
      const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length
      expect(variance / (bound ** 2 / 3)).toBeGreaterThan(0.6)
      expect(variance / (bound ** 2 / 3)).toBeLessThan(1.5)
    }
    tf.dispose(weights)
  })

  test('a norm starts as the identity', async () => {
    const weights = normWeights('norm', 4)
    expect(await weights['norm.weight']!.array()).toEqual([1, 1, 1, 1])
    expect(await weights['norm.bias']!.array()).toEqual([0, 0, 0, 0])
    tf.dispose(weights)
  })
})
