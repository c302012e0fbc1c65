/** Remembers the results of a function by the identity of its argument. */
export function memoize<Argument extends object, Result>(
  compute: (argument: Argument) => Result,
): (argument: Argument) => Result {
  const results = new WeakMap<Argument, { result: Result }>()
  return (argument) => {
    const found = results.get(argument) ?? { result: compute(argument) }
    results.set(argument, found)
    return found.result
  }
}

/** Remembers results by the identity of an argument and a key. */
export function memoizeByKey<Argument extends object, Result extends object>(): (
  argument: Argument,
  key: string,
  compute: () => Result,
) => Result {
  const all = new WeakMap<Argument, Map<string, Result>>()
  return (argument, key, compute) => {
    const results = all.get(argument) ?? new Map<string, Result>()
    all.set(argument, results)
    const found = results.get(key) ?? compute()
    results.set(key, found)
    return found
  }
}
