// Results of slow pure functions, of which the last ones are remembered.

/** Remembers the results of `compute` for the last `most` keys. */
export function rememberLast<T>(most: number, compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, { result: T }>()
  return (key) => {
    const found = known.get(key) ?? { result: compute(key) }
    known.delete(key)
    known.set(key, found)
    for (const oldest of known.keys()) {
      if (known.size <= most) break
      known.delete(oldest)
    }
    return found.result
  }
}
