// Starts the threads of the worker pool: workers of a page, or worker_threads of Node.
import { nodeModule } from '../../base/nodeModule.ts'
import { runPoolJobs, takeJobs } from './poolLoop.ts'
import type { PoolStart } from './poolProtocol.ts'
import { threadScriptUrl } from './threadScript.ts'

export interface PoolWorker {
  stop(): void
}

/** Milliseconds that a worker has to start. */
const START_TIMEOUT = 10_000

/**
 * Starts a worker. The promise is rejected if it does not start in time: a CSP may forbid it, or
 * the system may have no thread left.
 */
export function startPoolWorker(start: PoolStart): Promise<PoolWorker> {
  const threads = nodeModule('node:worker_threads')
  return threads ? startInNode(threads, start) : startInPage(start)
}

async function startInPage(start: PoolStart): Promise<PoolWorker> {
  const worker = new Worker(threadScriptUrl())
  const stop = () => worker.terminate()
  await isReady(stop, (resolve, reject) => {
    worker.onmessage = resolve
    worker.onerror = (event) => {
      event.preventDefault()
      reject(new Error(event.message))
    }
    worker.postMessage(start)
  })
  return { stop }
}

type NodeThreads = NonNullable<ReturnType<typeof nodeModule<'node:worker_threads'>>>

async function startInNode(
  { Worker: NodeWorker }: NodeThreads,
  start: PoolStart,
): Promise<PoolWorker> {
  const code = `const { parentPort, workerData } = require('node:worker_threads')
;(${runPoolJobs})(workerData, ${takeJobs}, () => parentPort.postMessage('ready'))`
  // Without the options of the process, which may name a profiler or a loader of modules.
  const worker = new NodeWorker(code, { eval: true, workerData: start, execArgv: [] })
  const stop = () => void worker.terminate()
  await isReady(stop, (resolve, reject) => {
    worker.once('message', resolve)
    // An error without listener would end the process. A worker that ends later is only missing:
    // the other threads take all jobs.
    worker.on('error', reject)
    worker.on('exit', reject)
  })
  // A process does not wait for its workers.
  worker.unref()
  return { stop }
}

/** Waits until `listen` reports that a worker is ready, and stops it otherwise. */
async function isReady(
  stop: () => void,
  listen: (resolve: () => void, reject: (error?: unknown) => void) => void,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(reject, START_TIMEOUT)
      listen(resolve, reject)
    })
  } catch (error) {
    stop()
    throw error
  } finally {
    clearTimeout(timer)
  }
}
