// Messages between a figure and the page around it (docs/embedding.md). All messages of that page
// are untrusted.
import { isPlainObject } from '../../engine/base/records.ts'
import type { View } from '../../engine/base/view.ts'
import { limits } from '../../workflow/json.ts'

/** Version of the messages, the value of `litegraphDiffusion` in each. */
export const VERSION = 1

/** Messages of the page. Each has an `id`, which the reply repeats. */
export type HostMessage =
  /** Asks for a description of the figure. */
  | { type: 'hello' }
  /** Shows a workflow: the text of a file, or the id of a ready one. */
  | { type: 'load'; workflow: string }
  | { type: 'load'; gallery: string }
  /** Sets params: values by `Node.param`, with the title or the id of a node. */
  | { type: 'set'; params: Readonly<Record<string, unknown>> }
  | { type: 'run' }
  | { type: 'stop' }

export type MessageId = string | number

/** A message of the page, or why it is none. */
export type ReadMessage = { id: MessageId } & ({ message: HostMessage } | { problem: string })

/** Messages of the figure: replies and events. */
export type FigureMessage = Reply | FigureEvent

export type Reply = { reply: MessageId } & (
  | { ok: true; figure: FigureDescription }
  | { ok: false; error: string }
)

/** Param of a figure, as pages see it. */
export interface DescribedParam {
  /** `Title.param`, or `id.param` if several nodes have this title. */
  name: string
  kind: string
  value: unknown
  min?: number
  max?: number
  choices?: readonly string[]
}

export interface FigureDescription {
  title: string
  phase: string
  params: readonly DescribedParam[]
  views: readonly { id: string; title: string }[]
}

export interface FigureResult {
  id: string
  title: string
  /** Numbers, points or pixels, as the kind of the view has them. */
  value: View
  /** PNG; missing where the browser cannot make one. */
  picture?: Blob
}

export type FigureEvent =
  | ({ event: 'ready' } & FigureDescription)
  /** A param or a view changed, by a reader or by the page. */
  | ({ event: 'changed' } & FigureDescription)
  | { event: 'progress'; index: number; count: number; label?: string; loss?: number }
  | { event: 'result'; seconds: number; stopped: boolean; views: readonly FigureResult[] }
  | { event: 'error'; errors: readonly { node?: string; message: string }[] }

/** Limits of a message. */
const most = { params: 200, name: 400, id: 200 }

/** Reads a message of the page. Undefined if it is not for a figure. */
export function readHostMessage(data: unknown): ReadMessage | undefined {
  if (!isPlainObject(data) || !Object.hasOwn(data, 'litegraphDiffusion')) return undefined
  const { litegraphDiffusion: version, id } = data
  if (!isId(id)) return undefined // There is nothing to reply to.
  if (version !== VERSION)
    return { id, problem: `Expected messages of version ${VERSION}, got ${short(version)}.` }
  const read = readBody(data)
  return typeof read === 'string' ? { id, problem: read } : { id, message: read }
}

const isId = (id: unknown): id is MessageId =>
  (typeof id === 'string' && id.length <= most.id) ||
  (typeof id === 'number' && Number.isFinite(id))

/** The message, or why it is invalid. */
function readBody(data: Record<string, unknown>): HostMessage | string {
  switch (data.type) {
    case 'hello':
    case 'run':
    case 'stop':
      return { type: data.type }
    case 'load':
      return readLoad(data)
    case 'set':
      return readSet(data.params)
    default:
      return `Expected the type hello, load, set, run or stop, got ${short(data.type)}.`
  }
}

function readLoad({ workflow, gallery }: Record<string, unknown>): HostMessage | string {
  if ((workflow === undefined) === (gallery === undefined))
    return 'Expected either workflow, the text of a file, or gallery, the id of a ready workflow.'
  if (gallery !== undefined)
    return typeof gallery === 'string' && /^[\w-]{1,80}$/.test(gallery)
      ? { type: 'load', gallery }
      : `Expected the id of a ready workflow, such as points, got ${short(gallery)}.`
  if (typeof workflow !== 'string')
    return `Expected the text of a workflow, got ${short(workflow)}.`
  if (workflow.length > limits.bytes)
    return `Expected at most ${limits.bytes / 1e6} MB of workflow, got ${workflow.length} characters.`
  return { type: 'load', workflow }
}

function readSet(params: unknown): HostMessage | string {
  if (!isPlainObject(params)) return `Expected params as an object, got ${short(params)}.`
  const entries = Object.entries(params)
  if (entries.length === 0 || entries.length > most.params)
    return `Expected 1 to ${most.params} params, got ${entries.length}.`
  const long = entries.find(([name]) => name.length > most.name)
  if (long) return `Expected names of at most ${most.name} characters.`
  return { type: 'set', params: Object.fromEntries(entries) }
}

const short = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number'
    ? JSON.stringify(value).slice(0, 60)
    : value === undefined
      ? 'nothing'
      : Array.isArray(value)
        ? 'a list'
        : typeof value
