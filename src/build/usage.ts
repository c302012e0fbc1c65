// Vite plugin: `virtual:usage` provides how often the ready workflows use each node and make each
// wire. The node search ranks by it, and auto-wiring follows it.
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import { listWorkflows, workflowData } from './workflowTexts.ts'
import { typedWireKey, type Usage } from '../editor/graph/usage.ts'

type Id = number | string
type Link =
  | [id: Id, from: Id, output: number, to: Id, input: number]
  | { origin_id: Id; origin_slot: number; target_id: Id; target_slot: number }

interface Node {
  id: Id
  type: string
  inputs?: { name: string }[]
  outputs?: { name: string }[]
}

interface Body {
  nodes: Node[]
  links: Link[]
}

type File = Body & { definitions?: { subgraphs?: Body[] } }

/** Counts the nodes and wires of all levels of some workflows. */
export function countUsage(files: readonly File[]): Usage {
  const usage: Usage = { nodes: {}, wires: {} }
  for (const body of files.flatMap((file) => [file, ...(file.definitions?.subgraphs ?? [])]))
    countBody(body, usage)
  return usage
}

function countBody({ nodes, links }: Body, usage: Usage) {
  const byId = new Map(nodes.map((node) => [String(node.id), node]))
  for (const { type } of nodes) if (isShippedType(type)) increment(usage.nodes, type)
  for (const link of links) {
    const [from, output, to, input]: [Id, number, Id, number] = Array.isArray(link)
      ? [link[1], link[2], link[3], link[4]]
      : [link.origin_id, link.origin_slot, link.target_id, link.target_slot]
    const [source, target] = [byId.get(String(from)), byId.get(String(to))]
    const names = [source?.outputs?.[output]?.name, target?.inputs?.[input]?.name]
    if (!source || !target || names[0] === undefined || names[1] === undefined) continue
    if (isShippedType(source.type) && isShippedType(target.type))
      increment(
        usage.wires,
        typedWireKey({ type: source.type, slot: names[0] }, { type: target.type, slot: names[1] }),
      )
  }
}

/** Leaves out subgraphs and their borders, which other workflows do not have. */
const isShippedType = (type: string) => type.startsWith('diffusion/')

const increment = (counts: Record<string, number>, key: string) =>
  void (counts[key] = (counts[key] ?? 0) + 1)

/** Counts the workflows of a folder. */
export const readUsage = (folder = 'workflows'): Usage =>
  countUsage(listWorkflows(folder).map((path) => JSON.parse(readFileSync(path, 'utf8')) as File))

export const usage = (): Plugin => workflowData('usage', readUsage)
