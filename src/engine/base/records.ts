// Lookups in records whose names come from files, and changes of all their values.

/** Returns the own value of a name. Ignores inherited names such as `toString`. */
export const getOwn = <A>(record: Readonly<Record<string, A>>, name: string): A | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

/** Applies a function to every value of a record. */
export const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> => mapEntries(record, (_, value) => change(value))

/** Applies a function to every name and value of a record. */
export const mapEntries = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (name: string, value: A) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]))

/** True for objects of data, not of a class. */
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** True for an own key of a table. */
export const isKeyOf = <T extends object>(table: T, key: string): key is keyof T & string =>
  Object.hasOwn(table, key)
