// Measures how long a device takes, with timestamp queries where they are available.
import type { WebGPUBackend } from './backend.ts'

/**
 * Seconds the device takes for the custom kernels in `work`, which must not copy or clear buffers.
 */
export async function measureDeviceSeconds(
  backend: WebGPUBackend,
  work: () => void,
): Promise<number> {
  backend.flush()
  // Some browsers round timestamps so much that the difference is 0; then use the wall clock.
  return (
    (backend.device.features.has('timestamp-query') && (await timeByQuery(backend, work))) ||
    timeByWallClock(backend, work)
  )
}

async function timeByQuery(backend: WebGPUBackend, work: () => void): Promise<number> {
  const { device } = backend
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 })
  const resolved = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  })
  const staging = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  try {
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 }
    backend.computePassEncoder = backend.getEncoder().beginComputePass({ timestampWrites })
    work()
    backend.endComputePassEncoder()
    const encoder = backend.getEncoder()
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0)
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16)
    backend.submitQueue()
    await backend.completion.wait(staging.mapAsync(GPUMapMode.READ))
    const [from, to] = new BigUint64Array(staging.getMappedRange())
    return Number(to - from) / 1e9 // nanoseconds
  } finally {
    querySet.destroy()
    resolved.destroy()
    staging.destroy()
  }
}

async function timeByWallClock(backend: WebGPUBackend, work: () => void): Promise<number> {
  const { queue } = backend.device
  await backend.completion.wait(queue.onSubmittedWorkDone())
  const began = performance.now()
  work()
  backend.flush()
  await backend.completion.wait(queue.onSubmittedWorkDone())
  return (performance.now() - began) / 1000
}
