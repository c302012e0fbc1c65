// One side of `npm run bench:kernels`, in its own process, because replacing tfjs kernels is
// global: `node scripts/run.mjs bench/kernels/peer.ts ours|stock backend [batch]`. Prints a line of
// JSON when ready, and one per line on stdin: case number, with or without gradients, repetitions.
import { createInterface } from 'node:readline'
import type { BackendName } from '../../src/engine/protocol.ts'
import type { Tensor } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { StockWasmBackend } from '../../src/engine/backends/wasm/kernelCall.ts'
import type { WebGPUBackend } from '../../src/engine/backends/webgpu/backend.ts'
import { softwareNames } from '../../src/engine/backends/webgpu/device.ts'
import { provideWebGPU } from '../../src/hosts/node/nodeWebgpu.ts'
import { startTfjs } from '../tfjs.ts'
import type { KernelCase } from './cases.ts'
import { kernelCases } from './cases.ts'

export type Side = 'ours' | 'stock'

export interface Ready {
  device: string
  batch: number
  /** Best rates of the device: matrix product in GFLOP/s, copy in GB/s. */
  product: number
  copy: number
}

export interface KernelRequest {
  index: number
  gradients: boolean
  /** Number of repetitions; the minimum is reported. */
  times: number
}

export async function main([side, backend, batch]: [Side, BackendName, string?]): Promise<void> {
  const say = (told: object) => console.log(JSON.stringify(told))
  try {
    if (backend === 'webgpu') {
      const reason = await provideWebGPU()
      if (reason) throw new Error(reason)
    }
    const device = await startTfjs(side, backend)
    const items = Number(batch ?? (backend !== 'webgpu' || softwareNames.test(device) ? 4 : 64))
    say({
      device,
      batch: items,
      ...(side === 'ours' ? await ceilings(backend) : { product: 0, copy: 0 }),
    } satisfies Ready)
    const cases = kernelCases(items)
    for await (const line of createInterface({ input: process.stdin })) {
      const { index, gradients, times } = JSON.parse(line) as KernelRequest
      const found = await timeCase(cases[index], side, gradients, times).then(
        (seconds) => ({ seconds }),
        (error: Error) => ({ cannot: error.message }),
      )
      say(found)
    }
  } catch (error) {
    say({ error: (error as Error).message })
  }
  process.exit(0) // Dawn would keep the process alive
}

async function timeCase(
  one: KernelCase,
  side: Side,
  gradients: boolean,
  times: number,
): Promise<number> {
  const inputs = one.takes.map((shape, i) =>
    tf.tidy(() => tf.randomNormal(shape, 0, 1, 'float32', i).abs().mul(0.1)),
  )
  const compute = one[side]
  const withGradients = () => {
    const { value, grads } = tf.valueAndGrads((...args) => (compute(...args) as Tensor).mean())(
      inputs,
    )
    return [value, ...grads]
  }
  try {
    return await measureLeast(
      () => tf.tidy(() => (gradients ? withGradients() : [compute(...inputs)].flat())),
      times,
    )
  } finally {
    tf.dispose(inputs)
  }
}

/** Runs once to compile, then measures. */
async function measureLeast(work: () => Tensor[], times: number): Promise<number> {
  let least = Infinity
  for (let i = 0; i <= times; i++) {
    const began = performance.now()
    const made = work()
    await finished()
    if (i > 0) least = Math.min(least, (performance.now() - began) / 1000)
    tf.dispose(made)
  }
  return least
}

/** Waits for the device; other backends are synchronous. */
async function finished(): Promise<void> {
  if (tf.getBackend() !== 'webgpu') return
  const backend = tf.backend() as unknown as WebGPUBackend
  // Stock tfjs fails if there is no pass to end.
  if (backend.commandEncoder) {
    backend.endComputePassEncoder()
    backend.submitQueue()
  }
  await backend.device.queue.onSubmittedWorkDone()
}

// ---- best rates of this device

async function ceilings(backend: BackendName): Promise<Pick<Ready, 'product' | 'copy'>> {
  const isLarge =
    backend === 'webgpu' &&
    !softwareNames.test(
      String((tf.backend() as unknown as WebGPUBackend).device.adapterInfo?.description),
    )
  const [rows, inner] = isLarge ? [8192, 1024] : [1024, 512]
  const [a, b] = [tf.randomNormal([rows, inner]), tf.randomNormal([inner, inner])]
  const product =
    (2 * rows * inner * inner) / (await measureLeast(() => [tf.matMul(a, b)], 5)) / 1e9
  tf.dispose([a, b])
  const size = isLarge ? 2 ** 25 : 2 ** 23
  const [from, to] = [tf.zeros([size]), tf.zeros([size])]
  const copy = copies[backend]!
  const gb = (2 * 4 * size) / (await measureLeast(() => (copy(from, to), []), 5)) / 1e9
  tf.dispose([from, to])
  return { product, copy: gb }
}

const copies: Partial<Record<BackendName, (from: Tensor, to: Tensor) => void>> = {
  webgpu: (source, target) =>
    (tf.backend() as unknown as WebGPUBackend).copy(
      [{ source, from: 0, to: 0, count: source.size }],
      target,
    ),
  wasm(from, to) {
    const backend = tf.backend() as unknown as StockWasmBackend
    backend.typedArrayFromHeap(to).set(backend.typedArrayFromHeap(from))
  },
}
