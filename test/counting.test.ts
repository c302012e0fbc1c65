// The counting GPU device: exact counts of known programs.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Counter, Counts } from '../bench/counting.ts'
import { difference, provideCountingGPU } from '../bench/counting.ts'
import { config, PARAMETERS, samplingGraph } from '../bench/reference.ts'
import { startUntested, stopBackend } from '../src/engine/backends/backends.ts'
import { predict } from '../src/engine/models/predict.ts'
import { unetParameters } from '../src/engine/models/kinds/unet/summary.ts'
import type { RunOp } from '../src/engine/plan/op.ts'
import { checkParams } from '../src/engine/plan/params.ts'
import type { Random } from '../src/engine/base/random.ts'
import type { Scalar, Tensor4D } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { ActivationStorage } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'
import type { WebGPUBackend } from '../src/engine/backends/webgpu/backend.ts'
import { attention } from '../src/nodes/model/attention.ts'
import { unet } from '../src/nodes/model/unet.ts'
import { unet as newUnet } from '../src/engine/models/kinds/unet/init.ts'
import { beginTraining, trainStep } from '../src/engine/training/trainStep.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import { adamw, tinyUnet } from './smallTraining.ts'

let counter: Counter

beforeAll(async () => {
  counter = provideCountingGPU()
  await startUntested('webgpu')
})
afterAll(stopBackend)

/** Returns the counts of `work`. */
async function countWork(work: () => void | Promise<void>): Promise<Counts> {
  const before = { ...counter.counts }
  await work()
  return difference(before, counter.counts)
}

describe('operations of tfjs', () => {
  test('a matrix product is one dispatch over its operands and result; reading it is a submit and a copy', async () => {
    const [a, b] = [tf.ones([40, 48]), tf.ones([48, 36])]
    const live = counter.liveBytes
    let product = a
    const { bytesTouched, writtenBytes, ...counts } = await countWork(
      () => void (product = tf.matMul(a, b)),
    )
    // The operands are uploaded.
    const sent = 4 * (40 * 48 + 48 * 36)
    const bytes = sent + 4 * 40 * 36
    // Our kernels have constant sizes; tfjs's use a uniform.
    const uniform = bytesTouched - bytes
    expect(uniform).toBeLessThan(256)
    expect(
      writtenBytes - sent,
      'the uniform, but for what makes it a multiple of 16',
    ).toBeLessThanOrEqual(uniform)
    // No submit yet: commands are submitted by a read.
    const writes = uniform > 0 ? 3 : 2
    expect(counts).toMatchObject({
      dispatches: 1,
      submits: 0,
      passes: 1,
      copies: 0,
      writes,
      pipelines: 1,
    })
    expect(counter.liveBytes - live).toBe(counts.bufferBytes)
    expect(counter.peakBytes).toBeGreaterThanOrEqual(counter.liveBytes)

    const again = await countWork(() => tf.dispose(tf.matMul(a, b)))
    expect(again).toMatchObject({ dispatches: 1, bytesTouched, writes: 0, pipelines: 0 })
    const reading = await countWork(async () =>
      expect(Array.from(await product.data())).toEqual(Array(40 * 36).fill(0)),
    )
    expect(reading).toMatchObject({ dispatches: 0, submits: 1, copies: 1, bytesTouched: 0 })
    tf.dispose([a, b, product])
  })

  test('a convolution is one dispatch over image, filter and result', async () => {
    const x = tf.tensor4d(new Float32Array(2 * 32 * 32 * 4), [2, 32, 32, 4])
    const filter = tf.tensor4d(new Float32Array(9 * 4 * 8), [3, 3, 4, 8])
    let y = x
    const counts = await countWork(() => void (y = tf.conv2d<Tensor4D>(x, filter, 1, 'same')))
    const [image, weights, result] = [4 * x.size, 4 * filter.size, 4 * 2 * 32 * 32 * 8]
    expect(y.shape).toEqual([2, 32, 32, 8])
    // Image and filter are uploaded at first use. Shapes are constants, so there is no uniform.
    expect(counts).toMatchObject({
      dispatches: 1,
      pipelines: 1,
      writes: 2,
      bytesTouched: counts.bufferBytes,
    })
    expect([counts.writtenBytes, counts.bufferBytes]).toEqual([
      image + weights,
      image + weights + result,
    ])
    expect([...counter.uses].at(-1)![0].label).toMatch(/^conv3x3 forward 2x32x32x4 /)
    expect([...counter.uses].at(-1)![1]).toEqual({
      dispatches: 1,
      bytesTouched: counts.bytesTouched,
    })
    tf.dispose([x, filter, y])
  })
})

describe('calls of the device', () => {
  const device = async () => await (await navigator.gpu.requestAdapter())!.requestDevice()

  test('each dispatch counts the bound ranges', async () => {
    const gpu = await device()
    const buffer = gpu.createBuffer({ size: 1024, usage: GPUBufferUsage.STORAGE })
    const pipeline = gpu.createComputePipeline({
      layout: 'auto',
      compute: { module: gpu.createShaderModule({ code: '' }), entryPoint: 'main' },
    })
    const group = (...ranges: { offset?: number; size?: number }[]) =>
      gpu.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: ranges.map((range, binding) => ({ binding, resource: { buffer, ...range } })),
      })
    const counts = await countWork(() => {
      const encoder = gpu.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group({}, { offset: 256 }, { offset: 512, size: 100 }))
      pass.dispatchWorkgroups(1)
      pass.setBindGroup(1, group({ size: 7 }))
      pass.dispatchWorkgroups(1)
      pass.end()
      gpu.queue.submit([encoder.finish()])
      gpu.queue.writeBuffer(buffer, 0, new Float32Array(6), 2)
      gpu.queue.writeBuffer(buffer, 0, new Float32Array(6), 0, 3)
    })
    const first = 1024 + 768 + 100
    expect(counts).toMatchObject({
      dispatches: 2,
      passes: 1,
      submits: 1,
      bytesTouched: first + (first + 7),
      writes: 2,
    })
    expect(counts.writtenBytes).toBe(4 * 4 + 3 * 4)
    expect(() => group({ offset: 512, size: 513 })).toThrow(
      'A binding of 513 bytes at 512 does not fit 1024.',
    )
  })

  test('a buffer counts until it is destroyed, and once only', async () => {
    const gpu = await device()
    const live = counter.liveBytes
    const buffer = gpu.createBuffer({
      size: 4096,
      usage: GPUBufferUsage.COPY_SRC,
      mappedAtCreation: true,
    })
    expect([buffer.mapState, buffer.getMappedRange().byteLength]).toEqual(['mapped', 4096])
    buffer.unmap()
    expect([buffer.mapState, counter.liveBytes - live]).toEqual(['unmapped', 4096])
    buffer.destroy()
    buffer.destroy()
    expect(counter.liveBytes).toBe(live)
  })

  test('reports the requested features', async () => {
    provideCountingGPU(['shader-f16'])
    const adapter = (await navigator.gpu.requestAdapter())!
    expect([...adapter.features]).toEqual(['shader-f16'])
    expect([...(await adapter.requestDevice()).features]).toEqual(['shader-f16'])
  })
})

describe('a training', () => {
  test('adds gradients to those of earlier batches without a dispatch or a copy', async () => {
    const model = newUnet(tinyUnet(), 'epsilon', zeros, { zero_init: false })
    const size = Object.values(model.weights).reduce((sum, weight) => sum + weight.size, 0)
    const options = { optimizer: adamw, emas: [], total: 100 }
    const countSteps = async (gradient_accumulation_steps: number) => {
      let state = beginTraining(model.weights, options)
      const counts: Counts[] = []
      for (let step = 0; step < 12; step++) {
        const before = state
        const loss = () =>
          tf
            .tidy(() =>
              predict(
                { ...model, weights: before.weights },
                tf.zeros([4, 4, 4, 1]),
                Float64Array.of(step),
              ),
            )
            .mean() as Scalar
        counts.push(
          await countWork(() => {
            state = trainStep(before, { ...options, gradient_accumulation_steps, loss })
          }),
        )
        const rest = new Set(collectTensors(state))
        tf.dispose(collectTensors(before).filter((tensor) => !rest.has(tensor)))
        ;(tf.backend() as unknown as WebGPUBackend).flush()
      }
      tf.dispose(collectTensors(state))
      return counts
    }
    const accumulated = await countSteps(4)
    const [first, ...further] = accumulated.slice(8, 11)
    for (const { dispatches, copies, bytesTouched } of further) {
      expect({ dispatches, copies }).toEqual({ dispatches: first.dispatches, copies: first.copies })
      // The gradients before are read, and those that other kernels have written once more.
      expect(bytesTouched - first.bytesTouched).toBeLessThan(8 * size)
    }
    tf.dispose(model.weights)
  })
})

describe('the counted UNet', () => {
  const made = (op: RunOp, inputs: object) => {
    const node = samplingGraph(1, 1).nodes.find((each) => each.op === op.type)!
    return op.run(inputs as never, checkParams(node, op).params as never, {
      random: zeros,
      prepared: undefined,
    })
  }

  test('has the stated number of parameters', () => expect(unetParameters(config)).toBe(PARAMETERS))

  test('is the same as nodes and in stock operations', () => {
    const { model } = made(unet, made(attention, {})) as { model: Model }
    expect(model.config).toEqual(config)
    tf.dispose(model.weights)
  })

  test('saves little more than half the bytes for its gradients in float16', () => {
    const { model } = made(unet, made(attention, {})) as { model: Model }
    const [x, weights] = [tf.zeros([2, 32, 32, 3]), Object.values(model.weights)]
    const pool = (tf.backend() as unknown as WebGPUBackend).bufferManager
    const keptWith = (activations: ActivationStorage) => {
      let kept = 0
      const loss = () => {
        const before = pool.numBytesUsed
        const said = tf.tidy(() => predict({ ...model, activations }, x, Float64Array.of(5)))
        kept = pool.numBytesUsed - before
        return said.mean() as Scalar
      }
      tf.dispose(tf.engine().gradients(loss, weights) as never)
      return kept
    }
    // Uniform buffers are cached, so the second run creates none.
    const [, , half, whole] = (['float16', 'float32', 'float16', 'float32'] as const).map(keptWith)
    expect(half / whole).toBeLessThan(0.55)
    tf.dispose([x, weights] as never)
  })
})

/** Cheaper than six million random numbers. */
const zeros: Random = {
  normal: (count) => new Float32Array(count),
  uniform: (count) => new Float32Array(count),
  integers: (count) => new Int32Array(count),
  permutation: (count) => new Int32Array(count),
  fork: () => zeros,
}
