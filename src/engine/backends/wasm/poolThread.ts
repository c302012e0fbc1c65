// A thread of the worker pool in a page, part of the script of threads (build/threadScript.ts).
import { runPoolJobs, takeJobs } from './poolLoop.ts'
import type { PoolStart } from './poolProtocol.ts'

// The threads of tfjs run the same script and have messages of their own.
globalThis.addEventListener('message', ({ data }: MessageEvent<Partial<PoolStart>>) => {
  if (data.shared) runPoolJobs(data as PoolStart, takeJobs, () => globalThis.postMessage('ready'))
})
