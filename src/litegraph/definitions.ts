// Subgraphs in the graph of a host. litegraph.js copies `definitions` of a file to the graph, and
// loses them when it serializes; @comfyorg/litegraph turns them into graphs of its own.
import type { LGraph, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { ByType, Declaration } from '../engine/plan/op.ts'
import { WorkflowError } from '../workflow/error.ts'
import { FORMAT, type WorkflowFile } from '../workflow/file.ts'
import { isObject, type Json, type JsonObject } from '../workflow/json.ts'
import { isOwnSubgraph, listSubgraphs } from '../workflow/subgraphs.ts'
import { withSubgraphs } from '../workflow/subgraphDeclarations.ts'
import { subgraphsToJson } from '../workflow/write.ts'
import { readSerialized } from '../workflow/index.ts'
import { isComfy } from './comfy.ts'
import { loadWithTypes } from './slotTypes.ts'

/** Returns the `definitions` of a file for the graph of a host, undefined without subgraphs. */
export function hostDefinitions(
  lite: LiteGraphStatic,
  file: WorkflowFile,
  registeredType: (type: string) => string,
): { subgraphs: JsonObject[] } | undefined {
  if (!file.subgraphs?.length) return undefined
  const subgraphs = JSON.parse(JSON.stringify(subgraphsToJson(file))) as JsonObject[]
  if (!isComfy(lite)) return { subgraphs }
  for (const subgraph of subgraphs) {
    for (const node of listJsonNodes(subgraph)) node.type = registeredType(String(node.type))
    // A field that @comfyorg/litegraph preserves; it drops the description.
    if (subgraph.description !== undefined)
      subgraph.extra = { diffusion: { format: FORMAT, description: subgraph.description } }
  }
  return { subgraphs }
}

/**
 * Completes the definitions that a host serialized, in place: descriptions, and the mark of
 * subgraphs that the user of @comfyorg/litegraph made of our nodes.
 */
export function completeDefinitions(data: JsonObject, known: ByType) {
  const subgraphs = listSubgraphs(data).filter(isObject)
  for (const subgraph of subgraphs) {
    const about = isObject(subgraph.extra) ? subgraph.extra.diffusion : undefined
    if (!isObject(about) || about.description === undefined) continue
    subgraph.description ??= about.description
    subgraph.extra = { diffusion: { format: FORMAT } }
  }
  for (const subgraph of findOwnSubgraphs(subgraphs, known))
    subgraph.extra = { ...(subgraph.extra as JsonObject), diffusion: { format: FORMAT } }
}

/** Returns the subgraphs without a mark whose nodes are all ours, at every level. */
function findOwnSubgraphs(subgraphs: readonly JsonObject[], known: ByType): JsonObject[] {
  let own = [...subgraphs]
  const isKnown = ({ type }: JsonObject) =>
    known.has(String(type)) || own.some(({ id }) => id === type)
  for (let before = -1; before !== own.length;) {
    before = own.length
    own = own.filter((each) => listJsonNodes(each).every(isKnown))
  }
  return own.filter((each) => !isOwnSubgraph(each))
}

const listJsonNodes = ({ nodes }: JsonObject): JsonObject[] =>
  Array.isArray(nodes) ? nodes.filter(isObject) : []

/**
 * Makes a host's own `serialize` and `configure` keep subgraphs: registers their types before a
 * graph is configured, and for litegraph.js writes the used definitions. Returns a function that
 * ends both.
 */
export function keepDefinitions(
  lite: LiteGraphStatic,
  known: ByType,
  register: (declarations: readonly Declaration[]) => void,
): () => void {
  const prototype = lite.LGraph?.prototype
  if (!prototype) return () => {}
  const { serialize, configure } = prototype
  let active = true
  const ours: Pick<LGraph, 'serialize' | 'configure'> = {
    serialize(this: LGraph, ...options: []) {
      const data = serialize.apply(this, options)
      const definitions = active && !isComfy(lite) ? usedDefinitions(this, data) : undefined
      return definitions ? { ...data, definitions } : data
    },
    configure(this: LGraph, ...args) {
      if (!active || !isObject(args[0])) return configure.apply(this, args)
      const subgraphs = declareSubgraphs(args[0], known)
      if (subgraphs.length > 0) register(subgraphs)
      let failed: boolean | undefined
      loadWithTypes(lite, this, () => (failed = configure.apply(this, args)))
      return failed
    },
  }
  Object.assign(prototype, ours)
  return () => {
    active = false
    // Another pack may have replaced them since.
    if (prototype.serialize === ours.serialize) prototype.serialize = serialize
    if (prototype.configure === ours.configure) prototype.configure = configure
  }
}

/** Returns the declarations of our subgraphs in a file. Those of a faulty file stay unknown. */
function declareSubgraphs(data: JsonObject, known: ByType): Declaration[] {
  if (!listSubgraphs(data).some(isOwnSubgraph)) return []
  const { definitions } = JSON.parse(JSON.stringify(data)) as JsonObject
  const file = { nodes: [], definitions: definitions as Json }
  completeDefinitions(file, known)
  try {
    const { workflow } = readSerialized(file, known)
    return [...withSubgraphs(workflow, known).values()].filter(({ type }) => !known.has(type))
  } catch (error) {
    if (error instanceof WorkflowError) return []
    throw error
  }
}

/** Returns the definitions of a graph that its nodes use, directly or indirectly. */
function usedDefinitions({ definitions }: LGraph, data: object): JsonObject | undefined {
  const all = listSubgraphs({ definitions: (definitions ?? null) as Json }).filter(isObject)
  const byType = new Map(all.map((each) => [String(each.id), each]))
  const used = new Set<JsonObject>()
  const visit = (graph: JsonObject) => {
    for (const { type } of listJsonNodes(graph)) {
      const found = byType.get(String(type))
      if (!found || used.has(found)) continue
      used.add(found)
      visit(found)
    }
  }
  visit(data as JsonObject)
  return used.size ? { subgraphs: all.filter((each) => used.has(each)) } : undefined
}
