// Worker that reads untrusted files, so that neither their size nor a crash affects the page.
import {
  toFileFailure,
  type FileAnswer,
  type FileRequest,
  type FileTaskRequest,
  type TaskControl,
} from './fileMessages.ts'
import { fileTasks } from './fileTasks.ts'

interface WorkerScope {
  postMessage(answer: FileAnswer, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: { data: FileRequest }) => void): void
}

const scope = globalThis as typeof globalThis & WorkerScope
const tasks: Record<string, (...args: never[]) => Promise<unknown>> = fileTasks

/** Controllers of tasks that can be cancelled, by their ids. */
const controllers = new Map<number, AbortController>()

scope.addEventListener('message', ({ data }) => {
  if ('cancel' in data) controllers.get(data.cancel)?.abort()
  else void runTask(data)
})

async function runTask({ id, task, args, controlled }: FileTaskRequest) {
  try {
    const control = controlled ? [createControl(id)] : []
    const result = await tasks[task](...([...args, ...control] as never[]))
    scope.postMessage({ id, result }, [...arrayBuffers(result)])
  } catch (error) {
    scope.postMessage({ id, failure: toFileFailure(error) }, [])
  } finally {
    controllers.delete(id)
  }
}

/** Time between two reports of progress, in milliseconds. */
const PROGRESS_INTERVAL = 200

function createControl(id: number): TaskControl {
  const controller = new AbortController()
  controllers.set(id, controller)
  let reported = 0
  return {
    signal: controller.signal,
    onProgress(bytes) {
      const now = performance.now()
      if (now - reported < PROGRESS_INTERVAL) return
      reported = now
      scope.postMessage({ id, progress: bytes }, [])
    },
  }
}

/** Buffers of a result and of its properties and items, which are transferred instead of copied. */
function arrayBuffers(value: unknown, depth = 3): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) return new Set([value.buffer as ArrayBuffer])
  if (depth === 0 || typeof value !== 'object' || value === null) return new Set()
  // A long list contains no large arrays: the entries of a ZIP.
  const values = Object.values(value)
  if (values.length > 2000) return new Set()
  return new Set(values.flatMap((each) => [...arrayBuffers(each, depth - 1)]))
}
