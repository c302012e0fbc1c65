// Choice of wasm's instructions: fixed, measured and stored, and what they compute.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BackendOptions } from '../../../src/engine/backends/backends.ts'
import { startBackend, stopBackend } from '../../../src/engine/backends/backends.ts'
import { activeBackend } from '../../../src/engine/base/backend.ts'
import {
  chooseArithmetic,
  enableRelaxedSimd,
  measureArithmetic,
} from '../../../src/engine/backends/wasm/arithmetic.ts'
import { assemble, f32x4, func, load, store } from '../../../src/engine/backends/wasm/assembler.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'

let isAvailable = false
beforeAll(() => {
  isAvailable = enableRelaxedSimd()
  if (!isAvailable) expect(process.env.CI, 'relaxed SIMD is missing').toBeFalsy()
})

const portable = { arithmetic: 'portable', isMeasured: false }
const quick = async () => ({ portable: 2, fused: 1 })
const measuredFused = { arithmetic: 'fused', isMeasured: true }
const equal = async () => ({ portable: 1, fused: 0.95 })

describe('the choice', () => {
  test('is portable unless another one is asked for', async () => {
    const measure = vi.fn(quick)
    expect(await chooseArithmetic('portable', undefined, measure)).toEqual(portable)
    expect(await chooseArithmetic('portable', { store: memoryStore() }, measure)).toEqual(portable)
    expect(measure).not.toHaveBeenCalled()
  })

  test('is measured once, and again on request', async ({ skip }) => {
    skip(!isAvailable)
    const store = memoryStore()
    const measure = vi.fn(quick)
    expect(await chooseArithmetic('measured', { store }, measure)).toEqual(measuredFused)
    expect(await chooseArithmetic('measured', { store }, equal)).toEqual(measuredFused)
    expect(measure).toHaveBeenCalledTimes(1)
    const again = await chooseArithmetic('measured', { store, remeasure: true }, equal)
    expect(again).toEqual({ arithmetic: 'portable', isMeasured: true })
  })

  test('is measured without a store too', async ({ skip }) => {
    skip(!isAvailable)
    expect(await chooseArithmetic('measured', undefined, quick)).toEqual(measuredFused)
  })

  test('ignores a store that fails or has something else', async ({ skip }) => {
    skip(!isAvailable)
    const store = memoryStore()
    await store.put('wasm arithmetic/1', Uint8Array.of(1, 2, 3))
    expect(await chooseArithmetic('measured', { store }, quick)).toEqual(measuredFused)
    const broken = () => Promise.reject(new Error('no space'))
    const failing = { ...memoryStore(), get: broken, put: broken, delete: broken }
    const choice = await chooseArithmetic('measured', { store: failing, remeasure: true }, quick)
    expect(choice).toEqual(measuredFused)
  })

  test('is fused without a measurement where that is asked for', async ({ skip }) => {
    skip(!isAvailable)
    expect(await chooseArithmetic('fused', undefined)).toEqual({ ...portable, arithmetic: 'fused' })
  })
})

describe('the report of the backend', () => {
  const start = (options: BackendOptions) =>
    startBackend({ prefer: 'wasm', only: true, threads: 1, ...options })
  afterAll(stopBackend)

  test('has portable arithmetic by default, also with a store', async () => {
    for (const options of [{}, { tuning: { store: memoryStore() } }]) {
      const report = await start(options)
      expect(report.device).toBe('SIMD, 1 thread')
      expect(report.relaxedSimd).toBeUndefined()
      expect(report.kernels).toBeUndefined()
      expect(activeBackend().arithmetic).toBeUndefined()
    }
  })

  test('has fused arithmetic where that is asked for', async ({ skip }) => {
    skip(!isAvailable)
    const report = await start({ arithmetic: 'fused' })
    expect(report.device).toBe('relaxed SIMD, 1 thread')
    expect(report.relaxedSimd).toBe(true)
    expect(report.kernels).toBeUndefined()
    expect(activeBackend().arithmetic).toBe('fused')
  })

  test.for(['portable', 'fused'])('has the stored choice: %s', async (stored, { skip }) => {
    skip(!isAvailable)
    const store = memoryStore()
    await store.put('wasm arithmetic/1', new TextEncoder().encode(stored))
    const report = await start({ arithmetic: 'measured', tuning: { store } })
    expect(report.kernels).toBe(
      stored === 'fused'
        ? 'Measured here: fused multiply-add (relaxed SIMD) is faster'
        : 'Measured here: fused multiply-add (relaxed SIMD) is not much faster',
    )
    expect(report.relaxedSimd ?? false).toBe(stored === 'fused')
  })
})

test('the measurement runs the product with both kinds', async ({ skip }) => {
  skip(!isAvailable)
  const { portable, fused } = await measureArithmetic()
  for (const milliseconds of [portable, fused]) {
    expect(milliseconds).toBeGreaterThan(0)
    expect(milliseconds).toBeLessThan(1000)
  }
})

describe('a b + c', () => {
  const multiplyAdd = func({ at: 'i32' }, ({ at }) =>
    store(at.get, f32x4.multiplyAdd(load(at.get), load(at.get, 16), load(at.get, 32)), 48),
  )
  // (1 + 2^-12)^2 - 1 has a digit that a product in float32 has not.
  const [a, c] = [1 + 2 ** -12, -1]
  const compute = async (fused: boolean) => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const code = assemble({ multiplyAdd }, { shared: false, fused })
    const { instance } = await WebAssembly.instantiate(code, { env: { memory } })
    const floats = new Float32Array(memory.buffer)
    new Int32Array(memory.buffer)[0] = 64
    floats.set([a, a, 2, 0, a, 1, 3, 0, c, c, 4, 5], 16)
    ;(instance.exports.multiplyAdd as (at: number) => void)(0)
    return Array.from(floats.subarray(28, 32))
  }
  const rounded = Math.fround(Math.fround(a * a) + c)
  const exact = Math.fround(a * a + c)

  test('is rounded twice in portable instructions', async () => {
    expect(rounded).not.toBe(exact)
    expect(await compute(false)).toEqual([rounded, 2 ** -12, 10, 5])
  })

  test('is rounded once or twice in the fused one', async ({ skip }) => {
    skip(!isAvailable)
    const [first, ...others] = await compute(true)
    expect([rounded, exact]).toContain(first)
    expect(others).toEqual([2 ** -12, 10, 5])
  })
})
