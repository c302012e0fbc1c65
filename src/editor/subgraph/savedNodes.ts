// Saved nodes: subgraphs stored in this browser for use in any workflow. Workflows contain copies,
// so every file is self-contained.
import type { Declaration } from '../../engine/plan/op.ts'
import { subgraphBorder, withSubgraphs } from '../../workflow/subgraphDeclarations.ts'
import type { FileNode, Subgraph, WorkflowFile } from '../../workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../workflow/file.ts'
import { applyPromoted } from '../../workflow/flatten.ts'
import { sameJson } from '../../workflow/json.ts'
import { usedSubgraphs } from '../../workflow/subgraphs.ts'
import { parseWorkflow, stringifyWorkflow } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import type { Store } from '../storage/stores.ts'
import { withLinks } from '../graph/fragments.ts'
import { describeSubgraph } from '../graph/border.ts'
import { sortSubgraphs, updateSubgraphNodes, findSubgraph } from '../graph/levels.ts'
import { mergeSubgraphs } from '../graph/mergeSubgraphs.ts'

export interface SavedNode {
  /** Id of its subgraph. */
  id: string
  name: string
  description: string
  /** Increases with every save. Copies in workflows have the revision that they were made from. */
  revision: number
  saved: number
  /** Workflow file with the node and its subgraphs. */
  text: string
}

export interface SavedNodeLibrary {
  list(): Promise<SavedNode[]>
  save(node: SavedNode): Promise<void>
  remove(id: string): Promise<void>
}

export const createSavedNodeLibrary = (store: Store): SavedNodeLibrary => ({
  list: async () => (await store.all<SavedNode>()).sort((a, b) => a.name.localeCompare(b.name)),
  save: (node) => store.set(node.id, node),
  remove: (id) => store.del(id),
})

/**
 * Converts a subgraph node to a saved node, the next revision of `before`. The node's own values
 * become the defaults inside. Throws RangeError if the node has no subgraph.
 */
export function toSavedNode(
  file: WorkflowFile,
  node: FileNode,
  before: SavedNode | undefined,
  now = Date.now(),
): SavedNode {
  const own = findSubgraph(file, node.type)
  if (!own) throw new RangeError(`${node.type} is not a subgraph.`)
  const revision = Math.max(before?.revision ?? 0, own.revision) + 1
  const subgraph = { ...own, revision, inside: applyPromoted(own, node) }
  const subgraphs = usedSubgraphs([node], file.subgraphs ?? []).map((each) =>
    each.id === subgraph.id ? subgraph : each,
  )
  return packSavedNode(subgraph, subgraphs, now)
}

function packSavedNode(
  subgraph: Subgraph,
  subgraphs: readonly Subgraph[],
  saved: number,
): SavedNode {
  const { id, name, description, revision } = subgraph
  const rows = Math.max(
    subgraphBorder(subgraph, INPUTS).outputs.length,
    subgraphBorder(subgraph, OUTPUTS).inputs.length,
  )
  const node: FileNode = {
    id: 1,
    type: id,
    pos: [0, 0],
    size: [220, 14 + 20 * rows],
    flags: {},
    mode: 0,
    inputs: [],
    outputs: [],
    properties: {},
  }
  const empty: WorkflowFile = {
    ...emptyWorkflow(),
    last_node_id: 1,
    subgraphs: [...subgraphs],
    extra: { diffusion: { format: 1, title: name } },
  }
  const text = stringifyWorkflow(updateSubgraphNodes(withLinks(empty, [node], [])))
  return { id, name, description, revision, saved, text }
}

const parseSavedNode = ({ text }: SavedNode): WorkflowFile => parseWorkflow(text, ownTypes).workflow

/** Renames a saved node, as a new revision. */
export function renameSavedNode(saved: SavedNode, name: string, now = Date.now()): SavedNode {
  const file = describeSubgraph(parseSavedNode(saved), saved.id, { name })
  return toSavedNode(file, file.nodes[0], saved, now)
}

const declared = new Map<string, Declaration | undefined>()

/** Declaration for the node search; undefined if the saved file is unreadable. */
export function savedDeclaration(saved: SavedNode): Declaration | undefined {
  const key = `${saved.id} ${saved.revision}`
  if (!declared.has(key)) declared.set(key, readDeclaration(saved))
  return declared.get(key)
}

function readDeclaration(saved: SavedNode): Declaration | undefined {
  try {
    return withSubgraphs(parseSavedNode(saved), ownTypes).get(saved.id)
  } catch {
    return undefined
  }
}

/** Adds or replaces a saved node's subgraph in a workflow. Undefined if it would contain itself. */
export function insertSavedNode(whole: WorkflowFile, saved: SavedNode): WorkflowFile | undefined {
  const others = (whole.subgraphs ?? []).filter(({ id }) => id !== saved.id)
  const { subgraphs } = mergeSubgraphs(others, parseSavedNode(saved).subgraphs ?? [])
  const sorted = sortSubgraphs(subgraphs)
  return sorted && updateSubgraphNodes({ ...whole, subgraphs: sorted })
}

/** Compares a workflow's copy of a subgraph with the saved node. */
export function compareWithSaved(
  whole: WorkflowFile,
  { id, revision }: Subgraph,
  saved: SavedNode | undefined,
): 'none' | 'same' | 'older' | 'changed' {
  if (!saved) return 'none'
  if (saved.revision > revision) return 'older'
  const savedSubgraphs = parseSavedNode(saved).subgraphs ?? []
  const copies = usedSubgraphs([{ type: id }], whole.subgraphs ?? [])
  return sameJson(savedSubgraphs, copies) ? 'same' : 'changed'
}
