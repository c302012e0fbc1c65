// Key-value database that answers within a time bound. While IndexedDB does not answer, changes are
// collected in memory, and stored as soon as it does. If it is unavailable, memory replaces it.
import { createMemoryValues, type Change, type KeyValues, type Update } from './keyValues.ts'

export type Availability =
  | { state: 'ready' }
  /** The database does not answer yet. Changes wait in memory; stored values are not visible. */
  | { state: 'silent' }
  /** The database is unavailable, or full. `problem`: name of the error. */
  | { state: 'missing'; problem: string }

export interface BoundedOptions {
  /** Called when the availability changes. Databases are initially expected to be ready. */
  onChange?: (availability: Availability) => void
  /** Bound of an operation on the open database, in milliseconds. Default: 20 s. */
  patience?: number
  /** Bound of opening, in milliseconds. */
  openPatience?: number
  /** Time between attempts to store waiting changes after a failure, in milliseconds. */
  retryInterval?: number
}

/** Short enough to report a silent database within three seconds. */
const OPEN_PATIENCE = 2000
const PATIENCE = 20_000
/** Extra time after a bound, so that answers that wait for a busy event loop still count. */
const GRACE = 100
const RETRY_INTERVAL = 5000

/** Bounds the time of operations on `database`, and opens it; see {@link Availability}. */
export const boundValues = (database: KeyValues, options: BoundedOptions = {}): KeyValues =>
  new BoundedValues(database, options)

class BoundedValues implements KeyValues {
  /** Answers instead of the database while it is silent or missing. */
  private substitute: KeyValues | undefined
  private readonly opened: Promise<void>

  constructor(
    private readonly database: KeyValues,
    private readonly options: BoundedOptions,
  ) {
    this.opened = this.open()
  }

  get = <T>(key: string) => this.ask((values) => values.get<T>(key))
  entries = <T>(prefix?: string) => this.ask((values) => values.entries<T>(prefix))
  keys = (prefix?: string) => this.ask((values) => values.keys(prefix))
  write = (changes: readonly Change[]) => this.ask((values) => values.write(changes))
  update = (updates: ReadonlyMap<string, Update<unknown>>) =>
    this.ask((values) => values.update(updates))

  /** Reads once: in some browsers `indexedDB` exists but fails when used. */
  private async open() {
    const probe = this.database.get('')
    const patience = this.options.openPatience ?? OPEN_PATIENCE
    if (!(await settlesWithin(probe, patience))) this.wait(probe)
    else await probe.catch((error: unknown) => this.replace([], error))
  }

  private async ask<T>(operation: (values: KeyValues) => Promise<T>): Promise<T> {
    await this.opened
    if (this.substitute) return operation(this.substitute)
    const answer = operation(this.database)
    if (await settlesWithin(answer, this.options.patience ?? PATIENCE)) return answer
    return operation(this.wait(answer))
  }

  /** Collects changes until `answer` settles. */
  private wait(answer: Promise<unknown>): KeyValues {
    if (this.substitute) return this.substitute
    const waiting = new WaitingChanges()
    this.substitute = waiting
    this.options.onChange?.({ state: 'silent' })
    void answer.then(
      () => this.store(waiting),
      // It may have failed for a reason of its own, such as a conflict.
      () =>
        this.database.get('').then(
          () => this.store(waiting),
          (error: unknown) => this.replace(waiting.values(), error),
        ),
    )
    return waiting
  }

  /** Stores the waiting changes and returns to the database. Tries again if they do not fit. */
  private async store(waiting: WaitingChanges) {
    try {
      while (waiting.size) await waiting.storeIn(this.database)
      this.substitute = undefined
      this.options.onChange?.({ state: 'ready' })
    } catch (error) {
      this.options.onChange?.({ state: 'missing', problem: errorName(error) })
      setTimeout(() => void this.store(waiting), this.options.retryInterval ?? RETRY_INTERVAL)
    }
  }

  private replace(values: readonly Change[], error: unknown) {
    this.substitute = createMemoryValues(values)
    this.options.onChange?.({ state: 'missing', problem: errorName(error) })
  }
}

/** Changes made before their database has opened. Until then, reads find these values only. */
class WaitingChanges implements KeyValues {
  private updates = new Map<string, Update<unknown>[]>()

  get size() {
    return this.updates.size
  }

  get = async <T>(key: string) => this.read(key) as T | undefined

  async entries<T>(prefix = ''): Promise<[string, T][]> {
    return (this.values() as [string, T][]).filter(([key]) => key.startsWith(prefix))
  }

  keys = async (prefix?: string) => (await this.entries(prefix)).map(([key]) => key)

  async write(changes: readonly Change[]) {
    for (const [key, value] of changes) {
      const copy = structuredClone(value)
      this.updates.set(key, [() => copy])
    }
  }

  async update(updates: ReadonlyMap<string, Update<unknown>>) {
    // Throws before anything changes.
    for (const [key, update] of updates) update(this.read(key))
    for (const [key, update] of updates) this.add(key, update)
  }

  /** Values so far, sorted by key. */
  values(): [string, unknown][] {
    return [...this.updates.keys()]
      .sort()
      .map((key): [string, unknown] => [key, this.read(key)])
      .filter(([, value]) => value !== undefined)
  }

  /** Applies all changes to a database, and forgets them. If this fails, they keep waiting. */
  async storeIn(database: KeyValues) {
    const stored = this.updates
    this.updates = new Map()
    try {
      await database.update(
        new Map(
          [...stored].map(
            ([key, updates]) => [key, (before) => applyAll(updates, before)] as const,
          ),
        ),
      )
    } catch (error) {
      const later = this.updates
      this.updates = stored
      for (const [key, updates] of later) for (const update of updates) this.add(key, update)
      throw error
    }
  }

  private add(key: string, update: Update<unknown>) {
    this.updates.set(key, [...(this.updates.get(key) ?? []), update])
  }

  private read(key: string): unknown {
    return applyAll(this.updates.get(key) ?? [], undefined)
  }
}

const applyAll = (updates: readonly Update<unknown>[], before: unknown) =>
  updates.reduce((value, update) => update(value), before)

/** Returns true if a promise settles within a time, counted in milliseconds of a responsive page. */
function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    let timer = setTimeout(() => {
      timer = setTimeout(() => resolve(false), GRACE)
    }, milliseconds)
    const settle = () => {
      clearTimeout(timer)
      resolve(true)
    }
    promise.then(settle, settle)
  })
}

const errorName = (error: unknown) =>
  error instanceof Error || error instanceof DOMException ? error.name : String(error)
