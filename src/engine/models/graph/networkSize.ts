// Size and cost of a network of layers, computed from its graph without evaluation.
import type { Size } from '../cost.ts'
import { GraphView } from './analysis.ts'
import { layerCosts, savedValues, sum, totalCost, type LayerCost } from './costs.ts'
import type { Block, BlockKind, LayerGraph } from './layer.ts'
import { countElements } from '../../base/shapes.ts'

/**
 * Blocks that activation checkpointing recomputes, and those of their inputs that all blocks share,
 * which are saved once.
 */
const recomputed: { readonly [K in BlockKind]?: readonly string[] } = {
  residual: ['embedding'],
  pixel_attention: [],
  transformer: ['context'],
  dit: [],
}

/** Size of a network, with `tokens` vectors of a condition of tokens. */
export function networkSize(graph: LayerGraph, tokens = 1): Size {
  const view = new GraphView(graph)
  const costs = layerCosts(view, tokens)
  const { macs, ...size } = totalCost(costs)
  return { ...size, flops: 2 * macs, checkpointed: checkpointedElements(graph, view, costs) }
}

/** Saved elements with activation checkpointing: block inputs, and those of the largest block. */
function checkpointedElements(
  { layers, blocks = [] }: LayerGraph,
  view: GraphView,
  costs: readonly LayerCost[],
): number {
  const sizes = new Map(costs.map(({ position, shape }) => [position, countElements(shape)]))
  const sizeOf = (values: readonly number[]) => sum(values.map((value) => sizes.get(value) ?? 0))
  const values = savedValues(view)
  const inside = blocks.filter(({ kind }) => recomputed[kind])
  const blockAt = (i: number) => inside.find(({ first, output }) => first <= i && i <= output)
  const blockOf = assignValues(view, inside, blockAt)
  const elements = new Map<Block | undefined, number>()
  const add = (block: Block | undefined, count: number) =>
    elements.set(block, (elements.get(block) ?? 0) + count)
  const outer = new Set<number>()
  for (const { position, saved } of costs) {
    add(blockAt(position), saved - sizeOf(values[position]))
    for (const value of values[position]) {
      const block = blockOf(value, position)
      add(block, sizeOf([value]))
      if (!block) outer.add(value)
    }
  }
  // An image that is joined from two is read as two.
  const partsOf = (i: number) => (layers[i].op === 'concat' ? layers[i].in : [i])
  const entering = new Set(inside.flatMap(({ inputs }) => Object.values(inputs).flatMap(partsOf)))
  const held = [...entering].filter((value) => !outer.has(value))
  const apart = elements.get(undefined) ?? 0
  elements.delete(undefined)
  return apart + sizeOf(held) + Math.max(0, ...elements.values())
}

/**
 * Finds the block of a value that a layer saves: the block of the layer, or the only one that reads
 * the value. Embeddings and tokens that several blocks read belong to none.
 */
function assignValues(
  { readers, dependsOnX }: GraphView,
  blocks: readonly Block[],
  blockAt: (i: number) => Block | undefined,
): (value: number, layer: number) => Block | undefined {
  const inputs = new Set(
    blocks.flatMap((block) =>
      (recomputed[block.kind] ?? []).flatMap((name) => block.inputs[name] ?? []),
    ),
  )
  const isShared = (value: number) =>
    inputs.has(value) || new Set(readers[value].flatMap((i) => blockAt(i) ?? [])).size > 1
  return (value, layer) => {
    if (dependsOnX[value]) return blockAt(layer)
    if (isShared(value)) return undefined
    return blockAt(layer) ?? blocks.find((block) => Object.values(block.inputs).includes(value))
  }
}
