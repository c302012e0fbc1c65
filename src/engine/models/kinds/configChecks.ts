// Checks of config keys, and their messages.
import { joinSentences } from '../../messages/faults.ts'
import type { MessageText } from '../../base/catalogue.ts'
import { MessageError } from '../../base/errors.ts'
import { quoteValue } from '../../base/quote.ts'
import { unetMessages, unetWords } from '../../messages/unet.ts'

export interface Check {
  holds(value: unknown): boolean
  expected: MessageText
  /** Reason, if a value is valid in diffusers but not here. */
  why?: MessageText
}

export const isOneOf = (values: readonly unknown[], why?: MessageText): Check => ({
  holds: (value) => values.includes(value),
  expected: checkChoice(values.map((value) => JSON.stringify(value))),
  ...(why && { why }),
})
const checkChoice = (values: readonly string[]): MessageText =>
  values.length === 1 ? values[0] : unetWords.choice({ choices: values.join(', ') })

export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 2 ** 24
export const isFinite = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)
export const count: Check = { holds: isCount, expected: unetWords.count() }
export const countOrNull: Check = {
  holds: (value) => value === null || isCount(value),
  expected: unetWords.countOrNull(),
}
export const positive: Check = {
  holds: (value) => isFinite(value) && value > 0,
  expected: unetWords.positive(),
}
export const probability: Check = {
  holds: (value) => isFinite(value) && value >= 0 && value < 1,
  expected: unetWords.share(),
}
export const imageSide: Check = {
  holds: (value) =>
    isCount(value) || (Array.isArray(value) && value.length === 2 && value.every(isCount)),
  expected: unetWords.side(),
}
export const yesOrNo: Check = {
  holds: (value) => typeof value === 'boolean',
  expected: unetWords.boolean(),
}
export const checkList = (item: Check): Check => ({
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= 16 &&
    value.every((one) => item.holds(one)),
  expected: unetWords.listOf({ item: item.expected }),
  ...(item.why && { why: item.why }),
})

/** Prints a value, truncated: a file may hold anything. */
export const formatValue = (value: unknown) =>
  value === undefined ? unetWords.nothing() : quoteValue(value, 200)

/**
 * Throws Error with a message for users unless every checked key is valid. `message` names the kind
 * of model.
 */
export function checkKeys(
  config: object,
  checks: Record<string, Check>,
  message: typeof unetMessages.wrongKey = unetMessages.wrongKey,
) {
  for (const [key, { holds, expected, why }] of Object.entries(checks)) {
    const value = (config as Record<string, unknown>)[key]
    if (!holds(value))
      throw new MessageError(
        joinSentences(message({ key, expected, got: formatValue(value) }), ...(why ? [why] : [])),
      )
  }
}

/**
 * The entries of a file's config whose keys are known. Keys that begin with `_` are ignored, and
 * those of `ignored` with the value they have there. Throws Error with a message for users for any
 * other key.
 */
export function knownKeys(
  json: Record<string, unknown>,
  known: object,
  ignored: Readonly<Record<string, unknown>>,
  message: typeof unetMessages.unknownKey,
): Record<string, unknown> {
  const isKnown = ([key, value]: [string, unknown]) => {
    if (Object.hasOwn(known, key)) return true
    const isIgnored = Object.hasOwn(ignored, key) && ignored[key] === value
    if (key.startsWith('_') || isIgnored) return false
    throw new MessageError(message({ key, value: formatValue(value) }))
  }
  return Object.fromEntries(Object.entries(json).filter(isKnown))
}
