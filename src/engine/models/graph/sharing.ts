// Names of layers that share weights: `=conv1` uses those of conv1.

/** True for the name of a layer that uses the weights of another. */
export const isSharing = (name: string): boolean => name.startsWith('=')

/** The name that weights have: for `=conv1`, conv1. */
export const ownerName = (name: string): string => (isSharing(name) ? name.slice(1) : name)

/**
 * The name of a layer inside a subgraph with this prefix, which ends with a dot or is empty. A layer
 * shares weights if it says so, or if a subgraph around it does: `=down.` and `conv` give
 * `=down.conv`.
 */
export function joinName(prefix: string, name: string): string {
  const joined = prefix + name
  return joined.includes('=') ? `=${joined.replaceAll('=', '')}` : joined
}
