// Our WebGPU kernels against the same work by stock tfjs on the same device: `npm run bench:kernels`, with `--json` as one line
// of JSON, with `--batch=64`, `--rounds=5`, `--only=dW`. Beside GFLOP/s stands the share of the best product of two matrices
// that was measured here.
import { parseArgs } from 'node:util'
import { startBackend } from '../src/engine/backends.ts'
import type { TensorInfo } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { Backend } from '../src/engine/webgpu/backend.ts'
import { isSoftware } from '../src/engine/webgpu/device.ts'
import { convForward } from '../src/engine/webgpu/kernels/convForward.ts'
import type { Tile } from '../src/engine/webgpu/kernels/gemm.ts'
import { tileFor } from '../src/engine/webgpu/kernels/gemm.ts'
import { provideWebGPU } from '../src/nodes/node-webgpu.ts'
import { convCases } from './kernels/conv.ts'

export interface KernelCase {
  name: string
  flop: number
  own(): TensorInfo[]
  stock(): TensorInfo[]
}

/** A kernel of tfjs as it was before it was replaced. */
export type StockKernel = (name: string, inputs: Record<string, TensorInfo>, attrs: object) => TensorInfo

interface Row {
  name: string
  /** GFLOP/s. */
  own: number
  stock: number
  /** Of the best product of two matrices. */
  share: number
}

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      batch: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
    },
  })
  const stock = await stockKernels()
  const { device } = await startBackend({ prefer: 'webgpu' })
  const backend = tf.backend() as unknown as Backend
  const batch = Number(values.batch ?? (isSoftware(backend.device) ? 4 : 64))
  const rounds = Number(values.rounds)
  const ceiling = await bestProduct(backend, rounds)
  const rows: Row[] = []
  for (const { name, flop, own, stock: theirs } of convCases(backend, batch, stock)) {
    if (!name.includes(values.only)) continue
    const seconds = await secondsOf(backend, rounds, own, theirs)
    const [ours, others] = seconds.map((each) => flop / each / 1e9) as [number, number]
    rows.push({ name, own: ours, stock: others, share: ours / ceiling })
  }
  console.log(values.json ? JSON.stringify({ device, batch, ceiling, rows }) : table(device, batch, ceiling, rows))
  process.exit(0) // Dawn would keep the process alive
}

/** Has to run before the backend is started, which puts our kernels in the place of these. */
async function stockKernels(): Promise<StockKernel> {
  const reason = await provideWebGPU()
  if (reason) throw new Error(reason)
  await import('@tensorflow/tfjs-backend-webgpu')
  const kernels = new Map(tf.getKernelsForBackend('webgpu').map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]))
  return (name, inputs, attrs) =>
    kernels.get(name)!({ inputs: inputs as never, attrs: attrs as never, backend: tf.backend() }) as TensorInfo
}

/** The least seconds of each; they take turns, so that what else the machine does falls on all. The first turn compiles. */
async function secondsOf(backend: Backend, rounds: number, ...works: (() => TensorInfo[])[]): Promise<number[]> {
  const least = works.map(() => Infinity)
  for (let round = 0; round <= rounds; round++) {
    for (const [i, work] of works.entries()) {
      const began = performance.now()
      const made = work()
      backend.flush()
      await backend.device.queue.onSubmittedWorkDone()
      if (round > 0) least[i] = Math.min(least[i]!, (performance.now() - began) / 1000)
      for (const one of made)
        if (one instanceof tf.Tensor) one.dispose()
        else backend.disposeData(one.dataId)
    }
  }
  return least
}

/** GFLOP/s of the best tile for a product of two matrices. */
async function bestProduct(backend: Backend, rounds: number): Promise<number> {
  const [rows, inner] = isSoftware(backend.device) ? [1024, 256] : [8192, 1024]
  const [x, weight] = [tf.randomNormal([1, 1, rows, inner]), tf.randomNormal([1, 1, inner, inner])]
  const conv = { x, weight, stride: 1, pad: { top: 0, bottom: 0, left: 0, right: 0 } } as const
  const tiles: Tile[] = [
    tileFor(backend.device, { rows, columns: inner, parts: 1 }),
    { shape: 'tiled', rows: 8, columns: 8, tall: 8, wide: 8, depth: 16 },
    { shape: 'tiled', rows: 4, columns: 4, tall: 8, wide: 8, depth: 16 },
  ]
  const seconds = await secondsOf(backend, rounds, ...tiles.map((tile) => () => [convForward(backend, conv, tile)]))
  tf.dispose([x, weight])
  return (2 * rows * inner * inner) / Math.min(...seconds) / 1e9
}

function table(device: string, batch: number, ceiling: number, rows: Row[]): string {
  const shown = (value: number) => value.toPrecision(3).padStart(9)
  return [
    `${device}, batches of ${batch}; the best product of two matrices has ${ceiling.toPrecision(3)} GFLOP/s`,
    `${'GFLOP/s'.padEnd(56)}${['ours', 'stock', 'times', 'of best'].map((title) => title.padStart(9)).join('')}`,
    ...rows.map(({ name, own, stock, share }) => `${name.padEnd(56)}${[own, stock, own / stock, share].map(shown).join('')}`),
  ].join('\n')
}
