// The user's own nodes: subgraphs that the browser keeps, to be put into any workflow. What is put in is copied, so a file stands alone.
import type { Declaration } from '../../engine/plan/op.ts'
import { edge, withSubgraphs } from '../../nodes/workflow/blocks.ts'
import type { FileNode, Subgraph, WorkflowFile } from '../../nodes/workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../nodes/workflow/file.ts'
import { withValues } from '../../nodes/workflow/flatten.ts'
import { sameJson } from '../../nodes/workflow/json.ts'
import { usedBy } from '../../nodes/workflow/subgraphs.ts'
import { parseWorkflow, stringifyWorkflow } from '../../nodes/workflow.ts'
import { ownTypes } from '../declarations.ts'
import type { Store } from '../library.ts'
import { withLinks } from '../pieces.ts'
import { describe } from './border.ts'
import { ordered, refitted, subgraphOf } from './levels.ts'
import { together } from './together.ts'

export interface SavedNode {
  /** That of its subgraph. */
  id: string
  name: string
  description: string
  /** Rises with every save; copies in workflows say which they are. */
  revision: number
  saved: number
  /** A workflow file that holds the node and what it stands for. */
  text: string
}

export interface MyNodes {
  list(): Promise<SavedNode[]>
  keep(node: SavedNode): Promise<void>
  remove(id: string): Promise<void>
}

export const createMyNodes = (store: Store): MyNodes => ({
  list: async () => (await store.all<SavedNode>()).sort((a, b) => a.name.localeCompare(b.name)),
  keep: (node) => store.set(node.id, node),
  remove: (id) => store.del(id),
})

/** What a node of a workflow is as a node to keep: `before` is the one that is kept now. Its own values become those inside. */
export function savedOf(file: WorkflowFile, node: FileNode, before: SavedNode | undefined, now = Date.now()): SavedNode {
  const own = subgraphOf(file, node.type)!
  const revision = Math.max(before?.revision ?? 0, own.revision) + 1
  const subgraph = { ...own, revision, inside: withValues(own, node) }
  const subgraphs = usedBy([node], file.subgraphs!).map((each) => (each.id === subgraph.id ? subgraph : each))
  return savedFrom(subgraph, subgraphs, now)
}

function savedFrom(subgraph: Subgraph, subgraphs: readonly Subgraph[], saved: number): SavedNode {
  const { id, name, description, revision } = subgraph
  const size: [number, number] = [
    220,
    14 + 20 * Math.max(edge(subgraph, INPUTS).outputs.length, edge(subgraph, OUTPUTS).inputs.length),
  ]
  const node: FileNode = { id: 1, type: id, pos: [0, 0], size, flags: {}, mode: 0, inputs: [], outputs: [], properties: {} }
  const empty: WorkflowFile = { ...emptyWorkflow(), last_node_id: 1, subgraphs: [...subgraphs] }
  const text = stringifyWorkflow(refitted(withLinks({ ...empty, extra: { diffusion: { format: 1, title: name } } }, [node], [])))
  return { id, name, description, revision, saved, text }
}

const fileOf = ({ text }: SavedNode): WorkflowFile => parseWorkflow(text, ownTypes).workflow

/** Under another name. */
export function renamed(saved: SavedNode, name: string, now = Date.now()): SavedNode {
  const file = describe(fileOf(saved), saved.id, { name })
  return savedOf(file, file.nodes[0]!, saved, now)
}

const declared = new Map<string, Declaration | undefined>()

/** What the search shows of it; undefined if it cannot be read any more. */
export function declarationOfSaved(saved: SavedNode): Declaration | undefined {
  const key = `${saved.id} ${saved.revision}`
  if (!declared.has(key)) declared.set(key, readDeclaration(saved))
  return declared.get(key)
}

function readDeclaration(saved: SavedNode): Declaration | undefined {
  try {
    return withSubgraphs(fileOf(saved), ownTypes).get(saved.id)
  } catch {
    return undefined
  }
}

/** The workflow with this node's subgraph in place of its copy, or beside the others. Undefined where it would contain itself. */
export function withSaved(whole: WorkflowFile, saved: SavedNode): WorkflowFile | undefined {
  const others = (whole.subgraphs ?? []).filter(({ id }) => id !== saved.id)
  const { subgraphs } = together(others, fileOf(saved).subgraphs ?? [])
  const sorted = ordered(subgraphs)
  return sorted && refitted({ ...whole, subgraphs: sorted })
}

/** Whether a workflow's copy is the one that is kept, an older one, or something else. */
export function standing(
  whole: WorkflowFile,
  { id, revision }: Subgraph,
  saved: SavedNode | undefined,
): 'none' | 'same' | 'older' | 'changed' {
  if (!saved) return 'none'
  if (saved.revision > revision) return 'older'
  const kept = fileOf(saved).subgraphs!
  const here = usedBy([{ type: id }], whole.subgraphs ?? [])
  return sameJson(kept, here) ? 'same' : 'changed'
}
