// Sets params of a graph from outside: `Node.param = value`, with a node's title or id.
import { MessageError } from '../engine/base/errors.ts'
import { getOwn } from '../engine/base/records.ts'
import type { Graph, GraphNode } from '../engine/plan/graph.ts'
import type { ByType, Declaration, StoredFile, Param } from '../engine/plan/op.ts'
import { problemWith } from '../engine/plan/params.ts'
import { settingMessages, settingWords } from '../messages/settings.ts'
import { nodeTitle } from './titles.ts'
import type { NodeId, WorkflowFile } from './file.ts'
import { flattenSubgraphs } from './flatten.ts'
import type { JsonObject } from './json.ts'

/** Thrown for a setting that does not match the graph. */
export class SettingError extends MessageError {
  override name = 'SettingError'
}

/**
 * Returns the graph with other values. Keys are `Title.param` or `id.param`. A text is parsed as
 * the param requires; for a file it is a name in `files`.
 * @throws SettingError that lists the valid alternatives, or states the expected value
 */
export function applySettings(
  graph: Graph,
  settings: Record<string, unknown>,
  declarations: readonly Declaration[],
  files: readonly StoredFile[] = [],
): Graph {
  const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))
  const changes = new Map<string, Record<string, unknown>>()
  for (const [key, value] of Object.entries(settings)) {
    const dot = key.lastIndexOf('.')
    if (dot < 1) throw new SettingError(settingMessages.form({ key }))
    const node = findNode(graph, key.slice(0, dot), declared)
    const name = key.slice(dot + 1)
    const params = declared.get(node.op)?.params ?? {}
    const param = getOwn(params, name)
    if (!param)
      throw new SettingError(
        settingMessages.unknownParam({
          title: nodeTitle(node, declared),
          param: name,
          names: joinNames(Object.keys(params)),
        }),
      )
    const source = getOwn(node.inputs, name)
    if (source)
      throw new SettingError(
        settingMessages.wiredParam({ key, source: sourceTitle(graph, source.node, declared) }),
      )
    const read = typeof value === 'string' ? parseSettingValue(value, param, key, files) : value
    const checked = requireValid(read, param, key)
    changes.set(node.id, { ...changes.get(node.id), [name]: checked })
  }
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      params: { ...node.params, ...changes.get(node.id) },
    })),
  }
}

function sourceTitle({ nodes }: Graph, id: string, declared: ByType): string {
  const source = nodes.find((node) => node.id === id)
  return source ? nodeTitle(source, declared) : id
}

/**
 * Returns the workflow with the values that differ between two of its graphs. The result is
 * flattened if nodes inside subgraphs changed.
 */
export function applyChangedValues(file: WorkflowFile, before: Graph, after: Graph): WorkflowFile {
  const paramsIn = ({ nodes }: Graph, id: NodeId) =>
    nodes.find((node) => node.id === String(id))?.params ?? {}
  const changedParams = (id: NodeId) => {
    const old = paramsIn(before, id)
    return Object.fromEntries(
      Object.entries(paramsIn(after, id)).filter(([name, value]) => value !== old[name]),
    ) as JsonObject
  }
  const changesSubgraph = after.nodes.some(
    ({ id }) => id.includes(':') && Object.keys(changedParams(id)).length,
  )
  const target = changesSubgraph ? flattenSubgraphs(file).file : file
  return {
    ...target,
    nodes: target.nodes.map((node) => ({
      ...node,
      properties: { ...node.properties, ...changedParams(node.id) },
    })),
  }
}

/**
 * Finds the node of this id, title or type.
 * @throws SettingError if there is none or more than one
 */
export function findNode(graph: Graph, name: string, declared: ByType): GraphNode {
  const byId = graph.nodes.find(({ id }) => id === name)
  if (byId) return byId
  const found = graph.nodes.filter(
    (node) => nodeTitle(node, declared) === name || node.op.replace(/^.*\//, '') === name,
  )
  if (found.length === 1) return found[0]
  if (found.length > 1)
    throw new SettingError(
      settingMessages.severalNodes({
        count: found.length,
        name,
        ids: joinNames(found.map(({ id }) => id)),
      }),
    )
  throw new SettingError(
    settingMessages.unknownNode({
      name,
      names: joinNames([...new Set(graph.nodes.map((node) => nodeTitle(node, declared)))]),
    }),
  )
}

/**
 * Checks a value, which becomes a part of the workflow: in another form, it could make its file
 * unreadable. Returns it, a reference to a file without other fields.
 */
function requireValid(value: unknown, param: Param, key: string): unknown {
  const expected = problemWith(value, param)
  if (expected === undefined) {
    if (!isFileParam(param) || value === null) return value
    const { name, size, sha256 } = value as StoredFile
    return { name, size, sha256 } satisfies StoredFile
  }
  const text = cutQuoted(typeof value === 'string' ? value : describeSetting(value))
  throw new SettingError(settingMessages.value({ key, expected, text }))
}

const isFileParam = ({ kind }: Param) => kind === 'checkpoint' || kind === 'dataset'

/** Values of JavaScript, such as functions and cycles, may have no JSON. */
function describeSetting(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return typeof value
  }
}

/** Length of a value that a message quotes. */
const QUOTED = 60

const cutQuoted = (text: string) =>
  text.length > QUOTED ? `${text.slice(0, QUOTED - 3)}...` : text

function parseSettingValue(
  text: string,
  param: Param,
  key: string,
  files: readonly StoredFile[],
): unknown {
  switch (param.kind) {
    case 'number':
    case 'seed': {
      const value = Number(text)
      if (text.trim() === '' || !Number.isFinite(value))
        throw new SettingError(settingMessages.number({ key, text: cutQuoted(text) }))
      return value
    }
    case 'boolean':
      if (text !== 'true' && text !== 'false')
        throw new SettingError(settingMessages.boolean({ key, text: cutQuoted(text) }))
      return text === 'true'
    case 'choice':
      if (!param.choices.includes(text))
        throw new SettingError(
          settingMessages.choice({ names: joinNames(param.choices), key, text: cutQuoted(text) }),
        )
      return text
    case 'text':
      return text
    case 'checkpoint':
    case 'dataset':
      return files.find(({ name }) => name === text) ?? readFileReference(text, key, files)
    case 'drawing':
      return readJson(text, key)
    default:
      param satisfies never
  }
}

/** A reference as in a workflow file: name, size and SHA-256. */
function readFileReference(text: string, key: string, files: readonly StoredFile[]): unknown {
  if (text.trimStart().startsWith('{') || text === 'null') return readJson(text, key)
  const names = joinNames(files.map(({ name }) => name))
  throw new SettingError(settingMessages.file({ key, text: cutQuoted(text), names }))
}

function readJson(text: string, key: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SettingError(settingMessages.json({ key, text: cutQuoted(text) }))
  }
}

const joinNames = (names: readonly string[]) => names.join(', ') || settingWords.none()
