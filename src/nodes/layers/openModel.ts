// Opens a closed model: the layer nodes that make it.
import { originText } from '../../engine/checkpoint/origin.ts'
import { isKind } from '../../engine/models/kinds/configs.ts'
import { predicts } from '../../engine/models/kinds/layers/graph.ts'
import { TOKENS, tokenModelFacts } from '../../engine/models/kinds/layers/tokenModel.ts'
import type { LayerGraph } from '../../engine/models/graph/layer.ts'
import { findNetworkKind } from '../../engine/models/kinds/registry.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Model } from '../../engine/models/model.ts'
import { input, wire, type Expansion, type GraphNode, type Wire } from '../../engine/plan/graph.ts'
import { printJson, type JsonObject } from '../../workflow/json.ts'
import { layerNodeMessages } from '../../messages/layerNodes.ts'
import { groupLevels } from './levels.ts'
import { placeNodes } from './placeNodes.ts'
import { writeNetwork } from './writeNetwork.ts'
import { classifierFacts } from '../../engine/models/kinds/classifier/facts.ts'

/**
 * Returns the nodes in place of `node`, which makes `model`. A node with a file stays, and gives its
 * weights. Throws NodeError for models that are not made of layers.
 */
export function openModel(node: GraphNode, model: Model): Expansion {
  const network = writeNetwork(graphOf(model))
  const { nodes, outputs } = groupLevels({
    ...network,
    nodes: network.nodes.map((each) => withDataset(each, node)),
  })
  const loads = node.op === LOADS
  const { op, params, inputs } = outputNode(model, outputs)
  const out: GraphNode = {
    id: 'output',
    op,
    params: {
      ...params,
      // No closed model makes tokens.
      ...(op !== TOKEN_OUTPUT && {
        origin: model.kind === 'layers' ? '' : originText(model, startsAtZero(node)),
      }),
      ...(Number.isInteger(node.params.seed) && { seed: node.params.seed }),
    },
    inputs: { ...inputs, ...(loads && { weights: wire('file', 'model') }) },
  }
  const file: GraphNode = { ...node, id: 'file', inputs: {} }
  return {
    nodes: placeNodes([...(loads ? [file] : []), ...nodes, out]),
    outputs: {
      model: wire('output', 'model'),
      ...(loads && {
        schedule: wire('file', 'schedule'),
        training: wire('file', 'training'),
      }),
    },
  }
}

/** The node that makes the model of its functions. */
function outputNode(
  { predicts, variance }: Model,
  { predict, features, logits, [TOKENS]: tokens }: Record<string, Wire>,
): Pick<GraphNode, 'op' | 'params' | 'inputs'> {
  if (predict)
    return {
      op: 'diffusion/ModelOutput',
      params: { predicts, learned_variance: variance ?? 'none' },
      inputs: { x: predict },
    }
  return tokens
    ? { op: TOKEN_OUTPUT, params: {}, inputs: { x: tokens } }
    : { op: 'diffusion/ClassifierOutput', params: {}, inputs: { logits, features } }
}

/** A text of a model, equal for models that differ in their weights only. */
export function describeModel({ kind, config, predicts, variance }: Model): string {
  // Without undefined members.
  const plain = JSON.parse(JSON.stringify({ kind, config, predicts, variance })) as JsonObject
  return printJson(plain, false)
}

/** `zero_init` of a node, or its default. */
const startsAtZero = ({ op, params }: GraphNode): boolean =>
  op === 'diffusion/DiT' ? params.zero_init !== false : params.zero_init === true

const LOADS = 'diffusion/LoadCheckpoint'
const TOKEN_OUTPUT = 'diffusion/TokenOutput'

/** Sizes of a data set that the closed node takes come from it in the opened ones as well. */
const withDataset = (node: GraphNode, closed: GraphNode): GraphNode =>
  Object.hasOwn(closed.inputs, 'dataset') &&
  ['diffusion/ModelInput', 'diffusion/LabelEmbedding'].includes(node.op) &&
  node.params.num_classes !== 0
    ? { ...node, inputs: { ...node.inputs, dataset: input('dataset') } }
    : node

function graphOf(model: Model): LayerGraph {
  const { graph, sizes } = findNetworkKind(model) ?? {}
  const isOpened =
    !isKind(model, 'layers') ||
    predicts(model.config) ||
    classifierFacts(model) !== undefined ||
    tokenModelFacts(model) !== undefined
  if (graph && !sizes && isOpened) return graph(model.config)
  throw new NodeError({
    message: layerNodeMessages.notOpened({ kind: model.kind }),
    cure: layerNodeMessages.openOther(),
  })
}
