// Activity of nodes: muted nodes do not run, nor do nodes that need them. Bypassed nodes forward
// their inputs.
import type { Wire } from '../engine/plan/graph.ts'
import { chosenType, type ByType } from '../engine/plan/op.ts'
import type { FileInput, FileNode, FileOutput, NodeId, WorkflowFile } from './file.ts'
import { findLoopPairs } from './loopPairs.ts'
import { createSourceResolver } from '../engine/base/resolveSource.ts'
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
  const entry = (node: FileNode) => {
    const partner = pairs.get(node)
    return partner && node.inputs.some(({ name }) => name === LOOP) ? partner : node
  }
  const findWiredByType = createTypeLookup(findWired)
  const forwardedOutput = ({ node, output: { name, type } }: OutputOfNode) => {
    const declaration = declarations.get(node.type)
    const outputs = declaration?.outputs ?? {}
    const slot = declaredName(outputs, name)
    const declared =
      declaration && slot !== undefined
        ? chosenType(declaration, outputs[slot].type, node.properties)
        : type
    return slot !== undefined && typeof declared === 'object'
      ? findWired(entry(node), declared.like + name.slice(slot.length))
      : findWiredByType(entry(node), String(declared))
  }
  const find = createSourceResolver<OutputOfNode>(
    (at) =>
      isMuted(at.node) || !isForwarding(at.node) ? undefined : { from: forwardedOutput(at) },
    ({ output }) => output,
  )
  return (node, input) => {
    const source = find(findWired(node, input))
    if (!source) return undefined
    return {
      node: String(source.node.id),
      slot: source.output.name,
      muted: isMuted(source.node),
    }
  }
}

type FindWired = SourceRules['findWired']

/** Finds the output wired to an input by name. The first of several inputs of a name counts. */
function createLinkLookup(
  { links }: WorkflowFile,
  nodes: ReadonlyMap<NodeId, FileNode>,
): FindWired {
  const byId = new Map(links.map((link) => [link[0], link]))
  const inputsByName = createNodeCache(({ inputs }) => {
    const byName = new Map<string, FileInput>()
    for (const input of inputs) if (!byName.has(input.name)) byName.set(input.name, input)
    return byName
  })
  return (node, name) => {
    const id = inputsByName(node).get(name)?.link
    const link = id == null ? undefined : byId.get(id)
    const from = link && nodes.get(link[1])
    const output = link && from?.outputs[link[2]]
    return from && output && { node: from, output }
  }
}

/** Finds the first output wired to an input that accepts a type. */
function createTypeLookup(findWired: FindWired) {
  const outputsByType = createNodeCache((node) => {
    const byType = new Map<string, OutputOfNode>()
    for (const { name, type, widget } of node.inputs) {
      // A param is not what a node computes its outputs from.
      const wired = name === LOOP || widget ? undefined : findWired(node, name)
      if (!wired) continue
      for (const each of String(type).split(',')) if (!byType.has(each)) byType.set(each, wired)
    }
    return byType
  })
  return (node: FileNode, type: string) => outputsByType(node).get(type)
}

/** Computes a value for each node once. */
function createNodeCache<T>(compute: (node: FileNode) => T): (node: FileNode) => T {
  const values = new Map<FileNode, T>()
  return (node) => {
    const known = values.get(node)
    if (known !== undefined) return known
    const value = compute(node)
    values.set(node, value)
    return value
  }
}

// ---- waiting nodes

/** A required input of a node: the node waits as soon as no source is left that runs. */
interface Requirement {
  node: FileNode
  running: number
}

/** Finds the nodes that need a muted or a waiting node. The ends of a loop wait together. */
function findWaiting(
  active: readonly FileNode[],
  pairs: ReadonlyMap<FileNode, FileNode>,
  declarations: ByType,
  findSource: FindSource,
): ReadonlySet<string> {
  const waiting = new Set<string>()
  const queue: FileNode[] = []
  const wait = (node: FileNode) => {
    if (waiting.has(String(node.id))) return
    waiting.add(String(node.id))
    queue.push(node)
    const partner = pairs.get(node)
    if (partner) wait(partner)
  }
  const dependents = new Map<string, Requirement[]>()
  for (const node of active) {
    for (const sources of findRequiredSources(node, declarations, findSource)) {
      const running = sources.filter(({ muted }) => !muted)
      const requirement = { node, running: running.length }
      if (!running.length) wait(node)
      for (const source of running) {
        const others = dependents.get(source.node)
        if (others) others.push(requirement)
        else dependents.set(source.node, [requirement])
      }
    }
  }
  for (const source of queue)
    for (const requirement of dependents.get(String(source.id)) ?? [])
      if (--requirement.running === 0) wait(requirement.node)
  return waiting
}

/** The sources of each required input that has some. */
function findRequiredSources(
  node: FileNode,
  declarations: ByType,
  findSource: FindSource,
): Source[][] {
  const declared = declarations.get(node.type)?.inputs ?? {}
  const bySlot = new Map<string, Source[]>()
  for (const { name } of node.inputs) {
    const slot = declaredName(declared, name)
    const source =
      slot === undefined || declared[slot].optional ? undefined : findSource(node, name)
    if (slot === undefined || !source) continue
    const others = bySlot.get(slot)
    if (others) others.push(source)
    else bySlot.set(slot, [source])
  }
  return [...bySlot.values()]
}
