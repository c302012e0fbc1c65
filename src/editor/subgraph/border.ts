// What is done to the border of a subgraph: its slots, the params that are set from outside, its name. Files in, files out.
import { edge } from '../../nodes/workflow/blocks.ts'
import type {
  FileInput,
  FileLink,
  FileNode,
  FileOutput,
  NodeId,
  Promoted,
  Subgraph,
  WorkflowFile,
} from '../../nodes/workflow/file.ts'
import type { OUTPUTS } from '../../nodes/workflow/file.ts'
import { INPUTS } from '../../nodes/workflow/file.ts'
import { seedControl } from '../../nodes/workflow.ts'
import { isSlotName, plainName } from '../../nodes/workflow/subgraphs.ts'
import { withLinks } from '../pieces.ts'
import { mapBodies, refitted, subgraphOf } from './levels.ts'
import { fresh } from './pack.ts'

export type Side = typeof INPUTS | typeof OUTPUTS

/** The names on a side of the border, in order. */
export const namesOn = (subgraph: Subgraph, side: Side): string[] => slotsOn(edge(subgraph, side)).map(({ name }) => name)

/** Slots of a node at the border: what comes into the subgraph is an output of the node inside. */
export const slotsOn = ({
  type,
  inputs,
  outputs,
}: Pick<FileNode, 'type' | 'inputs' | 'outputs'>): readonly (FileInput | FileOutput)[] => (type === INPUTS ? outputs : inputs)

const changeSubgraph = (whole: WorkflowFile, id: string, change: (subgraph: Subgraph) => Subgraph): WorkflowFile => ({
  ...whole,
  subgraphs: (whole.subgraphs ?? []).map((each) => (each.id === id ? change(each) : each)),
})

/** Undefined if the name cannot be one, or is another slot's. */
export function renameSlot(whole: WorkflowFile, id: string, side: Side, from: string, to: string): WorkflowFile | undefined {
  const names = namesOn(subgraphOf(whole, id)!, side)
  if (!isSlotName(to) || !names.includes(from) || names.includes(to)) return undefined
  const rename = <S extends { name: string }>(slots: S[]) =>
    slots.map((slot) => (slot.name === from ? { ...slot, name: to } : slot))
  const [outer, inner] = side === INPUTS ? (['inputs', 'outputs'] as const) : (['outputs', 'inputs'] as const)
  return mapBodies(whole, (body, of) => ({
    ...body,
    nodes: body.nodes.map((node) => {
      if (node.type === id) return { ...node, [outer]: rename<{ name: string }>(node[outer]) }
      return of?.id === id && node.type === side ? { ...node, [inner]: rename<{ name: string }>(node[inner]) } : node
    }),
  }))
}

/** Slots in another order, or without some: by name, as they are to be. */
export function arrangeSlots(whole: WorkflowFile, id: string, side: Side, names: readonly string[]): WorkflowFile {
  const before = namesOn(subgraphOf(whole, id)!, side)
  const at = side === INPUTS ? 2 : 4
  const place = (link: FileLink) => (link[at - 1] === side ? names.indexOf(before[link[at] as number]!) : (link[at] as number))
  return refitted(
    changeSubgraph(whole, id, (subgraph) => {
      const { inside } = subgraph
      const nodes = inside.nodes.map((node) => {
        if (node.type !== side) return node
        const slots = names.map((name) => slotsOn(node).find((slot) => slot.name === name)!)
        return side === INPUTS ? { ...node, outputs: slots as FileOutput[] } : { ...node, inputs: slots as FileInput[] }
      })
      const links = inside.links.map((link) => link.with(at, place(link)) as FileLink).filter((link) => (link[at] as number) >= 0)
      return { ...subgraph, inside: withLinks(inside, nodes, links) }
    }),
  )
}

/** A param of a node inside can be set from outside, or no longer. */
export function promote(whole: WorkflowFile, id: string, node: NodeId, param: string): WorkflowFile {
  return changeSubgraph(whole, id, (subgraph) => {
    const taken = new Set(subgraph.promoted.map(({ as }) => as))
    return { ...subgraph, promoted: [...subgraph.promoted, { node, param, as: fresh(param, taken) }] }
  })
}

export function demote(whole: WorkflowFile, id: string, { node, param, as }: Promoted): WorkflowFile {
  const rest = changeSubgraph(whole, id, (subgraph) => ({
    ...subgraph,
    promoted: subgraph.promoted.filter((each) => each.node !== node || each.param !== param),
  }))
  const without = (properties: FileNode['properties']) =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => name !== as && name !== seedControl(as)))
  return mapBodies(rest, (body) => ({
    ...body,
    nodes: body.nodes.map((each) => (each.type === id ? { ...each, properties: without(each.properties) } : each)),
  }))
}

/** Another name, or another sentence about it. */
export const describe = (whole: WorkflowFile, id: string, said: { name?: string; description?: string }): WorkflowFile =>
  changeSubgraph(whole, id, (subgraph) => ({
    ...subgraph,
    ...(said.name !== undefined && { name: plainName(said.name) }),
    ...(said.description !== undefined && { description: said.description.trim().slice(0, 300) }),
  }))
