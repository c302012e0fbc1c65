// Applies the user's choices of arithmetic: the instructions of WebAssembly, and products of
// float16 on GPUs.
import { effect } from '@preact/signals'
import type { Client } from '../../nodes/host/clientTypes.ts'
import type { Settings } from '../storage/settings.ts'
import { settings } from '../storage/settings.ts'
import { runState } from './state.ts'

const choices = ['sameBits', 'float16Products'] as const satisfies readonly (keyof Settings)[]

/** Restarts the backend when a choice changes; at first if one is on. */
export function followArithmetic(client: Pick<Client, 'setBackend'>) {
  const applied = { sameBits: false, float16Products: false }
  effect(() => {
    const wanted = settings.value
    const changed = choices.filter((name) => wanted[name] !== applied[name])
    if (changed.length === 0) return
    const request = Object.fromEntries(changed.map((name) => [name, wanted[name]]))
    Object.assign(applied, request)
    client.setBackend({ name: runState.backend.peek()?.name ?? 'auto', ...request })
  })
}
