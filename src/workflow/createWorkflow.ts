// Writes a neutral graph as a workflow file: numbers the nodes, creates their slots, and arranges
// them by their wires.
import type { Graph, GraphNode } from '../engine/plan/graph.ts'
import type { ByType } from '../engine/plan/op.ts'
import { WorkflowError } from './error.ts'
import { estimateSize } from './estimateSize.ts'
import { emptyWorkflow, FORMAT, type FileLink, type FileNode, type WorkflowFile } from './file.ts'
import type { JsonObject } from './json.ts'
import { createFileInput, inputSpecs, outputSpecs } from './slots.ts'
import { workflowMessages } from '../messages/workflow.ts'

/** Texts and settings of a new workflow, as in `extra.diffusion`. */
export interface WorkflowTexts {
  title?: string
  about?: string
}

/**
 * Writes a graph as a workflow file that opens in the editor. Nodes are numbered from 1 in the order
 * of the graph, and arranged in columns by their wires, the nodes of a loop together.
 *
 *     const file = await createWorkflow(graph, declarations, { title: 'Two moons' })
 *     await writeFile('moons.json', stringifyWorkflow(file))
 *
 * @throws WorkflowError for a node of an undeclared type, or a wire from or to something undeclared
 */
export async function createWorkflow(
  graph: Graph,
  declared: ByType,
  texts: WorkflowTexts = {},
): Promise<WorkflowFile> {
  const { composeFile } = await import('./compose/composeFile.ts')
  const nodes = graph.nodes.map((node, i) => createNode(node, i, graph, declared))
  const links = connectNodes(graph, nodes)
  return {
    ...emptyWorkflow(),
    last_node_id: nodes.length,
    last_link_id: links.length,
    ...composeFile({ nodes, links, groups: [] }, declared),
    extra: { diffusion: { format: FORMAT, ...texts } },
  }
}

type NumberedNode = FileNode & { id: number }

function createNode(
  { op, params, inputs, title }: GraphNode,
  i: number,
  graph: Graph,
  declared: ByType,
): NumberedNode {
  const declaration = declared.get(op)
  if (!declaration)
    throw new WorkflowError(`nodes[${i}].op`, workflowMessages.undeclared({ type: op }))
  const wiredInputs = new Set(Object.keys(inputs))
  const wiredOutputs = new Set(
    graph.nodes.flatMap((reader) =>
      Object.values(reader.inputs).flatMap((from) =>
        from.node === graph.nodes[i].id ? [from.slot] : [],
      ),
    ),
  )
  const slots = {
    inputs: inputSpecs(declaration, wiredInputs, wiredInputs),
    outputs: outputSpecs(declaration, params, wiredInputs, wiredOutputs),
  }
  return {
    id: i + 1,
    type: op,
    pos: [0, 0],
    size: estimateSize(declaration, params, slots, title ?? declaration.title),
    flags: {},
    mode: 0,
    inputs: slots.inputs.map(createFileInput),
    outputs: slots.outputs.map(({ name, type }) => ({ name, type, links: null })),
    properties: params as JsonObject,
    ...(title !== undefined && { title }),
  }
}

/** Creates the links, and enters them in the slots of the nodes. */
function connectNodes(graph: Graph, nodes: readonly NumberedNode[]): FileLink[] {
  const byId = new Map(graph.nodes.map(({ id }, i) => [id, nodes[i]]))
  const links: FileLink[] = []
  for (const [i, { inputs }] of graph.nodes.entries())
    for (const [slot, from] of Object.entries(inputs)) {
      const [target, source] = [nodes[i], byId.get(from.node)]
      const to = target.inputs.findIndex(({ name }) => name === slot)
      const out = source?.outputs.findIndex(({ name }) => name === from.slot) ?? -1
      if (!source || to < 0 || out < 0)
        throw new WorkflowError(
          `nodes[${i}].inputs.${slot}`,
          workflowMessages.noSuchWire({ from: `${from.node}.${from.slot}` }),
        )
      const link = links.length + 1
      links.push([link, source.id, out, target.id, to, source.outputs[out].type])
      target.inputs[to].link = link
      source.outputs[out].links = [...(source.outputs[out].links ?? []), link]
    }
  return links
}
