// Nodes become a subgraph, and a subgraph becomes nodes again. Files in, files out; no canvas.
import type { ByType } from '../../engine/plan/op.ts'
import { edge } from '../../nodes/workflow/blocks.ts'
import type { FileLink, FileNode, NodeId, Subgraph, WorkflowFile } from '../../nodes/workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../nodes/workflow/file.ts'
import { withValues } from '../../nodes/workflow/flatten.ts'
import { declaredName, LOOP } from '../../nodes/workflow/slots.ts'
import { isSlotName } from '../../nodes/workflow/subgraphs.ts'
import { boundsOf, makeRoom, withLinks } from '../pieces.ts'

/**
 * Why nodes cannot become one. `half`: ends of loops whose other ends, `nodes`, are outside. `around`: what comes out of the nodes goes
 * through `nodes` and back into them, so that the one would wait for itself.
 */
export interface Refusal {
  kind: 'half' | 'around'
  nodes: FileNode[]
}

export const isBorder = ({ type }: Pick<FileNode, 'type'>) => type === INPUTS || type === OUTPUTS

export function refusalOf({ nodes, links }: WorkflowFile, ids: ReadonlySet<NodeId>): Refusal | undefined {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const half = links
    .filter(([, from, output]) => byId.get(from)!.outputs[output]!.name === LOOP)
    .filter(([, from, , to]) => ids.has(from) !== ids.has(to))
    .map(([, from, , to]) => byId.get(ids.has(from) ? to : from)!)
  if (half.length) return { kind: 'half', nodes: [...new Set(half)] }
  const after = reached(
    links.map(([, from, , to]) => [from, to]),
    ids,
  )
  const before = reached(
    links.map(([, from, , to]) => [to, from]),
    ids,
  )
  const around = nodes.filter(({ id }) => after.has(id) && before.has(id))
  return around.length ? { kind: 'around', nodes: around } : undefined
}

/** What is reached from nodes, without them. */
function reached(wires: readonly (readonly [NodeId, NodeId])[], ids: ReadonlySet<NodeId>): ReadonlySet<NodeId> {
  const found = new Set<NodeId>()
  for (let before = -1; before < found.size;) {
    before = found.size
    for (const [from, to] of wires) if ((ids.has(from) || found.has(from)) && !ids.has(to)) found.add(to)
  }
  return found
}

/** A slot of the border, with the wires that cross there. */
interface Crossing {
  name: string
  type: string | number
  links: FileLink[]
}

/** The nodes replaced by one that stands for them. They must not be refused. */
export function packed(
  file: WorkflowFile,
  ids: ReadonlySet<NodeId>,
  named: Pick<Subgraph, 'id' | 'name'>,
  declarations: ByType,
): { file: WorkflowFile; node: NodeId } {
  const [inputs, outputs] = crossings(file, ids, declarations)
  const within = file.nodes.filter(({ id }) => ids.has(id))
  const subgraph: Subgraph = {
    ...named,
    description: '',
    revision: 0,
    promoted: [],
    inside: insideOf(file, within, inputs, outputs),
  }
  const [left, top, width, height] = boundsOf(within)
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
    ...inputs.map(({ links: [[, from, output, , , type]] }, slot): FileLink => [++last, from, output, node.id, slot, type]),
    ...outputs.flatMap(({ links }, slot) =>
      links.map(([, , , to, input, type]): FileLink => [++last, node.id, slot, to, input, type]),
    ),
  ]
  const rest = file.nodes.filter(({ id }) => !ids.has(id))
  const subgraphs = [...(file.subgraphs ?? []), subgraph]
  const changed = { ...file, last_node_id: file.last_node_id + 1, last_link_id: last, subgraphs }
  return { file: withLinks(changed, [...rest, node], links), node: node.id }
}

/** One slot for each output that crosses the border, in the order of what is at its inner end, from the top. */
function crossings(file: WorkflowFile, ids: ReadonlySet<NodeId>, declarations: ByType): [Crossing[], Crossing[]] {
  const byId = new Map(file.nodes.map((node) => [node.id, node]))
  const bySource = (links: readonly FileLink[]) => {
    const slots = new Map<string, FileLink[]>()
    for (const link of links) slots.set(`${link[1]} ${link[2]}`, [...(slots.get(`${link[1]} ${link[2]}`) ?? []), link])
    return [...slots.values()]
  }
  const target = ([, , , to, input]: FileLink) => byId.get(to)!.inputs[input]!
  const source = ([, from, output]: FileLink) => byId.get(from)!.outputs[output]!
  const downwards = (end: 1 | 3) => (a: FileLink, b: FileLink) =>
    byId.get(a[end])!.pos[1] - byId.get(b[end])!.pos[1] || Number(a[end + 1]) - Number(b[end + 1])
  const [into, outOf] = [new Set<string>(), new Set<string>()]
  const inputs = bySource(file.links.filter(([, from, , to]) => !ids.has(from) && ids.has(to)).sort(downwards(3)))
  const outputs = bySource(file.links.filter(([, from, , to]) => ids.has(from) && !ids.has(to)).sort(downwards(1)))
  /** What it is called inside; where another slot is called so already, what it is called outside. */
  const inner = (link: FileLink) => {
    const { name } = target(link)
    const declared = declaredName(declarations.get(byId.get(link[3])!.type)?.inputs ?? {}, name) ?? name
    return into.has(declared) ? source(link).name : declared
  }
  return [
    inputs.map((links) => ({
      name: fresh(inner(links[0]!), into),
      type: common(links.map((link) => target(link).type)),
      links,
    })),
    outputs.map((links) => ({ name: fresh(source(links[0]!).name, outOf), type: source(links[0]!).type, links })),
  ]
}

/** A name that no other slot has; it is added to `taken`. */
export function fresh(wanted: string, taken: Set<string>): string {
  const base = isSlotName(wanted) ? wanted : 'value'
  let name = base
  for (let i = 2; taken.has(name); i++) name = `${base}_${i}`
  taken.add(name)
  return name
}

/** The types that all of some inputs take. */
export function common(types: readonly (string | number)[]): string {
  const lists = types
    .map(String)
    .filter((type) => type !== '*')
    .map((type) => type.split(','))
  if (!lists.length) return '*'
  return lists.reduce((all, list) => all.filter((type) => list.includes(type))).join(',') || '*'
}

export const borderNode = (
  type: string,
  pos: [number, number],
  slots: readonly { name: string; type: string | number }[],
): FileNode => ({
  id: type,
  type,
  pos,
  size: [180, 34 + 20 * slots.length],
  flags: {},
  mode: 0,
  inputs: type === OUTPUTS ? slots.map(({ name, type }) => ({ name, type, link: null })) : [],
  outputs: type === INPUTS ? slots.map(({ name, type }) => ({ name, type, links: null })) : [],
  properties: {},
})

function insideOf(file: WorkflowFile, nodes: readonly FileNode[], inputs: Crossing[], outputs: Crossing[]): WorkflowFile {
  const ids = new Set(nodes.map(({ id }) => id))
  const [left, top, width, height] = boundsOf(nodes)
  const middle = (slots: readonly unknown[]) => Math.round(top + height / 2 - 10 * slots.length)
  let last = file.last_link_id
  const links: FileLink[] = [
    ...file.links.filter(([, from, , to]) => ids.has(from) && ids.has(to)),
    ...inputs.flatMap(({ links }, slot) =>
      links.map(([, , , to, input, type]): FileLink => [++last, INPUTS, slot, to, input, type]),
    ),
    ...outputs.map(({ links: [[, from, output, , , type]] }, slot): FileLink => [++last, from, output, OUTPUTS, slot, type]),
  ]
  const edges = [
    borderNode(INPUTS, [left - 270, middle(inputs)], inputs),
    borderNode(OUTPUTS, [left + width + 90, middle(outputs)], outputs),
  ]
  const empty = { ...emptyWorkflow(), extra: {}, last_node_id: file.last_node_id, last_link_id: last }
  return withLinks(empty, [...edges, ...nodes], links)
}

// ---- back again

/** The node replaced by what is inside of what it stands for, where it was. */
export function unpacked(file: WorkflowFile, id: NodeId): { file: WorkflowFile; ids: NodeId[] } {
  const node = file.nodes.find((each) => each.id === id)!
  const subgraph = file.subgraphs!.find((each) => each.id === node.type)!
  const inside = withValues(subgraph, node)
  const inner = inside.nodes.filter((each) => !isBorder(each))
  let [lastNode, lastLink] = [file.last_node_id, file.last_link_id]
  const idOf = new Map<NodeId, number>(inner.map((each) => [each.id, ++lastNode]))
  const [left, top] = boundsOf(inner)
  const nodes = inner.map((each) => ({
    ...structuredClone(each),
    id: idOf.get(each.id)!,
    pos: [node.pos[0] + each.pos[0] - left, node.pos[1] - 30 + each.pos[1] - top] as [number, number],
    // What is muted or bypassed was so as one.
    mode: node.mode || each.mode,
  }))
  const border = { [INPUTS]: edge({ inside }, INPUTS).outputs, [OUTPUTS]: edge({ inside }, OUTPUTS).inputs }
  /** What is wired, outside, to the input that a slot of the border is. */
  const outside = (slot: number): FileLink | undefined =>
    file.links.find((link) => link[3] === id && node.inputs[link[4]]?.name === border[INPUTS][slot]?.name)
  /** Where what comes in at a link inside comes from, seen from outside. */
  const sourceOf = ([, from, output]: FileLink): [NodeId, number] | undefined => {
    if (from !== INPUTS) return [idOf.get(from)!, output]
    const link = outside(output)
    return link && [link[1], link[2]]
  }
  const links = file.links.filter((link) => link[1] !== id && link[3] !== id)
  const add = (source: [NodeId, number] | undefined, to: NodeId, input: number, type: FileLink[5]) =>
    void (source && links.push([++lastLink, ...source, to, input, type]))
  for (const link of inside.links) if (link[3] !== OUTPUTS) add(sourceOf(link), idOf.get(link[3])!, link[4], link[5])
  for (const [, from, output, to, input, type] of file.links) {
    const slot = from === id ? border[OUTPUTS].findIndex(({ name }) => name === node.outputs[output]?.name) : -1
    const link = slot < 0 ? undefined : inside.links.find((each) => each[3] === OUTPUTS && each[4] === slot)
    if (link) add(sourceOf(link), to, input, type)
  }
  const rest = file.nodes.filter((each) => each.id !== id)
  const opened = withLinks({ ...file, last_node_id: lastNode, last_link_id: lastLink }, [...rest, ...nodes], links)
  return { file: makeRoom(opened, node, new Set(idOf.values())), ids: nodes.map((each) => each.id) }
}
