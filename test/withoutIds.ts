// Messages as their English texts, for comparisons.

/** A copy of plain data: messages are their texts, and objects have no field `messages` of ids. */
export function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds)
  if (typeof value !== 'object' || value === null) return value
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  if ('id' in value && 'text' in value) return value.text
  const fields = Object.entries(value).filter(([name]) => name !== 'messages')
  return Object.fromEntries(fields.map(([name, field]) => [name, withoutIds(field)]))
}
