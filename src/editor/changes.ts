// What is different between two states of a workflow, as data: for versions all of it, for runs what makes them compute something else.
import type { ByType, Declaration } from '../engine/plan/op.ts'
import { isMeant } from '../engine/plan/op.ts'
import { titleOfNode } from '../nodes/titles.ts'
import type { FileNode, NodeId, WorkflowFile } from '../nodes/workflow.ts'
import { withSubgraphs } from '../nodes/workflow/blocks.ts'
import type { Subgraph } from '../nodes/workflow/file.ts'
import { sameJson } from '../nodes/workflow/json.ts'
import { isBorder } from './subgraph/pack.ts'

/** Nodes by their titles, those in a subgraph after its name; wires as "Node.output", led past reroutes. */
export type Change =
  | { kind: 'called'; from: string; to: string }
  | { kind: 'about' }
  | { kind: 'param'; node: string; title: string; param: string; from: unknown; to: unknown }
  | { kind: 'added' | 'removed'; title: string }
  | { kind: 'wired'; title: string; slot: string; from?: string; to?: string }
  | { kind: 'titled'; from: string; to: string }
  | { kind: 'mode'; title: string; from: number; to: number }
  | { kind: 'groups' }
  /** Of a subgraph: its slots, or which params are set from outside; or what is said of it. */
  | { kind: 'outside' | 'described'; title: string }
  /** So many nodes lie elsewhere, or are of another size, collapsed or pinned. */
  | { kind: 'layout'; count: number }

/** All of it, in the order in which it matters. */
export function changesOf(before: WorkflowFile, after: WorkflowFile, declared: ByType): Change[] {
  const { both, ...nodes } = compared(before, after, declared)
  const [called, about] = (['title', 'about'] as const).map((key) =>
    [before, after].map(({ extra }) => String(extra.diffusion?.[key] ?? '')),
  ) as [[string, string], [string, string]]
  const moved = both.filter(({ old, now }) => !sameJson(layoutOf(old.node), layoutOf(now.node))).length
  return [
    ...(called[0] === called[1] ? [] : [{ kind: 'called', from: called[0], to: called[1] } as const]),
    ...both.flatMap((pair) => paramChanges(pair)),
    ...cameAndWent(nodes),
    ...both.flatMap(wireChanges),
    ...both.flatMap((pair) => [...titleChange(pair), ...modeChange(pair)]),
    ...changesOutside(before, after),
    ...(about[0] === about[1] ? [] : [{ kind: 'about' } as const]),
    ...(sameJson(groupsIn(before), groupsIn(after)) ? [] : [{ kind: 'groups' } as const]),
    ...(moved ? [{ kind: 'layout', count: moved } as const] : []),
  ]
}

/** Of the subgraphs that both have. */
function changesOutside({ subgraphs: before = [] }: WorkflowFile, { subgraphs: after = [] }: WorkflowFile): Change[] {
  const outside = ({ inside, promoted }: Subgraph) => [
    inside.nodes.filter(isBorder).map(({ inputs, outputs }) => [...inputs, ...outputs].map(({ name }) => name)),
    promoted.map(({ node, param, as }) => [node, param, as]),
  ]
  return after.flatMap((now): Change[] => {
    const old = before.find(({ id }) => id === now.id)
    if (!old) return []
    return [
      ...(sameJson(outside(old), outside(now)) ? [] : [{ kind: 'outside', title: now.name } as const]),
      ...(old.description === now.description ? [] : [{ kind: 'described', title: now.name } as const]),
    ]
  })
}

/**
 * What of it makes another run: not what things are called and where they lie, nor params that mean nothing as the others
 * stand.
 */
export function changesThatRun(before: WorkflowFile, after: WorkflowFile, declared: ByType): Change[] {
  const { both, came, went } = compared(before, after, declared)
  const runs = ({ declaration }: Told) => !declaration?.reroute && declaration?.role !== 'note'
  const pairs = both.filter(({ now }) => runs(now))
  return [
    ...pairs.flatMap((pair) => paramChanges(pair, [pair.old, pair.now].flatMap(meantIn))),
    ...cameAndWent({ came: came.filter(runs), went: went.filter(runs) }),
    ...pairs.flatMap(wireChanges),
    ...pairs.flatMap(modeChange),
  ]
}

/** A param in which workflows differ, with the value in each: undefined where the node is not there. */
export interface Difference {
  node: string
  title: string
  param: string
  values: unknown[]
}

/** Where several workflows differ in what they run, compared with the first. */
export function differencesOf(files: readonly WorkflowFile[], declared: ByType): { params: Difference[]; others: Change[][] } {
  const changes = files.map((file) => changesThatRun(files[0]!, file, declared))
  const nodes = files.map((file) => toldOf(file, declared))
  const places = new Map<string, Difference>()
  for (const change of changes.flat()) {
    if (change.kind !== 'param') continue
    const { node, title, param } = change
    const values = nodes.map((told) => told.get(node)).map((told) => told && valueIn(told, param))
    places.set(`${node} ${param}`, { node, title, param, values })
  }
  return { params: [...places.values()], others: changes.map((some) => some.filter(({ kind }) => kind !== 'param')) }
}

/** A node as it is told of. */
interface Told {
  key: string
  node: FileNode
  /** What it is called where it is, and everywhere. */
  own: string
  title: string
  declaration: Declaration | undefined
  /** By input: the node and its output, in words and to be compared. */
  sources: ReadonlyMap<string, { told: string; key: string }>
}

interface Pair {
  old: Told
  now: Told
}

/** Nodes are the same if their id and type are, and the subgraph that they are in. */
function compared(before: WorkflowFile, after: WorkflowFile, declared: ByType) {
  const subgraphsIn = ({ subgraphs = [] }: WorkflowFile) => new Set(subgraphs.map(({ id }) => id))
  // What is in a subgraph that only one of them has comes and goes with the node that stands for it.
  const [was, is] = [toldOf(before, declared, subgraphsIn(after)), toldOf(after, declared, subgraphsIn(before))]
  const only = (one: typeof was, other: typeof was) => [...one.values()].filter(({ key }) => !other.has(key))
  const both = [...is.values()].flatMap((now): Pair[] => {
    const old = was.get(now.key)
    return old ? [{ old, now }] : []
  })
  return { both, came: only(is, was), went: only(was, is) }
}

/** The nodes of a file by what makes them the same, and those of its subgraphs, or of some. */
function toldOf(file: WorkflowFile, declared: ByType, some?: ReadonlySet<string>): Map<string, Told> {
  const known = withSubgraphs(file, declared)
  const inside = (file.subgraphs ?? []).filter(({ id }) => !some || some.has(id))
  const all = [
    ...toldIn(file, known),
    ...inside.flatMap((subgraph) => toldIn(subgraph.inside, known, `${subgraph.id}:`, `${subgraph.name} › `)),
  ]
  return new Map(all.map((told) => [told.key, told]))
}

function toldIn({ nodes, links }: WorkflowFile, known: ByType, within = '', way = ''): Told[] {
  const byId = new Map<NodeId, FileNode>(nodes.map((node) => [node.id, node]))
  const byLink = new Map(links.map((link) => [link[0], link]))
  const isReroute = ({ type }: FileNode) => known.get(type)?.reroute === true
  const sourceOf = (
    link: FileNode['inputs'][number]['link'],
    passed: readonly FileNode[] = [],
  ): [FileNode, string] | undefined => {
    const [, from, output] = (link === null ? undefined : byLink.get(link)) ?? []
    const source = from === undefined ? undefined : byId.get(from)
    if (!source || passed.includes(source)) return undefined
    if (isReroute(source)) return sourceOf(source.inputs[0]?.link ?? null, [...passed, source])
    return [source, source.outputs[output!]?.name ?? String(output)]
  }
  const sourcesOf = (node: FileNode): Told['sources'] =>
    new Map(
      node.inputs.flatMap(({ name, link }) => {
        const [source, slot] = sourceOf(link) ?? []
        return source ? [[name, { told: `${titleOfNode(source, known)}.${slot}`, key: `${source.id}.${slot}` }]] : []
      }),
    )
  return nodes.map((node) => ({
    key: `${within}${node.id} ${node.type}`,
    node,
    own: titleOfNode(node, known),
    title: way + titleOfNode(node, known),
    declaration: known.get(node.type),
    sources: isReroute(node) ? new Map() : sourcesOf(node),
  }))
}

/** What a file does not say is as declared. */
const valueIn = ({ node, declaration }: Told, param: string): unknown =>
  node.properties[param] ?? declaration?.params[param]?.default

const meantIn = (told: Told): string[] => {
  const specs = told.declaration?.params ?? {}
  return Object.keys(specs).filter((param) => isMeant(specs, param, (other) => valueIn(told, other)))
}

function paramChanges({ old, now }: Pair, params = [old, now].flatMap(({ node }) => Object.keys(node.properties))): Change[] {
  return [...new Set(params)]
    .map((param) => ({ param, from: valueIn(old, param), to: valueIn(now, param) }))
    .filter(({ from, to }) => !sameJson(from, to))
    .map((change) => ({ kind: 'param', node: now.key, title: now.title, ...change }))
}

const cameAndWent = ({ came, went }: { came: readonly Told[]; went: readonly Told[] }): Change[] => [
  ...came.map(({ title }) => ({ kind: 'added', title }) as const),
  ...went.map(({ title }) => ({ kind: 'removed', title }) as const),
]

const wireChanges = ({ old, now }: Pair): Change[] =>
  [...new Set([...old.sources.keys(), ...now.sources.keys()])]
    .map((slot) => ({ slot, from: old.sources.get(slot), to: now.sources.get(slot) }))
    .filter(({ from, to }) => from?.key !== to?.key)
    .map(({ slot, from, to }) => ({
      kind: 'wired',
      title: now.title,
      slot,
      ...(from && { from: from.told }),
      ...(to && { to: to.told }),
    }))

const titleChange = ({ old, now }: Pair): Change[] =>
  old.own === now.own ? [] : [{ kind: 'titled', from: old.title, to: now.title }]

const modeChange = ({ old, now }: Pair): Change[] =>
  old.node.mode === now.node.mode ? [] : [{ kind: 'mode', title: now.title, from: old.node.mode, to: now.node.mode }]

const groupsIn = ({ groups, subgraphs = [] }: WorkflowFile) => [groups, ...subgraphs.map(({ inside }) => inside.groups)]

const layoutOf = ({ pos, size, flags }: FileNode) => [pos, size, Boolean(flags.collapsed), Boolean(flags.pinned)]
