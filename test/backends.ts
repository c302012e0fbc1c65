// Runs the same tests on every backend this machine has, and names those it lacks.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest'
import { startUntested, stopBackend } from '../src/engine/backends.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { tf } from '../src/engine/tf.ts'
import { provideWebGPU } from '../src/nodes/node-webgpu.ts'

/** Those that Node can have; webgl needs a browser. */
export const backends = ['cpu', 'wasm', 'webgpu'] as const satisfies BackendName[]

async function reasonForNoWebGPU(): Promise<string | undefined> {
  const reason = await provideWebGPU()
  if (reason) return reason
  return (await navigator.gpu.requestAdapter()) ? undefined : 'Vulkan has no driver here; Debian has mesa-vulkan-drivers'
}

/**
 * One suite for each backend. Each test has to leave as many tensors as it found. A backend that is not here is a skipped
 * test with the reason in its name, and a failing one with CI=1.
 */
export function onEachBackend(body: (name: BackendName) => void, names: readonly BackendName[] = backends) {
  describe.each(names)('on %s', (name) => {
    let left: string | undefined
    beforeAll(async () => {
      left = name === 'webgpu' ? await reasonForNoWebGPU() : undefined
      if (left) return
      // Without its self-test, which engine/backends.test.ts has: on a GPU made of software it takes longer than most suites.
      await startUntested(name)
    })
    afterAll(async () => {
      if (!left) await stopBackend()
    })
    beforeEach(({ skip }) => {
      if (!left) return
      expect(process.env.CI, `${name} was left out: ${left}`).toBeFalsy()
      skip(left)
    })
    countTensors()
    body(name)
  })
}

/** Each test of the suite has to leave as many tensors as it found. */
export function countTensors() {
  let before = 0
  beforeEach(() => {
    before = tf.memory().numTensors
  })
  afterEach(() => {
    expect(tf.memory().numTensors, 'tensors alive').toBe(before)
  })
}

/** A suite on the plain backend, for what does not depend on backends. */
export function onCpu(body: () => void) {
  onEachBackend(body, ['cpu'])
}
