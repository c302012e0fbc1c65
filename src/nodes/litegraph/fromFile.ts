// What is taken of a node in a file: what is known, and no markup.
import type { SerializedNode, Slot } from 'litegraph.js/build/litegraph.core.js'
import { isObject, withoutMarkup } from '../workflow/json.ts'

/** Anything else is not copied. */
const FILE_KEYS = ['id', 'pos', 'size', 'flags', 'order', 'mode', 'title', 'color', 'bgcolor', 'boxcolor', 'shape'] as const

/** A node without its slots, which litegraph would merge by their positions. */
export function cleaned(info: SerializedNode): SerializedNode {
  const clean: Record<string, unknown> = {}
  for (const key of FILE_KEYS) if (Object.hasOwn(info, key)) clean[key] = info[key]
  // A title that is the class's own is not stored, and litegraph takes the class's.
  if (typeof clean.title === 'string') clean.title = withoutMarkup(clean.title)
  return { ...clean, properties: ownValues(info.properties) } as unknown as SerializedNode
}

/** Slots by their names, with what `wires` says of them. */
export function slotsFrom<S extends Slot>(slots: unknown, wires: (slot: S) => Partial<S>): S[] {
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

/** Values by name. */
export const ownValues = (values: unknown): Record<string, unknown> =>
  isObject(values)
    ? Object.fromEntries(
        Object.entries(values)
          .filter(([name]) => !['__proto__', 'constructor', 'prototype'].includes(name))
          .map(([name, value]) => [withoutMarkup(name), value]),
      )
    : {}
