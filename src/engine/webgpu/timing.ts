// How long a device takes, by its own clock where it lets us read it.
import type { Backend } from './backend.ts'

/** Seconds that the device takes for the kernels of ours that `work` dispatches; it may neither copy nor clear. */
export async function secondsOnDevice(backend: Backend, work: () => void): Promise<number> {
  backend.flush()
  // A clock that stands still (some browsers round it) is none.
  return (backend.device.features.has('timestamp-query') && (await byItsClock(backend, work))) || byOurs(backend, work)
}

async function byItsClock(backend: Backend, work: () => void): Promise<number> {
  const { device } = backend
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 })
  const resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC })
  const staging = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  try {
    backend.ensureCommandEncoderReady()
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 }
    backend.computePassEncoder = backend.commandEncoder!.beginComputePass({ timestampWrites })
    work()
    backend.endComputePassEncoder()
    backend.commandEncoder!.resolveQuerySet(querySet, 0, 2, resolved, 0)
    backend.commandEncoder!.copyBufferToBuffer(resolved, 0, staging, 0, 16)
    backend.submitQueue()
    await staging.mapAsync(GPUMapMode.READ)
    const [from, to] = new BigUint64Array(staging.getMappedRange())
    return Number(to! - from!) / 1e9 // nanoseconds
  } finally {
    querySet.destroy()
    resolved.destroy()
    staging.destroy()
  }
}

async function byOurs(backend: Backend, work: () => void): Promise<number> {
  const { queue } = backend.device
  await queue.onSubmittedWorkDone()
  const began = performance.now()
  work()
  backend.flush()
  await queue.onSubmittedWorkDone()
  return (performance.now() - began) / 1000
}
