// Choice of a backend: available backends pass their self-test; one with wrong gradients is
// rejected and reported.
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { broadcastSumGradients } from '../../../src/engine/backends/gradients.ts'
import { constant } from '../../../src/engine/base/sums.ts'
import {
  expected,
  fingerprint,
  gradientSelfTest,
  sizes,
} from '../../../src/engine/backends/selftest.ts'
import {
  expectedOfImages,
  imageInput,
  imageSizes,
  imageTarget,
  imageWeights,
} from '../../../src/engine/backends/selftestImages.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { wave } from '../../../src/engine/backends/selftestData.ts'
import { provideWebGPU } from '../../../src/hosts/node/nodeWebgpu.ts'
import { eventually } from '../../eventually.ts'

let noWebGPU: string | undefined
beforeAll(async () => {
  noWebGPU = await provideWebGPU()
})
afterEach(stopBackend)

test('expected numbers of the self-test match plain loops in float64', () => {
  const { items, inputs, hidden, classes, outputs } = sizes
  const [x, z, w, b] = [
    wave(items * inputs, 1),
    wave(items * outputs, 2),
    wave(inputs * hidden, 3),
    wave(hidden, 4),
  ]
  const [e, v] = [wave(classes * hidden, 5), wave(hidden * outputs, 6)]
  const zeros = (like: ArrayLike<number>) => new Float64Array(like.length)
  const [dw, db, de, dv] = [zeros(w), zeros(b), zeros(e), zeros(v)]
  let loss = 0
  for (let i = 0; i < items; i++) {
    const [gate, h, dh] = [
      new Float64Array(hidden),
      new Float64Array(hidden),
      new Float64Array(hidden),
    ]
    for (let j = 0; j < hidden; j++) {
      let a = b[j] + e[(i % classes) * hidden + j]
      for (let k = 0; k < inputs; k++) a += x[i * inputs + k] * w[k * hidden + j]
      gate[j] = 1 / (1 + Math.exp(-a))
      h[j] = a * gate[j]
    }
    for (let o = 0; o < outputs; o++) {
      let error = -z[i * outputs + o]
      for (let j = 0; j < hidden; j++) error += h[j] * v[j * outputs + o]
      loss += error ** 2 / (items * outputs)
      for (let j = 0; j < hidden; j++) {
        dv[j * outputs + o] += ((2 * error) / (items * outputs)) * h[j]
        dh[j] += ((2 * error) / (items * outputs)) * v[j * outputs + o]
      }
    }
    for (let j = 0; j < hidden; j++) {
      const da = dh[j] * (gate[j] + h[j] * (1 - gate[j]))
      db[j] += da
      de[(i % classes) * hidden + j] += da
      for (let k = 0; k < inputs; k++) dw[k * hidden + j] += da * x[i * inputs + k]
    }
  }
  const found = [loss, ...[dw, db, de, dv].map(fingerprint)]
  for (const [i, { value }] of expected.entries()) expect(found[i]).toBeCloseTo(value, 9)
})

test('expected numbers of the image self-test match plain loops in float64', () => {
  const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1)
  const numbers = ({ shape, phase, amplitude }: typeof imageInput) =>
    Float64Array.from(Float32Array.from(wave(size(shape), phase).map((value) => amplitude * value)))
  const weights = imageWeights.map(numbers)
  // A fingerprint is the slope of the loss in the direction cos(k).
  const slope = (index: number) => {
    const h = 1e-5
    const moved = (by: number) =>
      imageLoss(
        weights.map((weight, i) =>
          i === index ? weight.map((value, k) => value + by * Math.cos(k)) : weight,
        ),
      )
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
  }
  const found = [imageLoss(weights), ...imageWeights.map((_, i) => slope(i))]
  for (const [i, { value }] of expectedOfImages.entries()) expect(found[i]).toBeCloseTo(value, 6)

  function imageLoss([w1, w2, scale, q, k, v]: Float64Array[]): number {
    const { batch, height, width, channels, wide, wider, groups, heads, eps } = imageSizes
    const first = convolved(numbers(imageInput), [batch, height, width, channels], w1, wide, 1)
    const second = convolved(first, [batch, height, width, wide], w2, wider, 2)
    const pixels = (height * width) / 4
    const normal = normalised(second, batch, pixels, wider, groups, eps).map((value, i) =>
      silu(value * scale[i % wider]),
    )
    const out = attended(normal, [q, k, v], batch, pixels, wider, heads)
    const target = numbers(imageTarget)
    return out.reduce((sum, value, i) => sum + 10 * (value - target[i]) ** 2, 0)
  }
})

const silu = (x: number) => x / (1 + Math.exp(-x))

/** A 3x3 convolution with padding 1, as plain loops. */
function convolved(
  x: Float64Array,
  [b, h, w, from]: number[],
  weight: Float64Array,
  to: number,
  stride: number,
): Float64Array {
  const [rows, columns] = [h / stride, w / stride]
  const out = new Float64Array(b * rows * columns * to)
  for (let n = 0; n < b; n++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        for (let o = 0; o < to; o++)
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const [y, z] = [stride * i + ky - 1, stride * j + kx - 1]
              if (y < 0 || y >= h || z < 0 || z >= w) continue
              for (let c = 0; c < from; c++)
                out[((n * rows + i) * columns + j) * to + o] +=
                  x[((n * h + y) * w + z) * from + c] * weight[((ky * 3 + kx) * from + c) * to + o]
            }
  return out
}

function normalised(
  x: Float64Array,
  b: number,
  pixels: number,
  c: number,
  groups: number,
  eps: number,
): Float64Array {
  const inGroup = (i: number, n: number, g: number) =>
    Math.floor(i / (pixels * c)) === n && Math.floor((i % c) / (c / groups)) === g
  const out = new Float64Array(x.length)
  for (let n = 0; n < b; n++)
    for (let g = 0; g < groups; g++) {
      const own = [...x.keys()].filter((i) => inGroup(i, n, g))
      const mean = own.reduce((sum, i) => sum + x[i], 0) / own.length
      const variance = own.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / own.length
      for (const i of own) out[i] = (x[i] - mean) / Math.sqrt(variance + eps)
    }
  return out
}

function attended(
  x: Float64Array,
  weights: Float64Array[],
  b: number,
  pixels: number,
  c: number,
  heads: number,
): Float64Array {
  const d = c / heads
  const at = (n: number, i: number, channel: number) => (n * pixels + i) * c + channel
  const [q, k, v] = weights.map((weight) =>
    x.map((_, i) => {
      const [row, o] = [Math.floor(i / c), i % c]
      let sum = 0
      for (let from = 0; from < c; from++) sum += x[row * c + from] * weight[from * c + o]
      return sum
    }),
  ) as [Float64Array, Float64Array, Float64Array]
  const out = new Float64Array(x.length)
  for (let n = 0; n < b; n++)
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < pixels; i++) {
        const shares = Array.from({ length: pixels }, (_, j) => {
          let score = 0
          for (let e = 0; e < d; e++) score += q[at(n, i, head * d + e)] * k[at(n, j, head * d + e)]
          return Math.exp(score / Math.sqrt(d))
        })
        const total = shares.reduce((sum, share) => sum + share, 0)
        for (let e = 0; e < d; e++)
          for (let j = 0; j < pixels; j++)
            out[at(n, i, head * d + e)] += (shares[j] / total) * v[at(n, j, head * d + e)]
      }
  return out
}

describe.each(['cpu', 'wasm', 'webgpu'] as const)('%s', (name) => {
  test('starts, computes correct gradients and is reported', async ({ skip }) => {
    if (name === 'webgpu' && noWebGPU) skip(noWebGPU)
    const report = await startBackend({ prefer: name })
    expect(report.rejected.find((rejection) => rejection.name === name)).toBeUndefined()
    expect(report.name).toBe(name)
    expect(tf.getBackend()).toBe(name)
    expect(report.reason).toContain(`${name} (${report.device}), as chosen`)
    expect(await gradientSelfTest()).toBeUndefined()
    expect(tf.memory().numTensors).toBe(0)
  })
})

test('prefers wasm to a software adapter, and reports it', async ({ skip }) => {
  if (noWebGPU) skip(noWebGPU)
  const report = await startBackend()
  if (report.name === 'webgpu')
    return expect(report.device).not.toMatch(/llvmpipe|swiftshader|software/i) // a real GPU
  expect(report.name).toBe('wasm')
  expect(report.device).toMatch(/^SIMD, 1 thread/)
  expect(report.reason).toMatch(
    /^wasm \(SIMD, 1 thread\), instead of webgpu: the graphics adapter is emulated in software \(.+\)/,
  )
  return expect(report.rejected.find(({ name }) => name === 'webgl')?.reason).toBe(
    'WebGL 2 is not available here',
  )
})

test('does not use a backend whose gradients are zero', async () => {
  await startBackend({ prefer: 'cpu' })
  const kernel = tf.getKernel('BatchMatMul', 'cpu')
  tf.unregisterKernel('BatchMatMul', 'cpu')
  tf.registerKernel({
    ...kernel,
    kernelFunc: (args) => {
      const result = kernel.kernelFunc(args) as { dataId: object }
      const transposed = (args.attrs as { transposeA?: boolean } | undefined)?.transposeA
      if (transposed)
        (tf.backend() as unknown as { data: DataOf }).data.get(result.dataId).values.fill(0)
      return result as never
    },
  })
  try {
    const report = await startBackend({ prefer: 'cpu' })
    expect(report.name).toBe('wasm')
    expect(report.rejected.find(({ name }) => name === 'cpu')?.reason).toBe(
      'failed the self-test of gradients: expected -5.95172 for the gradient of the weights, got 0.00000',
    )
    expect(report.reason).toMatch(
      /^wasm \(SIMD, 1 thread\), instead of cpu: failed the self-test of gradients/,
    )
  } finally {
    tf.unregisterKernel('BatchMatMul', 'cpu')
    tf.registerKernel(kernel)
  }
})

interface DataOf {
  get(id: object): { values: Float32Array }
}

test('reports a lost GPU device', async ({ skip }) => {
  if (noWebGPU) skip(noWebGPU)
  const lost = new Promise<string>(
    (resolve) => void startBackend({ prefer: 'webgpu', onLost: resolve }).then(destroyDevice),
  )
  expect(await lost).toEqual(expect.any(String))
})

test('reports errors of the GPU, and rejects tensors that are too large', async ({ skip }) => {
  if (noWebGPU) skip(noWebGPU)
  const messages: string[] = []
  await startBackend({ prefer: 'webgpu', onLost: (message) => messages.push(message) })
  const { device } = tf.backend() as unknown as { device: GPUDevice }
  const most = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize)
  expect(() => tf.tidy(() => constant([Math.floor(most / 4) + 1], 1))).toThrow(
    /^Expected a tensor of at most \d+ MiB, which this GPU can hold/,
  )
  const small = constant([3], 1)
  expect([...(await small.data())]).toEqual([1, 1, 1])
  small.dispose()
  expect(messages).toEqual([])
  device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE })
  device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE })
  await eventually(() => expect(messages.length).toBeGreaterThan(0))
  await device.queue.onSubmittedWorkDone()
  expect(messages).toEqual([expect.stringMatching(/^a computation failed: ./)]) // once
})

const destroyDevice = () => (tf.backend() as unknown as { device: GPUDevice }).device.destroy()

test('gradients of sums and means are broadcast', async () => {
  await startBackend({ prefer: 'cpu' })
  broadcastSumGradients()
  const x = tf.tensor([1, 2, 3, 4, 5, 6], [3, 2])
  const gradient = (f: (x: tf.Tensor) => tf.Tensor) =>
    tf.tidy(() => Array.from(tf.grad(f)(x).dataSync()))
  expect(gradient((x) => tf.sum(x))).toEqual([1, 1, 1, 1, 1, 1])
  expect(gradient((x) => tf.sum(tf.mul(tf.sum(x, 0), tf.tensor1d([1, 2]))))).toEqual([
    1, 2, 1, 2, 1, 2,
  ])
  expect(
    gradient((x) => tf.sum(tf.mul(tf.mean(x, -1, true), tf.tensor2d([[2], [4], [6]])))),
  ).toEqual([1, 1, 2, 2, 3, 3])
  expect(gradient((x) => tf.mean(x))).toEqual(new Array(6).fill(Math.fround(1 / 6)))
  const second = tf.tidy(() =>
    Array.from(
      tf
        .grad((x) => tf.sum(tf.grad((x) => tf.mean(tf.square(x)))(x)))(x)
        .dataSync(),
    ),
  )
  for (const value of second) expect(value).toBeCloseTo(1 / 3, 6)
  x.dispose()
  expect(tf.memory().numTensors).toBe(0)
})
