// What of a workflow plays: muted nodes do not run, nor does what needs them; bypassed ones pass on what comes in.
import type { Wire } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { FileNode, FileOutput, NodeId, WorkflowFile } from './file.ts'
import { declaredName, LOOP } from './slots.ts'

export const MUTED = 2
/** ComfyUI's number for it; litegraph has none. */
export const BYPASSED = 4

/** `waits`: for a muted node that it needs. */
export type Part = 'runs' | 'muted' | 'bypassed' | 'waits'

export interface Play {
  partOf(id: NodeId): Part
  /** What an input gets of nodes that run, past those that are bypassed, and past reroutes. */
  sourceOf(node: FileNode, input: string): Wire | undefined
}

/** A wire that leads to a muted node. */
const SILENT = Symbol('muted')

/**
 * An output of a bypassed node passes the first wired input of its type, or what it is like; without one the wire is cut. Both ends of a
 * loop count as one node there: what comes out of the End is what entered the Start. They are muted together too. Reroutes are
 * passed in the same way, unless they are to be `kept`.
 */
export function playOf(file: WorkflowFile, declarations: ByType, reroutes: 'passed' | 'kept' = 'passed'): Play {
  const nodes = new Map(file.nodes.map((node) => [node.id, node]))
  const links = new Map(file.links.map((link) => [link[0], link]))
  const pairs = pairsIn(file)
  const startOf = (node: FileNode) => (node.inputs.some(({ name }) => name === LOOP) ? (pairs.get(node) ?? node) : node)
  const isIn = (node: FileNode, mode: number) => node.mode === mode || pairs.get(node)?.mode === mode
  const passes = (node: FileNode) =>
    isIn(node, BYPASSED) || (reroutes === 'passed' && declarations.get(node.type)?.reroute === true)

  const wiredTo = (node: FileNode, name: string): [FileNode, FileOutput] | undefined => {
    const id = node.inputs.find((input) => input.name === name)?.link
    const link = id == null ? undefined : links.get(id)
    const from = link && nodes.get(link[1])
    const output = from?.outputs[link![2]]
    return output && [from!, output]
  }
  const follow = (node: FileNode, input: string, passed = new Set<FileNode>()): Wire | typeof SILENT | undefined => {
    const [from, output] = wiredTo(node, input) ?? []
    if (!from || !output) return undefined
    if (isIn(from, MUTED)) return SILENT
    if (!passes(from)) return { node: String(from.id), slot: output.name }
    const entry = startOf(from)
    if (passed.has(entry)) return undefined
    const through = passing(entry, from, output, declarations).find((name) => wiredTo(entry, name))
    return through === undefined ? undefined : follow(entry, through, new Set([...passed, entry]))
  }

  const plays = file.nodes.filter((node) => !isIn(node, MUTED) && !isIn(node, BYPASSED))
  const waiting = waitingIn(plays, pairs, declarations, follow)
  return {
    partOf(id) {
      const node = nodes.get(id)!
      if (isIn(node, MUTED)) return 'muted'
      return isIn(node, BYPASSED) ? 'bypassed' : waiting.has(String(id)) ? 'waits' : 'runs'
    },
    sourceOf(node, input) {
      const wire = follow(node, input)
      return wire === SILENT || (wire && waiting.has(wire.node)) ? undefined : wire
    },
  }
}

/** The two ends of each loop, either way. */
function pairsIn(file: WorkflowFile): Map<FileNode, FileNode> {
  const nodes = new Map(file.nodes.map((node) => [node.id, node]))
  const pairs = new Map<FileNode, FileNode>()
  for (const [, from, output, to, input] of file.links) {
    const [start, end] = [nodes.get(from), nodes.get(to)]
    if (start?.outputs[output]?.name !== LOOP || end?.inputs[input]?.name !== LOOP) continue
    pairs.set(start, end).set(end, start)
  }
  return pairs
}

/** Names of the inputs of `entry` that may stand for an output of a bypassed node. */
function passing(entry: FileNode, node: FileNode, { name, type }: FileOutput, declarations: ByType): string[] {
  const outputs = declarations.get(node.type)?.outputs ?? {}
  const slot = declaredName(outputs, name)
  const declared = slot === undefined ? type : outputs[slot]!.type
  if (typeof declared === 'object') return [declared.like + name.slice(slot!.length)]
  const wanted = String(declared)
  return entry.inputs
    .filter((input) => input.name !== LOOP && String(input.type).split(',').includes(wanted))
    .map((input) => input.name)
}

/** Nodes that need a muted one, or one that waits itself; the ends of a loop wait together. */
function waitingIn(
  plays: readonly FileNode[],
  pairs: ReadonlyMap<FileNode, FileNode>,
  declarations: ByType,
  follow: (node: FileNode, input: string) => Wire | typeof SILENT | undefined,
): ReadonlySet<string> {
  const waiting = new Set<string>()
  const isSilent = (wire: ReturnType<typeof follow>) => wire === SILENT || Boolean(wire && waiting.has(wire.node))
  const lacks = (node: FileNode) => {
    const declared = declarations.get(node.type)?.inputs ?? {}
    return Object.entries(declared).some(([slot, { optional }]) => {
      if (optional) return false
      const inputs = node.inputs.filter(({ name }) => declaredName(declared, name) === slot)
      const wires = inputs.map(({ name }) => follow(node, name)).filter((wire) => wire !== undefined)
      return wires.length > 0 && wires.every(isSilent)
    })
  }
  for (let before = -1; before < waiting.size;) {
    before = waiting.size
    for (const node of plays) {
      const partner = pairs.get(node)
      if (lacks(node) || (partner && lacks(partner))) waiting.add(String(node.id))
    }
  }
  return waiting
}
