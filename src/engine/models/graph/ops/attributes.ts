// Checks of attributes, which may come from files of strangers.
import type { AttributeCheck } from '../layer.ts'

/** Largest width, size or count of a layer. */
const MOST = 2 ** 20

export const count: AttributeCheck = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST

export const countOrZero: AttributeCheck = (value) => value === 0 || count(value)

export const finite: AttributeCheck = Number.isFinite

export const positive: AttributeCheck = (value) => finite(value) && (value as number) > 0

export const share: AttributeCheck = (value) =>
  finite(value) && (value as number) >= 0 && (value as number) < 1

export const flag: AttributeCheck = (value) => typeof value === 'boolean'

const listOf =
  (check: AttributeCheck, least: number, most: number): AttributeCheck =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(check)

/** Shape of an item. */
export const itemShape = listOf(count, 1, 3)

/** Zeros at the top, left, bottom and right; null for those that keep the size. */
export const padding: AttributeCheck = (value) => value === null || listOf(countOrZero, 4, 4)(value)
