// Requests to the engine about the graph on the canvas, and about its backend.
import { GraphError } from '../../engine/base/fault.ts'
import type { Expansion, Graph } from '../../engine/plan/graph.ts'
import type { Request } from '../../engine/protocol.ts'
import type { Client } from '../../nodes/host/clientTypes.ts'
import { toGraph } from '../../nodes/workflow.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
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
  /** Returns the graph as a script. Rejects with an Error in the user's language. */
  script(text: { title?: string; about?: string }): Promise<string>
  /** `measure`: discards the stored choice of kernels for the GPU and measures again. */
  useBackend(name: Extract<Request, { type: 'backend' }>['name'], measure?: boolean): void
}

export function createEngineRequests(
  client: Pick<Client, 'check' | 'expand' | 'openModel' | 'drawModel' | 'script' | 'setBackend'>,
  stage: Pick<Stage, 'fullId'>,
  workspace: Pick<Workspace, 'capture'>,
): EngineRequests {
  const graph = (): Graph => toGraph(workspace.capture().file, ownTypes)
  return {
    check: client.check,
    async expand({ id }) {
      const fullId = stage.fullId(id)
      const node = graph().nodes.find((each) => each.id === fullId)
      if (!node) throw new Error(`No node ${fullId}`)
      const opened = ownTypes.get(node.op)?.opens
        ? client.openModel(graph(), node.id)
        : client.expand(node, Object.keys(node.inputs))
      return opened.catch(throwTranslated)
    },
    drawModel: ({ id }) => client.drawModel(graph(), stage.fullId(id)).catch(throwTranslated),
    script: (text) => client.script(graph(), text).catch(throwTranslated),
    useBackend: (name, measure = false) => client.setBackend({ name, measure }),
  }
}

/** Replaces faults by one Error in the user's language. */
function throwTranslated(error: unknown): never {
  throw error instanceof GraphError ? new Error(error.faults.map(formatFault).join(' ')) : error
}
