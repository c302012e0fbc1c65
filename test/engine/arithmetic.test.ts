// Choice of wasm's instructions: fixed, measured and stored, and what they compute.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { startBackend, stopBackend } from '../../src/engine/backends/backends.ts'
import {
  chooseArithmetic,
  enableRelaxedSimd,
  measureArithmetic,
} from '../../src/engine/backends/wasm/arithmetic.ts'
import { assemble, f32x4, func, load, store } from '../../src/engine/backends/wasm/assembler.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'

let isAvailable = false
beforeAll(() => {
  isAvailable = enableRelaxedSimd()
  if (!isAvailable) expect(process.env.CI, 'relaxed SIMD is missing').toBeFalsy()
})

const portable = { arithmetic: 'portable', isMeasured: false }
const quick = async () => ({ portable: 2, fused: 1 })
const equal = async () => ({ portable: 1, fused: 0.95 })

describe('the choice', () => {
  test('is portable without a store, and where the user wants it', async () => {
    expect(await chooseArithmetic(undefined, undefined, quick)).toEqual(portable)
    expect(await chooseArithmetic('portable', { store: memoryStore() }, quick)).toEqual(portable)
  })

  test('is measured once, and again on request', async ({ skip }) => {
    skip(!isAvailable)
    const store = memoryStore()
    const measure = vi.fn(quick)
    const fused = { arithmetic: 'fused', isMeasured: true }
    expect(await chooseArithmetic(undefined, { store }, measure)).toEqual(fused)
    expect(await chooseArithmetic(undefined, { store }, equal)).toEqual(fused)
    expect(measure).toHaveBeenCalledTimes(1)
    const again = await chooseArithmetic(undefined, { store, remeasure: true }, equal)
    expect(again).toEqual({ arithmetic: 'portable', isMeasured: true })
  })

  test('ignores a store that fails or has something else', async ({ skip }) => {
    skip(!isAvailable)
    const store = memoryStore()
    await store.put('wasm arithmetic/1', Uint8Array.of(1, 2, 3))
    const fused = { arithmetic: 'fused', isMeasured: true }
    expect(await chooseArithmetic(undefined, { store }, quick)).toEqual(fused)
    const broken = () => Promise.reject(new Error('no space'))
    const failing = { ...memoryStore(), get: broken, put: broken, delete: broken }
    expect(await chooseArithmetic(undefined, { store: failing, remeasure: true }, quick)).toEqual(
      fused,
    )
  })

  test('is fused without a measurement where that is asked for', async ({ skip }) => {
    skip(!isAvailable)
    expect(await chooseArithmetic('fused', undefined)).toEqual({ ...portable, arithmetic: 'fused' })
  })

  test('is in the report of the backend', async ({ skip }) => {
    skip(!isAvailable)
    const report = await startBackend({ prefer: 'wasm', only: true, arithmetic: 'fused' })
    expect(report.device).toBe('relaxed SIMD, 1 thread')
    expect(report.relaxedSimd).toBe(true)
    expect(report.kernels).toBeUndefined()
    const other = await startBackend({
      prefer: 'wasm',
      only: true,
      tuning: { store: memoryStore() },
    })
    expect(other.kernels).toMatch(/^Measured here: fused multiply-add .* is (not much )?faster$/)
    await stopBackend()
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
