// Client of the worker that reads files. The worker starts with the first task and ends when it has
// been idle, which returns its memory.
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'
import { texts } from '../texts/texts.ts'
import { FileError, type FileAnswer, type FileRequest } from './fileMessages.ts'
import type { FileTasks } from './fileTasks.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import address from './fileWorker.ts?worker&url'

type TaskName = keyof FileTasks
type Args<K extends TaskName> = Parameters<FileTasks[K]>
type Result<K extends TaskName> = Awaited<ReturnType<FileTasks[K]>>

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
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
  clearTimeout(idleTimer)
  const id = ++lastId
  return new Promise<Result<K>>((resolve, reject) => {
    pending.set(id, { resolve: (result) => resolve(result as Result<K>), reject })
    started.postMessage({ id, task, args } satisfies FileRequest)
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
  pending.delete(answer.id)
  if (pending.size === 0) idleTimer = setTimeout(endFileWorker, IDLE_TIME)
  if ('failure' in answer) task?.reject(new FileError(answer.failure))
  else task?.resolve(answer.result)
}

function endFileWorker() {
  worker?.terminate()
  worker = undefined
}
