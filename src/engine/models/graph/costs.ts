// Parameters, multiply-adds and activations of single layers, computed from their shapes.
import type { GraphView } from './analysis.ts'
import type { Attributes, FeatureShape } from './layer.ts'
import { layerOp } from './ops/table.ts'
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

/** Shapes of an operation, with numbers of tokens. */
interface Sizes {
  inputs: readonly (readonly number[])[]
  output: readonly number[]
  attrs: Attributes
}

const product = (shape: readonly number[]) => shape.reduce((all, size) => all * size, 1)

const last = (shape: readonly number[]) => shape.at(-1)!

/** A lookup is a product of labels, as vectors of zeros and a one, with the table. */
const lookup = ({ output, attrs }: Sizes) => (attrs.rows as number) * product(output)

const macs: Readonly<Record<string, (sizes: Sizes) => number>> = {
  linear: ({ inputs: [x], output }) => product(x) * last(output),
  conv: ({ inputs: [x], output, attrs }) =>
    ((attrs.kernel as number) ** 2 * last(x) * product(output)) / (attrs.groups as number),
  conv_transpose: ({ inputs: [x], output, attrs }) =>
    (attrs.kernel as number) ** 2 * product(x) * last(output),
  attention: ({ inputs: [q, k] }) => 2 * last(q) * q[0] * k[0],
  linear_attention: ({ inputs: [q], attrs }) =>
    (2 * last(q) * product(q)) / (attrs.heads as number),
  label_embedding: lookup,
  token_embedding: lookup,
}

/** Elements that a layer saves beside its inputs. */
const savedInside: Readonly<Record<string, (sizes: Sizes) => number>> = {
  attention: ({ inputs: [q, k], attrs }) => (attrs.heads as number) * q[0] * k[0],
  linear_attention: ({ inputs: [q], attrs }) => last(q) ** 2 / (attrs.heads as number),
  label_embedding: ({ attrs }) => attrs.rows as number,
  token_embedding: ({ output, attrs }) => (attrs.rows as number) * output[0],
}

const activations = new Set(['silu', 'gelu', 'gelu_tanh', 'relu', 'tanh', 'mish', 'softmax'])
const norms = new Set(['group_norm', 'layer_norm', 'rms_norm'])
const attentions = new Set(['attention', 'linear_attention'])
/** Layers whose weights are added, so that the backward pass needs no input. */
const sums = new Set(['position_embedding'])

/** Positions of the inputs that the backward pass of a layer needs. */
function savedInputs({ layers }: GraphView, i: number): readonly number[] {
  const { op, in: inputs } = layers[i]
  const opOf = (position: number) => layers[position].op
  if (sums.has(op)) return []
  if (activations.has(op)) return inputs.filter((input) => !isFusedNorm(layers, input))
  if (op === 'modulate') return opOf(inputs[0]) === 'group_norm' ? [] : inputs
  // An activation is computed again with its product.
  if (op === 'multiply') return inputs.filter((input) => !activations.has(opOf(input)))
  const isWeighted = layerOp({ op }).weights !== undefined || attentions.has(op) || norms.has(op)
  return isWeighted ? inputs : []
}

/** True for a norm, or a group norm with a scale and a shift. */
function isFusedNorm(layers: GraphView['layers'], i: number): boolean {
  const { op, in: inputs } = layers[i]
  return norms.has(op) || (op === 'modulate' && layers[inputs[0]].op === 'group_norm')
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
    const isFeatures = (layerOp(view.layers[whole]).gives ?? 'features') === 'features'
    if (!isFeatures || saved.has(whole)) return 0
    saved.add(whole)
    return product(shapes[whole])
  }
  return view.layers.flatMap(({ op, in: inputs, attrs }, i): LayerCost[] => {
    if (!view.used[i]) return []
    const sizes = { inputs: inputs.map((input) => shapes[input]), output: shapes[i], attrs }
    const specs = layerOp({ op }).weights?.(
      inputs.map((input) => view.shapes[input]),
      attrs,
    )
    const kept = savedInputs(view, i).reduce((sum, input) => sum + save(input), 0)
    return [
      {
        name: titles[i],
        op,
        shape: shapes[i],
        parameters: (specs ?? []).reduce((sum, { shape }) => sum + product(shape), 0),
        macs: macs[op]?.(sizes) ?? 0,
        saved: kept + (savedInside[op]?.(sizes) ?? 0),
      },
    ]
  })
}
