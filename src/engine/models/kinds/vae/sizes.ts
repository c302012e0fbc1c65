// Graphs of layers for images of any size: the weights of convolutions do not depend on it.
import type { LayerGraph } from '../../graph/layer.ts'
import { memoizeByKey } from '../../graph/memoize.ts'

/** Builds the graph of a config for images of a size, once for each. */
export function forImageSize<Config extends object>(
  build: (config: Config, height: number, width: number) => LayerGraph,
): (config: Config, height: number, width: number) => LayerGraph {
  const built = memoizeByKey<Config, LayerGraph>()
  return (config, height, width) =>
    built(config, `${height} x ${width}`, () => build(config, height, width))
}
