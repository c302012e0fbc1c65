// Properties of a graph of layers: shapes, readers, and dependence on x.
import type { Layer, LayerGraph } from './layer.ts'
import type { FeatureShape, WeightSpec } from './layerOp.ts'
import type { LayerOpName } from './ops/table.ts'
import type { Described } from './infer.ts'
import { describeLayer, inferWeights } from './infer.ts'
import { isSharing, ownerName } from './sharing.ts'

/** A graph with what follows from it, by position of a layer. */
export class GraphView {
  /** Layers that share weights have the name of those. */
  readonly layers: readonly Layer[]
  readonly shapes: readonly FeatureShape[]
  /** True for layers that some function needs. */
  readonly used: readonly boolean[]
  /** Positions of the used layers that read a layer. */
  readonly readers: readonly (readonly number[])[]
  /** Layers that are the result of a function. */
  readonly outputs: ReadonlySet<number>
  /** True for layers that depend on x. */
  readonly dependsOnX: readonly boolean[]
  /** Number of each dropout layer among them; draws differ by it. */
  readonly places: readonly number[]

  /** `placeOf`: numbers of dropout layers by name; by default their place among them. */
  constructor({ layers, functions }: LayerGraph, placeOf?: (name: string) => number) {
    this.layers = layers.map(withOwnerName)
    this.outputs = new Set(Object.values(functions))
    this.used = findUsed(layers, this.outputs)
    const readers = layers.map((): number[] => [])
    const described: Described[] = []
    const dependsOnX: boolean[] = []
    for (const [i, layer] of layers.entries()) {
      if (this.used[i]) for (const input of new Set(layer.in)) readers[input].push(i)
      described.push(
        describeLayer(
          layer,
          layer.in.map((input) => described[input]),
        ),
      )
      dependsOnX.push(layer.op === 'x' || layer.in.some((input) => dependsOnX[input]))
    }
    this.readers = readers
    this.shapes = described.map(({ shape }) => shape)
    this.dependsOnX = dependsOnX
    let dropouts = 0
    this.places = layers.map(({ op, name }) => {
      if (op !== 'dropout') return 0
      const place = dropouts++
      if (!placeOf) return place
      // Several layers may share the weights of one.
      return placeOf(isSharing(name!) ? `${name} ${place}` : name!)
    })
  }

  /** Shapes of the inputs of a layer. */
  inputShapes(i: number): readonly FeatureShape[] {
    return this.layers[i].in.map((input) => this.shapes[input])
  }

  weightsOf(i: number): readonly WeightSpec[] {
    return inferWeights(this.layers[i], this.inputShapes(i))
  }

  /** Positions of the inputs of a layer if it has this operation; none otherwise. */
  inputsOf(i: number, op: LayerOpName): readonly number[] | undefined {
    return this.layers[i].op === op ? this.layers[i].in : undefined
  }

  /** The only input of a layer if it has this operation. */
  inputOf(i: number | undefined, op: LayerOpName): number | undefined {
    return i === undefined || this.layers[i].op !== op ? undefined : this.layers[i].in[0]
  }
}

const withOwnerName = (layer: Layer): Layer =>
  layer.name !== undefined && isSharing(layer.name)
    ? { ...layer, name: ownerName(layer.name) }
    : layer

function findUsed(layers: readonly Layer[], outputs: ReadonlySet<number>): boolean[] {
  const used = layers.map((_, i) => outputs.has(i))
  for (let i = layers.length - 1; i >= 0; i--)
    if (used[i]) for (const input of layers[i].in) used[input] = true
  return used
}
