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
