// The setting of the instructions of WebAssembly restarts the backend, but only when it changes.
import { afterEach, expect, test, vi } from 'vitest'
import { runState } from '../../src/editor/running/state.ts'
import { followSameBits } from '../../src/editor/running/sameBits.ts'
import { adoptSettings, defaultSettings } from '../../src/editor/storage/settings.ts'

afterEach(() => {
  adoptSettings(defaultSettings)
  runState.backend.value = undefined
})

test('the backend restarts when the setting changes, and only then', () => {
  const setBackend = vi.fn()
  followSameBits({ setBackend })
  expect(setBackend).not.toHaveBeenCalled()
  runState.backend.value = { name: 'wasm', device: '', reason: '', rejected: [] }
  adoptSettings({ sameBits: true })
  adoptSettings({ live: false })
  expect(setBackend.mock.calls).toEqual([[{ name: 'wasm', sameBits: true }]])
  adoptSettings({ sameBits: false })
  expect(setBackend).toHaveBeenLastCalledWith({ name: 'wasm', sameBits: false })
  expect(setBackend).toHaveBeenCalledTimes(2)
})

test('a stored setting is applied at the start', () => {
  adoptSettings({ sameBits: true })
  const setBackend = vi.fn()
  followSameBits({ setBackend })
  expect(setBackend.mock.calls).toEqual([[{ name: 'auto', sameBits: true }]])
})
