// Short link to a workflow of the gallery: its id, and the params that the user changed.
import type { Graph, GraphNode } from '../../engine/plan/graph.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { parseWorkflow } from '../../workflow/index.ts'
import { setParams } from '../drops/workflowSettings.ts'
import { findChanges } from '../graph/changes.ts'
import { ownTypes } from '../graph/declarations.ts'
import { createSnapshot, type Snapshot } from '../workspace/document.ts'
import { lastChange, readyId, savedText } from '../workspace/state.ts'

export interface ShortLink {
  href: string
  /** Number of params that it sets. */
  settings: number
}

/** Longer links would not be short. */
const MAX_LENGTH = 600

/**
 * Returns a link to the open workflow if it comes from the gallery and differs from it in params
 * only; undefined otherwise.
 */
export function shortLink(): ShortLink | undefined {
  const id = readyId.value
  const present = lastChange.value?.after
  if (id === undefined || !present) return undefined
  const { workflow } = parseWorkflow(savedText.value, ownTypes)
  const settings = changedParams(createSnapshot(workflow), present)
  if (!settings) return undefined
  const query = [
    `workflow=${encodeQueryPart(id)}`,
    ...Object.entries(settings).map(
      ([key, value]) => `set=${encodeQueryPart(key)}:${encodeQueryPart(value)}`,
    ),
  ].join('&')
  const href = `${location.origin}${location.pathname}?${query}`
  return href.length > MAX_LENGTH ? undefined : { href, settings: Object.keys(settings).length }
}

/** Encodes a part of a query, and leaves readable what may stay. */
const encodeQueryPart = (text: string) =>
  encodeURIComponent(text).replaceAll('%20', '+').replaceAll('%2C', ',').replaceAll('%3A', ':')

/**
 * Returns the settings that turn one workflow into the other; undefined if more than params differs
 * between them. The text of a note is content, which a link does not carry.
 */
export function changedParams(
  before: Snapshot,
  after: Snapshot,
): Record<string, string> | undefined {
  const [old, now] = [before.flat.graph, after.flat.graph]
  const settings = Object.fromEntries(
    now.nodes.flatMap((node) => {
      if (ownTypes.get(node.op)?.role === 'note') return []
      const params = old.nodes.find(({ id }) => id === node.id)?.params ?? {}
      return Object.entries(node.params)
        .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(params[name]))
        .map(([name, value]) => [`${settingNode(node, old)}.${name}`, settingText(value)])
    }),
  ) as Record<string, string>
  const { file, problems } = setParams(before.file, settings, ownTypes)
  return problems.length || findChanges(file, after.file, ownTypes).length ? undefined : settings
}

/** The title of a node if no other is meant by it, or its id. */
function settingNode(node: GraphNode, { nodes }: Graph): string {
  const name = nodeTitle(node, ownTypes)
  const isMeant = (other: GraphNode) =>
    nodeTitle(other, ownTypes) === name || other.op.replace(/^.*\//, '') === name
  return nodes.filter(isMeant).length === 1 ? name : node.id
}

const settingText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
