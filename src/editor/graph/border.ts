// Changes of a subgraph's interface: slots, promoted params, name. Pure functions on files.
import { subgraphBorder } from '../../workflow/subgraphDeclarations.ts'
import type {
  FileInput,
  FileLink,
  FileNode,
  FileOutput,
  NodeId,
  PromotedParam,
  Subgraph,
  WorkflowFile,
} from '../../workflow/file.ts'
import type { OUTPUTS } from '../../workflow/file.ts'
import { INPUTS } from '../../workflow/file.ts'
import { seedControl } from '../../workflow/index.ts'
import { isSlotName, subgraphName } from '../../workflow/subgraphs.ts'
import { withLinks } from './fragments.ts'
import { mapBodies, updateSubgraphNodes, findSubgraph } from './levels.ts'
import { makeUniqueName } from './borderNodes.ts'

export type Side = typeof INPUTS | typeof OUTPUTS

/** Names of the slots on one side of the border, in order. */
export const getSlotNames = (subgraph: Subgraph, side: Side): string[] =>
  getBorderSlots(subgraphBorder(subgraph, side)).map(({ name }) => name)

/** Slots of a border node. An input of the subgraph is an output of the border node inside. */
export const getBorderSlots = ({
  type,
  inputs,
  outputs,
}: Pick<FileNode, 'type' | 'inputs' | 'outputs'>): readonly (FileInput | FileOutput)[] =>
  type === INPUTS ? outputs : inputs

const changeSubgraph = (
  whole: WorkflowFile,
  id: string,
  change: (subgraph: Subgraph) => Subgraph,
): WorkflowFile => ({
  ...whole,
  subgraphs: (whole.subgraphs ?? []).map((each) => (each.id === id ? change(each) : each)),
})

/** Renames a slot. Undefined if the new name is not valid, or taken. */
export function renameSlot(
  whole: WorkflowFile,
  id: string,
  side: Side,
  from: string,
  to: string,
): WorkflowFile | undefined {
  const subgraph = findSubgraph(whole, id)
  const names = subgraph ? getSlotNames(subgraph, side) : []
  if (!isSlotName(to) || !names.includes(from) || names.includes(to)) return undefined
  const rename = <S extends { name: string }>(slots: S[]) =>
    slots.map((slot) => (slot.name === from ? { ...slot, name: to } : slot))
  const [outer, inner] =
    side === INPUTS ? (['inputs', 'outputs'] as const) : (['outputs', 'inputs'] as const)
  return mapBodies(whole, (body, of) => ({
    ...body,
    nodes: body.nodes.map((node) => {
      if (node.type === id) return { ...node, [outer]: rename<{ name: string }>(node[outer]) }
      return of?.id === id && node.type === side
        ? { ...node, [inner]: rename<{ name: string }>(node[inner]) }
        : node
    }),
  }))
}

/** Reorders slots by name. Removes the slots that are not in `names`. */
export function arrangeSlots(
  whole: WorkflowFile,
  id: string,
  side: Side,
  names: readonly string[],
): WorkflowFile {
  const subgraph = findSubgraph(whole, id)
  const before = subgraph ? getSlotNames(subgraph, side) : []
  const at = side === INPUTS ? 2 : 4
  const place = (link: FileLink) =>
    link[at - 1] === side ? names.indexOf(before[link[at] as number]) : (link[at] as number)
  return updateSubgraphNodes(
    changeSubgraph(whole, id, (subgraph) => {
      const { inside } = subgraph
      const nodes = inside.nodes.map((node) => {
        if (node.type !== side) return node
        const slots = names.flatMap(
          (name) => getBorderSlots(node).find((slot) => slot.name === name) ?? [],
        )
        return side === INPUTS
          ? { ...node, outputs: slots as FileOutput[] }
          : { ...node, inputs: slots as FileInput[] }
      })
      const links = inside.links
        .map((link) => link.with(at, place(link)) as FileLink)
        .filter((link) => (link[at] as number) >= 0)
      return { ...subgraph, inside: withLinks(inside, nodes, links) }
    }),
  )
}

/**
 * Promotes a param of an inner node to the subgraph node. Names are numbered on: `out_2` of a
 * nested subgraph becomes `out_3` beside `out` and `out_2`.
 */
export function promoteParam(
  whole: WorkflowFile,
  id: string,
  node: NodeId,
  param: string,
): WorkflowFile {
  return changeSubgraph(whole, id, (subgraph) => {
    const taken = new Set(subgraph.promoted.map(({ as }) => as))
    const first = param.replace(/_\d+$/, '')
    const as = makeUniqueName(taken.has(first) ? first : param, taken)
    return { ...subgraph, promoted: [...subgraph.promoted, { node, param, as }] }
  })
}

export function demoteParam(
  whole: WorkflowFile,
  id: string,
  { node, param, as }: PromotedParam,
): WorkflowFile {
  const rest = changeSubgraph(whole, id, (subgraph) => ({
    ...subgraph,
    promoted: subgraph.promoted.filter((each) => each.node !== node || each.param !== param),
  }))
  const without = (properties: FileNode['properties']) =>
    Object.fromEntries(
      Object.entries(properties).filter(([name]) => name !== as && name !== seedControl(as)),
    )
  return mapBodies(rest, (body) => ({
    ...body,
    nodes: body.nodes.map((each) =>
      each.type === id ? { ...each, properties: without(each.properties) } : each,
    ),
  }))
}

/** Changes the name or the description of a subgraph. */
export const describeSubgraph = (
  whole: WorkflowFile,
  id: string,
  content: { name?: string; description?: string },
): WorkflowFile =>
  changeSubgraph(whole, id, (subgraph) => ({
    ...subgraph,
    ...(content.name !== undefined && { name: subgraphName(content.name) }),
    ...(content.description !== undefined && {
      description: content.description.trim().slice(0, 300),
    }),
  }))
