// Self-test of a backend by kernel family: layers of the engine and their gradients, against the
// same layers composed of tfjs's plain JavaScript.
import { wave } from '../../engine/backends/selftestData.ts'
import { createRandom } from '../../engine/base/random.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import { attention } from '../../engine/layers/attention.ts'
import { silu } from '../../engine/layers/activations.ts'
import { conv2d } from '../../engine/layers/conv.ts'
import { groupNorm } from '../../engine/layers/groupNorm.ts'
import { layerNorm } from '../../engine/layers/layerNorm.ts'
import { linear } from '../../engine/layers/linear.ts'
import { pixelAttention } from '../../engine/layers/pixelAttention.ts'
import { residualBlock } from '../../engine/layers/residualBlock.ts'
import { channelSums } from '../../engine/base/sums.ts'
import { gaussianNoise } from '../../engine/process/noise.ts'
import { weightedSum } from '../../engine/process/weightedSum.ts'
import { emaUpdate } from '../../engine/training/averages.ts'
import { differentiate } from '../../engine/gradients/differentiate.ts'
import type { OptimizerConfig } from '../../engine/training/optimizers.ts'
import { optimizerStep } from '../../engine/training/optimizers.ts'
import type { KernelFamily } from './protocol.ts'

interface KernelCase {
  family: KernelFamily
  /** Shapes of the inputs. */
  takes: readonly number[][]
  compute: (...inputs: Tensor[]) => Tensor | Tensor[]
  /** False for operations that are never differentiated. */
  hasGradient?: boolean
}

const norm = { groups: 4, eps: 1e-5 }

/** Sizes at the edges of tiles; the large ones are for kernels that small products never use. */
const cases: readonly KernelCase[] = [
  {
    family: 'linear',
    takes: [[37, 45], [45, 29], [29]],
    compute: (x, w, b) => linear(x as Tensor2D, w as Tensor2D, b as Tensor1D),
  },
  {
    family: 'largeProduct',
    takes: [[256, 128], [128, 192], [192]],
    compute: (x, w, b) => linear(x as Tensor2D, w as Tensor2D, b as Tensor1D),
  },
  {
    family: 'convolution',
    takes: [[2, 16, 16, 16], [3, 3, 16, 24], [24]],
    compute: (x, w, b) => conv2d(x as Tensor4D, w as Tensor4D, b as Tensor1D),
  },
  {
    family: 'stridedConvolution',
    takes: [[2, 8, 8, 5], [3, 3, 5, 6], [6]],
    compute: (x, w, b) =>
      conv2d(x as Tensor4D, w as Tensor4D, b as Tensor1D, {
        stride: 2,
        pad: { top: 1, bottom: 1, left: 1, right: 1 },
      }),
  },
  {
    family: 'upsampling',
    takes: [[2, 4, 4, 12], [3, 3, 12, 12], [12]],
    compute: (x, w, b) =>
      conv2d({ x: x as Tensor4D, upsample: true }, w as Tensor4D, b as Tensor1D),
  },
  {
    family: 'groupNorm',
    takes: [[3, 6, 6, 12], [12], [12]],
    compute: (x, w, b) =>
      groupNorm(x as Tensor4D, w as Tensor1D, b as Tensor1D, { ...norm, silu: true }),
  },
  {
    family: 'layerNorm',
    takes: [[3, 7, 20], [20], [20]],
    compute: (x, w, b) => layerNorm(x as Tensor3D, w as Tensor1D, b as Tensor1D),
  },
  { family: 'elementwise', takes: [[3, 5, 7]], compute: (x) => silu(x) },
  { family: 'softmax', takes: [[6, 33]], compute: (x) => tf.softmax(x) },
  {
    family: 'attention',
    takes: [
      [2, 18, 16],
      [2, 25, 16],
      [2, 25, 16],
    ],
    compute: (q, k, v) => attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, 2),
  },
  {
    family: 'residualBlock',
    takes: [
      [2, 8, 8, 16],
      [2, 24],
      [16],
      [16],
      [3, 3, 16, 24],
      [24],
      [24],
      [24],
      [3, 3, 24, 24],
      [24],
      [1, 1, 16, 24],
      [24],
    ],
    compute: (x, projected, ...weights) => {
      const [w1, b1, c1, d1, w2, b2, c2, d2, c3, d3] = weights
      const conv = (weight: Tensor, bias: Tensor) => ({
        weight: weight as Tensor4D,
        bias: bias as Tensor1D,
      })
      const layers = {
        norm1: { weight: w1 as Tensor1D, bias: b1 as Tensor1D },
        conv1: conv(c1, d1),
        norm2: { weight: w2 as Tensor1D, bias: b2 as Tensor1D },
        conv2: conv(c2, d2),
        shortcut: conv(c3, d3),
      }
      const options = { activation: 'silu', time_scale_shift: 'default', output_scale: 1 } as const
      return residualBlock(x as Tensor4D, projected as Tensor2D, layers, { ...norm, ...options })
    },
  },
  {
    family: 'attentionBlock',
    takes: [[2, 5, 4, 16], [16], [16], ...[0, 1, 2, 3].flatMap(() => [[16, 16], [16]])],
    compute: (x, weight, bias, ...weights) => {
      const layer = (i: number) => ({
        weight: weights[2 * i] as Tensor2D,
        bias: weights[2 * i + 1] as Tensor1D,
      })
      const norms = { norm: { weight: weight as Tensor1D, bias: bias as Tensor1D } }
      const layers = { ...norms, q: layer(0), k: layer(1), v: layer(2), out: layer(3) }
      return pixelAttention('attention', x as Tensor4D, layers, {
        ...norm,
        heads: 2,
        output_scale: 1,
      })
    },
  },
  {
    family: 'sums',
    takes: [[3, 5, 5, 12]],
    compute: (x) => channelSums(x),
    hasGradient: false,
  },
  {
    family: 'weightedSum',
    takes: [
      [3, 10],
      [3, 10],
    ],
    compute: (x, noise) =>
      weightedSum([
        [x, [0.9, 0.5, 0.1]],
        [noise, [0.1, 0.6, 0.99]],
      ]),
  },
  {
    family: 'optimizer',
    takes: [0, 1, 2, 3].map(() => [1003]),
    compute(weights, gradient, first, second) {
      const { weights: next, moments } = optimizerStep(adam, {
        weights: weights as Tensor1D,
        gradient: gradient as Tensor1D,
        moments: { first: first as Tensor1D, second: second.abs() as Tensor1D },
        step: 3,
        total: 10,
      })
      return [next, moments.first!, moments.second!]
    },
    hasGradient: false,
  },
  {
    family: 'average',
    takes: [[1003], [1003]],
    compute: (average, weights) =>
      emaUpdate({ kind: 'constant', decay: 0.99 }, average as Tensor1D, weights as Tensor1D, 3),
    hasGradient: false,
  },
  {
    family: 'random',
    takes: [],
    // Fewer numbers would be drawn without the device.
    compute: () => gaussianNoise(createRandom(7), [10, 1003]),
    hasGradient: false,
  },
]

const adam: OptimizerConfig = {
  algorithm: 'adamw',
  lr: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0.01,
  warmup_steps: 0,
  lr_schedule: 'constant',
  clip_norm: 1,
}

/** Outputs and gradients of a case. */
export type KernelNumbers = readonly Float32Array[]

/** Computes all cases on the active backend. Leaves no tensors. */
export async function computeKernels(): Promise<Map<KernelFamily, KernelNumbers>> {
  const all = new Map<KernelFamily, KernelNumbers>()
  for (const each of cases) all.set(each.family, await computeCase(each))
  return all
}

async function computeCase({
  takes,
  compute,
  hasGradient = true,
}: KernelCase): Promise<KernelNumbers> {
  const inputs = takes.map((shape, i) =>
    tf.tensor(wave(tf.util.sizeFromShape(shape), i + 1), shape),
  )
  const results = tf.tidy(() => {
    if (!hasGradient) return [compute(...inputs)].flat()
    // A sum with different factors, since the gradient of a plain sum of a softmax is zero.
    const outputs: Tensor[] = []
    const { grads } = differentiate(() => {
      const y = compute(...inputs) as Tensor
      outputs.push(tf.keep(y.clone()))
      return y.mul(tf.tensor(wave(y.size, 9), y.shape)).mean()
    }, inputs)
    return [...outputs, ...grads.map((gradient, i) => gradient ?? tf.zerosLike(inputs[i]))]
  })
  try {
    return await Promise.all(results.map(async (each) => (await each.data()) as Float32Array))
  } finally {
    tf.dispose([...results, ...inputs])
  }
}

/**
 * Arrays whose values are this small beside the largest of their case are zero but for rounding, such
 * as the gradient of a bias of keys, which softmax ignores.
 */
const NEGLIGIBLE = 1e-4

/**
 * Largest difference of two lists of arrays, each relative to the largest value of its right one;
 * infinite if a number is missing or not finite.
 */
export function largestDeviation(actual: KernelNumbers, right: KernelNumbers): number {
  if (actual.length !== right.length) return Infinity
  const least = Math.max(1e-6, NEGLIGIBLE * Math.max(0, ...right.map(largest)))
  return right.reduce(
    (most, expected, i) => Math.max(most, relativeDeviation(actual[i], expected, least)),
    0,
  )
}

const largest = (numbers: Float32Array): number =>
  numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

function relativeDeviation(actual: Float32Array, right: Float32Array, least: number): number {
  if (actual.length !== right.length) return Infinity
  let gap = 0
  for (let i = 0; i < right.length; i++) {
    const distance = Math.abs(actual[i] - right[i])
    if (!Number.isFinite(distance)) return Infinity
    gap = Math.max(gap, distance)
  }
  return gap / Math.max(least, largest(right))
}
