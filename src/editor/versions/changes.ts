// What is different between two states of a workflow, as data: for people, so that where nodes lie is one line.
import type { Declaration } from '../../engine/plan/op.ts'
import type { FileNode, NodeId, WorkflowFile } from '../../nodes/workflow.ts'

/** Nodes by their titles, wires as "Node.output". */
export type FileChange =
  | { kind: 'called'; from: string; to: string }
  | { kind: 'about' }
  | { kind: 'param'; title: string; param: string; from: unknown; to: unknown }
  | { kind: 'added' | 'removed'; title: string }
  | { kind: 'wired'; title: string; slot: string; from?: string; to?: string }
  | { kind: 'titled'; from: string; to: string }
  | { kind: 'mode'; title: string; from: number; to: number }
  | { kind: 'groups' }
  /** So many nodes lie elsewhere, or are of another size, collapsed or pinned. */
  | { kind: 'layout'; count: number }

type Declared = ReadonlyMap<string, Pick<Declaration, 'params' | 'title'>>

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** In the order in which they matter. Nodes are the same if their id and type are. */
export function changesOfFiles(before: WorkflowFile, after: WorkflowFile, declared: Declared): FileChange[] {
  const [was, is] = [sideOf(before, declared), sideOf(after, declared)]
  const both = [...is.nodes.entries()].flatMap(([key, now]) => {
    const old = was.nodes.get(key)
    return old ? [{ old, now }] : []
  })
  const only = (one: Side, other: Side) => [...one.nodes].filter(([key]) => !other.nodes.has(key)).map(([, node]) => node)
  const moved = both.filter(({ old, now }) => !same(layoutOf(old), layoutOf(now))).length
  const [called, about] = (['title', 'about'] as const).map((key) =>
    [before, after].map(({ extra }) => String(extra.diffusion?.[key] ?? '')),
  ) as [[string, string], [string, string]]
  return [
    ...(called[0] === called[1] ? [] : [{ kind: 'called', from: called[0], to: called[1] } as const]),
    ...both.flatMap(({ old, now }) => paramsOf(old, now, is.titleOf(now), declared)),
    ...only(is, was).map((node) => ({ kind: 'added', title: is.titleOf(node) }) as const),
    ...only(was, is).map((node) => ({ kind: 'removed', title: was.titleOf(node) }) as const),
    ...both.flatMap(({ old, now }) => wiresOf(was.sourcesOf(old), is.sourcesOf(now), is.titleOf(now))),
    ...both.flatMap(({ old, now }): FileChange[] => {
      const [from, to] = [was.titleOf(old), is.titleOf(now)]
      return [
        ...(from === to ? [] : [{ kind: 'titled', from, to } as const]),
        ...(old.mode === now.mode ? [] : [{ kind: 'mode', title: to, from: old.mode, to: now.mode } as const]),
      ]
    }),
    ...(about[0] === about[1] ? [] : [{ kind: 'about' } as const]),
    ...(same(before.groups, after.groups) ? [] : [{ kind: 'groups' } as const]),
    ...(moved ? [{ kind: 'layout', count: moved } as const] : []),
  ]
}

const layoutOf = ({ pos, size, flags }: FileNode) => [pos, size, Boolean(flags.collapsed), Boolean(flags.pinned)]

interface Side {
  nodes: Map<string, FileNode>
  titleOf(node: FileNode): string
  /** By input: the node and its output, as told and as compared. */
  sourcesOf(node: FileNode): Map<string, { told: string; key: string }>
}

function sideOf({ nodes, links }: WorkflowFile, declared: Declared): Side {
  const byId = new Map<NodeId, FileNode>(nodes.map((node) => [node.id, node]))
  const byLink = new Map(links.map((link) => [link[0], link]))
  const titleOf = ({ title, type }: FileNode) => title || declared.get(type)?.title || type.replace(/^.*\//, '')
  return {
    nodes: new Map(nodes.map((node) => [`${node.id} ${node.type}`, node])),
    titleOf,
    sourcesOf: ({ inputs }) =>
      new Map(
        inputs.flatMap(({ name, link }) => {
          const [, from, output] = (link === null ? undefined : byLink.get(link)) ?? []
          const source = from === undefined ? undefined : byId.get(from)
          if (!source) return []
          const slot = source.outputs[output!]?.name ?? String(output)
          return [[name, { told: `${titleOf(source)}.${slot}`, key: `${source.id}.${slot}` }]]
        }),
      ),
  }
}

function paramsOf(old: FileNode, now: FileNode, title: string, declared: Declared): FileChange[] {
  const specs = declared.get(now.type)?.params ?? {}
  // What a file does not say is as declared.
  const valueIn = ({ properties }: FileNode, param: string): unknown => properties[param] ?? specs[param]?.default
  return [...new Set([...Object.keys(old.properties), ...Object.keys(now.properties)])]
    .map((param) => ({ param, from: valueIn(old, param), to: valueIn(now, param) }))
    .filter(({ from, to }) => !same(from, to))
    .map((change) => ({ kind: 'param', title, ...change }))
}

function wiresOf(old: ReturnType<Side['sourcesOf']>, now: ReturnType<Side['sourcesOf']>, title: string): FileChange[] {
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((slot) => ({ slot, from: old.get(slot), to: now.get(slot) }))
    .filter(({ from, to }) => from?.key !== to?.key)
    .map(({ slot, from, to }) => ({ kind: 'wired', title, slot, ...(from && { from: from.told }), ...(to && { to: to.told }) }))
}
