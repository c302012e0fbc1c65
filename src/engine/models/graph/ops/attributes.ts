// Checks of attributes, which may come from files of strangers.
import type { AttributeCheck } from '../layerOp.ts'

/** Largest width, size or count of a layer. */
const MOST = 2 ** 20

export const count = (value: unknown): value is number => countOrZero(value) && value >= 1

export const countOrZero = (value: unknown): value is number =>
  finite(value) && Number.isSafeInteger(value) && value >= 0 && value <= MOST

export const finite = (value: unknown): value is number => Number.isFinite(value)

export const positive = (value: unknown): value is number => finite(value) && value > 0

export const share = (value: unknown): value is number => finite(value) && value >= 0 && value < 1

export const flag = (value: unknown): value is boolean => typeof value === 'boolean'

const listOf =
  (check: AttributeCheck<number>, least: number, most: number) =>
  (value: unknown): value is readonly number[] =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(check)

/** Shape of an item. */
export const itemShape = listOf(count, 1, 3)

/** Zeros at the top, left, bottom and right; null for those that keep the size. */
export const padding = (value: unknown): value is readonly number[] | null =>
  value === null || fourCounts(value)

const fourCounts = listOf(countOrZero, 4, 4)
