// Keys that the user has changed: conflicts, and files to exchange them. Pure functions.
import { isObject } from '../../workflow/json.ts'

/** Keys by the id of a command; only those that differ from the usual ones. */
export type KeyTable = Readonly<Record<string, readonly string[]>>

/** The part of a command that its keys need. */
export interface KeyedCommand {
  id: string
  keys: readonly string[]
  usual: readonly string[]
  /** The keys cannot be changed. */
  fixed: boolean
}

export type Refusal = 'browser' | 'fixed' | 'field'

const KEYS = /^(Mod\+)?(Alt\+)?(Shift\+)?([^\s\p{L}]|\p{Lu}|[A-Z][A-Za-z0-9]{1,19})$/u

/** True for keys such as `Mod+Shift+Z`, `F8`, `?`. */
export const isKeys = (value: unknown): value is string =>
  typeof value === 'string' && KEYS.test(value)

/** Keys that browsers do not pass on to pages. */
const ofBrowser = new Set([
  'Mod+N',
  'Mod+T',
  'Mod+W',
  'Mod+Q',
  'Mod+Shift+N',
  'Mod+Shift+T',
  'Mod+Shift+W',
  'Mod+Tab',
  'Mod+Shift+Tab',
  'Alt+Tab',
  'Alt+F4',
  'F11',
  'F12',
])

/** Keys that move the focus or press what has it. */
const ofFields = new Set(['Tab', 'Shift+Tab', 'Enter', 'Space', 'Escape'])

/** Returns why a command cannot have some keys; with the id of the command that has them. */
export function findRefusal(
  commands: readonly KeyedCommand[],
  id: string,
  keys: string,
): { why: Refusal; by?: string } | undefined {
  const command = commands.find((each) => each.id === id)
  if (command?.usual.includes(keys)) return undefined
  if (ofBrowser.has(keys)) return { why: 'browser' }
  if (ofFields.has(keys)) return { why: 'field' }
  const by = commands.find((each) => each.fixed && each.id !== id && each.keys.includes(keys))
  return by && { why: 'fixed', by: by.id }
}

/**
 * Returns the command that has the same keys. Commands that share usual keys, such as Run and Queue,
 * of which one is enabled at a time, are no conflict.
 */
export function findConflict(
  commands: readonly KeyedCommand[],
  id: string,
  keys: string,
): string | undefined {
  const own = commands.find((each) => each.id === id)
  const shares = (other: KeyedCommand) =>
    own?.usual.includes(keys) === true && other.usual.includes(keys)
  return commands.find((each) => each.id !== id && each.keys.includes(keys) && !shares(each))?.id
}

/** Sets the keys of a command, and takes them from others that have them. */
export function withKeys(
  table: KeyTable,
  commands: readonly KeyedCommand[],
  id: string,
  keys: readonly string[],
): KeyTable {
  const next: Record<string, readonly string[]> = { ...table, [id]: [...new Set(keys)] }
  for (const each of keys) {
    const other = findConflict(commands, id, each)
    const from = commands.find((command) => command.id === other)
    if (from) next[from.id] = (next[from.id] ?? from.keys).filter((key) => key !== each)
  }
  return onlyChanged(next, commands)
}

/** Leaves out usual keys. */
function onlyChanged(table: KeyTable, commands: readonly KeyedCommand[]): KeyTable {
  const usual = new Map(commands.map((command) => [command.id, command.usual]))
  return Object.fromEntries(
    Object.entries(table).filter(([id, keys]) => usual.get(id)?.join(' ') !== keys.join(' ')),
  )
}

/** Name of the member of a file that has the keys. */
const MEMBER = 'keys'
const FORMAT = 'litegraph-diffusion keys 1'

/** Writes the keys as JSON. */
export const writeKeys = (table: KeyTable): string =>
  `${JSON.stringify({ format: FORMAT, [MEMBER]: table }, null, 2)}\n`

export type KeyFileProblem =
  | { kind: 'json' }
  | { kind: 'format' }
  | { kind: 'command'; id: string }
  | { kind: 'keys'; id: string }
  | { kind: 'taken'; id: string; keys: string; other: string }

export interface ReadKeys {
  table: KeyTable
  /** Entries that could not be used. */
  problems: KeyFileProblem[]
}

/** More text than any table of keys has. */
const MAX_LENGTH = 100_000

/**
 * Reads a file of keys. Leaves out what does not apply here; returns no table if the file is none.
 */
export function readKeyFile(
  text: string,
  commands: readonly KeyedCommand[],
): ReadKeys | { table?: undefined; problems: KeyFileProblem[] } {
  let data: unknown
  try {
    data = text.length > MAX_LENGTH ? undefined : JSON.parse(text)
  } catch {
    return { problems: [{ kind: 'json' }] }
  }
  if (!isObject(data) || data.format !== FORMAT || !isObject(data[MEMBER]))
    return { problems: [{ kind: 'format' }] }
  const problems: KeyFileProblem[] = []
  let table: KeyTable = {}
  for (const [id, value] of Object.entries(data[MEMBER])) {
    const keys = readCommandKeys(id, value, commands, problems)
    if (keys) table = { ...table, [id]: keys }
  }
  return { table: withoutTaken(table, commands, problems), problems }
}

function readCommandKeys(
  id: string,
  value: unknown,
  commands: readonly KeyedCommand[],
  problems: KeyFileProblem[],
): readonly string[] | undefined {
  const command = commands.find((each) => each.id === id)
  if (!command || command.fixed) return void problems.push({ kind: 'command', id })
  if (!Array.isArray(value) || !value.every(isKeys) || value.length > 4)
    return void problems.push({ kind: 'keys', id })
  const allowed = value.filter((keys) => !findRefusal(commands, id, keys))
  if (allowed.length < value.length) problems.push({ kind: 'keys', id })
  return allowed
}

/** Removes keys that another command keeps or has got before. */
function withoutTaken(
  table: KeyTable,
  commands: readonly KeyedCommand[],
  problems: KeyFileProblem[],
): KeyTable {
  const present = commands.map((command) => ({
    ...command,
    keys: [...(table[command.id] ?? command.usual)],
  }))
  const result: Record<string, readonly string[]> = {}
  for (const id of Object.keys(table)) {
    const own = present.find((each) => each.id === id)
    if (!own) continue
    own.keys = own.keys.filter((keys) => {
      const other = findConflict(present, id, keys)
      if (other !== undefined) problems.push({ kind: 'taken', id, keys, other })
      return other === undefined
    })
    result[id] = own.keys
  }
  return onlyChanged(result, commands)
}
