// Options of the command line: how each is read, checked and shown in the help text.
import { MAX_THREADS } from '../../engine/backends/wasm/threads.ts'
import { cliMessages } from '../../messages/cli.ts'
import { UsageError } from '../node/failure.ts'

/** Values by the names of options, as `parseArgs` of Node returns them. */
export type GivenValues = Readonly<Record<string, unknown>>

export interface Option<T> {
  /** Name without dashes. */
  name: string
  /** Lines of the help text. An option with its name alone is listed with another one. */
  help: string
  config: { type: 'string' | 'boolean'; multiple?: boolean; short?: string }
  /** @throws UsageError */
  read(values: GivenValues): T
}

export type Options = Readonly<Record<string, Option<unknown>>>

/** Results of options by their keys. */
export type OptionResults<O extends Options> = {
  [K in keyof O]: O[K] extends Option<infer T> ? T : never
}

const define = <T>(help: string, config: Option<T>['config']): Option<T> => {
  const name = help.trim().split(/[ ,]/)[0].slice('--'.length)
  return { name, help, config, read: (values) => values[name] as T }
}

export const text = (help: string) => define<string | undefined>(help, { type: 'string' })

export const list = (help: string) =>
  map(
    define<string[] | undefined>(help, { type: 'string', multiple: true }),
    (values = []) => values,
  )

export const flag = (help: string, short?: string) =>
  map(
    define<boolean | undefined>(help, { type: 'boolean', ...(short && { short }) }),
    (value = false) => value,
  )

/** Changes the result of an option; `change` may throw UsageError. */
export const map = <T, U>(
  option: Option<T>,
  change: (value: T, values: GivenValues) => U,
): Option<U> => ({ ...option, read: (values) => change(option.read(values), values) })

/** Rejects an option if `fault` returns a message for all values. */
export const check = <T>(
  option: Option<T>,
  fault: (value: T, values: GivenValues) => string | undefined,
): Option<T> =>
  map(option, (value, values) => {
    const message = fault(value, values)
    if (message !== undefined) throw new UsageError(message)
    return value
  })

export const required = (option: Option<string | undefined>, missing: () => string) =>
  map(option, (value) => {
    if (value === undefined) throw new UsageError(missing())
    return value
  })

/** An option whose value is parsed; `initial` without one. `parse` may throw UsageError. */
export const parsed =
  <T, const D = undefined>(parse: (text: string, name: string) => T, initial?: D) =>
  (help: string): Option<T | D> => {
    const option = text(help)
    return map(option, (value) =>
      value === undefined ? (initial as D) : parse(value, option.name),
    )
  }

/** Parses one of these names; `fault` returns the message about any other. */
export const oneOf =
  <const T extends string>(
    names: readonly T[],
    fault: (values: { names: string; got: string }) => string,
  ) =>
  (text: string): T => {
    const found = names.find((name) => name === text)
    if (!found) throw new UsageError(fault({ names: names.join(', '), got: text }))
    return found
  }

export function parseSetting(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new UsageError(cliMessages.setting({ got: text }))
  return [text.slice(0, equals), text.slice(equals + 1)]
}

export function parseCount(text: string, option: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new UsageError(cliMessages.count({ option, got: text }))
}

export function parsePositive(text: string, option: string): number {
  const value = Number(text)
  if (value > 0 && value < 1e6) return value
  throw new UsageError(cliMessages.positive({ option, got: text }))
}

export function parseThreads(text: string): number {
  const threads = Number(text)
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads
  throw new UsageError(cliMessages.threads({ most: MAX_THREADS, got: text }))
}

/** Parses `32` or `64x48`. */
export function parseSize(text: string): [width: number, height: number] {
  const [, first, second = first] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? []
  if (first === undefined) throw new UsageError(cliMessages.size({ got: text }))
  return [Number(first), Number(second)]
}

export function parsePosition(text: string): [x: number, y: number] {
  const [x, y, more] = text.split(',').map((part) => (part.trim() ? Number(part) : NaN))
  const share = (value: number | undefined): value is number =>
    value !== undefined && value >= 0 && value <= 1
  if (!share(x) || !share(y) || more !== undefined)
    throw new UsageError(cliMessages.position({ got: text }))
  return [x, y]
}
