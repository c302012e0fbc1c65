// Writes networks of layers.
import { GraphView } from '../models/graph/analysis.ts'
import type { LayerGraph } from '../models/graph/layer.ts'
import type { FeatureShape } from '../models/graph/layerOp.ts'
import { layerOps } from '../models/graph/ops/table.ts'
import { layerTitles } from '../models/graph/titles.ts'
import type { OnnxBuilder, Value, Weight } from './builder.ts'
import { BATCH } from './builder.ts'
import type { NetworkSources } from './layers/layer.ts'
import { onnxShape } from './layers/layer.ts'
import { writeLayer } from './layers/table.ts'

/** A network with its weights by name. */
export interface Network {
  graph: LayerGraph
  weights: ReadonlyMap<string, Weight>
  /** Prefix of the names of its weights. */
  prefix?: string
}

/** The result of a function of a network. */
export interface Result {
  value: Value
  /** Shape of an item in the engine's order. */
  shape: FeatureShape
}

/** Appends the layers that some functions need, and returns their results by name. */
export function writeNetwork(
  b: OnnxBuilder,
  { graph: { layers, functions }, weights, prefix = '' }: Network,
  names: readonly string[],
  sources: NetworkSources,
  /** False if the sizes of images are those of the input. */
  hasSize = true,
): Map<string, Result> {
  const wanted = Object.fromEntries(names.map((name) => [name, functions[name]]))
  const view = new GraphView({ layers, functions: wanted })
  const titles = layerTitles(view)
  const values: Value[] = []
  for (const [i, layer] of view.layers.entries()) {
    if (!view.used[i]) continue
    const { op, name, in: inputs } = layer
    const parts = new Set(view.weightsOf(i).map(({ part }) => part))
    values[i] = b.inScope(titles[i], () =>
      writeLayer(layer, {
        b,
        inputs: inputs.map((input) => values[input]),
        shapes: view.inputShapes(i),
        shape: view.shapes[i],
        sources,
        weight(part) {
          if (!parts.has(part)) return undefined
          const key = `${name}.${part}`
          const weight = weights.get(key)
          if (!weight) throw new Error(`The weight ${key} is missing.`)
          return b.weight(prefix + key, weight)
        },
      }),
    )
    if (!layerOps[op].gives && hasSize) b.describe(values[i], onnxShape(view.shapes[i], BATCH))
  }
  return new Map(
    names.map((name) => {
      const at = functions[name]
      return [name, { value: values[at], shape: view.shapes[at] }]
    }),
  )
}
