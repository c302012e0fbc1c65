// Weights of a graph of layers: names and shapes.
import { countElements } from '../../base/shapes.ts'
import { GraphView } from './analysis.ts'
import type { LayerGraph } from './layer.ts'
import type { WeightLayout, WeightSpec } from './layerOp.ts'
import { layerOps } from './ops/table.ts'
import { isSharing } from './sharing.ts'

/** The weights of one layer. */
export interface LayerWeights {
  /** Name of the layer. */
  name: string
  specs: readonly WeightSpec[]
}

/** Lists the layers with weights of their own in the order of the graph. */
export function layersWithWeights(graph: LayerGraph): LayerWeights[] {
  const view = new GraphView(graph)
  return graph.layers.flatMap(({ op, name }, i) =>
    layerOps[op].weights && name !== undefined && !isSharing(name)
      ? [{ name, specs: view.weightsOf(i) }]
      : [],
  )
}

/**
 * Orders layers as a module lists them: its blocks, which `block` matches at the start of a name, in
 * the order of their first layers, and within a block by the first of `kinds` that a name contains.
 */
export function inModuleOrder(
  layers: readonly LayerWeights[],
  block: RegExp,
  kinds: readonly string[],
): LayerWeights[] {
  const blockOf = ({ name }: LayerWeights) => block.exec(name)?.[0] ?? name
  const blocks = [...new Set(layers.map(blockOf))]
  const kindOf = ({ name }: LayerWeights) => kinds.findIndex((kind) => name.includes(kind))
  return [...layers].sort(
    (a, b) => blocks.indexOf(blockOf(a)) - blocks.indexOf(blockOf(b)) || kindOf(a) - kindOf(b),
  )
}

/** Shape of a weight in PyTorch's order of axes. */
export function torchShape({ shape, layout }: WeightSpec): number[] {
  switch (layout) {
    case 'convolution':
      return [3, 2, 0, 1].map((axis) => shape[axis])
    case 'linear':
      return [...shape].reverse()
    case 'plain':
      return [...shape]
  }
}

/** Names and PyTorch shapes of all weights. */
export const torchShapes = (layers: readonly LayerWeights[]): Map<string, number[]> =>
  new Map(
    layers.flatMap(({ name, specs }) =>
      specs.map((spec): [string, number[]] => [`${name}.${spec.part}`, torchShape(spec)]),
    ),
  )

/** Layouts of all weights by name. */
export const weightLayouts = (layers: readonly LayerWeights[]): Map<string, WeightLayout> =>
  new Map(
    layers.flatMap(({ name, specs }) =>
      specs.map((spec): [string, WeightLayout] => [`${name}.${spec.part}`, spec.layout]),
    ),
  )

/** Number of parameters of all layers. */
export const countParameters = (layers: readonly LayerWeights[]): number =>
  layers.flatMap(({ specs }) => specs).reduce((sum, { shape }) => sum + countElements(shape), 0)

/** The layers without their fixed numbers. */
export const trainedLayers = (layers: readonly LayerWeights[]): LayerWeights[] =>
  layers.map(({ name, specs }) => ({ name, specs: specs.filter(({ fixed }) => !fixed) }))

/** Names of all fixed numbers. */
export const bufferNames = (layers: readonly LayerWeights[]): Set<string> =>
  new Set(
    layers.flatMap(({ name, specs }) =>
      specs.flatMap(({ part, fixed }) => (fixed ? [`${name}.${part}`] : [])),
    ),
  )
