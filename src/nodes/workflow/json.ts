// JSON from strangers: bounded, cleaned, plain data whose keys can be copied onto objects without harm.
import { WorkflowError } from './error.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Above these a file is refused: no hand-made graph comes near, and a page would choke on more. */
export const limits = { bytes: 8e6, depth: 48, string: 2e6, name: 300, nodes: 5000, links: 20_000, groups: 1000 } as const

/** Assigned to an object, these change what the object is. */
const dangerous = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Text to plain data. Bare NaN and Infinity, which Python writes, become null. Keys that could replace a prototype are
 * left out and noted.
 * @throws WorkflowError if it is too large, too deep, no JSON, or holds a number that is not finite
 */
export function parseJson(text: string, notices: string[]): Json {
  if (text.length > limits.bytes) {
    throw new WorkflowError('', `The file has ${megabytes(text.length)} MB; at most ${megabytes(limits.bytes)} MB are read.`)
  }
  let data: unknown
  try {
    data = parseTolerantly(text.replace(/^\uFEFF/, ''), notices)
  } catch (error) {
    throw new WorkflowError('', `The file is not JSON: ${(error as Error).message}`)
  }
  return clean(data, '', 0, notices)
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)

function parseTolerantly(text: string, notices: string[]): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const repaired = withoutBareNaN(text)
    if (repaired === text) throw error
    const data: unknown = JSON.parse(repaired)
    notices.push('NaN and Infinity are no JSON; they are read as null.')
    return data
  }
}

/** Strings are matched first, so that a "NaN" inside one stays. */
const withoutBareNaN = (text: string) =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) => (token.startsWith('"') ? token : 'null'))

/** A deep copy of own, harmless keys only; used for parsed data and for what litegraph serialises. */
export function clean(value: unknown, path: string, depth: number, notices: string[]): Json {
  if (depth > limits.depth) throw new WorkflowError(path, `nested more than ${limits.depth} levels deep.`)
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new WorkflowError(path, `expected a finite number, got ${value}.`)
    return value
  }
  if (typeof value === 'string') {
    if (value.length > limits.string) throw new WorkflowError(path, `a text of ${value.length} characters is too long.`)
    return value
  }
  if (Array.isArray(value)) return value.map((item, i) => clean(item, `${path}[${i}]`, depth + 1, notices))
  if (typeof value !== 'object') throw new WorkflowError(path, `expected plain data, got a ${typeof value}.`)
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    if (dangerous.has(key)) notices.push(`${at(path, key)} was left out: a file must not set it.`)
    else copy[key] = clean(item, at(path, key), depth + 1, notices)
  }
  return copy
}

const at = (path: string, key: string) => (path ? `${path}.${key}` : key)

/** The brackets of markup become look-alikes that mean nothing: litegraph's menus take texts as HTML. */
export const withoutMarkup = (text: string): string => text.replaceAll('<', '‹').replaceAll('>', '›')

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const sameJson = (a: unknown, b: unknown): boolean => a === b || print(a, false) === print(b, false)

/**
 * Two-space JSON with sorted keys, so that two versions differ only where they differ; arrays of plain values
 * (positions, links) on one line.
 */
export const print = (value: unknown, pretty = true, sorted = true): string => printAt(value, pretty, sorted, '')

function printAt(value: unknown, pretty: boolean, sorted: boolean, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const inner = indent + '  '
  const block = (open: string, items: string[], close: string) => {
    if (!items.length) return open + close
    return pretty ? `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}` : open + items.join(',') + close
  }
  if (Array.isArray(value)) {
    const flat = value.every((item) => typeof item !== 'object' || item === null || (isFlat(item) && item.length <= 4))
    const items = value.map((item) => printAt(item, pretty && !flat, sorted, inner))
    return flat ? `[${items.join(pretty ? ', ' : ',')}]` : block('[', items, ']')
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1))
  const colon = pretty ? ': ' : ':'
  return block(
    '{',
    entries.map(([key, item]) => JSON.stringify(key) + colon + printAt(item, pretty, sorted, inner)),
    '}',
  )
}

const isFlat = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null)
