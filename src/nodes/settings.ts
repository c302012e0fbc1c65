// Changing values of a graph from outside: `Node.param = value`, where a node goes by its title or its id.
import type { Graph, GraphNode } from '../engine/plan/graph.ts'
import type { ByType, Declaration, KeptFile, Param } from '../engine/plan/op.ts'
import { titleOfNode } from './titles.ts'
import type { NodeId, WorkflowFile } from './workflow/file.ts'
import { flattened } from './workflow/flatten.ts'
import type { JsonObject } from './workflow/json.ts'

/** A setting that does not fit the graph. */
export class SettingError extends Error {
  override name = 'SettingError'
}

/**
 * The graph with other values. Keys are `Title.param` or `id.param`; a text is read as the param wants it; one of `files` goes
 * by its name.
 * @throws SettingError that says what there is instead
 */
export function withSettings(
  graph: Graph,
  settings: Record<string, unknown>,
  declarations: readonly Declaration[],
  files: readonly KeptFile[] = [],
): Graph {
  const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))
  const changes = new Map<string, Record<string, unknown>>()
  for (const [key, value] of Object.entries(settings)) {
    const dot = key.lastIndexOf('.')
    if (dot < 1) throw new SettingError(`${key} is not of the form Node.param.`)
    const node = findNode(graph, key.slice(0, dot), declared)
    const name = key.slice(dot + 1)
    const params = declared.get(node.op)?.params ?? {}
    const param = params[name]
    if (!param)
      throw new SettingError(`${titleOfNode(node, declared)} has no param ${name}; it has ${listed(Object.keys(params))}.`)
    const read = typeof value === 'string' ? readValue(value, param, key, files) : value
    changes.set(node.id, { ...changes.get(node.id), [name]: read })
  }
  return { nodes: graph.nodes.map((node) => ({ ...node, params: { ...node.params, ...changes.get(node.id) } })) }
}

/** The workflow with the values that were changed in its graph; flat where some are those of nodes inside of subgraphs. */
export function withValuesOf(file: WorkflowFile, before: Graph, after: Graph): WorkflowFile {
  const paramsIn = ({ nodes }: Graph, id: NodeId) => nodes.find((node) => node.id === String(id))?.params ?? {}
  const changed = (id: NodeId) => {
    const old = paramsIn(before, id)
    return Object.fromEntries(Object.entries(paramsIn(after, id)).filter(([name, value]) => value !== old[name])) as JsonObject
  }
  const inside = after.nodes.some(({ id }) => id.includes(':') && Object.keys(changed(id)).length)
  const opened = inside ? flattened(file) : file
  return { ...opened, nodes: opened.nodes.map((node) => ({ ...node, properties: { ...node.properties, ...changed(node.id) } })) }
}

/**
 * The one node of this id, title or type.
 * @throws SettingError where there is none or more than one
 */
export function findNode(graph: Graph, name: string, declared: ByType): GraphNode {
  const byId = graph.nodes.find(({ id }) => id === name)
  if (byId) return byId
  const found = graph.nodes.filter((node) => titleOfNode(node, declared) === name || node.op.replace(/^.*\//, '') === name)
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new SettingError(`${name} is ${found.length} nodes; say which by id: ${listed(found.map(({ id }) => id))}.`)
  throw new SettingError(
    `There is no node ${name}; there are ${listed([...new Set(graph.nodes.map((node) => titleOfNode(node, declared)))])}.`,
  )
}

function readValue(text: string, param: Param, key: string, files: readonly KeptFile[]): unknown {
  switch (param.kind) {
    case 'number':
    case 'seed': {
      const value = Number(text)
      if (text.trim() === '' || !Number.isFinite(value)) throw new SettingError(`${key} is a number; ${text} is none.`)
      return value
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new SettingError(`${key} is true or false, not ${text}.`)
      return text === 'true'
    case 'choice':
      if (!param.choices.includes(text)) throw new SettingError(`${key} is one of ${listed(param.choices)}, not ${text}.`)
      return text
    case 'text':
      return text
    case 'checkpoint':
    case 'dataset':
      return files.find(({ name }) => name === text) ?? readJson(text, key)
    case 'drawing':
      return readJson(text, key)
    default:
      param satisfies never
  }
}

function readJson(text: string, key: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SettingError(`${key} is written as JSON; ${text} is none.`)
  }
}

const listed = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none')
