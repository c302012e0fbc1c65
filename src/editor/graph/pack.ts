// Packs nodes into a subgraph, and unpacks a subgraph node. Pure functions on files.
import type { ByType } from '../../engine/plan/op.ts'
import { subgraphBorder } from '../../workflow/subgraphDeclarations.ts'
import type {
  FileGroup,
  FileLink,
  FileNode,
  NodeId,
  PromotedParam,
  Subgraph,
  WorkflowFile,
} from '../../workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../workflow/file.ts'
import { applyPromoted, wirePromoted } from '../../workflow/flatten.ts'
import { findLoopPairs } from '../../workflow/loopPairs.ts'
import { declaredName } from '../../workflow/slots.ts'
import { createBorderNode, intersectTypes, isBorderNode, makeUniqueName } from './borderNodes.ts'
import { TITLE } from './nodeSize.ts'
import {
  createNodeLookup,
  getNodeBounds,
  widenForOpened,
  numberLinks,
  withLinks,
  type NewLink,
} from './fragments.ts'

/**
 * Reason that nodes cannot form a subgraph.
 * - `splitLoop`: only one end of a loop is among them; `nodes` are the other ends.
 * - `cycle`: a path leads from the nodes through `nodes` back to them, so the subgraph node would
 *   depend on itself.
 */
export interface PackingProblem {
  kind: 'splitLoop' | 'cycle'
  nodes: FileNode[]
}

export function findPackingProblem(
  { nodes, links }: WorkflowFile,
  ids: ReadonlySet<NodeId>,
): PackingProblem | undefined {
  const otherEnds = [...findLoopPairs({ nodes, links })].flatMap(([end, other]) =>
    ids.has(end.id) && !ids.has(other.id) ? [other] : [],
  )
  if (otherEnds.length) return { kind: 'splitLoop', nodes: otherEnds }
  const after = findReachable(
    links.map(([, from, , to]) => [from, to]),
    ids,
  )
  const before = findReachable(
    links.map(([, from, , to]) => [to, from]),
    ids,
  )
  const cycle = nodes.filter(({ id }) => after.has(id) && before.has(id))
  return cycle.length ? { kind: 'cycle', nodes: cycle } : undefined
}

/** Nodes that can be reached from some nodes, without those. */
function findReachable(
  wires: readonly (readonly [NodeId, NodeId])[],
  ids: ReadonlySet<NodeId>,
): ReadonlySet<NodeId> {
  const targets = new Map<NodeId, NodeId[]>()
  for (const [from, to] of wires) {
    const others = targets.get(from)
    if (others) others.push(to)
    else targets.set(from, [to])
  }
  const found = new Set<NodeId>()
  const visit = (from: NodeId) => {
    for (const to of targets.get(from) ?? []) if (!ids.has(to)) found.add(to)
  }
  ids.forEach(visit)
  // Grows during the iteration.
  found.forEach(visit)
  return found
}

/** A slot of the border, with the wires that cross the border there. */
interface Crossing {
  name: string
  type: string | number
  links: FileLink[]
}

/** Replaces nodes by a subgraph node. They must not have a {@link PackingProblem}. */
export function packNodes(
  file: WorkflowFile,
  ids: ReadonlySet<NodeId>,
  named: Pick<Subgraph, 'id' | 'name'>,
  declarations: ByType,
): { file: WorkflowFile; node: NodeId } {
  const [inputs, outputs] = findCrossings(file, ids, declarations)
  const within = file.nodes.filter(({ id }) => ids.has(id))
  const subgraph: Subgraph = {
    ...named,
    description: '',
    revision: 0,
    promoted: [],
    inside: createInside(file, within, inputs, outputs),
  }
  const [left, top, width, height] = getNodeBounds(within)
  const rows = Math.max(inputs.length, outputs.length)
  const node: FileNode = {
    id: file.last_node_id + 1,
    type: subgraph.id,
    pos: [Math.round(left + width / 2 - 110), Math.round(top + height / 2 - 10 * rows)],
    size: [220, 14 + rows * 20],
    flags: {},
    mode: 0,
    inputs: inputs.map(({ name, type }) => ({ name, type, link: null })),
    outputs: outputs.map(({ name, type }) => ({ name, type, links: null })),
    properties: {},
  }
  let last = file.last_link_id
  const links: FileLink[] = [
    ...file.links.filter(([, from, , to]) => !ids.has(from) && !ids.has(to)),
    ...inputs.map(({ links: [[, from, output, , , type]] }, slot): FileLink => [
      ++last,
      from,
      output,
      node.id,
      slot,
      type,
    ]),
    ...outputs.flatMap(({ links }, slot) =>
      links.map(([, , , to, input, type]): FileLink => [++last, node.id, slot, to, input, type]),
    ),
  ]
  const rest = file.nodes.filter(({ id }) => !ids.has(id))
  const subgraphs = [...(file.subgraphs ?? []), subgraph]
  const changed = {
    ...file,
    last_node_id: file.last_node_id + 1,
    last_link_id: last,
    subgraphs,
    groups: file.groups.filter((group) => !isGroupOf(group, file.nodes, ids)),
  }
  return { file: withLinks(changed, [...rest, node], links), node: node.id }
}

/** True if a group contains some of the nodes with these ids and no others. */
function isGroupOf(
  { bounding: [x, y, width, height] }: FileGroup,
  nodes: readonly FileNode[],
  ids: ReadonlySet<NodeId>,
): boolean {
  const within = nodes.filter(({ pos, size, flags }) => {
    const [across, down] = [
      pos[0] + size[0] / 2,
      pos[1] + (flags.collapsed ? -TITLE / 2 : size[1] / 2),
    ]
    return across >= x && across <= x + width && down >= y && down <= y + height
  })
  return within.length > 0 && within.every(({ id }) => ids.has(id))
}

/** Slots for the outputs whose wires cross the border, in the vertical order of the inner nodes. */
function findCrossings(
  file: WorkflowFile,
  ids: ReadonlySet<NodeId>,
  declarations: ByType,
): [Crossing[], Crossing[]] {
  const findNode = createNodeLookup(file.nodes)
  const bySource = (links: readonly FileLink[]) => {
    const slots = new Map<string, FileLink[]>()
    for (const link of links) {
      const others = slots.get(`${link[1]} ${link[2]}`)
      if (others) others.push(link)
      else slots.set(`${link[1]} ${link[2]}`, [link])
    }
    return [...slots.values()]
  }
  const target = ([, , , to, input]: FileLink) => findNode(to).inputs[input]
  const source = ([, from, output]: FileLink) => findNode(from).outputs[output]
  const downwards = (end: 1 | 3) => (a: FileLink, b: FileLink) =>
    findNode(a[end]).pos[1] - findNode(b[end]).pos[1] || Number(a[end + 1]) - Number(b[end + 1])
  const [into, outOf] = [new Set<string>(), new Set<string>()]
  const inputs = bySource(
    file.links.filter(([, from, , to]) => !ids.has(from) && ids.has(to)).sort(downwards(3)),
  )
  const outputs = bySource(
    file.links.filter(([, from, , to]) => ids.has(from) && !ids.has(to)).sort(downwards(1)),
  )
  /** Name of the inner input. If another slot has that name, name of the outer output. */
  const inner = (link: FileLink) => {
    const { name } = target(link)
    const declared =
      declaredName(declarations.get(findNode(link[3]).type)?.inputs ?? {}, name) ?? name
    return into.has(declared) ? source(link).name : declared
  }
  return [
    inputs.map((links) => ({
      name: makeUniqueName(inner(links[0]), into),
      type: intersectTypes(links.map((link) => target(link).type)),
      links,
    })),
    outputs.map((links) => ({
      name: makeUniqueName(source(links[0]).name, outOf),
      type: source(links[0]).type,
      links,
    })),
  ]
}

function createInside(
  file: WorkflowFile,
  nodes: readonly FileNode[],
  inputs: Crossing[],
  outputs: Crossing[],
): WorkflowFile {
  const ids = new Set(nodes.map(({ id }) => id))
  const [left, top, width, height] = getNodeBounds(nodes)
  const middle = (slots: readonly unknown[]) => Math.round(top + height / 2 - 10 * slots.length)
  let last = file.last_link_id
  const links: FileLink[] = [
    ...file.links.filter(([, from, , to]) => ids.has(from) && ids.has(to)),
    ...inputs.flatMap(({ links }, slot) =>
      links.map(([, , , to, input, type]): FileLink => [++last, INPUTS, slot, to, input, type]),
    ),
    ...outputs.map(({ links: [[, from, output, , , type]] }, slot): FileLink => [
      ++last,
      from,
      output,
      OUTPUTS,
      slot,
      type,
    ]),
  ]
  const edges = [
    createBorderNode(INPUTS, [left - 270, middle(inputs)], inputs),
    createBorderNode(OUTPUTS, [left + width + 90, middle(outputs)], outputs),
  ]
  const empty = {
    ...emptyWorkflow(),
    extra: {},
    last_node_id: file.last_node_id,
    last_link_id: last,
    groups: file.groups.filter((group) => isGroupOf(group, file.nodes, ids)),
  }
  return withLinks(empty, [...edges, ...nodes], links)
}

// ---- unpacking

/** Replaces a subgraph node by the contents of its subgraph, at its position. */
export function unpackSubgraph(
  file: WorkflowFile,
  id: NodeId,
): { file: WorkflowFile; ids: NodeId[] } {
  const node = createNodeLookup(file.nodes)(id)
  const subgraph = file.subgraphs?.find((each) => each.id === node.type)
  if (!subgraph) return { file, ids: [] }
  const wiredInputs = new Set(
    node.inputs.filter(({ link }) => link !== null).map(({ name }) => name),
  )
  const { inside, wired } = wirePromoted(
    { ...subgraph, inside: applyPromoted(subgraph, node) },
    (slot) => wiredInputs.has(slot),
  )
  const inner = inside.nodes.filter((each) => !isBorderNode(each))
  const [left, top] = getNodeBounds(inner)
  const offset = [node.pos[0] - left, node.pos[1] - TITLE - top] as const
  const nodes = inner.map((each, i): FileNode => ({
    ...structuredClone(each),
    id: file.last_node_id + 1 + i,
    pos: [each.pos[0] + offset[0], each.pos[1] + offset[1]],
    // A muted or bypassed subgraph node applied that to all of its contents.
    mode: node.mode || each.mode,
  }))
  const newIds = new Map(inner.map((each, i) => [each.id, nodes[i].id]))
  const links = connectContents(file, node, { inside, wired }, newIds)
  const unpacked = withLinks(
    {
      ...file,
      last_node_id: file.last_node_id + nodes.length,
      last_link_id: file.last_link_id + links.length,
      groups: [...file.groups, ...inside.groups.map((group) => moveGroup(group, offset))],
    },
    [...file.nodes.filter((each) => each !== node), ...nodes],
    [...file.links.filter((link) => link[1] !== id && link[3] !== id), ...numberLinks(file, links)],
  )
  const ids = nodes.map((each) => each.id)
  return { file: widenForOpened(unpacked, node, new Set(ids)), ids }
}

const moveGroup = (group: FileGroup, [dx, dy]: readonly [number, number]): FileGroup => {
  const [x, y, width, height] = group.bounding
  return { ...group, bounding: [x + dx, y + dy, width, height] }
}

/** Links of the wired promoted params to their inner nodes. */
const connectWired = (
  wired: readonly PromotedParam[],
  { nodes }: WorkflowFile,
  outerLinks: ReadonlyMap<string | undefined, FileLink>,
): NewLink[] =>
  wired.flatMap(({ node, param, as }): NewLink[] => {
    const link = outerLinks.get(as)
    const inner = nodes.find(({ id }) => id === node)
    const input = inner?.inputs.findIndex(({ name }) => name === param) ?? -1
    return link && input >= 0 ? [[link[1], link[2], node, input, link[5]]] : []
  })

/** Links of the unpacked nodes: among them, and those of the subgraph node. */
function connectContents(
  { links }: WorkflowFile,
  node: FileNode,
  { inside, wired }: ReturnType<typeof wirePromoted>,
  newIds: ReadonlyMap<NodeId, NodeId>,
): NewLink[] {
  const inputs = subgraphBorder({ inside }, INPUTS).outputs
  const outputs = new Map(
    subgraphBorder({ inside }, OUTPUTS).inputs.map(({ name }, slot) => [name, slot]),
  )
  const outerLinks = new Map(
    links.filter((link) => link[3] === node.id).map((link) => [node.inputs[link[4]]?.name, link]),
  )
  const innerLinks = new Map(
    inside.links.filter((link) => link[3] === OUTPUTS).map((link) => [link[4], link]),
  )
  /** Source of an inner link. For an input of the subgraph, the source of the outer link. */
  const findSource = ([, from, output]: FileLink): [NodeId, number] | undefined => {
    const inner = newIds.get(from)
    if (inner !== undefined) return [inner, output]
    const outer = outerLinks.get(inputs[output]?.name)
    return outer && [outer[1], outer[2]]
  }
  const added: NewLink[] = []
  const fromPromoted = connectWired(wired, inside, outerLinks)
  const isReplaced = (link: FileLink) =>
    fromPromoted.some(([, , to, input]) => to === link[3] && input === link[4])
  for (const [from, output, to, input, type] of fromPromoted) {
    const target = newIds.get(to)
    if (target !== undefined) added.push([from, output, target, input, type])
  }
  for (const link of inside.links) {
    const [source, target] = [findSource(link), newIds.get(link[3])]
    if (source && target !== undefined && !isReplaced(link))
      added.push([...source, target, link[4], link[5]])
  }
  for (const [, from, output, to, input, type] of links) {
    if (from !== node.id) continue
    const link = innerLinks.get(outputs.get(node.outputs[output]?.name ?? '') ?? -1)
    const source = link && findSource(link)
    if (source) added.push([...source, to, input, type])
  }
  return added
}
