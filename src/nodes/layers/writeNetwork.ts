// Writes a graph of layers as nodes: the reverse of ModelOutput.
import type { GraphNode, Wire } from '../../engine/plan/graph.ts'
import { wire } from '../../engine/plan/graph.ts'
import { inputName } from '../../engine/models/graph/infer.ts'
import { GraphView } from '../../engine/models/graph/analysis.ts'
import type { Block, Layer, LayerGraph, Operation } from '../../engine/models/graph/layer.ts'
import type { FeatureShape } from '../../engine/models/graph/layerOp.ts'
import type { Attrs, LayerOpName } from '../../engine/models/graph/ops/table.ts'

type Params = GraphNode['params']

/** Nodes in an order in which those that depend on x, which are shown above, come first. */
export function sortForDisplay(
  nodes: readonly GraphNode[],
  { view, layerOf }: Pick<WrittenNetwork, 'view' | 'layerOf'>,
): GraphNode[] {
  const rank = ({ id }: GraphNode) =>
    Number(view.dependsOnX[layerOf(wire(id, 'features')) ?? -1] !== true)
  return nodes.toSorted((a, b) => rank(a) - rank(b))
}

/** A node in place of layers: its type and params, and its inputs by slot. */
interface Written {
  type: string
  params: Params
  inputs: Record<string, number>
}

/** The nodes of a network, each after its sources. */
export interface WrittenNetwork {
  nodes: GraphNode[]
  /** The outputs with the results of functions, by name. */
  outputs: Record<string, Wire>
  view: GraphView
  /** The layer whose value an output of a node is. */
  layerOf: (from: Wire) => number | undefined
}

/**
 * Writes a graph as nodes, without subgraphs. Layers in `entries` are outputs that exist already;
 * only what leads from them to the results of `functions` is written.
 */
export function writeNetwork(
  graph: LayerGraph,
  {
    functions = Object.keys(graph.functions),
    entries = new Map(),
  }: { functions?: readonly string[]; entries?: ReadonlyMap<number, Wire> } = {},
): WrittenNetwork {
  const results = functions.map((name) => [name, graph.functions[name]] as const)
  const view = new GraphView(graph)
  const last = results.map(([, i]) => i)
  const writer = new NetworkWriter(graph, view, { last, entries })
  const places = new Map([...writer.outputs].map(([i, { node, slot }]) => [`${node} ${slot}`, i]))
  return {
    nodes: writer.nodes,
    outputs: Object.fromEntries(results.map(([name, i]) => [name, writer.outputOf(i)])),
    view,
    layerOf: ({ node, slot }) => places.get(`${node} ${slot}`),
  }
}

class NetworkWriter {
  readonly nodes: GraphNode[] = []
  /** Outputs of nodes by the position of the layer whose value they are. */
  readonly outputs = new Map<number, Wire>()

  constructor(
    { layers, blocks = [] }: LayerGraph,
    private readonly view: GraphView,
    { last, entries }: { last: readonly number[]; entries: ReadonlyMap<number, Wire> },
  ) {
    for (const [i, from] of entries) this.outputs.set(i, from)
    const needed = findNeeded(layers, last, entries)
    const firstOf = new Map(blocks.map((block) => [block.output, block]))
    const inside = findInner(layers, blocks)
    for (const [i, layer] of layers.entries()) {
      if (!needed.has(i)) continue
      const block = firstOf.get(i)
      if (block) this.add(i, writeBlock(block))
      else if (!inside.has(i)) this.addLayer(i, layer, layers)
    }
  }

  /** The output with the value of a layer. */
  outputOf(i: number): Wire {
    const found = this.outputs.get(i)
    if (!found) throw new Error(`Layer ${i} has no node.`)
    return found
  }

  private addLayer(i: number, layer: Layer, layers: readonly Layer[]) {
    if (layer.op === 'x' || layer.op === 'time') {
      this.outputs.set(i, wire(this.inputNode(layers), layer.op === 'x' ? 'x' : 't'))
      return
    }
    this.add(i, writeLayer(layer, layers))
  }

  /** The id of the ModelInput. */
  private inputNode(layers: readonly Layer[]): string {
    const id = 'input'
    if (this.nodes.some((node) => node.id === id)) return id
    const x = layers.find((layer) => layer.op === 'x')
    if (!x) throw new Error('The network has no input x.')
    const params = { shape: x.attrs.shape.join(', ') }
    this.nodes.push({ id, op: 'diffusion/ModelInput', params, inputs: {} })
    return id
  }

  private add(i: number, { type, params, inputs }: Written) {
    const id = `layer ${i}`
    const wires = Object.entries(inputs).map(([slot, from]) => [slot, this.outputOf(from)])
    const title = writeTitle(type, this.view.shapes[i])
    this.nodes.push({
      id,
      op: `diffusion/${type}`,
      params,
      inputs: Object.fromEntries(wires) as GraphNode['inputs'],
      ...(title !== undefined && { title }),
    })
    this.outputs.set(i, wire(id, 'features'))
  }
}

/** Titles of nodes with weights, before the width of their result. */
const titles: Readonly<Record<string, string | undefined>> = {
  ResBlock: 'ResBlock',
  AttentionBlock: 'Attention',
  TransformerBlock: 'Transformer',
  DiTBlock: 'DiT Block',
  Conv: 'Conv',
  Linear: 'Linear',
  Downsample: 'Downsample',
}

/** ResBlock 64. */
const writeTitle = (type: string, shape: FeatureShape): string | undefined =>
  titles[type] && `${titles[type]} ${shape.at(-1)}`

/** Positions of the layers that lead to `last`, from `entries` on, without these. */
function findNeeded(
  layers: readonly Layer[],
  last: readonly number[],
  entries: ReadonlyMap<number, Wire>,
): Set<number> {
  const needed = new Set<number>()
  const pending = [...last]
  while (pending.length) {
    const i = pending.pop()!
    if (needed.has(i) || entries.has(i)) continue
    needed.add(i)
    pending.push(...layers[i].in)
  }
  return needed
}

/** Positions of the layers of blocks that nothing outside of their block reads. */
function findInner(layers: readonly Layer[], blocks: readonly Block[]): Set<number> {
  const inside = new Set(blocks.flatMap((block) => innerLayers(block, layers)))
  const outputs = new Set(blocks.map(({ output }) => output))
  const pending = [
    ...blocks.flatMap(({ inputs }) => Object.values(inputs)),
    ...layers.flatMap((layer, i) => (inside.has(i) ? [] : layer.in)),
  ]
  // A layer without weights that others read as well has a node of its own.
  while (pending.length) {
    const i = pending.pop()!
    if (!inside.has(i) || outputs.has(i)) continue
    inside.delete(i)
    pending.push(...layers[i].in)
  }
  return inside
}

/** Positions of the layers of a block. */
function innerLayers({ first, output }: Block, layers: readonly Layer[]): number[] {
  const all = Array.from({ length: output - first + 1 }, (_, k) => first + k)
  return all.filter((i) => layers[i].op !== 'x' && layers[i].op !== 'time')
}

/** The node of a block. */
function writeBlock({ kind, inputs, settings: s }: Block): Written {
  const written = (type: string, params: Params): Written => ({
    type,
    params,
    inputs: { ...inputs },
  })
  switch (kind) {
    case 'residual':
      return written('ResBlock', {
        out: s.out,
        groups: s.groups,
        time_scale_shift: s.timeScaleShift,
        resample: s.resample ?? 'none',
        activation: s.activation,
        dropout: s.dropout,
        divisor: s.divisor,
        eps: s.eps,
        name: s.name,
      })
    case 'pixel_attention':
      return written('AttentionBlock', {
        heads: s.heads,
        groups: s.groups ?? 0,
        kind: s.kind === 'linear_attention' ? 'linear' : 'softmax',
        divisor: s.divisor,
        eps: s.eps,
        name: s.name,
      })
    case 'transformer':
      return written('TransformerBlock', {
        heads: s.heads,
        groups: s.groups,
        layers: s.layers,
        linear_projection: s.linearProjection,
        name: s.name,
      })
    case 'dit':
      return written('DiTBlock', {
        heads: s.heads,
        activation: s.activation,
        dropout: s.dropout,
        bias: s.attentionBias,
        affine: s.affine,
        eps: s.eps,
        name: s.name,
      })
    case 'time_embedding':
      return written('TimeEmbedding', {
        channels: s.channels,
        out: s.out,
        layers: true,
        flip_sin_to_cos: s.flipSinToCos,
        freq_shift: s.freqShift,
        name: s.name,
      })
    case 'downsample':
      return written('Downsample', { out: s.out, padding: String(s.padding), name: s.name })
    case 'upsample':
      return written('Upsample', { conv: true, out: s.out, name: s.name })
  }
}

/** The node of a single layer. */
function writeLayer(layer: Layer<WrittenOpName>, layers: readonly Layer[]): Written {
  const { op, name } = layer
  const { type, params } = writeOperation(layer)
  const inputs = layer.in.map((from, k): [string, number] => [inputName(op, k), from])
  // Further channels have the size of x.
  const x = layers.findIndex((each) => each.op === 'x')
  return {
    type,
    params: { ...params, ...(name !== undefined && { name }) },
    inputs: op === 'channels' ? { x } : Object.fromEntries(inputs),
  }
}

/** A node, whose slots are the inputs of its layer. */
type WrittenOperation = Pick<Written, 'type' | 'params'>

const plain =
  (type: string, params: Params = {}) =>
  (): WrittenOperation => ({ type, params })

/** A node whose params are the attributes. */
const copied =
  (type: string) =>
  (attrs: Params): WrittenOperation => ({ type, params: { ...attrs } })

const condition = (kind: string, params: Params): WrittenOperation => ({
  type: 'ConditionInput',
  params: { kind, ...params },
})

const productAttention = (heads: number, kind: string): WrittenOperation => ({
  type: 'ScaledDotProductAttention',
  params: { heads, kind },
})

function writeConv(
  { out, kernel, stride, pad, groups = 1, bias }: Attrs<'conv_transpose'> & { groups?: number },
  transposed: boolean,
): WrittenOperation {
  const sides = pad ?? [Math.floor((kernel - 1) / 2)]
  if (new Set(sides).size > 1)
    return { type: 'Downsample', params: { out, padding: String(sides[0]) } }
  return {
    type: 'Conv',
    params: { out, kernel, stride, padding: sides[0], groups, transposed, bias },
  }
}

/** Operations with a node of their own; x and the time are outputs of one node. */
type WrittenOpName = Exclude<LayerOpName, 'x' | 'time'>

const writeOperation = <K extends WrittenOpName>({ op, attrs }: Operation<K>): WrittenOperation =>
  writers[op](attrs)

/** Nodes by operation. */
const writers: { readonly [K in WrittenOpName]: (attrs: Attrs<K>) => WrittenOperation } = {
  labels: ({ per_item }) => condition('labels', { labels_per_item: per_item }),
  values: () => condition('number', {}),
  vectors: ({ width }) => condition('vector', { width }),
  tokens: ({ width }) => condition('tokens', { width }),
  channels: ({ shape }) => condition('channels', { channels: shape.at(-1) }),
  linear: copied('Linear'),
  conv: (attrs) => writeConv(attrs, false),
  conv_transpose: (attrs) => writeConv(attrs, true),
  group_norm: copied('GroupNorm'),
  layer_norm: copied('LayerNorm'),
  rms_norm: copied('RMSNorm'),
  silu: plain('SiLU'),
  gelu: plain('GELU', { approximate: 'none' }),
  gelu_tanh: plain('GELU', { approximate: 'tanh' }),
  relu: plain('ReLU'),
  tanh: plain('Tanh'),
  mish: plain('Mish'),
  softmax: plain('Softmax'),
  add: plain('Add'),
  multiply: plain('Multiply'),
  concat: plain('Concat'),
  divide: ({ by }) => ({ type: 'Scale', params: { by: 'divisor', factor: by } }),
  affine: ({ scale, shift }) => ({ type: 'Scale', params: { by: 'factor', factor: scale, shift } }),
  channel_scale: ({ start }) => ({ type: 'Scale', params: { by: 'learned', factor: start } }),
  attention: ({ heads }) => productAttention(heads, 'softmax'),
  linear_attention: ({ heads }) => productAttention(heads, 'linear'),
  modulate: plain('Modulate'),
  split: copied('Split'),
  dropout: copied('Dropout'),
  fourier_features: copied('FourierFeatures'),
  upsample: plain('Upsample', { conv: false }),
  avg_pool: copied('AvgPool'),
  mean_pixels: plain('AvgPool', { size: 0 }),
  to_tokens: plain('Flatten', { to: 'tokens' }),
  to_image: copied('Unflatten'),
  patchify: copied('Patchify'),
  unpatchify: copied('Unpatchify'),
  reshape: ({ shape }) => ({
    type: 'Reshape',
    params: { shape: shape.join(', ') },
  }),
  timestep_embedding: ({ width, flip_sin_to_cos, freq_shift }) => ({
    type: 'TimeEmbedding',
    params: { channels: width, layers: false, flip_sin_to_cos, freq_shift },
  }),
  label_embedding: ({ rows, width }) => ({
    type: 'LabelEmbedding',
    params: { num_classes: rows - 1, out: width },
  }),
  token_embedding: ({ rows, width }) => ({
    type: 'TokenEmbedding',
    params: { num_classes: rows - 1, out: width },
  }),
  fourier_time_embedding: ({ count, scale }) => ({
    type: 'FourierTimeEmbedding',
    params: { channels: 2 * count, scale },
  }),
  time_table: ({ rows, width }) => ({
    type: 'LearnedTimeEmbedding',
    params: { num_train_timesteps: rows, out: width },
  }),
  time_value: plain('TimeValue'),
  quotient: plain('Divide'),
  position_embedding: plain('PositionEmbedding', { kind: 'learned' }),
  rotary_embedding: copied('RotaryEmbedding'),
  grid_embedding: ({ height, width }) => ({
    type: 'PositionEmbedding',
    params: { kind: 'sines', height, width },
  }),
}
