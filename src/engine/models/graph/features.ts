// Features on wires: descriptions of layers, which hold no tensors.
import { EngineError } from '../../base/errors.ts'
import { layerMessages } from '../../messages/layers.ts'
import { LayerBuilder } from './builder.ts'
import { describeLayer } from './infer.ts'
import type { Attribute, FeatureShape, Layer, LayerGraph, ValueKind } from './layer.ts'

/** What a layer gives, described by its operation and its inputs. Immutable. */
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
 * their order, so that it depends on nothing else. Equal inputs of the network become one. Throws
 * EngineError for two layers of one name.
 */
export function toLayerGraph(results: Readonly<Record<string, Features>>): LayerGraph {
  const layers: Layer[] = []
  const places = new Map<Features | string, number>()
  const names = new Set<string>()
  const place = (features: Features): number => {
    const { op, attrs, name, inputs } = features
    const key = inputKey(features)
    const known = places.get(key)
    if (known !== undefined) return known
    const from = inputs.map((input) => places.get(inputKey(input))!)
    if (name !== undefined && names.has(name))
      throw new EngineError(layerMessages.sameName, { argument: 'x', name })
    if (name !== undefined) names.add(name)
    layers.push({ op, ...(name !== undefined && { name }), in: from, attrs })
    places.set(key, layers.length - 1)
    return layers.length - 1
  }
  const functions = Object.entries(results).map(([name, last]): [string, number] => {
    for (const features of inOrder(last)) place(features)
    return [name, place(last)]
  })
  return { layers, functions: Object.fromEntries(functions) }
}

/** Inputs of the network are equal if their attributes are; other features if they are the same. */
const inputKey = (features: Features): Features | string =>
  features.inputs.length === 0 ? `${features.op} ${JSON.stringify(features.attrs)}` : features

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
