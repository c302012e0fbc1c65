// Reads and checks single fields of a workflow file: ids, positions, flags, slots, texts.
import type { MessageText } from '../engine/base/catalogue.ts'
import type { ByType } from '../engine/plan/op.ts'
import type { ChartLook } from '../engine/base/view.ts'
import { WorkflowError } from './error.ts'
import type { FileInput, FileNode, NodeId } from './file.ts'
import type { Json, JsonObject } from './json.ts'
import { isInheritedName, isObject, limits, withoutMarkup } from './json.ts'
import type { NoticeSink } from './notices.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

export interface ReadingContext {
  declarations: ByType
  notices: NoticeSink
  slots: SlotCount
}

/** Counts the slots of all nodes of a file. */
export class SlotCount {
  private count = 0

  /** @throws WorkflowError if the file has too many */
  add(count: number, part: string) {
    this.count += count
    if (this.count > limits.slots)
      throw new WorkflowError(part, workflowMessages.tooManySlotsInAll({ most: limits.slots }))
  }
}

export function readId(value: Json | undefined, part: string): NodeId {
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (Number.isSafeInteger(id) && (id as number) >= 0) return id as number
  if (typeof id === 'string' && isTextId(id)) return id
  throw new WorkflowError(
    part,
    workflowMessages.wrongValue({ expected: workflowWords.id(), got: describeJson(value) }),
  )
}

/** litegraph takes texts such as "-1" for numbers, and gives that node another id. */
const isTextId = (id: string): boolean =>
  /^[\w.:-]{1,64}$/.test(id) && Number.isNaN(Number(id)) && !isInheritedName(id)

/** Ids from here on do not count for the ids of new nodes and links, which would run out. */
const COUNTER_END = 1e14

/**
 * The highest id in use, after which new ids are numbered. A stored one may be too small or missing
 * in old files.
 * @throws WorkflowError if the stored one is not a safe integer
 */
export function readLastId(ids: readonly NodeId[], stored: Json | undefined, part: string): number {
  const last = stored == null ? 0 : readInteger(stored, part)
  return [...ids, last].reduce<number>(
    (max, id) => (typeof id === 'number' && id > max && id < COUNTER_END ? id : max),
    0,
  )
}

/** Reads a safe integer; also one written as text. */
export function readInteger(value: Json | undefined, part: string): number {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  if (Number.isSafeInteger(number)) return number as number
  throw new WorkflowError(
    part,
    workflowMessages.wrongValue({ expected: workflowWords.integer(), got: describeJson(value) }),
  )
}

/** Coordinates and sizes beyond this are errors: litegraph stores them with single precision. */
const COORDINATE_END = 1e7

export const isCoordinate = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) < COORDINATE_END

/** Accepts arrays, serialised typed arrays (objects), and numbers as text. */
export function readPair(
  value: Json | undefined,
  part: string,
  missing: [number, number],
): [number, number] {
  if (value == null) return missing
  const source = Array.isArray(value) || isObject(value) ? (value as Record<string, Json>) : {}
  const pair = [source[0], source[1]].map((item) =>
    typeof item === 'string' && item.trim() ? Number(item) : item,
  )
  if (pair.every(isCoordinate)) return pair as [number, number]
  throw new WorkflowError(
    part,
    workflowMessages.wrongValue({ expected: workflowWords.twoNumbers(), got: describeJson(value) }),
  )
}

export function readFlags(value: Json | undefined): FileNode['flags'] {
  if (!isObject(value)) return {}
  const chart = isObject(value.chart) ? readChartLook(value.chart) : undefined
  return {
    ...(value.collapsed === true && { collapsed: true }),
    ...(value.pinned === true && { pinned: true }),
    ...(typeof value.folded === 'boolean' && { folded: value.folded }),
    ...(chart && { chart }),
  }
}

/** Reads the display settings of a chart. Ignores invalid values. */
function readChartLook(value: JsonObject): ChartLook | undefined {
  const look: ChartLook = {}
  for (const name of ['xLog', 'yLog'] as const)
    if (typeof value[name] === 'boolean') look[name] = value[name]
  for (const name of ['x', 'y'] as const) {
    const ends = value[name]
    if (
      Array.isArray(ends) &&
      ends.length === 2 &&
      ends.every((end) => end === null || Number.isFinite(end))
    ) {
      look[name] = ends as [number | null, number | null]
    }
  }
  const { smoothing } = value
  if (typeof smoothing === 'number' && smoothing >= 0 && smoothing < 1) look.smoothing = smoothing
  return Object.keys(look).length ? look : undefined
}

export function readSlots(value: Json | undefined, part: string, notices: NoticeSink) {
  if (value == null) return []
  if (!Array.isArray(value))
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({ expected: workflowWords.slots(), got: describeJson(value) }),
    )
  if (value.length > limits.nodes)
    throw new WorkflowError(part, workflowMessages.tooManySlots({ count: value.length }))
  return value.map((slot, i) => {
    if (!isObject(slot))
      throw new WorkflowError(
        `${part}[${i}]`,
        workflowMessages.wrongValue({ expected: workflowWords.slot(), got: describeJson(slot) }),
      )
    return {
      name: readText(slot.name ?? '', `${part}[${i}].name`, notices),
      type: readType(slot.type, `${part}[${i}].type`, notices),
      ...(slot.label != null && { label: readText(slot.label, `${part}[${i}].label`, notices) }),
    }
  })
}

/** Reads inputs, with the names of params that are inputs. */
export const readFileInputs = (
  value: Json | undefined,
  part: string,
  notices: NoticeSink,
): FileInput[] =>
  readSlots(value, part, notices).map((slot, i) => ({
    ...slot,
    link: null,
    ...readWidget((value as JsonObject[])[i].widget, `${part}[${i}].widget.name`, notices),
  }))

function readWidget(
  value: Json | undefined,
  part: string,
  notices: NoticeSink,
): Pick<FileInput, 'widget'> {
  if (!isObject(value) || typeof value.name !== 'string') return {}
  return { widget: { name: readText(value.name, part, notices) } }
}

export function readType(
  value: Json | undefined,
  part: string,
  notices: NoticeSink,
): string | number {
  if (Array.isArray(value)) {
    const types = value.map((type) => readText(type, part, notices)).join(',')
    // ComfyUI writes the choices of a widget as the type of its slot.
    return types === '' || types.length > limits.name ? '*' : types
  }
  if (value === -1) return -1 // litegraph's event slots
  return value == null || value === 0 || value === '' ? '*' : readText(value, part, notices)
}

export function readProperties(
  value: Json | undefined,
  part: string,
  notices: NoticeSink,
): JsonObject {
  if (value == null) return {}
  if (!isObject(value))
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({
        expected: workflowWords.namedValues(),
        got: describeJson(value),
      }),
    )
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [readText(name, part, notices), item]),
  )
}

/** Reads a name that litegraph may display: limits its length and replaces markup. */
export function readText(value: Json | undefined, part: string, notices: NoticeSink): string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new WorkflowError(
      part,
      workflowMessages.wrongValue({ expected: workflowWords.text(), got: describeJson(value) }),
    )
  }
  const text = String(value)
  if (text.length > limits.name)
    throw new WorkflowError(part, workflowMessages.nameTooLong({ length: text.length }))
  if (!/[<>]/.test(text)) return text
  notices.push(workflowMessages.markup({ part }))
  return withoutMarkup(text)
}

export const isColour = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^[#\w(),.% -]{1,64}$/.test(value)

/** Describes a value for an error message. */
export function describeJson(value: unknown): MessageText {
  if (value === undefined) return workflowWords.nothing()
  if (Array.isArray(value)) return workflowWords.listOf({ count: value.length })
  if (isObject(value)) return workflowWords.object()
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
