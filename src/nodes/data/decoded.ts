// Cache of decoded data sets, shared by runs.
import type { Assets } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'

export interface Decoded {
  /** Identifies the content. */
  key: string
  data: Dataset
}

/** Number of cached data sets: one to train on, others to compare with. */
const KEPT = 3

const known = new WeakMap<Assets, Map<string, Promise<Decoded>>>()

/** Returns the result of `decode` for this name, cached while it is among the last used. Failures
 * are not cached. */
export function decodeOnce(
  assets: Assets,
  name: string,
  decode: () => Promise<Decoded>,
): Promise<Decoded> {
  const entries = known.get(assets) ?? new Map<string, Promise<Decoded>>()
  known.set(assets, entries)
  const decoded = entries.get(name) ?? decode()
  entries.delete(name)
  entries.set(name, decoded)
  const [oldest] = entries.keys()
  if (entries.size > KEPT && oldest !== undefined) entries.delete(oldest)
  decoded.catch(() => entries.get(name) === decoded && entries.delete(name))
  return decoded
}
