// One level of a workflow on the canvas: the graph itself, or what is inside of one of its nodes. Files in, files out; no canvas.
import { edge } from '../../nodes/workflow/blocks.ts'
import type { FileNode, NodeId, Subgraph, WorkflowFile } from '../../nodes/workflow/file.ts'
import { INPUTS, OUTPUTS } from '../../nodes/workflow/file.ts'
import { matchByName } from '../../nodes/workflow/slots.ts'
import { usedBy } from '../../nodes/workflow/subgraphs.ts'
import { withLinks } from '../pieces.ts'
import { borderNode, common, fresh } from './pack.ts'

/** Ids of nodes that are entered, outermost first; [] is the graph itself. */
export type Path = readonly NodeId[]

/** The slot at the border that waits for a wire, and then becomes one like the others. */
export const NEW = '+'

/** What a node stands for. */
export const subgraphOf = ({ subgraphs = [] }: Pick<WorkflowFile, 'subgraphs'>, type: string): Subgraph | undefined =>
  subgraphs.find(({ id }) => id === type)

/** The subgraphs that a path leads through; undefined if it leads nowhere. */
export function subgraphsOn(whole: WorkflowFile, path: Path): Subgraph[] | undefined {
  const found: Subgraph[] = []
  for (const id of path) {
    const node = (found.at(-1)?.inside ?? whole).nodes.find((each) => String(each.id) === String(id))
    const subgraph = node && subgraphOf(whole, node.type)
    if (!subgraph) return undefined
    found.push(subgraph)
  }
  return found
}

/** As much of a path as leads through the same subgraphs in another state of the workflow. */
export function pathKept(before: WorkflowFile, after: WorkflowFile, path: Path): Path {
  const [was, is] = [before, after].map((whole) => path.map((_, i) => subgraphsOn(whole, path.slice(0, i + 1))?.at(-1)?.id))
  const other = is!.findIndex((id, i) => id === undefined || id !== was![i])
  return other < 0 ? path : path.slice(0, other)
}

/** What is to be seen at the end of a path, with all subgraphs of the workflow, and the border ready for new wires. */
export function levelOf(whole: WorkflowFile, path: Path): WorkflowFile {
  const subgraph = subgraphsOn(whole, path)?.at(-1)
  if (!subgraph) return whole
  const open = { name: NEW, type: '*' }
  const nodes = subgraph.inside.nodes.map((node): FileNode => {
    if (node.type === INPUTS) return grown({ ...node, outputs: [...node.outputs, { ...open, links: null }] })
    return node.type === OUTPUTS ? grown({ ...node, inputs: [...node.inputs, { ...open, link: null }] }) : node
  })
  return { ...subgraph.inside, nodes, extra: whole.extra, ...(whole.subgraphs && { subgraphs: whole.subgraphs }) }
}

const grown = (node: FileNode): FileNode => {
  const rows = Math.max(node.inputs.length, node.outputs.length)
  return { ...node, size: [node.size[0], Math.max(node.size[1], 14 + 20 * rows)] }
}

/** The workflow with another state of what is at the end of a path. Subgraphs that nothing stands for any more are gone. */
export function composed(whole: WorkflowFile, path: Path, level: WorkflowFile): WorkflowFile {
  const subgraph = subgraphsOn(whole, path)?.at(-1)
  if (!subgraph) return tidied(level)
  const { subgraphs = [], extra, ...rest } = level
  const inside = settled({ ...rest, extra: {} }, subgraph.inside)
  const there = new Set(inside.nodes.map(({ id }) => id))
  const changed = (each: Subgraph) => ({ ...each, inside, promoted: each.promoted.filter(({ node }) => there.has(node)) })
  return tidied({ ...whole, extra, subgraphs: subgraphs.map((each) => (each.id === subgraph.id ? changed(each) : each)) })
}

/** Subgraphs in their order, those that are used, and nodes with the slots of what they stand for. */
function tidied(whole: WorkflowFile): WorkflowFile {
  const { subgraphs = [], ...rest } = whole
  if (!subgraphs.length) return rest
  const sorted = ordered(subgraphs)
  const used = usedBy(whole.nodes, sorted ?? subgraphs)
  return used.length ? refitted({ ...whole, subgraphs: used }) : rest
}

/** Each after those it has nodes of; undefined if one contains itself. */
export function ordered(subgraphs: readonly Subgraph[]): Subgraph[] | undefined {
  const done: Subgraph[] = []
  let left = [...subgraphs]
  while (left.length) {
    const next = left.filter(({ inside }) => !inside.nodes.some(({ type }) => left.some(({ id }) => id === type)))
    if (!next.length) return undefined
    done.push(...next)
    left = left.filter((each) => !next.includes(each))
  }
  return done
}

/** Changes the graph itself and the inside of each subgraph. */
export const mapBodies = (whole: WorkflowFile, change: (body: WorkflowFile, of?: Subgraph) => WorkflowFile): WorkflowFile => ({
  ...change(whole),
  ...(whole.subgraphs && { subgraphs: whole.subgraphs.map((each) => ({ ...each, inside: change(each.inside, each) })) }),
})

/** Nodes that stand for subgraphs get the slots that these have now; wires go with the names. */
export function refitted(whole: WorkflowFile): WorkflowFile {
  const specs = new Map(
    (whole.subgraphs ?? []).map((subgraph) => [
      subgraph.id,
      { inputs: edge(subgraph, INPUTS).outputs, outputs: edge(subgraph, OUTPUTS).inputs },
    ]),
  )
  const same = (a: readonly { name: string; type: unknown }[], b: readonly { name: string; type: unknown }[]) =>
    a.length === b.length && a.every(({ name, type }, i) => name === b[i]!.name && type === b[i]!.type)
  return mapBodies(whole, (body) => {
    const moved = new Map<NodeId, { inputs: number[]; outputs: number[] }>()
    const nodes = body.nodes.map((node) => {
      const spec = specs.get(node.type)
      if (!spec || (same(node.inputs, spec.inputs) && same(node.outputs, spec.outputs))) return node
      const about = ({ name, type }: { name: string; type: string | number }) => ({ name, type: String(type), about: '' })
      const none = () => false
      const inputs = matchByName(node.inputs, spec.inputs.map(about), none, ({ name, type }) => ({ name, type, link: null }))
      const outputs = matchByName(node.outputs, spec.outputs.map(about), none, ({ name, type }) => ({ name, type, links: null }))
      moved.set(node.id, { inputs: inputs.moved, outputs: outputs.moved })
      return grown({ ...node, inputs: inputs.slots, outputs: outputs.slots })
    })
    if (!moved.size) return body
    const links = body.links
      .map(([id, from, output, to, input, type]): WorkflowFile['links'][number] => {
        return [id, from, moved.get(from)?.outputs[output] ?? output, to, moved.get(to)?.inputs[input] ?? input, type]
      })
      .filter(([, , output, , input]) => output >= 0 && input >= 0)
    return withLinks(body, nodes, links)
  })
}

/** What is inside, with its border in order: a new wire has become a slot, types are those of what is wired, and both nodes are there. */
function settled(inside: WorkflowFile, before: WorkflowFile): WorkflowFile {
  const border = [INPUTS, OUTPUTS].map((type) => {
    const node = inside.nodes.find((each) => each.type === type)
    const { pos } = node ?? before.nodes.find((each) => each.type === type)!
    const slots = type === INPUTS ? inputSlots(inside, node) : outputSlots(inside, node)
    return { ...borderNode(type, pos, slots), ...(node && { size: node.size }) }
  })
  const rest = inside.nodes.filter(({ type }) => type !== INPUTS && type !== OUTPUTS)
  const there = new Map([...border, ...rest].map((node) => [node.id, node]))
  const links = inside.links.filter(
    ([, from, output, to, input]) => there.get(from)?.outputs[output] && there.get(to)?.inputs[input],
  )
  return withLinks(inside, [...border, ...rest], links)
}

function inputSlots({ nodes, links }: WorkflowFile, node: FileNode | undefined) {
  const taken = new Set(node?.outputs.map(({ name }) => name))
  return (node?.outputs ?? []).flatMap(({ name, type }, slot) => {
    const targets = links
      .filter(([, from, output]) => from === INPUTS && output === slot)
      .flatMap(([, , , to, input]) => nodes.find(({ id }) => id === to)?.inputs[input] ?? [])
    if (name === NEW && !targets.length) return []
    const types = targets.map((target) => target.type)
    return [{ name: name === NEW ? fresh(plain(targets[0]!.name), taken) : name, type: types.length ? common(types) : type }]
  })
}

function outputSlots({ nodes, links }: WorkflowFile, node: FileNode | undefined) {
  const taken = new Set(node?.inputs.map(({ name }) => name))
  return (node?.inputs ?? []).flatMap(({ name, type }, slot) => {
    const link = links.find(([, , , to, input]) => to === OUTPUTS && input === slot)
    const source = link && nodes.find(({ id }) => id === link[1])?.outputs[link[2]]
    if (name === NEW && !source) return []
    return [{ name: name === NEW ? fresh(plain(source!.name), taken) : name, type: source ? source.type : type }]
  })
}

/** `+` of one border wired to `+` of the other. */
const plain = (name: string) => (name === NEW ? 'value' : name)

/** The way to a node that stands for a subgraph, down to it; undefined if there is none. */
export function pathTo(whole: WorkflowFile, id: string): Path | undefined {
  const search = (body: WorkflowFile): Path | undefined => {
    for (const node of body.nodes) {
      const subgraph = subgraphOf(whole, node.type)
      if (!subgraph) continue
      if (subgraph.id === id) return [node.id]
      const inner = search(subgraph.inside)
      if (inner) return [node.id, ...inner]
    }
    return undefined
  }
  return search(whole)
}

/** Where two states of a workflow differ: at the path if it is there too, else at the way to what is different. */
export function pathOfChange(before: WorkflowFile, after: WorkflowFile, open: Path): Path {
  const path = pathKept(before, after, open)
  const differs = (a: WorkflowFile | undefined, b: WorkflowFile | undefined) =>
    JSON.stringify([a?.nodes, a?.links, a?.groups]) !== JSON.stringify([b?.nodes, b?.links, b?.groups])
  const here = subgraphsOn(after, path)!.at(-1)
  if (differs(here ? subgraphOf(before, here.id)?.inside : before, here?.inside ?? after)) return path
  if (differs(before, after)) return []
  const other = (after.subgraphs ?? []).find(({ id, inside }) => differs(subgraphOf(before, id)?.inside, inside))
  return (other && pathTo(after, other.id)) ?? path
}
