// Stores of bytes in IndexedDB, with a fallback to memory and a budget.
import { joinSentences } from '../engine/messages/faults.ts'
import type { MessageText } from '../engine/base/catalogue.ts'
import { MessageError } from '../engine/base/errors.ts'
import type { StateStore } from '../engine/plan/store.ts'
import { hostMessages } from '../messages/host.ts'
import { boundValues, type Availability } from './boundedValues.ts'
import { createDatabaseValues, isQuotaError, type Change, type KeyValues } from './keyValues.ts'

export interface DatabaseOptions {
  /** In bytes. Beyond it the least recently used entries are deleted. Unlimited by default. */
  budget?: number
  /**
   * Called if IndexedDB is unavailable (a private window, a sandboxed frame) or does not answer, and
   * when it answers again. Meanwhile entries last as long as the page.
   */
  onAvailability?: (availability: Availability) => void
  /** A sentence about the effect of an entry that could not be stored. */
  ifFull?: MessageText
}

/**
 * A store in a separate database, which answers within a time bound. If the disk is full, `put`
 * throws an Error with a sentence for the user, and the existing entries stay.
 */
export function databaseStore(
  name: string,
  { budget = Infinity, onAvailability, ifFull }: DatabaseOptions = {},
): StateStore {
  let blocked = 0
  const database = createDatabaseValues(name, 'entries', {
    isDurable: true,
    onBlocked: (milliseconds) => void (blocked += milliseconds),
  })
  const values = boundValues(database, onAvailability && { onChange: onAvailability })
  return { ...createEntryStore(values, budget, ifFull), blocked: () => blocked }
}

/** Metadata of an entry. Stored apart from its bytes, so that a list does not read them. */
interface EntryMeta {
  size: number
  /** Orders the last reads and writes: milliseconds since 1970, but later than all before. */
  used: number
}

function isMeta(value: unknown): value is EntryMeta {
  const { size, used } = Object(value) as Partial<Record<keyof EntryMeta, unknown>>
  return Number.isSafeInteger(size) && (size as number) >= 0 && isUse(used)
}

/** Later times than those of a Date would leave no numbers for later uses. */
const isUse = (used: unknown) => Number.isFinite(used) && Math.abs(used as number) <= 8.64e15

const dataKey = (key: string) => `data/${key}`
const metaKey = (key: string) => `meta/${key}`

export function createEntryStore(
  values: KeyValues,
  budget = Infinity,
  ifFull?: MessageText,
): StateStore {
  const hasBudget = budget < Infinity
  let lastUse = 0
  const newMeta = (size: number): EntryMeta => {
    // The clock may have been set back.
    lastUse = Math.max(Date.now(), lastUse + 1)
    return { size, used: lastUse }
  }
  const readMetas = async (prefix = '') => {
    const all = await values.entries<unknown>(metaKey(prefix))
    // A damaged one must not hide the others.
    const metas = all.filter((entry): entry is [string, EntryMeta] => isMeta(entry[1]))
    lastUse = metas.reduce((last, [, { used }]) => Math.max(last, used), lastUse)
    return metas.map(([key, meta]) => ({ key: key.slice(metaKey('').length), ...meta }))
  }
  const removals = (keys: readonly string[]): Change[] =>
    keys.flatMap((key): Change[] => [
      [dataKey(key), undefined],
      [metaKey(key), undefined],
    ])
  return {
    async get(key) {
      const bytes = await values.get<unknown>(dataKey(key))
      if (!(bytes instanceof Uint8Array)) return undefined
      if (hasBudget) await values.write([[metaKey(key), newMeta(bytes.length)]]).catch(() => {})
      return bytes
    },
    async put(key, bytes) {
      if (bytes.length > budget) throw budgetError(budget, bytes.length)
      const evicted = hasBudget ? keysToEvict(await readMetas(), key, budget - bytes.length) : []
      const entry: Change[] = [
        [dataKey(key), bytes],
        [metaKey(key), newMeta(bytes.length)],
      ]
      // One transaction: entries are evicted only if this one is stored.
      await values.write([...removals(evicted), ...entry]).catch((error: unknown) => {
        if (isQuotaError(error)) throw quotaError(bytes.length, ifFull)
        if (isTooLarge(error))
          throw new MessageError(hostMessages.tooLarge({ size: formatMebibytes(bytes.length) }))
        throw error
      })
    },
    list: async (prefix) => (await readMetas(prefix)).map(({ key, size }) => ({ key, size })),
    delete: (key) => values.write(removals([key])),
    removeOrphans: () => removeHalves(values),
  }
}

/**
 * Removes bytes without metadata, which no list contains, and metadata without bytes: earlier
 * versions could leave them. Each is checked again in the transaction that removes it, because
 * another page may be writing an entry under this key.
 */
async function removeHalves(values: KeyValues) {
  const names = new Set(await values.keys())
  for (const name of names) {
    const key = name.slice(name.indexOf('/') + 1)
    const other = name === dataKey(key) ? metaKey(key) : dataKey(key)
    if (names.has(other)) continue
    let isComplete = false
    const check = (half: unknown) => {
      isComplete = half !== undefined
      return half
    }
    const remove = (half: unknown) => (isComplete ? half : undefined)
    await values.update(
      new Map([
        [other, check],
        [name, remove],
      ]),
    )
  }
}

/** Chromium refuses values above 127 MiB in private windows, where it stores nothing on the disk. */
const isTooLarge = (error: unknown) =>
  error instanceof DOMException && /too large/i.test(error.message)

const budgetError = (budget: number, size: number) =>
  new MessageError(
    hostMessages.overBudget({ budget: formatMebibytes(budget), size: formatMebibytes(size) }),
  )

/**
 * The least recently used keys to delete so that the others fit into `room` bytes. `replaced` does
 * not count.
 */
function keysToEvict(
  entries: ({ key: string } & EntryMeta)[],
  replaced: string,
  room: number,
): string[] {
  const others = entries.filter(({ key }) => key !== replaced).sort((a, b) => b.used - a.used)
  let taken = 0
  return others.filter(({ size }) => (taken += size) > room).map(({ key }) => key)
}

const quotaError = (bytes: number, meaning?: MessageText) =>
  new MessageError(
    joinSentences(
      hostMessages.full({ size: formatMebibytes(bytes) }),
      ...(meaning ? [meaning] : []),
      hostMessages.freeSpace(),
    ),
  )

const formatMebibytes = (bytes: number) => (bytes / 2 ** 20).toPrecision(3)
