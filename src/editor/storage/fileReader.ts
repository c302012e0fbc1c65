// Client of the worker that reads files. The worker starts with the first task and ends when it has
// been idle, which returns its memory.
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'
import { texts } from '../texts/texts.ts'
import {
  FileError,
  type FileAnswer,
  type FileRequest,
  type FileTaskRequest,
  type TaskControl,
} from './fileMessages.ts'
import type { FileTasks } from './fileTasks.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import address from './fileWorker.ts?worker&url'

type TaskName = keyof FileTasks
type Args<K extends TaskName> = Parameters<FileTasks[K]>
type Result<K extends TaskName> = Awaited<ReturnType<FileTasks[K]>>

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
  onProgress?: ((bytes: number) => void) | undefined
}

/** Time without tasks after which the worker ends, in milliseconds. */
const IDLE_TIME = 20_000

let worker: Worker | undefined
let idleTimer: ReturnType<typeof setTimeout> | undefined
let lastId = 0
const pending = new Map<number, Pending>()

/**
 * Runs a task of {@link FileTasks} in the worker; in this thread where there are no workers (Node).
 * @throws FileError with the message and cure of the error in the worker
 */
export async function readFileWith<K extends TaskName>(
  task: K,
  ...args: Args<K>
): Promise<Result<K>> {
  const started = startFileWorker()
  if (!started) {
    const { fileTasks } = await import('./fileTasks.ts')
    const run = fileTasks[task] as (...args: unknown[]) => Promise<Result<K>>
    return run(...args)
  }
  return postTask<Result<K>>(started, { id: ++lastId, task, args })
}

/**
 * Loads the file at an absolute address in the worker.
 * @throws FileError with a message and a cure, also when it was cancelled
 */
export async function fetchWithReader(address: string, control: TaskControl = {}): Promise<Blob> {
  const started = startFileWorker()
  if (!started) return (await import('./fetchTask.ts')).fetchBlob(address, control)
  const { signal, onProgress } = control
  const id = ++lastId
  const cancel = () => started.postMessage({ cancel: id } satisfies FileRequest)
  signal?.addEventListener('abort', cancel)
  try {
    return await postTask<Blob>(
      started,
      { id, task: 'fetchBlob', args: [address], controlled: true },
      onProgress,
    )
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

function postTask<T>(
  to: Worker,
  request: FileTaskRequest,
  onProgress?: (bytes: number) => void,
): Promise<T> {
  clearTimeout(idleTimer)
  return new Promise<T>((resolve, reject) => {
    pending.set(request.id, { resolve: (result) => resolve(result as T), reject, onProgress })
    to.postMessage(request satisfies FileRequest)
  })
}

function startFileWorker(): Worker | undefined {
  if (worker || typeof Worker === 'undefined') return worker
  worker = new Worker(trustedScriptUrl(address), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<FileAnswer>) => onAnswer(data))
  // Out of memory, or a script that does not load.
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    endFileWorker()
    for (const { reject } of pending.values()) reject(new Error(texts.files.readerFailed))
    pending.clear()
  })
  return worker
}

function onAnswer(answer: FileAnswer) {
  const task = pending.get(answer.id)
  if ('progress' in answer) return task?.onProgress?.(answer.progress)
  pending.delete(answer.id)
  if (pending.size === 0) idleTimer = setTimeout(endFileWorker, IDLE_TIME)
  if ('failure' in answer) task?.reject(new FileError(answer.failure))
  else task?.resolve(answer.result)
}

function endFileWorker() {
  worker?.terminate()
  worker = undefined
}
