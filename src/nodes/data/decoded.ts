// Data sets are decoded once, not once a run: they may be large.
import type { Assets } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/values.ts'

export interface Decoded {
  /** Stands for the content. */
  key: string
  data: Dataset
}

/** As many stay decoded: what one learns from and what one compares with. */
const KEPT = 3

const known = new WeakMap<Assets, Map<string, Promise<Decoded>>>()

/** What `decode` gave for this name, as long as it is one of the last used of these assets. A failure is tried again. */
export function decodedOnce(assets: Assets, name: string, decode: () => Promise<Decoded>): Promise<Decoded> {
  const entries = known.get(assets) ?? new Map<string, Promise<Decoded>>()
  known.set(assets, entries)
  const decoded = entries.get(name) ?? decode()
  entries.delete(name)
  entries.set(name, decoded)
  if (entries.size > KEPT) entries.delete(entries.keys().next().value!)
  decoded.catch(() => entries.get(name) === decoded && entries.delete(name))
  return decoded
}
