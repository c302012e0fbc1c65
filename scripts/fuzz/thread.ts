// Start of a worker of the fuzzer. Loads nothing before allocations are counted.
import { workerData } from 'node:worker_threads'
import type { Task } from './protocol.ts'

await import('./allocations.ts')
const { work } = await import('./worker.ts')
await work(workerData as Task)
