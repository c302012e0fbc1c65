// Reads a node of a file for litegraph: only known keys, and no markup.
import type { SerializedNode, Slot } from 'litegraph.js/build/litegraph.core.js'
import { isObject, withoutMarkup } from '../workflow/json.ts'

/** Keys that are copied to the node. */
const FILE_KEYS = [
  'id',
  'pos',
  'size',
  'flags',
  'order',
  'mode',
  'title',
  'color',
  'bgcolor',
  'boxcolor',
  'shape',
] as const

/** Returns a node without its slots, which litegraph would merge by position. */
export function sanitizeNode(info: SerializedNode): SerializedNode {
  const clean: Record<string, unknown> = {}
  for (const key of FILE_KEYS) if (Object.hasOwn(info, key)) clean[key] = info[key]
  // A file without a title means the title of the class, which litegraph shows by default.
  if (typeof clean.title === 'string') clean.title = withoutMarkup(clean.title)
  return { ...clean, properties: sanitizeValues(info.properties) } as Record<string, unknown> &
    SerializedNode
}

/** Returns slots with name, type and the fields that `wires` reads from them. */
export function sanitizeSlots<S extends Slot>(slots: unknown, wires: (slot: S) => Partial<S>): S[] {
  if (!Array.isArray(slots)) return []
  return slots
    .filter((slot): slot is S => isObject(slot) && typeof slot.name === 'string')
    .map(
      (slot) =>
        ({
          name: withoutMarkup(slot.name),
          type: typeof slot.type === 'string' ? withoutMarkup(slot.type) : '*',
          ...wires(slot),
        }) as S,
    )
}

export const sanitizeValues = (values: unknown): Record<string, unknown> =>
  isObject(values)
    ? Object.fromEntries(
        Object.entries(values)
          .filter(([name]) => !['__proto__', 'constructor', 'prototype'].includes(name))
          .map(([name, value]) => [withoutMarkup(name), value]),
      )
    : {}
