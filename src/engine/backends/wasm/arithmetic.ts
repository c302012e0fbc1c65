// Instructions of the custom functions for a b + c: a multiplication and an addition, whose bits are
// the same on all machines, or the fused instruction of relaxed SIMD. Processors with separate units
// for both run them equally fast; others take up to twice as long without the fused one. The choice
// changes the last bits of results, so it is measured only if the user asks for it, and then stored.
import { memoryStore } from '../../plan/store.ts'
import type { ArithmeticOption } from '../../protocol.ts'
import { measured } from '../measured.ts'
import type { TuningOptions } from '../tuningOptions.ts'
import { assemble } from './assembler.ts'
import { convFunctions } from './convFunctions.ts'

/**
 * `portable`: the same bits on all machines. `fused`: multiply-add with one rounding where the
 * processor has it.
 */
export type Arithmetic = 'portable' | 'fused'

export interface ArithmeticChoice {
  arithmetic: Arithmetic
  /** It was measured on this device, now or before. */
  isMeasured: boolean
}

/** Increase this when the functions change so that the other choice may be faster. */
const KEY = 'wasm arithmetic/1'

/** The fused instruction has to be faster by this factor. Typical ratios are 1 and 0.6. */
const REQUIRED_RATIO = 0.85

/**
 * Returns the instructions for an option. Without relaxed SIMD they are portable.
 * @param tuning the store of a measured choice. Without it, another session may measure otherwise
 * @param measure returns how long the same product takes with each kind
 */
export async function chooseArithmetic(
  option: ArithmeticOption,
  tuning: Pick<TuningOptions, 'store' | 'remeasure'> | undefined,
  measure: () => Promise<Record<Arithmetic, number>> = measureArithmetic,
): Promise<ArithmeticChoice> {
  if (option === 'portable' || !enableRelaxedSimd())
    return { arithmetic: 'portable', isMeasured: false }
  if (option === 'fused') return { arithmetic: 'fused', isMeasured: false }
  const { store, remeasure } = tuning ?? { store: memoryStore() }
  if (remeasure) await store.delete(KEY).catch(() => {})
  const stored = decodeChoice(await store.get(KEY).catch(() => undefined))
  const arithmetic = stored ?? pickFaster(await measure())
  if (!stored) await store.put(KEY, new TextEncoder().encode(arithmetic)).catch(() => {})
  return { arithmetic, isMeasured: true }
}

function decodeChoice(bytes: Uint8Array | undefined): Arithmetic | undefined {
  const text = bytes && new TextDecoder().decode(bytes)
  return text === 'portable' || text === 'fused' ? text : undefined
}

const pickFaster = ({ portable, fused }: Record<Arithmetic, number>): Arithmetic =>
  fused < REQUIRED_RATIO * portable ? 'fused' : 'portable'

/** Returns whether this engine has relaxed SIMD. Node 20 has it behind a flag, which is set. */
export function enableRelaxedSimd(): boolean {
  if (hasRelaxedSimd()) return true
  try {
    setNodeFlag('--experimental-wasm-relaxed-simd')
    return hasRelaxedSimd()
  } catch {
    return false
  }
}

const hasRelaxedSimd = () => WebAssembly.validate(productModule('fused'))

/** Sets a flag of V8 in Node. `node:v8` is not imported, as bundles for pages contain this file. */
function setNodeFlag(flag: string) {
  interface NodeProcess {
    getBuiltinModule?(id: string): { setFlagsFromString(flags: string): void }
  }
  const { process } = globalThis as { process?: NodeProcess }
  process?.getBuiltinModule?.('node:v8').setFlagsFromString(flag)
}

// ---- measurement

/** The function that most of the time is spent in. */
const productModule = (arithmetic: Arithmetic) =>
  assemble({ conv8: convFunctions.conv8 }, { shared: false, fused: arithmetic === 'fused' })

/** Pixels and channels of the product, which stays in the first level of the cache. */
const [PIXELS, CHANNELS] = [32, 64]
/** Calls in a turn, about half a millisecond, and turns. The engine optimises during the first. */
const [CALLS, TURNS] = [100, 60]

/** Returns the milliseconds of a turn with each kind, the shortest of several in alternation. */
export async function measureArithmetic(): Promise<Record<Arithmetic, number>> {
  const kinds = ['portable', 'fused'] as const
  const turns = await Promise.all(kinds.map(prepareProduct))
  const shortest = { portable: Infinity, fused: Infinity }
  for (let turn = 0; turn < TURNS; turn++)
    kinds.forEach((kind, i) => (shortest[kind] = Math.min(shortest[kind], turns[i]())))
  return shortest
}

/** Prepares a product. The returned function computes it several times and returns the time in ms. */
async function prepareProduct(arithmetic: Arithmetic): Promise<() => number> {
  const [pixel, row] = [4 * CHANNELS, 4 * CHANNELS * PIXELS]
  const [x, filter, bias, y] = [4096, 4096 + row, 4096 + row + pixel * CHANNELS, 2 ** 16]
  const memory = new WebAssembly.Memory({ initial: 2 })
  const { instance } = await WebAssembly.instantiate(productModule(arithmetic), { env: { memory } })
  const { conv8 } = instance.exports as { conv8: (parameters: number) => void }
  const source = [x, pixel, 0, pixel, pixel, pixel, filter, 32 * CHANNELS, bias]
  new Int32Array(memory.buffer).set([...source, y, pixel, row, row, pixel])
  return () => {
    const began = performance.now()
    for (let call = 0; call < CALLS; call++) conv8(0)
    return measured(performance.now() - began)
  }
}
