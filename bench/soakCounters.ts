// Counters of memory and page objects, read from Chromium after garbage collection.
import type { CDPSession, Page, Worker } from 'playwright-core'

/** Bytes and numbers of objects. */
export interface Counters {
  /** JavaScript objects and array buffers of the page, in bytes. */
  pageHeap: number
  workerHeap: number
  tensors: number
  tensorBytes: number
  /** Memory of the GPU, in bytes; 0 on other backends. */
  deviceBytes: number
  wasmHeap: number
  domNodes: number
  listeners: number
}

/** Measurements, of which the smallest is returned: the rest is garbage of the measurement. */
const READINGS = 4

interface HeapUsage {
  usedSize: number
  backingStorageSize?: number
}

const heapSize = ({ usedSize, backingStorageSize = 0 }: HeapUsage) => usedSize + backingStorageSize

interface EngineMemory {
  tensors: number
  bytes: number
  gpu: number
  wasm: number
}

/** Returns a function that reads all counters of a page with an engine worker. */
export async function openCounters(page: Page): Promise<() => Promise<Counters>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const worker = await openWorker(session)
  const read = async (): Promise<Counters> => {
    await session.send('HeapProfiler.collectGarbage')
    await worker('HeapProfiler.collectGarbage')
    const heap = (await session.send('Runtime.getHeapUsage')) as HeapUsage
    const workerHeap = await worker<HeapUsage>('Runtime.getHeapUsage')
    const { metrics } = await session.send('Performance.getMetrics')
    const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? Number.NaN
    const memory = await readEngine(page.workers()[0])
    return {
      pageHeap: heapSize(heap),
      workerHeap: heapSize(workerHeap),
      tensors: memory.tensors,
      tensorBytes: memory.bytes,
      deviceBytes: memory.gpu,
      wasmHeap: memory.wasm,
      domNodes: metric('Nodes'),
      listeners: metric('JSEventListeners'),
    }
  }
  return async () => {
    let least = await read()
    for (let i = 1; i < READINGS; i++) {
      await page.waitForTimeout(250)
      least = smallest(least, await read())
    }
    return least
  }
}

export const smallest = (a: Counters, b: Counters): Counters =>
  Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, Math.min(value, b[name as keyof Counters])]),
  ) as unknown as Counters

/** Reads tfjs's own counts from its global engine. */
const readEngine = (worker: Worker): Promise<EngineMemory> =>
  worker.evaluate(() => {
    const { _tfengine: engine } = globalThis as unknown as {
      _tfengine: {
        memory(): { numTensors: number; numBytes: number; numBytesInGPU?: number }
        backend: { wasm?: { HEAPU8: Uint8Array } }
      }
    }
    const { numTensors, numBytes, numBytesInGPU = 0 } = engine.memory()
    const wasm = engine.backend.wasm?.HEAPU8.byteLength ?? 0
    return { tensors: numTensors, bytes: numBytes, gpu: numBytesInGPU, wasm }
  })

/** Attaches to the first worker of a page. Returns a function that sends it a command. */
async function openWorker(session: CDPSession) {
  const attached = new Promise<string>((resolve) => {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') resolve(sessionId)
    })
  })
  const waiting = new Map<number, (answer: unknown) => void>()
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result: unknown }
    waiting.get(id)?.(result)
    waiting.delete(id)
  })
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  })
  const sessionId = await attached
  let last = 0
  return async <T>(method: string): Promise<T> => {
    const id = ++last
    const answer = new Promise((resolve) => waiting.set(id, resolve))
    const message = JSON.stringify({ id, method })
    await session.send('Target.sendMessageToTarget', { sessionId, message })
    return (await answer) as T
  }
}
