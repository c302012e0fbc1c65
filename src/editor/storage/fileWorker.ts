// Worker that reads untrusted files, so that neither their size nor a crash affects the page.
import { describeFailure, type FileAnswer, type FileRequest } from './fileMessages.ts'
import { fileTasks } from './fileTasks.ts'

interface WorkerScope {
  postMessage(answer: FileAnswer, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: { data: FileRequest }) => void): void
}

const scope = globalThis as unknown as WorkerScope
const tasks: Record<string, (...args: never[]) => Promise<unknown>> = fileTasks

scope.addEventListener('message', ({ data: { id, task, args } }) => {
  tasks[task](...(args as never[]))
    .then((result) => scope.postMessage({ id, result }, [...arrayBuffers(result)]))
    .catch((error: unknown) => scope.postMessage({ id, failure: describeFailure(error) }, []))
})

/** Buffers of a result and of its properties and items, which are transferred instead of copied. */
function arrayBuffers(value: unknown, depth = 3): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) return new Set([value.buffer as ArrayBuffer])
  if (depth === 0 || typeof value !== 'object' || value === null) return new Set()
  // A long list contains no large arrays: the entries of a ZIP.
  const values = Object.values(value)
  if (values.length > 2000) return new Set()
  return new Set(values.flatMap((each) => [...arrayBuffers(each, depth - 1)]))
}
