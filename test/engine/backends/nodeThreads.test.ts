// Threads of the wasm backend in Node: the same bits with any number of them, and workers that
// fail, end, or do not start.
import { availableParallelism } from 'node:os'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { startStock, stockThreads } from '../../../src/engine/backends/startStock.ts'
import { assemble } from '../../../src/engine/backends/wasm/assembler.ts'
import type { Job } from '../../../src/engine/backends/wasm/jobs.ts'
import { encodeRepeat, jobFunctions, writeJobs } from '../../../src/engine/backends/wasm/jobs.ts'
import { threadCount, wantedThreads } from '../../../src/engine/backends/wasm/threads.ts'
import { WorkerPool } from '../../../src/engine/backends/wasm/workerPool.ts'
import { activeWasm } from '../../../src/engine/backends/wasm/wasmFunctions.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { trainDigits } from '../../hashedTraining.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  if (tf.getBackend() === 'wasm') await stopBackend()
  await tf.setBackend('cpu')
})

const start = (threads: number) => startBackend({ prefer: 'wasm', only: true, threads })

test('a training has the same weights with 1, 2, 4 and 8 threads', async () => {
  const after = new Set<string>()
  for (const threads of [1, 2, 4, 8]) {
    const { device } = await start(threads)
    expect(device).toBe(`SIMD, ${threads} thread${threads === 1 ? '' : 's'}`)
    expect(activeWasm()!.threads).toBe(threads)
    const weights = await trainDigits(1)
    expect(weights.after).not.toBe(weights.before)
    after.add(weights.after)
    await stopBackend()
  }
  expect(after.size).toBe(1)
})

describe('the number of threads', () => {
  test('is that of pages by default', () => {
    vi.stubEnv('LITEGRAPH_DIFFUSION_THREADS', undefined)
    expect(wantedThreads()).toBe(threadCount(availableParallelism()))
  })

  test.each([
    ['3', 3],
    ['100', 8],
    ['0', threadCount(availableParallelism())],
    ['many', threadCount(availableParallelism())],
  ])('LITEGRAPH_DIFFUSION_THREADS=%s gives %i', (text, threads) => {
    vi.stubEnv('LITEGRAPH_DIFFUSION_THREADS', text)
    expect(wantedThreads()).toBe(threads)
    expect(wantedThreads(2)).toBe(2)
  })

  test('is one for stock tfjs', async () => {
    vi.stubEnv('LITEGRAPH_DIFFUSION_THREADS', '2')
    await startStock('wasm')
    expect(await stockThreads()).toBe(1)
    const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }
    expect(wasm.HEAPU8.buffer).toBeInstanceOf(ArrayBuffer)
  })
})

describe('workers of Node', () => {
  /** The workers that have been started. */
  const workers: Worker[] = []

  beforeEach(() => {
    workers.length = 0
    const { getBuiltinModule } = process
    class Listed extends Worker {
      constructor(...parameters: ConstructorParameters<typeof Worker>) {
        super(...parameters)
        workers.push(this)
      }
    }
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
      name === 'node:worker_threads'
        ? { Worker: Listed }
        : getBuiltinModule.call(process, name)) as never)
  })

  const hasEnded = (worker: Worker) =>
    worker.threadId === -1 ? undefined : new Promise((resolve) => worker.once('exit', resolve))

  test('end with the backend', async () => {
    await start(3)
    expect(workers).toHaveLength(2)
    await stopBackend()
    await Promise.all(workers.map(hasEnded))
  })

  test('may end by themselves: the others take their jobs', async () => {
    await start(1)
    const { after } = await trainDigits(1)
    await stopBackend()
    await start(3)
    await workers[0].terminate()
    expect((await trainDigits(1)).after).toBe(after)
  })

  test('are all stopped if one does not start, which leaves one thread', async () => {
    const { getBuiltinModule } = process
    function Half(code: string, options: WorkerOptions) {
      const worker = new Worker(workers.length === 0 ? code : 'throw new Error()', options)
      workers.push(worker)
      return worker
    }
    vi.mocked(process.getBuiltinModule).mockImplementation(((name: string) =>
      name === 'node:worker_threads'
        ? { Worker: Half }
        : getBuiltinModule.call(process, name)) as never)
    expect((await start(3)).device).toBe('SIMD, 1 thread')
    expect(workers).toHaveLength(2)
    await Promise.all(workers.map(hasEnded))
  })
})

describe('a job that', () => {
  /** Starts a pool of one worker, with jobs at address 0. Our thread only waits. */
  async function startPool(jobs: readonly Job[]): Promise<WorkerPool> {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })
    const module = await WebAssembly.compile(assemble(jobFunctions, { shared: true, fused: false }))
    writeJobs(jobs, new Int32Array(memory.buffer), 0)
    const runJob = () => {
      const until = Date.now() + 100
      while (Date.now() < until);
    }
    return (await WorkerPool.start(1, { module, memory, runJob }))!
  }

  test('fails on a worker ends the run with an error, and later runs do without workers', async () => {
    const failing: Job = [[100_000, []]]
    const pool = await startPool([failing, failing, failing])
    expect(pool.start([{ count: 3, table: 0 }])).toBe(true)
    expect(() => pool.finish()).toThrow('A thread of the wasm backend failed.')
    expect(pool.start([{ count: 3, table: 0 }])).toBe(false)
  })

  test('never ends on a worker ends the run with an error', async () => {
    const endless = callsForEver()
    const pool = await startPool([endless, endless, endless])
    let seconds = 0
    vi.spyOn(performance, 'now').mockImplementation(() => 1001 * seconds++)
    pool.start([{ count: 3, table: 0 }])
    expect(() => pool.finish()).toThrow('A thread of the wasm backend failed.')
    expect(seconds).toBeGreaterThan(60)
  })

  test('fails on the calling thread ends the run with its error', async () => {
    await start(2)
    const jobs: Job[] = Array.from({ length: 4 }, () => [[100_000, []]])
    expect(() => activeWasm()!.runJobs(jobs, 1e9)).toThrow()
    const { after } = await trainDigits(1)
    await stopBackend()
    await start(1)
    expect((await trainDigits(1)).after).toBe(after)
  })
})

/** A job that repeats nothing for ever: a nested `repeat` of the most passes. */
function callsForEver(): Job {
  const repeat = Object.keys(jobFunctions).indexOf('repeat')
  const pass = (inner: Job): Job => [[repeat, encodeRepeat(2 ** 31 - 1, inner, inner)]]
  return pass(pass([]))
}
