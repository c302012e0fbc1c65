// Helpers for tests of single kernels: upload and read tensors, and fill the device's memory with
// NaN beforehand.
import { expect } from 'vitest'
import type { TensorInfo } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { TensorHandle, StockWasmBackend } from '../src/engine/backends/wasm/kernelCall.ts'
import { activeWasm } from '../src/engine/backends/wasm/wasmFunctions.ts'
import type { WebGPUBackend } from '../src/engine/backends/webgpu/backend.ts'

export const webgpuBackend = () => tf.backend() as unknown as WebGPUBackend

/** Deterministic pseudo-random numbers around 0. */
export const numbers = (count: number, seed: number, scale = 1.5) =>
  Float32Array.from(
    { length: count },
    (_, i) => Math.sin(12.9898 * (i + 1) * (1 + seed / 7) + seed) * scale,
  )

export const uploadTensor = (data: Float32Array, shape: number[]): TensorInfo =>
  tf.tensor(data, shape)

/**
 * Runs kernels with outputs that are filled with NaN beforehand, on webgpu and wasm, so that
 * elements that a kernel does not write, or reads before it writes them, show up. Other backends
 * always allocate fresh memory.
 */
export function withPoisonedMemory<Made>(run: (backend: WebGPUBackend) => Made): Made {
  const backend = webgpuBackend()
  const isWasm = tf.getBackend() === 'wasm'
  if (isWasm) poisonHeap(backend as unknown as StockWasmBackend)
  else if (tf.getBackend() === 'webgpu') poisonBuffers(backend)
  try {
    return run(backend)
  } finally {
    for (const name of isWasm ? ['makeOutput'] : ['makeTensorInfo', 'view'])
      Reflect.deleteProperty(backend, name)
  }
}

function poisonBuffers(backend: WebGPUBackend) {
  const stock = backend.makeTensorInfo.bind(backend)
  const filled: typeof stock = (shape, dtype, values) =>
    stock(
      shape,
      dtype,
      values ?? new Float32Array(tf.util.sizeFromShape(shape as number[])).fill(NaN),
    )
  const view = backend.view.bind(backend)
  backend.makeTensorInfo = filled
  // A view shares the memory of its tensor and is not filled.
  backend.view = (...part) => {
    backend.makeTensorInfo = stock
    const made = view(...part)
    backend.makeTensorInfo = filled
    return made
  }
}

function poisonHeap(backend: StockWasmBackend) {
  activeWasm()
    ?.scratch(2 ** 16)
    .values.fill(NaN)
  const stock = backend.makeOutput.bind(backend) as (...args: unknown[]) => TensorHandle
  // With an address or values nothing is allocated.
  backend.makeOutput = (...args: unknown[]) => {
    const made = stock(...args)
    if (args[2] == null && args[3] == null && made.dtype === 'float32')
      backend.typedArrayFromHeap(made).fill(NaN)
    return made
  }
}

/** A GPU whose subgroups vary in size. */
const gpuInfo = { vendor: 'a GPU', subgroupMinSize: 4, subgroupMaxSize: 128 }

/**
 * Lets a software device count as a hardware GPU, whose kernels with workgroup memory it can run too.
 * Returns a function that ends this.
 */
export function pretendGPU(device: GPUDevice): () => void {
  Object.defineProperty(device, 'adapterInfo', { configurable: true, value: gpuInfo })
  return () => void Reflect.deleteProperty(device, 'adapterInfo')
}

/** Runs with kernels for hardware GPUs in everything that uses the backend. */
export async function withGPUKernels<T>(run: () => Promise<T>): Promise<T> {
  const end = pretendGPU(webgpuBackend().device)
  try {
    return await run()
  } finally {
    end()
  }
}

/** Runs with a device whose limit of storage buffers in a dispatch is `limit`. */
export const withBindingLimit = (limit: number, run: () => Promise<void>) =>
  withLimits(
    { maxStorageBuffersPerShaderStage: limit, maxComputeInvocationsPerWorkgroup: 256 },
    run,
  )

/** Runs with a device that has some other limits. */
export async function withLimits(
  changed: Partial<Record<keyof GPUSupportedLimits, number>>,
  run: () => Promise<void>,
) {
  const backend = webgpuBackend()
  const { device } = backend
  const limits = new Proxy(device.limits, {
    get: (of, name): unknown => Reflect.get(name in changed ? changed : of, name),
  })
  backend.device = new Proxy(device, {
    get: (of, name) => {
      const value: unknown = name === 'limits' ? limits : Reflect.get(of, name)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
  try {
    await run()
  } finally {
    backend.device = device
  }
}

/** Reads a tensor that a kernel returned, and disposes it. */
export async function readAndDispose(info: TensorInfo): Promise<Float32Array> {
  const tensor = tf.engine().makeTensorFromTensorInfo(info)
  const data = await tensor.data()
  tensor.dispose()
  return data as Float32Array
}

/**
 * Expects the same length and a largest error within `tolerance`, relative to the largest expected
 * value or to 0.1.
 */
export function expectNear(
  actual: Float32Array,
  expected: ArrayLike<number>,
  name: string,
  tolerance = 1e-5,
) {
  expect(actual.length, name).toBe(expected.length)
  let largest = 0.1
  let furthest = 0
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]))
    const gap = Math.abs(actual[i] - expected[i])
    if (!(gap <= furthest)) furthest = gap
  }
  expect(furthest / largest, name).toBeLessThan(tolerance)
}

/** A view of the backend for single kernels, as on a hardware GPU; see {@link pretendGPU}. */
export function likeGPU(backend: WebGPUBackend): WebGPUBackend {
  const { limits, features } = backend.device
  return Object.create(backend, {
    device: { value: { limits, features, adapterInfo: gpuInfo } },
    dispatch: { value: backend.dispatch.bind(backend) },
  }) as WebGPUBackend
}
