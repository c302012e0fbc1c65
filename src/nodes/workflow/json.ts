// Parses and prints JSON. Untrusted input is bounded in size, and keys that could replace a
// prototype are removed.
import { WorkflowError } from './error.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Limits of a file, far above any graph made by hand. Larger files would block the page. */
export const limits = {
  bytes: 8e6,
  depth: 48,
  string: 2e6,
  name: 300,
  nodes: 5000,
  links: 20_000,
  groups: 1000,
} as const

/** Keys that change the prototype of an object when assigned. */
const dangerous = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses JSON. NaN and Infinity, which Python writes, become null. Keys that could replace a
 * prototype are removed with a notice.
 * @throws WorkflowError if the text is too large, too deep, not JSON, or contains an infinite number
 */
export function parseJson(text: string, notices: string[]): Json {
  if (text.length > limits.bytes) {
    throw new WorkflowError(
      '',
      workflowMessages.tooLarge({ size: megabytes(text.length), most: megabytes(limits.bytes) }),
    )
  }
  let data: unknown
  try {
    data = parseTolerantly(text.replace(/^\uFEFF/, ''), notices)
  } catch (error) {
    throw new WorkflowError('', workflowMessages.notJson({ problem: (error as Error).message }))
  }
  return cleanJson(data, '', 0, notices)
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)

function parseTolerantly(text: string, notices: string[]): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const repaired = withoutBareNaN(text)
    if (repaired === text) throw error
    const data: unknown = JSON.parse(repaired)
    notices.push(workflowMessages.notFinite())
    return data
  }
}

/** Also matches strings, so that "NaN" inside a string is unchanged. */
const withoutBareNaN = (text: string) =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : 'null',
  )

/** Deep copy without dangerous or inherited keys, for parsed data and for serialised graphs. */
export function cleanJson(value: unknown, path: string, depth: number, notices: string[]): Json {
  if (depth > limits.depth)
    throw new WorkflowError(path, workflowMessages.tooDeep({ levels: limits.depth }))
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new WorkflowError(
        path,
        workflowMessages.wrongValue({ expected: workflowWords.finiteNumber(), got: value }),
      )
    return value
  }
  if (typeof value === 'string') {
    if (value.length > limits.string)
      throw new WorkflowError(path, workflowMessages.textTooLong({ length: value.length }))
    return value
  }
  if (Array.isArray(value))
    return value.map((item, i) => cleanJson(item, `${path}[${i}]`, depth + 1, notices))
  if (typeof value !== 'object')
    throw new WorkflowError(
      path,
      workflowMessages.wrongValue({
        expected: workflowWords.plainData(),
        got: typeof value,
      }),
    )
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    if (dangerous.has(key)) notices.push(workflowMessages.keyIgnored({ key: joinKeys(path, key) }))
    else copy[key] = cleanJson(item, joinKeys(path, key), depth + 1, notices)
  }
  return copy
}

const joinKeys = (path: string, key: string) => (path ? `${path}.${key}` : key)

/** Replaces angle brackets by similar characters, because litegraph's menus render text as HTML. */
export const withoutMarkup = (text: string): string =>
  text.replaceAll('<', '‹').replaceAll('>', '›')

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const sameJson = (a: unknown, b: unknown): boolean =>
  a === b || printJson(a, false) === printJson(b, false)

/**
 * Prints JSON with sorted keys and two-space indentation, for small diffs. Arrays of plain values
 * (positions, links) are on one line.
 */
export const printJson = (value: unknown, pretty = true, sorted = true): string =>
  printIndented(value, pretty, sorted, '')

function printIndented(value: unknown, pretty: boolean, sorted: boolean, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const inner = indent + '  '
  const block = (open: string, items: string[], close: string) => {
    if (!items.length) return open + close
    return pretty
      ? `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`
      : open + items.join(',') + close
  }
  if (Array.isArray(value)) {
    const flat = value.every(
      (item) => typeof item !== 'object' || item === null || (isFlat(item) && item.length <= 4),
    )
    const items = value.map((item) => printIndented(item, pretty && !flat, sorted, inner))
    return flat ? `[${items.join(pretty ? ', ' : ',')}]` : block('[', items, ']')
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1))
  const colon = pretty ? ': ' : ':'
  return block(
    '{',
    entries.map(
      ([key, item]) => JSON.stringify(key) + colon + printIndented(item, pretty, sorted, inner),
    ),
    '}',
  )
}

const isFlat = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)
