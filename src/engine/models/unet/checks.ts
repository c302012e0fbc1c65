// What a key of a config may hold, and how that is said.

export interface Check {
  holds(value: unknown): boolean
  expected: string
  /** Why not, where a value is right for diffusers and wrong here; begins with a space. */
  why?: string
}

export const oneOf = (values: readonly unknown[], why?: string): Check => ({
  holds: (value) => values.includes(value),
  expected: values.map((value) => JSON.stringify(value)).join(' or '),
  ...(why && { why: ` ${why}` }),
})
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 2 ** 24
export const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
export const count: Check = { holds: isCount, expected: 'a whole number above 0' }
export const countOrNull: Check = {
  holds: (value) => value === null || isCount(value),
  expected: 'a whole number above 0, or null',
}
export const positive: Check = { holds: (value) => isFinite(value) && value > 0, expected: 'a number above 0' }
export const yesOrNo: Check = { holds: (value) => typeof value === 'boolean', expected: 'true or false' }
export const listOf = (item: Check): Check => ({
  holds: (value) => Array.isArray(value) && value.length > 0 && value.length <= 16 && value.every((one) => item.holds(one)),
  expected: `a list, each of it ${item.expected}`,
  ...(item.why && { why: item.why }),
})

/** Cut short: a file may hold anything. */
export const show = (value: unknown) => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200))

/** Throws Error, for people, unless every key that is checked holds what it may. */
export function checkKeys(config: object, checks: Record<string, Check>) {
  for (const [key, { holds, expected, why }] of Object.entries(checks)) {
    const value = (config as Record<string, unknown>)[key]
    if (!holds(value)) throw new Error(`${key} of the UNet is ${show(value)}, but has to be ${expected}.${why ?? ''}`)
  }
}
