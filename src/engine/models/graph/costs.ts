// Parameters, multiply-adds and activations of single layers, computed from their shapes.
import type { GraphView } from './analysis.ts'
import type { Operation } from './layer.ts'
import type { FeatureShape, OpSizes } from './layerOp.ts'
import { memoize } from './memoize.ts'
import { countElements } from '../../base/shapes.ts'
import { layerOps, type LayerOpName } from './ops/table.ts'
import { layerTitles } from './titles.ts'

/** Cost of a layer for one item. */
export interface LayerCost {
  name: string
  /** Position of the layer. */
  position: number
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

/**
 * Positions of the values that each layer is the first to save for the backward pass, by position of
 * the layer. Parts of a value are saved as a whole.
 */
export const savedValues = memoize((view: GraphView): readonly (readonly number[])[] => {
  const { layers, used } = view
  const saved = new Set<number>()
  const wholeOf = (i: number) => (layers[i].op === 'split' ? layers[i].in[0] : i)
  return layers.map((_, i) => {
    const needed = used[i] ? savedInputs(view, i).map(wholeOf) : []
    return needed.filter((value) => {
      const isNew = isFeatures(layers[value].op) && !saved.has(value)
      if (isNew) saved.add(value)
      return isNew
    })
  })
})

const isFeatures = (op: LayerOpName) => (layerOps[op].gives ?? 'features') === 'features'

/** Multiply-adds, and elements that a layer saves beside values of layers. */
function ownCost<K extends LayerOpName>(
  { op, attrs }: Operation<K>,
  shapes: Pick<OpSizes<object>, 'inputs' | 'output'>,
) {
  const { macs, savedInside } = layerOps[op].cost
  const sizes = { ...shapes, attrs }
  return { macs: macs?.(sizes) ?? 0, inside: savedInside?.(sizes) ?? 0 }
}

/** The cost of every layer that the model uses, with `tokens` vectors of a condition of tokens. */
export function layerCosts(view: GraphView, tokens = 1): LayerCost[] {
  const titles = layerTitles(view)
  const values = savedValues(view)
  const counted = (shape: FeatureShape) => shape.map((size) => (size === 'n' ? tokens : size))
  const shapes = view.shapes.map(counted)
  return view.layers.flatMap((layer, i): LayerCost[] => {
    if (!view.used[i]) return []
    const inputs = layer.in.map((input) => shapes[input])
    const { macs, inside } = ownCost(layer, { inputs, output: shapes[i] })
    return [
      {
        name: titles[i],
        position: i,
        op: layer.op,
        shape: shapes[i],
        parameters: sum(view.weightsOf(i).map(({ shape }) => countElements(shape))),
        macs,
        saved: sum(values[i].map((value) => countElements(shapes[value]))) + inside,
      },
    ]
  })
}

export const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0)

/** Cost of several layers. */
export const totalCost = (
  costs: readonly Pick<LayerCost, 'parameters' | 'macs' | 'saved'>[],
): Pick<LayerCost, 'parameters' | 'macs' | 'saved'> => ({
  parameters: sum(costs.map(({ parameters }) => parameters)),
  macs: sum(costs.map(({ macs }) => macs)),
  saved: sum(costs.map(({ saved }) => saved)),
})
