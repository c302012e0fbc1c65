// Follows values back to their sources, past everything that only passes them on: reroutes, bypassed
// nodes, borders of subgraphs. Independent of how the graph is represented.

/** Returns what an output forwards (`from`, undefined if unwired); undefined if it is a source. */
type Pass<O> = (output: O) => { from: O | undefined } | undefined

/**
 * Returns the output that produces a value; undefined if nothing is wired there, or on a cycle.
 * @param key identifies what may be visited only once
 */
export const resolveSource = <O extends object>(
  output: O | undefined,
  pass: Pass<O>,
  key: (output: O) => unknown,
): O | undefined => createSourceResolver(pass, key)(output)

/**
 * Creates a function as {@link resolveSource} that remembers the sources it has found. All calls
 * together take linear time.
 */
export function createSourceResolver<O extends object>(
  pass: Pass<O>,
  key: (output: O) => unknown,
): (output: O | undefined) => O | undefined {
  const sources = new Map<unknown, O | undefined>()
  return (output) => {
    const visited: unknown[] = []
    let [current, source] = [output, undefined as O | undefined]
    while (current) {
      const id = key(current)
      if (sources.has(id)) {
        source = sources.get(id)
        break
      }
      // Until the source is known, an output counts as part of a cycle.
      sources.set(id, undefined)
      visited.push(id)
      const passed = pass(current)
      if (!passed) {
        source = current
        break
      }
      current = passed.from
    }
    for (const id of visited) sources.set(id, source)
    return source
  }
}
