// Levels of a workflow: the top-level graph and the contents of subgraphs. Pure functions on files.
import { subgraphBorder } from '../../workflow/subgraphDeclarations.ts'
import type {
  FileInput,
  FileLink,
  FileNode,
  FileOutput,
  NodeId,
  Subgraph,
  WorkflowFile,
} from '../../workflow/file.ts'
import { INPUTS, OUTPUTS } from '../../workflow/file.ts'
import { matchSlotsByName } from '../../workflow/slots.ts'
import { usedSubgraphs } from '../../workflow/subgraphs.ts'
import { withLinks } from './fragments.ts'
import { createBorderNode, intersectTypes, makeUniqueName } from './borderNodes.ts'

/** Ids of the subgraph nodes that lead to a level, outermost first. The top level is []. */
export type Path = readonly NodeId[]

/** Name of the extra slot at the border. A wire to it adds a slot to the subgraph. */
export const NEW_SLOT = '+'

/** The subgraph of a node, by the node's type. */
export const findSubgraph = (
  { subgraphs = [] }: Pick<WorkflowFile, 'subgraphs'>,
  type: string,
): Subgraph | undefined => subgraphs.find(({ id }) => id === type)

/** The subgraphs along a path, outermost first. Undefined if the path is not valid. */
export function getPathSubgraphs(whole: WorkflowFile, path: Path): Subgraph[] | undefined {
  const found: Subgraph[] = []
  for (const id of path) {
    const node = (found.at(-1)?.inside ?? whole).nodes.find(
      (each) => String(each.id) === String(id),
    )
    const subgraph = node && findSubgraph(whole, node.type)
    if (!subgraph) return undefined
    found.push(subgraph)
  }
  return found
}

/** The start of a path that leads through the same subgraphs in another state of the workflow. */
export function truncatePath(before: WorkflowFile, after: WorkflowFile, path: Path): Path {
  const [was, is] = [before, after].map((whole) =>
    path.map((_, i) => getPathSubgraphs(whole, path.slice(0, i + 1))?.at(-1)?.id),
  )
  const other = is.findIndex((id, i) => id === undefined || id !== was[i])
  return other < 0 ? path : path.slice(0, other)
}

/** The level at the end of a path, with all subgraphs, and with the border slots for new wires. */
export function getLevel(whole: WorkflowFile, path: Path): WorkflowFile {
  const subgraph = getPathSubgraphs(whole, path)?.at(-1)
  if (!subgraph) return whole
  const open = { name: NEW_SLOT, type: '*' }
  const nodes = subgraph.inside.nodes.map((node): FileNode => {
    if (node.type === INPUTS)
      return growToSlots({ ...node, outputs: [...node.outputs, { ...open, links: null }] })
    return node.type === OUTPUTS
      ? growToSlots({ ...node, inputs: [...node.inputs, { ...open, link: null }] })
      : node
  })
  return {
    ...subgraph.inside,
    nodes,
    extra: whole.extra,
    ...(whole.subgraphs && { subgraphs: whole.subgraphs }),
  }
}

const growToSlots = (node: FileNode): FileNode => {
  const rows = Math.max(node.inputs.length, node.outputs.length)
  return { ...node, size: [node.size[0], Math.max(node.size[1], 14 + 20 * rows)] }
}

/** The workflow with another state of the level at a path. Removes subgraphs without a node. */
export function withLevel(whole: WorkflowFile, path: Path, level: WorkflowFile): WorkflowFile {
  const subgraph = getPathSubgraphs(whole, path)?.at(-1)
  if (!subgraph) return tidyWorkflow(level)
  const { subgraphs = [], extra, ...rest } = level
  const inside = normalizeBorder({ ...rest, extra: {} }, subgraph.inside)
  const there = new Set(inside.nodes.map(({ id }) => id))
  const changed = (each: Subgraph) => ({
    ...each,
    inside,
    promoted: each.promoted.filter(({ node }) => there.has(node)),
  })
  return tidyWorkflow({
    ...whole,
    extra,
    subgraphs: subgraphs.map((each) => (each.id === subgraph.id ? changed(each) : each)),
  })
}

/** Sorts the subgraphs, removes unused ones, and updates the slots of subgraph nodes. */
function tidyWorkflow(whole: WorkflowFile): WorkflowFile {
  const { subgraphs = [], ...rest } = whole
  if (!subgraphs.length) return rest
  const sorted = sortSubgraphs(subgraphs)
  const used = usedSubgraphs(whole.nodes, sorted ?? subgraphs)
  return used.length ? updateSubgraphNodes({ ...whole, subgraphs: used }) : rest
}

/** Sorts subgraphs so that each follows those it contains. Undefined if one contains itself. */
export function sortSubgraphs(subgraphs: readonly Subgraph[]): Subgraph[] | undefined {
  const done: Subgraph[] = []
  let left = [...subgraphs]
  while (left.length) {
    const open = new Set(left.map(({ id }) => id))
    const next = left.filter(({ inside }) => !inside.nodes.some(({ type }) => open.has(type)))
    if (!next.length) return undefined
    done.push(...next)
    const sorted = new Set(next)
    left = left.filter((each) => !sorted.has(each))
  }
  return done
}

/** Changes the top-level graph and the contents of each subgraph. */
export const mapBodies = (
  whole: WorkflowFile,
  change: (body: WorkflowFile, of?: Subgraph) => WorkflowFile,
): WorkflowFile => ({
  ...change(whole),
  ...(whole.subgraphs && {
    subgraphs: whole.subgraphs.map((each) => ({ ...each, inside: change(each.inside, each) })),
  }),
})

/** Gives subgraph nodes the present slots of their subgraphs. Wires follow the names of slots. */
export function updateSubgraphNodes(whole: WorkflowFile): WorkflowFile {
  const slots = new Map(
    (whole.subgraphs ?? []).map((subgraph) => [
      subgraph.id,
      {
        inputs: subgraphBorder(subgraph, INPUTS).outputs,
        outputs: subgraphBorder(subgraph, OUTPUTS).inputs,
      },
    ]),
  )
  return mapBodies(whole, (body) => {
    const updated = new Map(
      body.nodes.flatMap((node) => {
        const update = updateSlots(node, slots.get(node.type))
        return update ? [[node.id, update] as const] : []
      }),
    )
    if (!updated.size) return body
    const links = body.links
      .map(([id, from, output, to, input, type]): FileLink => [
        id,
        from,
        updated.get(from)?.outputs[output] ?? output,
        to,
        updated.get(to)?.inputs[input] ?? input,
        type,
      ])
      .filter(([, , output, , input]) => output >= 0 && input >= 0)
    return withLinks(
      body,
      body.nodes.map((node) => updated.get(node.id)?.node ?? node),
      links,
    )
  })
}

type Slot = Pick<FileOutput, 'name' | 'type'>

/**
 * Gives a node other slots. Returns the new index of each old slot too, -1 if it was removed.
 * Undefined if the slots do not change.
 */
function updateSlots(
  node: FileNode,
  slots: { inputs: readonly Slot[]; outputs: readonly Slot[] } | undefined,
): { node: FileNode; inputs: number[]; outputs: number[] } | undefined {
  const isParam = ({ widget }: FileInput) => widget !== undefined
  const declared = node.inputs.filter((slot) => !isParam(slot))
  if (!slots || (sameSlots(declared, slots.inputs) && sameSlots(node.outputs, slots.outputs)))
    return undefined
  const toSpec = ({ name, type }: Slot) => ({ name, type: String(type), about: '' })
  const neverWired = () => false
  const inputs = matchSlotsByName(
    node.inputs,
    slots.inputs.map(toSpec),
    isParam,
    ({ name, type }) => ({ name, type, link: null }),
  )
  const outputs = matchSlotsByName(
    node.outputs,
    slots.outputs.map(toSpec),
    neverWired,
    ({ name, type }) => ({ name, type, links: null }),
  )
  return {
    node: growToSlots({ ...node, inputs: inputs.slots, outputs: outputs.slots }),
    inputs: inputs.moved,
    outputs: outputs.moved,
  }
}

const sameSlots = (a: readonly Slot[], b: readonly Slot[]) =>
  a.length === b.length && a.every(({ name, type }, i) => name === b[i].name && type === b[i].type)

/**
 * The contents of a subgraph with a valid border: both border nodes, a slot for each new wire, and
 * the types of the wired slots.
 */
function normalizeBorder(inside: WorkflowFile, before: WorkflowFile): WorkflowFile {
  const border = [INPUTS, OUTPUTS].map((type) => {
    const node = inside.nodes.find((each) => each.type === type)
    const { pos } = node ?? before.nodes.find((each) => each.type === type) ?? { pos: [0, 0] }
    const slots = type === INPUTS ? inputSlots(inside, node) : outputSlots(inside, node)
    return { ...createBorderNode(type, pos, slots), ...(node && { size: node.size }) }
  })
  const rest = inside.nodes.filter(({ type }) => type !== INPUTS && type !== OUTPUTS)
  const there = new Map([...border, ...rest].map((node) => [node.id, node]))
  const links = inside.links.filter(
    ([, from, output, to, input]) =>
      there.get(from)?.outputs[output] && there.get(to)?.inputs[input],
  )
  return withLinks(inside, [...border, ...rest], links)
}

function inputSlots({ nodes, links }: WorkflowFile, node: FileNode | undefined) {
  const taken = new Set(node?.outputs.map(({ name }) => name))
  const byId = new Map(nodes.map((each) => [each.id, each]))
  const targetsBySlot = new Map<number, FileInput[]>()
  for (const [, from, output, to, input] of links) {
    const target = from === INPUTS ? byId.get(to)?.inputs[input] : undefined
    if (!target) continue
    const others = targetsBySlot.get(output)
    if (others) others.push(target)
    else targetsBySlot.set(output, [target])
  }
  return (node?.outputs ?? []).flatMap(({ name, type }, slot) => {
    const targets = targetsBySlot.get(slot) ?? []
    if (name === NEW_SLOT && !targets.length) return []
    const types = targets.map((target) => target.type)
    return [
      {
        name: name === NEW_SLOT ? makeUniqueName(toSlotName(targets[0].name), taken) : name,
        type: types.length ? intersectTypes(types) : type,
      },
    ]
  })
}

function outputSlots({ nodes, links }: WorkflowFile, node: FileNode | undefined) {
  const taken = new Set(node?.inputs.map(({ name }) => name))
  const byId = new Map(nodes.map((each) => [each.id, each]))
  const linksBySlot = new Map(
    links.filter((link) => link[3] === OUTPUTS).map((link) => [link[4], link]),
  )
  return (node?.inputs ?? []).flatMap(({ name, type }, slot) => {
    const link = linksBySlot.get(slot)
    const source = link && byId.get(link[1])?.outputs[link[2]]
    if (name !== NEW_SLOT) return [{ name, type: source ? source.type : type }]
    return source
      ? [{ name: makeUniqueName(toSlotName(source.name), taken), type: source.type }]
      : []
  })
}

/** A wire from the `+` of one border node to that of the other gets its own name. */
const toSlotName = (name: string) => (name === NEW_SLOT ? 'value' : name)

/** Path to the first node of a subgraph, that node included. Undefined if there is none. */
export function findSubgraphPath(whole: WorkflowFile, id: string): Path | undefined {
  const search = (body: WorkflowFile): Path | undefined => {
    for (const node of body.nodes) {
      const subgraph = findSubgraph(whole, node.type)
      if (!subgraph) continue
      if (subgraph.id === id) return [node.id]
      const inner = search(subgraph.inside)
      if (inner) return [node.id, ...inner]
    }
    return undefined
  }
  return search(whole)
}

/**
 * Path of a level that differs between two states of a workflow. The open level has priority, then
 * the top level.
 */
export function findChangedPath(before: WorkflowFile, after: WorkflowFile, open: Path): Path {
  const path = truncatePath(before, after, open)
  const differs = (a: WorkflowFile | undefined, b: WorkflowFile | undefined) =>
    JSON.stringify([a?.nodes, a?.links, a?.groups]) !==
    JSON.stringify([b?.nodes, b?.links, b?.groups])
  const here = getPathSubgraphs(after, path)?.at(-1)
  if (differs(here ? findSubgraph(before, here.id)?.inside : before, here?.inside ?? after))
    return path
  if (differs(before, after)) return []
  const other = (after.subgraphs ?? []).find(({ id, inside }) =>
    differs(findSubgraph(before, id)?.inside, inside),
  )
  return (other && findSubgraphPath(after, other.id)) ?? path
}
