// Opens a block of layers, such as a ResBlock: the nodes of its layers.
import { NodeError } from '../../engine/messages/fault.ts'
import { toLayerGraph, type Features } from '../../engine/models/graph/features.ts'
import { input, type Expansion, type GraphNode, type Wire } from '../../engine/plan/graph.ts'
import type { StaticValues } from '../../engine/plan/op.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { sortForDisplay, writeNetwork } from './writeNetwork.ts'

/**
 * Returns the nodes in place of `node`, which makes features from features. `known` are the static
 * outputs of all nodes. Throws NodeError if the shapes of its inputs are not known.
 */
export function openBlock(node: GraphNode, known: ReadonlyMap<string, StaticValues>): Expansion {
  const output = known.get(node.id)?.features
  if (output?.type !== 'features') throw unknownShapes('x')
  const inputs = Object.entries(node.inputs).map(([slot, from]): [string, Features] => {
    const value = known.get(from.node)?.[from.slot]
    if (value?.type !== 'features') throw unknownShapes(slot)
    return [slot, value]
  })
  const graph = toLayerGraph({ predict: output, ...Object.fromEntries(inputs) })
  const entries = inputs.map(([slot]): [number, Wire] => [graph.functions[slot], input(slot)])
  const options = { functions: ['predict'], entries: new Map(entries) }
  const network = writeNetwork(graph, options)
  const features = network.outputs.predict
  return { nodes: sortForDisplay(network.nodes, network), outputs: { features } }
}

const unknownShapes = (slot: string) =>
  new NodeError({
    slot,
    message: layerNodeMessages.unknownShapes({ slot }),
    cure: layerNodeMessages.connectFirst({ slot }),
  })
