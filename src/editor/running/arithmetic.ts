// Applies the user's choice of the instructions of WebAssembly.
import { effect } from '@preact/signals'
import type { Client } from '../../nodes/host/clientTypes.ts'
import { settings } from '../storage/settings.ts'
import { runState } from './state.ts'

/** Restarts the backend when the setting changes; at first if it is on. */
export function followSameBits(client: Pick<Client, 'setBackend'>) {
  let applied = false
  effect(() => {
    const { sameBits } = settings.value
    if (sameBits === applied) return
    applied = sameBits
    client.setBackend({ name: runState.backend.peek()?.name ?? 'auto', sameBits })
  })
}
