// Applies the user's choices of arithmetic: the fastest on this device, and products of float16 on
// GPUs.
import { effect } from '@preact/signals'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import type { Settings } from '../storage/settings.ts'
import { settings } from '../storage/settings.ts'
import { runState } from './state.ts'

const choices = [
  'fastestArithmetic',
  'float16Products',
] as const satisfies readonly (keyof Settings)[]

/** Restarts the backend when a choice changes; at first if one is on. */
export function followArithmetic(client: Pick<Client, 'setBackend'>) {
  const applied = { fastestArithmetic: false, float16Products: false }
  effect(() => {
    const { fastestArithmetic, float16Products } = settings.value
    const wanted = { fastestArithmetic, float16Products }
    if (choices.every((name) => wanted[name] === applied[name])) return
    Object.assign(applied, wanted)
    client.setBackend({
      name: runState.backend.peek()?.name ?? 'auto',
      arithmetic: fastestArithmetic ? 'measured' : 'portable',
      float16Products,
    })
  })
}
