// Requests to the engine about the graph on the canvas, and about its backend.
import { GraphError } from '../../engine/messages/fault.ts'
import { mapEntries } from '../../engine/base/records.ts'
import { wire, type Expansion, type Graph, type GraphNode } from '../../engine/plan/graph.ts'
import type { Request } from '../../engine/protocol.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import type { ClosedModel } from '../graph/closedModel.ts'
import { ownTypes } from '../graph/declarations.ts'
import { formatFault } from '../texts/texts.ts'
import type { Workspace } from '../workspace/workspace.ts'

export interface EngineRequests extends Pick<Client, 'check'> {
  /** Expands a node on the canvas. Rejects with an Error in the user's language. */
  expand(node: LGraphNode): Promise<Expansion>
  /**
   * Draws the model that a node makes, as an SVG document. Rejects with an Error in the user's
   * language.
   */
  drawModel(node: LGraphNode): Promise<string>
  /** True if a node and a closed one in its place make the same network. */
  isUnchanged(node: LGraphNode['id'], closed: ClosedModel): Promise<boolean>
  /** Returns the graph as a script. Rejects with an Error in the user's language. */
  script(text: { title?: string; about?: string }): Promise<string>
  /** Returns a ZIP with the graph for PyTorch; with `notes` as a notebook. Rejects like `script`. */
  torch(text: {
    title?: string
    about?: string
    notes?: readonly string[]
  }): Promise<Uint8Array<ArrayBuffer>>
  /** `measure`: discards the stored choice of kernels for the GPU and measures again. */
  useBackend(name: Extract<Request, { type: 'backend' }>['name'], measure?: boolean): void
}

export function createEngineRequests(
  client: Pick<
    Client,
    | 'check'
    | 'describeModel'
    | 'drawModel'
    | 'expand'
    | 'openModel'
    | 'script'
    | 'setBackend'
    | 'torch'
  >,
  stage: Pick<Stage, 'fullId'>,
  workspace: Pick<Workspace, 'capture'>,
): EngineRequests {
  const graph = (): Graph => workspace.capture().flat.graph
  return {
    check: client.check,
    async expand({ id, properties }) {
      const fullId = stage.fullId(id)
      const node = graph().nodes.find((each) => each.id === fullId)
      if (!node) throw new Error(`No node ${fullId}`)
      const opened = await (
        ownTypes.get(node.op)?.opens
          ? client.openModel(graph(), node.id)
          : client.expand(node, Object.keys(node.inputs))
      ).catch(throwTranslated)
      return withLocalNames(opened, node.params.name, properties.name)
    },
    async isUnchanged(id, { type, properties, inputs }) {
      const { nodes } = graph()
      const open = stage.fullId(id)
      const closed: GraphNode = {
        id: `${open} closed`,
        op: type,
        params: properties,
        inputs: mapEntries(inputs, (_, [from, slot]) => wire(stage.fullId(from), slot)),
      }
      const describe = (added: readonly GraphNode[], node: string) =>
        client.describeModel({ nodes: [...nodes, ...added] }, node).catch(throwTranslated)
      return (await describe([], open)) === (await describe([closed], closed.id))
    },
    drawModel: ({ id }) => client.drawModel(graph(), stage.fullId(id)).catch(throwTranslated),
    script: (text) => client.script(graph(), text).catch(throwTranslated),
    torch: (text) => client.torch(graph(), text).catch(throwTranslated),
    useBackend: (name, measure = false) => client.setBackend({ name, measure }),
  }
}

/**
 * The nodes of a block with names as they are in its subgraph, without the prefix that `full`, the
 * name of the block, has before `local`.
 */
function withLocalNames(expansion: Expansion, full: unknown, local: unknown): Expansion {
  if (typeof full !== 'string' || typeof local !== 'string' || full === local) return expansion
  const prefix = full.slice(0, full.length - local.length)
  const nodes = expansion.nodes.map((node) => {
    const { name } = node.params
    const isInside = typeof name === 'string' && name.startsWith(prefix)
    return isInside
      ? { ...node, params: { ...node.params, name: name.slice(prefix.length) } }
      : node
  })
  return { ...expansion, nodes }
}

/** Replaces faults by one Error in the user's language. */
function throwTranslated(error: unknown): never {
  throw error instanceof GraphError ? new Error(error.faults.map(formatFault).join(' ')) : error
}
