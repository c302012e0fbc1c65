// Runs the same tests on every backend that this machine has, and names the missing ones.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest'
import { startUntested, stopBackend } from '../src/engine/backends/backends.ts'
import type { Arithmetic } from '../src/engine/backends/wasm/arithmetic.ts'
import { enableRelaxedSimd } from '../src/engine/backends/wasm/arithmetic.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { tf } from '../src/engine/base/tf.ts'
import { provideWebGPU } from '../src/hosts/node/nodeWebgpu.ts'
import { pretendGPU, webgpuBackend } from './kernels.ts'

/** The backends that run in Node; webgl needs a browser. */
export const backends = ['cpu', 'wasm', 'webgpu'] as const satisfies BackendName[]

/**
 * The backend of golden tests, instead of cpu, wasm's instructions, and webgpu's kernels; see
 * scripts/golden.ts.
 */
const { GOLDEN, ARITHMETIC, KERNELS } = process.env as {
  GOLDEN?: BackendName
  ARITHMETIC?: Arithmetic
  KERNELS?: 'gpu'
}

/** The backend of tests that need only one. */
export const goldenBackend = GOLDEN ?? 'cpu'

/**
 * Backends for training and gradients of complete UNets. On cpu these take several times longer;
 * `npm run golden` and `npm run test:full` include it.
 */
export const unetBackends: readonly BackendName[] =
  process.env.FULL || GOLDEN ? backends : ['wasm', 'webgpu']

async function reasonForNoWebGPU(): Promise<string | undefined> {
  const reason = await provideWebGPU()
  if (reason) return reason
  return (await navigator.gpu.requestAdapter())
    ? undefined
    : 'Vulkan has no driver here; Debian has mesa-vulkan-drivers'
}

/**
 * One suite for each backend. No test may leak tensors. A backend that this machine lacks is a
 * skipped test with the reason in its name, and a failing one with CI=1.
 */
export function onEachBackend(
  body: (name: BackendName) => void,
  names: readonly BackendName[] = backends,
) {
  describe.each(names)('on %s', (name) => suiteOn(name, body))
}

/** {@link onEachBackend}, and on wasm also with fused multiply-add. */
export function onEachArithmetic(
  body: (name: BackendName) => void,
  names: readonly BackendName[] = backends,
) {
  onEachBackend(body, names)
  if (names.includes('wasm'))
    describe('on wasm with fused multiply-add', () => suiteOn('wasm', body, 'fused'))
}

function suiteOn(
  name: BackendName,
  body: (name: BackendName) => void,
  arithmetic: Arithmetic | undefined = ARITHMETIC,
) {
  let left: string | undefined
  beforeAll(async () => {
    left =
      name === 'webgpu'
        ? await reasonForNoWebGPU()
        : arithmetic === 'fused' && !enableRelaxedSimd()
          ? 'this version of Node has no relaxed SIMD'
          : undefined
    if (left) return
    // Without the self-test, which engine/backends.test.ts covers: on a software device it takes
    // longer than most suites.
    await startUntested(name, { arithmetic })
    if (name === 'webgpu' && KERNELS === 'gpu') pretendGPU(webgpuBackend().device)
  })
  afterAll(async () => {
    if (!left) await stopBackend()
    // Suites of a process share tfjs, and some expect the backend of a new one.
    await tf.setBackend('cpu')
  })
  beforeEach(({ skip }) => {
    if (!left) return
    expect(process.env.CI, `${name} was left out: ${left}`).toBeFalsy()
    skip(left)
  })
  countTensors()
  body(name)
}

/** Checks after each test of the suite that no tensors leaked. */
export function countTensors() {
  let before = 0
  beforeEach(() => {
    before = tf.memory().numTensors
  })
  afterEach(() => {
    expect(tf.memory().numTensors, 'tensors alive').toBe(before)
  })
}

/** A suite on one backend, for code that does not depend on backends. */
export function onCpu(body: () => void) {
  onEachBackend(body, [goldenBackend])
}
