// Activity of nodes: muted nodes do not run, nor do nodes that need them. Bypassed nodes forward
// their inputs.
import type { Wire } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { FileNode, FileOutput, NodeId, WorkflowFile } from './file.ts'
import { findLoopPairs } from './loopPairs.ts'
import { resolveSource } from './resolveSource.ts'
import { declaredName, LOOP } from './slots.ts'

export const MUTED = 2
/** ComfyUI's number of this mode. litegraph has no such mode. */
export const BYPASSED = 4

/** `waits`: does not run because it needs a muted node. */
export type NodeActivity = 'runs' | 'muted' | 'bypassed' | 'waits'

export interface Activities {
  activity(id: NodeId): NodeActivity
  /** The running source of an input, past bypassed nodes and reroutes. */
  source(node: FileNode, input: string): Wire | undefined
}

/** An output of a node in a file. */
interface OutputOfNode {
  node: FileNode
  output: FileOutput
}

/** The source of an input. `muted`: the source is a muted node. */
interface Source extends Wire {
  muted: boolean
}

type FindSource = (node: FileNode, input: string) => Source | undefined

/**
 * An output of a bypassed node forwards the first wired input of its type, or the input that its
 * type is declared to equal. Without such an input the wire is cut. Both ends of a loop act as one
 * node: a bypassed End outputs the inputs of its Start. They are also muted together. Reroutes are
 * resolved in the same manner, unless `reroutes` is `kept`.
 */
export function findActivities(
  file: WorkflowFile,
  declarations: ByType,
  reroutes: 'passed' | 'kept' = 'passed',
): Activities {
  const nodes = new Map(file.nodes.map((node) => [node.id, node]))
  const pairs = findLoopPairs(file)
  const hasMode = (node: FileNode, mode: number) =>
    node.mode === mode || pairs.get(node)?.mode === mode
  const isForwarding = (node: FileNode) =>
    hasMode(node, BYPASSED) ||
    (reroutes === 'passed' && declarations.get(node.type)?.reroute === true)
  const isMuted = (node: FileNode) => hasMode(node, MUTED)
  const findWired = createLinkLookup(file, nodes)
  const findSource = createSourceFinder({ findWired, pairs, declarations, isMuted, isForwarding })
  const active = file.nodes.filter((node) => !isMuted(node) && !hasMode(node, BYPASSED))
  const waiting = findWaiting(active, pairs, declarations, findSource)
  return {
    activity(id) {
      const node = nodes.get(id)
      if (!node) throw new Error(`No node ${id}`)
      if (isMuted(node)) return 'muted'
      return hasMode(node, BYPASSED) ? 'bypassed' : waiting.has(String(id)) ? 'waits' : 'runs'
    },
    source(node, input) {
      const source = findSource(node, input)
      if (!source || source.muted || waiting.has(source.node)) return undefined
      return { node: source.node, slot: source.slot }
    },
  }
}

interface SourceRules {
  findWired: (node: FileNode, input: string) => OutputOfNode | undefined
  pairs: ReadonlyMap<FileNode, FileNode>
  declarations: ByType
  isMuted: (node: FileNode) => boolean
  isForwarding: (node: FileNode) => boolean
}

/** Finds the sources of inputs past nodes that forward their inputs, up to muted nodes. */
function createSourceFinder({
  findWired,
  pairs,
  declarations,
  isMuted,
  isForwarding,
}: SourceRules): FindSource {
  const entry = (node: FileNode) =>
    node.inputs.some(({ name }) => name === LOOP) ? (pairs.get(node) ?? node) : node
  const forwardedOutput = ({ node, output }: OutputOfNode) => {
    const inputs = forwardedInputs(entry(node), node, output, declarations)
    return inputs.map((name) => findWired(entry(node), name)).find((wired) => wired !== undefined)
  }
  return (node, input) => {
    const source = resolveSource(
      findWired(node, input),
      (at) =>
        isMuted(at.node) || !isForwarding(at.node) ? undefined : { from: forwardedOutput(at) },
      (at) => entry(at.node),
    )
    if (!source) return undefined
    return {
      node: String(source.node.id),
      slot: source.output.name,
      muted: isMuted(source.node),
    }
  }
}

/** Finds the output wired to an input by name. */
function createLinkLookup({ links }: WorkflowFile, nodes: ReadonlyMap<NodeId, FileNode>) {
  const byId = new Map(links.map((link) => [link[0], link]))
  return (node: FileNode, name: string): OutputOfNode | undefined => {
    const id = node.inputs.find((input) => input.name === name)?.link
    const link = id == null ? undefined : byId.get(id)
    const from = link && nodes.get(link[1])
    const output = link && from?.outputs[link[2]]
    return from && output && { node: from, output }
  }
}

/** Names of the inputs of `entry` that an output of a bypassed node may forward. */
function forwardedInputs(
  entry: FileNode,
  node: FileNode,
  { name, type }: FileOutput,
  declarations: ByType,
): string[] {
  const outputs = declarations.get(node.type)?.outputs ?? {}
  const slot = declaredName(outputs, name)
  const declared = slot === undefined ? type : outputs[slot].type
  if (slot !== undefined && typeof declared === 'object')
    return [declared.like + name.slice(slot.length)]
  const wanted = String(declared)
  return entry.inputs
    .filter((input) => input.name !== LOOP && String(input.type).split(',').includes(wanted))
    .map((input) => input.name)
}

/** Finds the nodes that need a muted or a waiting node. The ends of a loop wait together. */
function findWaiting(
  active: readonly FileNode[],
  pairs: ReadonlyMap<FileNode, FileNode>,
  declarations: ByType,
  findSource: FindSource,
): ReadonlySet<string> {
  const waiting = new Set<string>()
  const lacksInput = (node: FileNode) => {
    const declared = declarations.get(node.type)?.inputs ?? {}
    return Object.entries(declared).some(([slot, { optional }]) => {
      if (optional) return false
      const inputs = node.inputs.filter(({ name }) => declaredName(declared, name) === slot)
      const sources = inputs.flatMap(({ name }) => findSource(node, name) ?? [])
      return (
        sources.length > 0 && sources.every((source) => source.muted || waiting.has(source.node))
      )
    })
  }
  for (let before = -1; before < waiting.size;) {
    before = waiting.size
    for (const node of active) {
      const partner = pairs.get(node)
      if (lacksInput(node) || (partner && lacksInput(partner))) waiting.add(String(node.id))
    }
  }
  return waiting
}
