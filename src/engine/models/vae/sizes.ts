// Graphs of layers for images of any size: the weights of convolutions do not depend on it.
import type { LayerGraph } from '../graph/layer.ts'
import { memoize } from '../graph/memoize.ts'

/** Builds the graph of a config for images of a size, once for each. */
export function forImageSize<Config extends object>(
  build: (config: Config, height: number, width: number) => LayerGraph,
): (config: Config, height: number, width: number) => LayerGraph {
  const built = memoize((_: Config) => new Map<string, LayerGraph>())
  return (config, height, width) => {
    const graphs = built(config)
    const key = `${height} ${width}`
    const graph = graphs.get(key) ?? build(config, height, width)
    graphs.set(key, graph)
    return graph
  }
}
