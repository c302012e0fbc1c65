// Features on wires: descriptions of layers, which hold no tensors.
import { EngineError } from '../../base/errors.ts'
import { layerMessages } from '../../messages/layers.ts'
import { LayerBuilder, layerKey } from './builder.ts'
import { describeLayer } from './infer.ts'
import type { Attribute, FeatureShape, Layer, LayerGraph, ValueKind } from './layer.ts'

/** The output of a layer, described by its operation and its inputs. Immutable. */
export class Features {
  readonly type = 'features'
  readonly op: string
  readonly inputs: readonly Features[]
  readonly attrs: Layer['attrs']
  readonly name: string | undefined
  readonly kind: ValueKind
  /** Shape of one item; empty for times. */
  readonly shape: FeatureShape

  /** Throws EngineError, by input or attribute, if the inputs do not fit. */
  constructor(op: string, inputs: readonly Features[], attrs: Layer['attrs'], name?: string) {
    const { kind, shape } = describeLayer({ op, attrs }, inputs)
    this.op = op
    this.inputs = inputs
    this.attrs = attrs
    this.name = name
    this.kind = kind
    this.shape = shape
  }
}

class FeaturesBuilder extends LayerBuilder<Features> {
  add(
    op: string,
    inputs: readonly Features[],
    attrs: Record<string, Attribute> = {},
    name?: string,
  ): Features {
    return new Features(op, inputs, attrs, name)
  }

  shapeOf({ shape }: Features): FeatureShape {
    return shape
  }
}

/** Builds features from features. */
export const featuresBuilder: LayerBuilder<Features> = new FeaturesBuilder()

/**
 * The graph that gives these features: depth first from the results, with the inputs of a layer in
 * their order, so that it depends on nothing else. Equal layers without names become one. Throws
 * EngineError for two layers of one name.
 */
export function toLayerGraph(results: Readonly<Record<string, Features>>): LayerGraph {
  const layers: Layer[] = []
  const places = new Map<Features, number>()
  const unnamed = new Map<string, number>()
  const names = new Set<string>()
  for (const features of Object.values(results).flatMap(inOrder)) {
    if (places.has(features)) continue
    const { op, attrs, name, inputs } = features
    const from = inputs.map((input) => places.get(input)!)
    const layer: Layer = { op, ...(name !== undefined && { name }), in: from, attrs }
    const key = layerKey(layer)
    const known = key === undefined ? undefined : unnamed.get(key)
    places.set(features, known ?? layers.length)
    if (known !== undefined) continue
    if (key !== undefined) unnamed.set(key, layers.length)
    if (name !== undefined && names.has(name))
      throw new EngineError(layerMessages.sameName, { argument: 'x', name })
    if (name !== undefined) names.add(name)
    layers.push(layer)
  }
  const functions = Object.entries(results).map(([name, last]) => [name, places.get(last)!])
  return { layers, functions: Object.fromEntries(functions) as Record<string, number> }
}

/** The same graph in the order of {@link toLayerGraph}, without blocks. */
export function inCanonicalOrder({ layers, functions }: LayerGraph): LayerGraph {
  const features: Features[] = []
  for (const { op, in: inputs, attrs, name } of layers)
    features.push(
      new Features(
        op,
        inputs.map((input) => features[input]),
        attrs,
        name,
      ),
    )
  return toLayerGraph(
    Object.fromEntries(Object.entries(functions).map(([name, i]) => [name, features[i]])),
  )
}

/** True for graphs of the same layers, in whatever order. */
export const isSameGraph = (a: LayerGraph, b: LayerGraph): boolean => graphText(a) === graphText(b)

function graphText(graph: LayerGraph): string {
  const { layers, functions } = inCanonicalOrder(graph)
  const listed = layers.map(({ op, name, in: from, attrs }) => [
    op,
    name,
    from,
    Object.entries(attrs).sort(),
  ])
  return JSON.stringify([listed, functions])
}

/** All features that `last` needs, each after its inputs. Without recursion: graphs can be deep. */
export function inOrder(last: Features): Features[] {
  const ordered: Features[] = []
  const done = new Set<Features>()
  const pending: [features: Features, next: number][] = [[last, 0]]
  while (pending.length) {
    const top = pending[pending.length - 1]
    const [features, next] = top
    if (next < features.inputs.length && !done.has(features)) {
      top[1]++
      if (!done.has(features.inputs[next])) pending.push([features.inputs[next], 0])
      continue
    }
    pending.pop()
    if (done.has(features)) continue
    done.add(features)
    ordered.push(features)
  }
  return ordered
}
