// Layers: comparison with PyTorch, and properties beyond their formulas (fused.test.ts).
import { describe, expect, test } from 'vitest'
import { silu } from '../../../src/engine/layers/activations.ts'
import type { Pad } from '../../../src/engine/base/layerTypes.ts'
import { conv2d } from '../../../src/engine/layers/conv.ts'
import { dropout } from '../../../src/engine/layers/dropout.ts'
import { timestepEmbedding } from '../../../src/engine/layers/embedding.ts'
import { groupNorm } from '../../../src/engine/layers/groupNorm.ts'
import { linear } from '../../../src/engine/layers/linear.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import type { Feature } from '../../../src/engine/models/graph/layer.ts'
import { createProgram, runProgram } from '../../../src/engine/models/graph/program.ts'
import { createWeights } from '../../../src/engine/models/graph/firstWeights.ts'
import { layersWithWeights } from '../../../src/engine/models/graph/weights.ts'
import { upsampleNearest2 } from '../../../src/engine/layers/resample.ts'
import { reverseAxesTranspose, transposeTensor } from '../../../src/engine/layers/transpose.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type {
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
} from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Weights } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import {
  expectEmbedding,
  gap,
  goldenTensors,
  images,
  largest,
  recordedEmbeddings,
  weight,
} from '../../goldenTensors.ts'

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(count(shape)), shape)

type Layer = (...args: Tensor[]) => Tensor

/** The layer's output and the gradients of sum(output * r) with respect to all arguments. */
function outputAndGradients(
  layer: Layer,
  args: Tensor[],
  r: Tensor,
): { output: Tensor; gradients: Tensor[] } {
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

// ---- PyTorch's numbers

type Conv = [x: Tensor4D, weight: Tensor4D, bias: Tensor1D]
const halving: { [name: string]: Pad } = {
  downsample_pad0: { top: 0, bottom: 1, left: 0, right: 1 },
  downsample_pad1: { top: 1, bottom: 1, left: 1, right: 1 },
}

/** Recorded layers: the arguments in order, and the function to compare. */
const recordedLayers: { [name: string]: { args: string[]; layer: Layer } } = {
  group_norm: {
    args: ['in/x', 'param/weight', 'param/bias'],
    layer: (x, w, b) =>
      groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, { groups: 4, eps: 1e-6 }),
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
    args: [
      'in/x',
      'param/linear_1.weight',
      'param/linear_1.bias',
      'param/linear_2.weight',
      'param/linear_2.bias',
    ],
    layer: (x, w1, b1, w2, b2) =>
      linear(
        silu(linear(x as Tensor2D, w1 as Tensor2D, b1 as Tensor1D)) as Tensor2D,
        w2 as Tensor2D,
        b2 as Tensor1D,
      ),
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
      return attend(x as Tensor3D, context as Tensor3D, weights as Weights)
    },
  },
}

/** First weights of a layer of features of `shape`. */
function firstWeights(
  shape: readonly number[],
  add: (b: GraphBuilder, x: Feature) => Feature,
): Weights {
  const b = new GraphBuilder()
  const graph = b.graph({ out: add(b, b.source('x', { shape })) })
  return createWeights(layersWithWeights(graph), createRandom(1)).weights
}

/** Cross-attention of two heads with its linear layers, as a graph of layers. */
function attend(x: Tensor3D, context: Tensor3D, weights: Weights): Tensor {
  const b = new GraphBuilder()
  const width = x.shape[2]
  const from = b.source('x', { shape: x.shape.slice(1) })
  const to = b.source('tokens', { width: context.shape[2] })
  const [q, k, v] = [from, to, to].map((input, i) =>
    b.linear(input, `a.${['to_q', 'to_k', 'to_v'][i]}`, width, false),
  )
  const mixed = b.add('attention', [q, k, v], { heads: 2 })
  const graph = b.graph({ out: b.linear(mixed, 'a.to_out.0', width) })
  const model = {
    type: 'model',
    kind: 'test',
    config: {},
    predicts: 'sample',
    children: {},
  } as const
  const condition = { kind: 'tokens', tokens: context } as const
  return runProgram(createProgram(graph, ['out']), { ...model, weights }, { x, condition })[0]
}

onEachBackend((backend) => {
  describe('layers match PyTorch', () => {
    const tensors = goldenTensors('layers/layers')
    // Relative to the largest number. Measured: at most 4e-7 on cpu, wasm and webgpu with lavapipe;
    // GPUs round more freely.
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
        await expectClose(gradients[i], right, tolerance, `gradient of ${arg}`)
        right.dispose()
      }
      tf.dispose([...given, r, out, output, ...gradients])
    })
  })

  test('groupNorm is accurate far from zero', async () => {
    const [near, w, b] = [normal([2, 6, 6, 4], 1), normal([4], 2), normal([4], 3)]
    const far = tf.tidy(() => near.mul(256).round().div(256).add(1024)) // exact in float32
    const back = tf.tidy(() => far.sub(1024))
    const of = (x: Tensor) =>
      tf.tidy(() =>
        groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, { groups: 2, eps: 1e-5 }),
      )
    const [got, right] = [of(far), of(back)]
    await expectClose(got, right, 1e-3, 'output')
    tf.dispose([near, w, b, far, back, got, right])
  })

  test.each([[[128, 3]], [[130, 4]], [[64, 2]], [[7, 5]]])('transposes %s', async (shape) => {
    const x = normal(shape, 1) as Tensor2D
    const [got, right] = tf.tidy(() => [transposeTensor(x), x.transpose()] as const)
    expect(await got.array()).toEqual(await right.array())
    tf.dispose([x, got, right])
  })

  test('reverseAxesTranspose exchanges items and channels', async () => {
    const x = normal([5, 2, 3, 4], 1) as Tensor4D
    const [got, right] = tf.tidy(
      () => [reverseAxesTranspose(x), x.transpose([3, 1, 2, 0])] as const,
    )
    expect(await got.array()).toEqual(await right.array())
    tf.dispose([x, got, right])
  })
})

onCpu(() => {
  test.each(recordedEmbeddings())(
    'embeds timesteps in $embedding_dim dimensions, $flip_sin_to_cos, $downscale_freq_shift',
    async (recorded) => {
      const { embedding_dim, flip_sin_to_cos, timesteps } = recorded
      const got = timestepEmbedding(Float64Array.from(timesteps), embedding_dim, {
        flip_sin_to_cos,
        freq_shift: recorded.downscale_freq_shift,
      })
      await expectEmbedding(got, recorded)
      got.dispose()
    },
  )

  test('dropout preserves the mean, drops the requested fraction, and its gradient is the mask', async () => {
    const x = tf.tidy(() => tf.ones([40, 50]).mul(3))
    const [got, gradient] = [
      tf.tidy(() => dropout(x, 0.25, createRandom(1))),
      tf.grad((x) => dropout(x, 0.25, createRandom(1)))(x),
    ]
    const values = await got.data()
    expect([...new Set(values)].sort()).toEqual([0, 4])
    const dropped = values.filter((value) => value === 0).length / values.length
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.03) // three standard deviations
    expect(await gradient.data()).toEqual(values.map((value) => Math.fround(value / 3)))
    expect(dropout(x, 0, createRandom(1))).toBe(x)
    tf.dispose([x, got, gradient])
  })

  test.each([
    ['conv', [4, 4, 8], 16, [3, 3, 8, 16], 1 / Math.sqrt(72)],
    ['linear', [64], 32, [64, 32], 1 / 8],
  ] as const)(
    'a %s starts uniform within 1 / sqrt(fan in)',
    async (name, from, out, shape, bound) => {
      const weights = firstWeights(from, (b, x) => b[name](x, name, out))
      expect(Object.keys(weights)).toEqual([`${name}.weight`, `${name}.bias`])
      expect(weights[`${name}.weight`].shape).toEqual(shape)
      expect(weights[`${name}.bias`].shape).toEqual([shape.at(-1)])
      for (const tensor of Object.values(weights)) {
        const values = Array.from(await tensor.data())
        expect(largest(values)).toBeLessThanOrEqual(bound)
        expect(largest(values)).toBeGreaterThan(0.9 * bound)
        const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length
        expect(variance / (bound ** 2 / 3)).toBeGreaterThan(0.6)
        expect(variance / (bound ** 2 / 3)).toBeLessThan(1.5)
      }
      tf.dispose(weights)
    },
  )

  test('a norm starts as the identity', async () => {
    const weights = firstWeights([2, 2, 4], (b, x) => b.groupNorm(x, 'norm', 2, 1e-5))
    expect(await weights['norm.weight'].array()).toEqual([1, 1, 1, 1])
    expect(await weights['norm.bias'].array()).toEqual([0, 0, 0, 0])
    tf.dispose(weights)
  })
})
