// For tests of single kernels on the GPU: numbers to the device and back, and a device whose memory is full of NaN.
import { expect } from 'vitest'
import type { TensorInfo } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { Info, WasmBackend } from '../src/engine/wasm/call.ts'
import { ownFunctions } from '../src/engine/wasm/module.ts'
import type { Backend } from '../src/engine/webgpu/backend.ts'

export const ownBackend = () => tf.backend() as unknown as Backend

/** Some numbers around 0, none of them small by chance alone. */
export const numbers = (count: number, seed: number, scale = 1.5) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) * (1 + seed / 7) + seed) * scale)

export const tensorOf = (data: Float32Array, shape: number[]): TensorInfo => tf.tensor(data, shape)

/**
 * Runs kernels whose outputs are full of NaN beforehand, on webgpu and on wasm: what they forget to write, or read too early, is
 * seen. Elsewhere memory is never what it was before.
 */
export function poisoned<Made>(run: (backend: Backend) => Made): Made {
  const backend = ownBackend()
  const isWasm = tf.getBackend() === 'wasm'
  if (isWasm) poisonHeap(backend as unknown as WasmBackend)
  else if (tf.getBackend() === 'webgpu') poisonBuffers(backend)
  try {
    return run(backend)
  } finally {
    for (const name of isWasm ? ['makeOutput'] : ['makeTensorInfo', 'view']) Reflect.deleteProperty(backend, name)
  }
}

function poisonBuffers(backend: Backend) {
  const stock = backend.makeTensorInfo.bind(backend)
  const filled: typeof stock = (shape, dtype, values) =>
    stock(shape, dtype, values ?? new Float32Array(tf.util.sizeFromShape(shape as number[])).fill(NaN))
  const view = backend.view.bind(backend)
  backend.makeTensorInfo = filled
  // A part has the numbers of its whole.
  backend.view = (...part) => {
    backend.makeTensorInfo = stock
    const made = view(...part)
    backend.makeTensorInfo = filled
    return made
  }
}

function poisonHeap(backend: WasmBackend) {
  ownFunctions()
    ?.scratch(2 ** 16)
    .numbers.fill(NaN)
  const stock = backend.makeOutput.bind(backend) as (...args: unknown[]) => Info
  // An address, and values, are given where nothing is made anew.
  backend.makeOutput = (...args: unknown[]) => {
    const made = stock(...args)
    if (args[2] == null && args[3] == null && made.dtype === 'float32') backend.typedArrayFromHeap(made).fill(NaN)
    return made
  }
}

/** Runs with a device that says it binds no more than so many buffers in a dispatch. */
export async function withBindings(most: number, run: () => Promise<void>) {
  const backend = ownBackend()
  const { device } = backend
  const limits = { maxStorageBuffersPerShaderStage: most, maxComputeInvocationsPerWorkgroup: 256 }
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

/** Reads what a kernel made, and disposes it. */
export async function read(info: TensorInfo): Promise<Float32Array> {
  const tensor = tf.engine().makeTensorFromTensorInfo(info)
  const data = await tensor.data()
  tensor.dispose()
  return data as Float32Array
}

/** As many numbers as expected, and none further away than `tolerance` of the largest one; where all are about 0, of 0.1. */
export function expectNear(got: Float32Array, expected: ArrayLike<number>, name: string, tolerance = 1e-5) {
  expect(got.length, name).toBe(expected.length)
  let largest = 0.1
  let furthest = 0
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!))
    const gap = Math.abs(got[i]! - expected[i]!)
    if (!(gap <= furthest)) furthest = gap
  }
  expect(furthest / largest, name).toBeLessThan(tolerance)
}

/** The backend as it would be on a GPU: kernels choose the variants with workgroup memory, which a device made of software runs too. */
export function likeGPU(backend: Backend): Backend {
  const { limits, features } = backend.device
  return Object.create(backend, {
    device: { value: { limits, features, adapterInfo: { vendor: 'a GPU' } } },
    dispatch: { value: backend.dispatch.bind(backend) },
  }) as Backend
}
