// Differences between two states of a workflow, as data. Versions list all of them, runs only those
// that affect the result.
import { getOwn } from '../../engine/base/records.ts'
import { createSourceResolver } from '../../engine/base/resolveSource.ts'
import type { ByType, Declaration } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import type { FileLink, FileNode, NodeId, WorkflowFile } from '../../workflow/index.ts'
import { withSubgraphs } from '../../workflow/subgraphDeclarations.ts'
import type { Subgraph } from '../../workflow/file.ts'
import { sameJson } from '../../workflow/json.ts'
import { isBorderNode } from './borderNodes.ts'

/**
 * A change. Nodes are named by their titles, inner nodes after the name of their subgraph. Wires
 * are written as "Node.output", and reroutes are skipped. Stored with runs.
 */
export type Change =
  | { kind: 'called'; from: string; to: string }
  | { kind: 'about' }
  | { kind: 'param'; node: string; title: string; param: string; from: unknown; to: unknown }
  | { kind: 'added' | 'removed'; title: string }
  | { kind: 'wired'; title: string; slot: string; from?: string; to?: string }
  | { kind: 'titled'; from: string; to: string }
  | { kind: 'mode'; title: string; from: number; to: number }
  | { kind: 'groups' }
  /** Change of a subgraph: of its slots or promoted params, or of its description. */
  | { kind: 'outside' | 'described'; title: string }
  /** Number of nodes that were moved, resized, collapsed or pinned. */
  | { kind: 'layout'; count: number }

/** Finds all changes, the most important ones first. */
export function findChanges(before: WorkflowFile, after: WorkflowFile, declared: ByType): Change[] {
  const { both, ...nodes } = compareNodes(before, after, declared)
  const [called, about] = (['title', 'about'] as const).map((key) =>
    [before, after].map(({ extra }) => String(extra.diffusion?.[key] ?? '')),
  ) as [[string, string], [string, string]]
  const moved = both.filter(
    ({ old, now }) => !sameJson(getLayout(old.node), getLayout(now.node)),
  ).length
  return [
    ...(called[0] === called[1]
      ? []
      : [{ kind: 'called', from: called[0], to: called[1] } as const]),
    ...both.flatMap((pair) => findParamChanges(pair)),
    ...toNodeChanges(nodes),
    ...both.flatMap(findWireChanges),
    ...both.flatMap((pair) => [...findTitleChange(pair), ...findModeChange(pair)]),
    ...findSubgraphChanges(before, after),
    ...(about[0] === about[1] ? [] : [{ kind: 'about' } as const]),
    ...(sameJson(getGroups(before), getGroups(after)) ? [] : [{ kind: 'groups' } as const]),
    ...(moved ? [{ kind: 'layout', count: moved } as const] : []),
  ]
}

/** Changes of the subgraphs that both files contain. */
function findSubgraphChanges(
  { subgraphs: before = [] }: WorkflowFile,
  { subgraphs: after = [] }: WorkflowFile,
): Change[] {
  const outside = ({ inside, promoted }: Subgraph) => [
    inside.nodes
      .filter(isBorderNode)
      .map(({ inputs, outputs }) => [...inputs, ...outputs].map(({ name }) => name)),
    promoted.map(({ node, param, as }) => [node, param, as]),
  ]
  return after.flatMap((now): Change[] => {
    const old = before.find(({ id }) => id === now.id)
    if (!old) return []
    return [
      ...(sameJson(outside(old), outside(now))
        ? []
        : [{ kind: 'outside', title: now.name } as const]),
      ...(old.description === now.description
        ? []
        : [{ kind: 'described', title: now.name } as const]),
    ]
  })
}

/**
 * Finds the changes that affect the result of a run. Titles, layout, notes, reroutes, and params
 * without effect are ignored.
 */
export function findRunChanges(
  before: WorkflowFile,
  after: WorkflowFile,
  declared: ByType,
): Change[] {
  const { both, added, removed } = compareNodes(before, after, declared)
  const runs = ({ declaration }: DescribedNode) =>
    !declaration?.reroute && declaration?.role !== 'note'
  const pairs = both.filter(({ now }) => runs(now))
  return [
    ...pairs.flatMap((pair) =>
      findParamChanges(pair, [pair.old, pair.now].flatMap(getEffectiveParams)),
    ),
    ...toNodeChanges({ added: added.filter(runs), removed: removed.filter(runs) }),
    ...pairs.flatMap(findWireChanges),
    ...pairs.flatMap(findModeChange),
  ]
}

/** A param that differs between workflows, with its value in each; undefined without the node. */
export interface Difference {
  node: string
  title: string
  param: string
  values: unknown[]
}

/** Compares several workflows with the first, as {@link findRunChanges} does. */
export function findDifferences(
  files: readonly WorkflowFile[],
  declared: ByType,
): { params: Difference[]; others: Change[][] } {
  const changes = files.map((file) => findRunChanges(files[0], file, declared))
  const nodes = files.map((file) => describeNodes(file, declared))
  const places = new Map<string, Difference>()
  for (const change of changes.flat()) {
    if (change.kind !== 'param') continue
    const { node, title, param } = change
    const values = nodes
      .map((byKey) => byKey.get(node))
      .map((each) => each && getParamValue(each, param))
    places.set(`${node} ${param}`, { node, title, param, values })
  }
  return {
    params: [...places.values()],
    others: changes.map((some) => some.filter(({ kind }) => kind !== 'param')),
  }
}

/** A node with the texts and keys for a comparison. */
interface DescribedNode {
  key: string
  node: FileNode
  /** Title without the name of its subgraph; `title` includes it. */
  ownTitle: string
  title: string
  declaration: Declaration | undefined
  /** Source of each wired input: "Node.output", and a key for the comparison. */
  sources: ReadonlyMap<string, { label: string; key: string }>
}

interface Pair {
  old: DescribedNode
  now: DescribedNode
}

/** Pairs nodes with the same id, type and subgraph. Other nodes were added or removed. */
function compareNodes(before: WorkflowFile, after: WorkflowFile, declared: ByType) {
  const getSubgraphIds = ({ subgraphs = [] }: WorkflowFile) =>
    new Set(subgraphs.map(({ id }) => id))
  // The nodes of a subgraph that only one file contains are covered by the change of its node.
  const [was, is] = [
    describeNodes(before, declared, getSubgraphIds(after)),
    describeNodes(after, declared, getSubgraphIds(before)),
  ]
  const only = (one: typeof was, other: typeof was) =>
    [...one.values()].filter(({ key }) => !other.has(key))
  const both = [...is.values()].flatMap((now): Pair[] => {
    const old = was.get(now.key)
    return old ? [{ old, now }] : []
  })
  return { both, added: only(is, was), removed: only(was, is) }
}

/** Describes the nodes of a file and of its subgraphs (or only of `some`), by their keys. */
function describeNodes(
  file: WorkflowFile,
  declared: ByType,
  some?: ReadonlySet<string>,
): Map<string, DescribedNode> {
  const known = withSubgraphs(file, declared)
  const inside = (file.subgraphs ?? []).filter(({ id }) => !some || some.has(id))
  const all = [
    ...describeLevel(file, known),
    ...inside.flatMap((subgraph) =>
      describeLevel(subgraph.inside, known, `${subgraph.id}:`, `${subgraph.name} › `),
    ),
  ]
  return new Map(all.map((described) => [described.key, described]))
}

function describeLevel(
  { nodes, links }: WorkflowFile,
  known: ByType,
  within = '',
  way = '',
): DescribedNode[] {
  const byId = new Map<NodeId, FileNode>(nodes.map((node) => [node.id, node]))
  const byLink = new Map(links.map((link) => [link[0], link]))
  const isReroute = ({ type }: FileNode) => known.get(type)?.reroute === true
  const findWired = ({ link }: Partial<FileNode['inputs'][number]> = {}) =>
    link == null ? undefined : byLink.get(link)
  const findSource = createSourceResolver<FileLink>(
    ([, from]) => {
      const source = byId.get(from)
      return source && isReroute(source) ? { from: findWired(source.inputs[0]) } : undefined
    },
    ([id]) => id,
  )
  const getSources = (node: FileNode): DescribedNode['sources'] =>
    new Map(
      node.inputs.flatMap((input) => {
        const wire = findSource(findWired(input))
        const source = wire && byId.get(wire[1])
        if (!source) return []
        const slot = source.outputs[wire[2]]?.name ?? String(wire[2])
        return [
          [
            input.name,
            { label: `${nodeTitle(source, known)}.${slot}`, key: `${source.id}.${slot}` },
          ],
        ]
      }),
    )
  return nodes.map((node) => ({
    key: `${within}${node.id} ${node.type}`,
    node,
    ownTitle: nodeTitle(node, known),
    title: way + nodeTitle(node, known),
    declaration: known.get(node.type),
    sources: isReroute(node) ? new Map() : getSources(node),
  }))
}

/** Value of a param; by default the declared one. */
const getParamValue = ({ node, declaration }: DescribedNode, param: string): unknown =>
  getOwn(node.properties, param) ?? (declaration && getOwn(declaration.params, param)?.default)

const getEffectiveParams = (node: DescribedNode): string[] => {
  const specs = node.declaration?.params ?? {}
  return Object.keys(specs).filter((param) =>
    hasEffect(specs, param, (other) => getParamValue(node, other)),
  )
}

function findParamChanges(
  { old, now }: Pair,
  params = [old, now].flatMap(({ node }) => Object.keys(node.properties)),
): Change[] {
  return [...new Set(params)]
    .map((param) => ({ param, from: getParamValue(old, param), to: getParamValue(now, param) }))
    .filter(({ from, to }) => !sameJson(from, to))
    .map((change) => ({ kind: 'param', node: now.key, title: now.title, ...change }))
}

const toNodeChanges = ({
  added,
  removed,
}: {
  added: readonly DescribedNode[]
  removed: readonly DescribedNode[]
}): Change[] => [
  ...added.map(({ title }) => ({ kind: 'added', title }) as const),
  ...removed.map(({ title }) => ({ kind: 'removed', title }) as const),
]

const findWireChanges = ({ old, now }: Pair): Change[] =>
  [...new Set([...old.sources.keys(), ...now.sources.keys()])]
    .map((slot) => ({ slot, from: old.sources.get(slot), to: now.sources.get(slot) }))
    .filter(({ from, to }) => from?.key !== to?.key)
    .map(({ slot, from, to }) => ({
      kind: 'wired',
      title: now.title,
      slot,
      ...(from && { from: from.label }),
      ...(to && { to: to.label }),
    }))

const findTitleChange = ({ old, now }: Pair): Change[] =>
  old.ownTitle === now.ownTitle ? [] : [{ kind: 'titled', from: old.title, to: now.title }]

const findModeChange = ({ old, now }: Pair): Change[] =>
  old.node.mode === now.node.mode
    ? []
    : [{ kind: 'mode', title: now.title, from: old.node.mode, to: now.node.mode }]

const getGroups = ({ groups, subgraphs = [] }: WorkflowFile) => [
  groups,
  ...subgraphs.map(({ inside }) => inside.groups),
]

const getLayout = ({ pos, size, flags }: FileNode) => [
  pos,
  size,
  Boolean(flags.collapsed),
  Boolean(flags.pinned),
]
