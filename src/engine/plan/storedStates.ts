// States of trainings in storage: written with a checksum, verified when read, and replaced only
// once later ones are stored.
//
// Names: `state/KEY@STEP` for the state at the end of a run or at a stop, which stays, and
// `state/KEY@STEP~` for one in between, which later ones replace.
import type { MessageText } from '../base/catalogue.ts'
import { planMessages } from '../messages/plan.ts'
import { collectTensors } from '../base/values.ts'
import type { LoopState } from './host.ts'
import type { Key } from './keys.ts'
import { pack, unpack } from './pack.ts'
import {
  createRecord,
  decodeOrigin,
  openRecord,
  RECORD_HEADER,
  RecordError,
  sealRecord,
} from './record.ts'
import type { GuardedStore } from './store.ts'

export interface StoredState {
  index: number
  state: LoopState
  /** Duration of the loop up to this state. */
  seconds: number
}

export interface StateName {
  name: string
  index: number
  /** True for a state that later ones replace. */
  isPassing: boolean
}

/**
 * Number of states of a training that are kept at least: if the last one is damaged, the training
 * continues from the one before it.
 */
const MIN_STATES = 2

export class StoredStates {
  private readonly origins = new Map<Key, string>()

  constructor(
    private readonly store: GuardedStore | undefined,
    private readonly onTrouble: (message: MessageText) => void,
    private readonly now: () => number,
  ) {}

  /** False for a session without storage. */
  get isAvailable() {
    return this.store !== undefined
  }

  /** Lists the states of a training, the last one first. */
  async list(key: Key): Promise<StateName[]> {
    return sortStates((await this.store?.list(statePrefix(key))) ?? [])
  }

  /** Returns true if any training has a state. */
  async hasAny(): Promise<boolean> {
    return ((await this.store?.list('state/')) ?? []).length > 0
  }

  /**
   * Reads a state, whose tensors belong to the caller. Returns 'damaged' and deletes the record if
   * a bit of it has changed since it was written; undefined if there is none.
   */
  async load({ name, index }: StateName): Promise<StoredState | 'damaged' | undefined> {
    const bytes = await this.store?.get(name)
    if (!bytes) return undefined
    try {
      const stored = readState(name, bytes)
      if (stored.index === index) return stored
      collectTensors(stored).forEach((tensor) => tensor.dispose())
    } catch (error) {
      if (error instanceof RecordError && !error.damaged) return undefined
    }
    await this.store?.delete(name)
    return 'damaged'
  }

  /**
   * Writes a state, which must not be released before this resolves. Returns for how many
   * milliseconds this blocked the thread; undefined if the state could not be stored.
   *
   * Earlier states are deleted after the store has confirmed the new one, and the one before it
   * always stays. It is not read back: the operating system would answer from its memory, so this
   * would not verify the disk. The checksum does when the state is needed.
   */
  async save(key: Key, stored: StoredState, isPassing: boolean): Promise<number | undefined> {
    const { store, now } = this
    if (!store) return undefined
    let blocked = 0
    const block = <T>(work: () => T): T => {
      const began = now()
      const result = work()
      blocked += now() - began
      return result
    }
    const name = stateName(key, stored.index, isPassing)
    const record = await pack(stored, { offset: RECORD_HEADER, block })
    block(() => sealRecord(name, record))
    const before = store.blocked?.() ?? 0
    if (!(await store.put(name, record))) return undefined
    blocked += (store.blocked?.() ?? 0) - before
    await this.removeSuperseded(key, stored.index)
    return blocked
  }

  /** Deletes the passing states of a training before the last two up to `index`. */
  private async removeSuperseded(key: Key, index: number) {
    const upTo = (await this.list(key)).filter((each) => each.index <= index)
    for (const { name, isPassing } of upTo.slice(MIN_STATES))
      if (isPassing) await this.store?.delete(name)
  }

  /**
   * Deletes what a crash left behind: passing states that others have replaced, and what the store
   * itself finds. Another page may be training: of its states, this keeps those that it keeps.
   */
  async removeOrphans() {
    const { store } = this
    if (!store) return
    await store.removeOrphans?.()
    const names = (await store.list('state/')).map(({ key: name }) => name)
    const keys = new Set(names.map((name) => name.slice('state/'.length, name.lastIndexOf('@'))))
    for (const key of keys) await this.removeSuperseded(key, Infinity)
  }

  /**
   * Returns the name of the stored weights that a training continued from, by its key without them.
   */
  async origin(key: Key): Promise<string | undefined> {
    const known = this.origins.get(key)
    if (known !== undefined) return known
    const name = `origin/${key}`
    const record = await this.store?.get(name)
    if (!record) return undefined
    try {
      return decodeOrigin(openRecord(name, record))
    } catch (error) {
      if (error instanceof RecordError && !error.damaged) return undefined
      await this.store?.delete(name)
      this.onTrouble(planMessages.damagedOrigin())
      return undefined
    }
  }

  async storeOrigin(key: Key, origin: string) {
    this.origins.set(key, origin)
    const name = `origin/${key}`
    await this.store?.put(name, createRecord(name, new TextEncoder().encode(origin)))
  }
}

/** @throws RecordError if a bit has changed since the state was written under this name */
export const readState = (name: string, bytes: Uint8Array): StoredState =>
  unpack(openRecord(name, bytes)) as StoredState

const statePrefix = (key: Key) => `state/${key}@`

export const stateName = (key: Key, index: number, isPassing: boolean) =>
  `${statePrefix(key)}${index}${isPassing ? '~' : ''}`

/** Sorts states by their step, the last one first; of the same step, the one that stays. */
function sortStates(entries: readonly { key: string }[]): StateName[] {
  const states = entries.flatMap(({ key: name }) => {
    const [, index, passing] = /@(\d+)(~?)$/.exec(name) ?? []
    return index === undefined ? [] : [{ name, index: Number(index), isPassing: passing === '~' }]
  })
  return states.sort((a, b) => b.index - a.index || Number(a.isPassing) - Number(b.isPassing))
}
