// The settings of arithmetic restart the backend, but only when they change.
import { afterEach, expect, test, vi } from 'vitest'
import { runState } from '../../../src/editor/running/state.ts'
import { followArithmetic } from '../../../src/editor/running/arithmetic.ts'
import { adoptSettings, defaultSettings } from '../../../src/editor/storage/settings.ts'

afterEach(() => {
  adoptSettings(defaultSettings)
  runState.backend.value = undefined
})

test('the backend restarts when the setting changes, and only then', () => {
  const setBackend = vi.fn()
  followArithmetic({ setBackend })
  expect(setBackend).not.toHaveBeenCalled()
  runState.backend.value = { name: 'wasm', device: '', reason: '', rejected: [] }
  adoptSettings({ fastestArithmetic: true })
  adoptSettings({ live: false })
  const fastest = { name: 'wasm', arithmetic: 'measured', float16Products: false }
  expect(setBackend.mock.calls).toEqual([[fastest]])
  adoptSettings({ fastestArithmetic: false })
  expect(setBackend).toHaveBeenLastCalledWith({ ...fastest, arithmetic: 'portable' })
  expect(setBackend).toHaveBeenCalledTimes(2)
  adoptSettings({ float16Products: true })
  const half = { name: 'wasm', arithmetic: 'portable', float16Products: true }
  expect(setBackend).toHaveBeenLastCalledWith(half)
  expect(setBackend).toHaveBeenCalledTimes(3)
})

test('a stored setting is applied at the start', () => {
  adoptSettings({ fastestArithmetic: true })
  const setBackend = vi.fn()
  followArithmetic({ setBackend })
  const fastest = { name: 'auto', arithmetic: 'measured', float16Products: false }
  expect(setBackend.mock.calls).toEqual([[fastest]])
})
