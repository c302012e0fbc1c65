// Follows a value back to its source, past everything that only passes it on: reroutes, bypassed
// nodes, borders of subgraphs. Independent of how the graph is represented.

/**
 * Returns the output that produces a value; undefined if nothing is wired there, or on a cycle.
 * @param pass returns the output that `output` forwards (`from`, undefined if unwired), or undefined
 * if `output` produces its own value
 * @param key identifies what may be visited only once
 */
export function resolveSource<O extends object>(
  output: O | undefined,
  pass: (output: O) => { from: O | undefined } | undefined,
  key: (output: O) => unknown,
): O | undefined {
  const visited = new Set<unknown>()
  for (let current = output; current && !visited.has(key(current));) {
    visited.add(key(current))
    const passed = pass(current)
    if (!passed) return current
    current = passed.from
  }
  return undefined
}
