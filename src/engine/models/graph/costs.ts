// Parameters, multiply-adds and activations of single layers, computed from their shapes.
import type { GraphView } from './analysis.ts'
import type { Operation } from './layer.ts'
import type { FeatureShape, OpSizes } from './layerOp.ts'
import { countElements } from './ops/checks.ts'
import { layerOps, type LayerOpName } from './ops/table.ts'
import { layerTitles } from './titles.ts'

/** Cost of a layer for one item. */
export interface LayerCost {
  name: string
  op: string
  /** Shape of its output. */
  shape: readonly number[]
  parameters: number
  /** Multiply-adds of convolutions, linear layers, attention and lookups in tables of labels. */
  macs: number
  /**
   * Elements that this layer is the first to save for the backward pass: the inputs of layers with
   * weights, of activations and of products, queries, keys and values, and attention weights.
   * Activations after a norm are one function with it, as are a scale and shift after a group norm.
   */
  saved: number
}

const savesOf = (op: LayerOpName) => layerOps[op].cost.saves

/** Positions of the inputs that the backward pass of a layer needs. */
function savedInputs({ layers }: GraphView, i: number): readonly number[] {
  const { op, in: inputs } = layers[i]
  switch (savesOf(op)) {
    case 'none':
      return []
    case 'inputs':
    case 'norm':
      return inputs
    case 'activation':
      return inputs.filter((input) => !isFusedNorm(layers, input))
    case 'product':
      return inputs.filter((input) => savesOf(layers[input].op) !== 'activation')
    case 'modulation':
      return isFusedNorm(layers, i) ? [] : inputs
  }
}

/** True for a norm, or a group norm with a scale and a shift. */
function isFusedNorm(layers: GraphView['layers'], i: number): boolean {
  const { op, in: inputs } = layers[i]
  const saves = savesOf(op)
  return saves === 'norm' || (saves === 'modulation' && layers[inputs[0]].op === 'group_norm')
}

function ownCost<K extends LayerOpName>(
  { op, attrs }: Operation<K>,
  sizes: Pick<OpSizes<object>, 'inputs' | 'output'>,
) {
  const { macs, savedInside } = layerOps[op].cost
  const all = { ...sizes, attrs }
  return { macs: macs?.(all) ?? 0, inside: savedInside?.(all) ?? 0 }
}

/** The cost of every layer that the model uses, with `tokens` vectors of a condition of tokens. */
export function layerCosts(view: GraphView, tokens = 1): LayerCost[] {
  const titles = layerTitles(view)
  const counted = (shape: FeatureShape) => shape.map((size) => (size === 'n' ? tokens : size))
  const shapes = view.shapes.map(counted)
  const saved = new Set<number>()
  /** Elements of a value that was not saved before; parts of one are saved as a whole. */
  const save = (position: number): number => {
    const { op, in: inputs } = view.layers[position]
    const whole = op === 'split' ? inputs[0] : position
    const { gives = 'features' } = layerOps[view.layers[whole].op]
    if (gives !== 'features' || saved.has(whole)) return 0
    saved.add(whole)
    return countElements(shapes[whole])
  }
  return view.layers.flatMap((layer, i): LayerCost[] => {
    if (!view.used[i]) return []
    const inputs = layer.in.map((input) => shapes[input])
    const { macs, inside } = ownCost(layer, { inputs, output: shapes[i] })
    const weights = view.weightsOf(i).map(({ shape }) => countElements(shape))
    return [
      {
        name: titles[i],
        op: layer.op,
        shape: shapes[i],
        parameters: weights.reduce((sum, size) => sum + size, 0),
        macs,
        saved: savedInputs(view, i).reduce((sum, input) => sum + save(input), inside),
      },
    ]
  })
}
