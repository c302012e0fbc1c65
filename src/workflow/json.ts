// Parses and prints JSON. Untrusted input is bounded in size and depth, and keys that could replace
// a prototype are removed.
import type { MessageText } from '../engine/base/catalogue.ts'
import { WorkflowError } from './error.ts'
import type { NoticeSink } from './notices.ts'
import { scanJson } from './scanJson.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** Limits of a file, far above any graph made by hand. Larger files would block the page. */
export const limits = {
  bytes: 8e6,
  values: 1e6,
  depth: 48,
  string: 2e6,
  name: 300,
  nodes: 5000,
  links: 20_000,
  groups: 1000,
  /** Slots of all nodes, including those that a declaration adds. */
  slots: 50_000,
  /** Links and slots with those of all subgraph nodes. */
  flattened: 400_000,
} as const

/** Depth up to which JSON.parse is called. {@link JsonCleaner} then names the part that is too deep. */
const PARSED_DEPTH = 1000

/** Keys that change the prototype of an object when assigned. */
const isDangerous = (key: string) =>
  key === '__proto__' || key === 'constructor' || key === 'prototype'

/** True for names such as `toString` that a lookup in an object finds without an own property. */
export const isInheritedName = (name: string): boolean => name in Object.prototype

/**
 * Parses JSON. NaN and Infinity, which Python writes, become null. Keys that could replace a
 * prototype are removed with a notice.
 * @throws WorkflowError if the text is too large, too deep, not JSON, or contains an infinite number
 */
export function parseJson(text: string, notices: NoticeSink): Json {
  requireSize(text.length)
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const scanned = scanJson(source)
  if (scanned.depth > PARSED_DEPTH)
    throw new WorkflowError('', workflowMessages.tooDeep({ levels: limits.depth }))
  if (scanned.values > limits.values)
    throw new WorkflowError('', workflowMessages.tooManyValues({ most: limits.values }))
  let data: unknown
  try {
    data = JSON.parse(scanned.text)
  } catch (error) {
    throw new WorkflowError('', workflowMessages.notJson({ problem: (error as Error).message }))
  }
  if (scanned.text !== source) notices.push(workflowMessages.notFinite())
  return new JsonCleaner(notices, true).clean(data)
}

/** @throws WorkflowError if a file of this length is too large */
export function requireSize(length: number) {
  if (length <= limits.bytes) return
  throw new WorkflowError(
    '',
    workflowMessages.tooLarge({ size: megabytes(length), most: megabytes(limits.bytes) }),
  )
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1)

/**
 * Deep copy without dangerous or inherited keys, for serialised graphs.
 * @throws WorkflowError for values that are too deep, too long, infinite or not plain data
 */
export const cleanJson = (value: unknown, notices: NoticeSink): Json =>
  new JsonCleaner(notices).clean(value)

class JsonCleaner {
  /** Keys and indices that lead to the current value. */
  private readonly path: (string | number)[] = []

  /** With `inPlace`, only objects with dangerous keys are copied, which spares the heap of a page. */
  constructor(
    private readonly notices: NoticeSink,
    private readonly inPlace = false,
  ) {}

  clean(value: unknown): Json {
    if (this.path.length > limits.depth)
      throw this.error(workflowMessages.tooDeep({ levels: limits.depth }))
    if (value === null || value === undefined || typeof value === 'boolean') return value ?? null
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return value
      throw this.error(
        workflowMessages.wrongValue({ expected: workflowWords.finiteNumber(), got: value }),
      )
    }
    if (typeof value === 'string') {
      if (value.length <= limits.string) return value
      throw this.error(workflowMessages.textTooLong({ length: value.length }))
    }
    if (Array.isArray(value)) return this.list(value)
    if (typeof value === 'object') return this.object(value)
    throw this.error(
      workflowMessages.wrongValue({ expected: workflowWords.plainData(), got: typeof value }),
    )
  }

  private list(items: unknown[]): Json[] {
    const clean = this.inPlace ? (items as Json[]) : Array<Json>(items.length)
    for (let i = 0; i < items.length; i++) clean[i] = this.inside(i, items[i])
    return clean
  }

  private object(object: object): JsonObject {
    const items = object as Record<string, unknown>
    const keys = Object.keys(items)
    const clean = this.inPlace && !keys.some(isDangerous) ? (items as JsonObject) : {}
    for (const key of keys) {
      if (isDangerous(key)) this.ignore(key)
      else clean[key] = this.inside(key, items[key])
    }
    return clean
  }

  private ignore(key: string) {
    this.notices.pushDistinct(() => workflowMessages.keyIgnored({ key: this.place(key) }))
  }

  private inside(key: string | number, item: unknown): Json {
    this.path.push(key)
    const clean = this.clean(item)
    this.path.pop()
    return clean
  }

  private error = (message: MessageText) => new WorkflowError(this.place(), message)

  private place = (...more: string[]) => [...this.path, ...more].reduce<string>(joinKeys, '')
}

/** Joins the parts of a path, each shortened, because a file chooses them. */
function joinKeys(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  const name = key.length > 60 ? `${key.slice(0, 57)}...` : key
  return path ? `${path}.${name}` : name
}

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
  new JsonPrinter(sorted).print(value, pretty)

/**
 * Prints JSON as {@link printJson} does, but without indentation if it would be larger than a file
 * may be: indentation multiplies the size of deeply nested values.
 */
export function printFile(value: unknown, sorted = true): string {
  const printer = new JsonPrinter(sorted, limits.bytes - 1)
  const indented = printer.print(value, true)
  return (printer.isFull ? printJson(value, false, sorted) : indented) + '\n'
}

/** The length of the text of {@link printFile}, which is not built. */
export function measureFile(value: unknown): number {
  const indented = new JsonPrinter(false, limits.bytes - 1, true)
  indented.print(value, true)
  if (!indented.isFull) return indented.length + 1
  const compact = new JsonPrinter(false, Infinity, true)
  compact.print(value, false)
  return compact.length + 1
}

/** Number of parts that are joined at once. Longer lists of parts outlive collections of garbage. */
const JOINED_PARTS = 4096

class JsonPrinter {
  length = 0
  private text = ''
  private parts: string[] = []

  /** Stops when the text is longer than `most`. With `measures`, no text is built. */
  constructor(
    private readonly sorted: boolean,
    private readonly most = Infinity,
    private readonly measures = false,
  ) {}

  /** True if the text is incomplete, because it is longer than `most`. */
  get isFull() {
    return this.length > this.most
  }

  print(value: unknown, pretty: boolean): string {
    this.value(value, pretty, '')
    return this.text + this.parts.join('')
  }

  private add(text: string) {
    this.length += text.length
    if (this.measures || this.isFull) return
    this.parts.push(text)
    if (this.parts.length < JOINED_PARTS) return
    this.text += this.parts.join('')
    this.parts = []
  }

  private value(value: unknown, pretty: boolean, indent: string) {
    if (this.isFull) return
    if (typeof value !== 'object' || value === null) this.add(JSON.stringify(value) ?? 'null')
    else if (Array.isArray(value)) this.list(value, pretty, indent)
    else this.object(value, pretty, indent)
  }

  private list(items: readonly unknown[], pretty: boolean, indent: string) {
    const spread = pretty && items.length > 0 && !items.every(isShort)
    const inner = `${indent}  `
    const comma = spread ? `,\n${inner}` : pretty ? ', ' : ','
    this.add(spread ? `[\n${inner}` : '[')
    items.forEach((item, i) => {
      if (i) this.add(comma)
      this.value(item, spread, inner)
    })
    this.add(spread ? `\n${indent}]` : ']')
  }

  private object(value: object, pretty: boolean, indent: string) {
    const items = value as Record<string, unknown>
    const keys = Object.keys(items)
    if (keys.length) this.entries(items, keys, pretty, indent)
    else this.add('{}')
  }

  private entries(items: Record<string, unknown>, all: string[], pretty: boolean, indent: string) {
    const keys = all.filter((key) => items[key] !== undefined)
    if (!keys.length) return this.add('{}')
    if (this.sorted) keys.sort()
    const inner = `${indent}  `
    this.add(pretty ? `{\n${inner}` : '{')
    keys.forEach((key, i) => {
      if (i) this.add(pretty ? `,\n${inner}` : ',')
      this.add(JSON.stringify(key) + (pretty ? ': ' : ':'))
      this.value(items[key], pretty, inner)
    })
    this.add(pretty ? `\n${indent}}` : '}')
  }
}

/** Plain values and short lists of them, which are printed on one line. */
const isShort = (item: unknown) => isPrimitive(item) || (Array.isArray(item) && isFlat(item))
const isFlat = (items: readonly unknown[]) => items.length <= 4 && items.every(isPrimitive)
const isPrimitive = (value: unknown) => typeof value !== 'object' || value === null
