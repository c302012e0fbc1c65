// Forms of a UNet: closed, opened into layers that no config describes, and those without its first
// attention.
import type { LayerGraph } from '../src/engine/models/graph/layer.ts'
import { inCanonicalOrder } from '../src/engine/models/graph/features.ts'
import { layersModel } from '../src/engine/models/kinds/layers/layers.ts'
import type { UnetConfig } from '../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../src/engine/models/kinds/unet/graph.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { createRandom } from '../src/engine/base/random.ts'
import type { Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Model } from '../src/engine/models/model.ts'
import { writeNetwork } from '../src/nodes/layers/writeNetwork.ts'

export const openForms = ['opened', 'rewired'] as const
export type OpenForm = (typeof openForms)[number]

export const isOpenForm = (name: string): name is OpenForm =>
  (openForms as readonly string[]).includes(name)

/** The layers of a form. Throws Error if a UNet without attention is to be rewired. */
function layersOf(config: UnetConfig, form: OpenForm): LayerGraph {
  const graph = unetGraph(config)
  if (form === 'opened') return inCanonicalOrder(graph)
  const { layers, functions, blocks = [] } = graph
  const cut = blocks.find(({ kind }) => kind === 'pixel_attention')
  if (!cut) throw new Error('Expected a UNet with attention.')
  const skipCut = (i: number) => (i === cut.output ? cut.inputs.x : i)
  return inCanonicalOrder({
    layers: layers.map((layer) => ({ ...layer, in: layer.in.map(skipCut) })),
    functions,
  })
}

/** A model of kind `layers` in place of a UNet, whose weights it takes over or disposes. */
export function openUnet(closed: Model, form: OpenForm): Model {
  const config = closed.config as unknown as UnetConfig
  const opened = layersModel(layersOf(config, form), closed.predicts, createRandom(1), {
    origin: { graph: unetGraph(config), weights: closed.weights },
  })
  const isUnused = ([key]: [string, Tensor]) => !Object.hasOwn(opened.weights, key)
  tf.dispose(Object.fromEntries(Object.entries(closed.weights).filter(isUnused)))
  return opened
}

/** The graph of nodes with the layers of a UNet in place of its node `net`. */
export function openNet({ nodes }: Graph, config: UnetConfig, form: OpenForm): Graph {
  const { nodes: layers, outputs } = writeNetwork(layersOf(config, form))
  const net = { id: 'net', op: 'diffusion/ModelOutput', params: {}, inputs: { x: outputs.predict } }
  return { nodes: [...nodes.filter(({ id }) => id !== net.id), ...layers, net] }
}
