// Shapes of plain data: checks of stored values, which crashes, disks and other versions may have
// changed.
import { isPlainObject } from '../../engine/base/records.ts'

/** Returns true if a value has the shape. */
export type Shape = (value: unknown) => boolean

export const text: Shape = (value) => typeof value === 'string'
export const flag: Shape = (value) => typeof value === 'boolean'
export const finite: Shape = (value) => Number.isFinite(value)
/** A result, which may be NaN or infinite. */
export const result: Shape = (value) => typeof value === 'number'
/** A value without members, which turns into a text without calling any. */
export const primitive: Shape = (value) =>
  value === null || ['undefined', 'boolean', 'number', 'string'].includes(typeof value)

export const anything: Shape = () => true

/** The last time of a Date, in milliseconds. */
const END_OF_TIME = 8.64e15
export const time: Shape = (value) =>
  typeof value === 'number' && value >= -END_OF_TIME && value <= END_OF_TIME

export const integerFrom =
  (min: number): Shape =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min

export const oneOf =
  (...values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value)

export const instance =
  (constructor: abstract new (...args: never[]) => unknown): Shape =>
  (value) =>
    value instanceof constructor

export const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value)

export const list =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every((item) => shape(item))

export const tuple =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    Array.isArray(value) && value.length === shapes.length && shapes.every((at, i) => at(value[i]))

/** An object with these own fields, and possibly others. */
export const fields =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    isPlainObject(value) &&
    Object.entries(shapes).every(([name, shape]) =>
      shape(Object.hasOwn(value, name) ? value[name] : undefined),
    )

/** An object whose values have one shape. */
export const valuesOf =
  (shape: Shape): Shape =>
  (value) =>
    isPlainObject(value) && Object.values(value).every((item) => shape(item))

/** Several shapes at once. */
export const both =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    shapes.every((shape) => shape(value))
