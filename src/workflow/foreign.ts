// Workflows of other programs: recognises their format, and keeps the original where reading it
// loses data.
import type { ForeignOriginal, WorkflowFile } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, printJson } from './json.ts'
import { toPrintedNode } from './printedNode.ts'
import type { ReadingContext } from './readFields.ts'
import { hasForeignSubgraphs } from './subgraphs.ts'
import { workflowMessages } from '../messages/workflow.ts'

/**
 * The original text if reading lost data that the other program needs: the full workflow if it
 * contains none of our nodes, otherwise the nodes of unknown type.
 */
export function findForeignOriginal(
  graph: JsonObject,
  file: WorkflowFile,
  { declarations, notices }: Pick<ReadingContext, 'declarations' | 'notices'>,
): ForeignOriginal | undefined {
  const format = detectFormat(
    graph,
    file.nodes.some(({ type }) => declarations.has(type)),
  )
  if (format.startsWith('comfyui')) return { format, text: printJson(graph, false, false) }
  const strange = Object.keys(graph).filter((key) => !graphKeys.has(key))
  if (strange.length)
    notices.push(workflowMessages.foreignKeys({ keys: strange.join(', ').slice(0, 200) }))
  if (format === 'litegraph 0.4') {
    const known = Object.fromEntries(Object.entries(graph).filter(([key]) => graphKeys.has(key)))
    return { format, text: printJson(known, false, false) }
  }
  const strangers = (graph.nodes as JsonObject[]).filter(
    (node, i) =>
      !declarations.has(file.nodes[i].type) &&
      printJson(node, false) !== printJson(toPrintedNode(file.nodes[i]), false),
  )
  return strangers.length
    ? { format, text: printJson({ nodes: strangers }, false, false) }
    : undefined
}

const graphKeys = new Set([
  'last_node_id',
  'last_link_id',
  'nodes',
  'links',
  'groups',
  'config',
  'extra',
  'version',
  'definitions',
])

/** Recognises ComfyUI by its own fields, or in old files by slot types in capitals. */
function detectFormat(graph: JsonObject, hasOurs: boolean): ForeignOriginal['format'] {
  if (graph.version === 1) return 'comfyui 1'
  const marks =
    ['id', 'revision', 'floatingLinks', 'models'].some((key) => key in graph) ||
    hasForeignSubgraphs(graph)
  const nodeMarks = (graph.nodes as JsonObject[]).some(
    ({ properties }) =>
      isObject(properties) && ('Node name for S&R' in properties || 'cnr_id' in properties),
  )
  const types = (graph.nodes as JsonObject[])
    .flatMap(({ outputs }) => (Array.isArray(outputs) ? outputs : []))
    .map((slot) => (isObject(slot) && typeof slot.type === 'string' ? slot.type : ''))
  const capitals =
    !hasOurs &&
    types.length > 0 &&
    types.every((type) => /^[A-Z][A-Z\d_,]*$|^\*$/.test(type)) &&
    types.some((type) => type !== '*')
  if (marks || nodeMarks || capitals) return 'comfyui 0.4'
  return hasOurs || !(graph.nodes as Json[]).length ? 'litegraph' : 'litegraph 0.4'
}
