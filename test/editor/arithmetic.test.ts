// The settings of arithmetic restart the backend, but only when they change.
import { afterEach, expect, test, vi } from 'vitest'
import { runState } from '../../src/editor/running/state.ts'
import { followArithmetic } from '../../src/editor/running/arithmetic.ts'
import { adoptSettings, defaultSettings } from '../../src/editor/storage/settings.ts'

afterEach(() => {
  adoptSettings(defaultSettings)
  runState.backend.value = undefined
})

test('the backend restarts when the setting changes, and only then', () => {
  const setBackend = vi.fn()
  followArithmetic({ setBackend })
  expect(setBackend).not.toHaveBeenCalled()
  runState.backend.value = { name: 'wasm', device: '', reason: '', rejected: [] }
  adoptSettings({ sameBits: true })
  adoptSettings({ live: false })
  expect(setBackend.mock.calls).toEqual([[{ name: 'wasm', sameBits: true }]])
  adoptSettings({ sameBits: false })
  expect(setBackend).toHaveBeenLastCalledWith({ name: 'wasm', sameBits: false })
  expect(setBackend).toHaveBeenCalledTimes(2)
  adoptSettings({ float16Products: true })
  expect(setBackend).toHaveBeenLastCalledWith({ name: 'wasm', float16Products: true })
  expect(setBackend).toHaveBeenCalledTimes(3)
})

test('a stored setting is applied at the start', () => {
  adoptSettings({ sameBits: true })
  const setBackend = vi.fn()
  followArithmetic({ setBackend })
  expect(setBackend.mock.calls).toEqual([[{ name: 'auto', sameBits: true }]])
})
