// Features on wires: descriptions of layers, which hold no tensors.
import type { Template } from '../../base/catalogue.ts'
import { EngineError } from '../../base/errors.ts'
import { LayerBuilder, layerKey, nameOperation, type AfterInputs } from './builder.ts'
import { describeLayer } from './infer.ts'
import { placeOperation, type Layer, type LayerGraph, type NamedOperation } from './layer.ts'
import type { FeatureShape, ValueKind } from './layerOp.ts'
import type { LayerOpName } from './ops/table.ts'
import { checkRelations, LayerError } from './relations.ts'

/** The output of a layer, described by its operation and its inputs. Immutable. */
export class Features {
  readonly type = 'features'
  readonly kind: ValueKind
  /** Shape of one item; empty for times. */
  readonly shape: FeatureShape

  /** Throws EngineError, by input or attribute, if the inputs do not fit. */
  constructor(
    readonly operation: NamedOperation,
    readonly inputs: readonly Features[],
  ) {
    const { kind, shape } = describeLayer(operation, inputs)
    this.kind = kind
    this.shape = shape
  }
}

/** An error about features on wires, the first of which are wrong. */
export class FeaturesError extends EngineError {
  readonly features: readonly Features[]
  /** Param of their nodes. */
  readonly param: string

  /** `made`: features by position of their layer. */
  constructor({ problem, values, layers, param }: LayerError, made: readonly Features[]) {
    super(problem as Template<string>, values as { argument: string })
    this.features = layers.map((i) => made[i])
    this.param = param
  }
}

class FeaturesBuilder extends LayerBuilder<Features> {
  add<K extends LayerOpName>(
    op: K,
    inputs: readonly Features[],
    ...rest: AfterInputs<K>
  ): Features {
    return new Features(nameOperation(op, rest), inputs)
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
 * FeaturesError for two layers of one name, for shared weights that do not fit, and for parts of the
 * condition that differ.
 */
export function toLayerGraph(results: Readonly<Record<string, Features>>): LayerGraph {
  const layers: Layer[] = []
  const places = new Map<Features, number>()
  const unnamed = new Map<string, number>()
  const made: Features[] = []
  for (const features of Object.values(results).flatMap(inOrder)) {
    if (places.has(features)) continue
    const from = features.inputs.map((input) => places.get(input)!)
    const layer = placeOperation(features.operation, from)
    const key = layerKey(layer)
    const known = key === undefined ? undefined : unnamed.get(key)
    places.set(features, known ?? layers.length)
    if (known !== undefined) continue
    if (key !== undefined) unnamed.set(key, layers.length)
    layers.push(layer)
    made.push(features)
  }
  try {
    checkRelations(layers)
  } catch (error) {
    throw error instanceof LayerError ? new FeaturesError(error, made) : error
  }
  const functions = Object.entries(results).map(([name, last]) => [name, places.get(last)!])
  return { layers, functions: Object.fromEntries(functions) as Record<string, number> }
}

/** The same graph in the order of {@link toLayerGraph}, without blocks. */
export function inCanonicalOrder({ layers, functions }: LayerGraph): LayerGraph {
  const features: Features[] = []
  for (const layer of layers) {
    const inputs = layer.in.map((input) => features[input])
    features.push(new Features(layer, inputs))
  }
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
