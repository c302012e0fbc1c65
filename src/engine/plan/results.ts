// Cache of results between runs: outputs of nodes and states of loops in memory, states of
// trainings in storage as well.
import type { LoopState } from './host.ts'
import type { Key } from './keys.ts'
import { collectTensors } from '../base/values.ts'
import { measureBytes, type Memory } from '../base/memory.ts'
import type { Outputs } from './op.ts'
import { pack, unpack } from './pack.ts'
import type { StateStore } from './store.ts'
import { planMessages } from '../messages/plan.ts'

/** Maximum memory of cached results, on the device and beside it, in bytes. */
const BUDGET = 256 * 2 ** 20

interface Entry {
  value: unknown
  bytes: number
}

export interface StoredState {
  index: number
  state: LoopState
  /** Duration of the loop up to this state. */
  seconds: number
}

/** Cached values, least recently used first. The cache co-owns their tensors. */
export class Results {
  private readonly entries = new Map<string, Entry>()
  private bytes = 0
  /** Stored states that the next one replaces, by key. */
  private readonly saved = new Map<Key, string>()
  private readonly origins = new Map<Key, string>()

  constructor(
    private readonly memory: Memory,
    private readonly store: StateStore | undefined,
    private readonly onTrouble: (message: string) => void,
    private readonly budget = BUDGET,
  ) {}

  outputs(key: Key): Outputs | undefined {
    return this.get(`outputs/${key}`) as Outputs | undefined
  }

  storeOutputs(key: Key, outputs: Outputs) {
    this.put(`outputs/${key}`, outputs)
  }

  storeState(key: Key, stored: StoredState) {
    this.put(stateName(key, stored.index), stored)
  }

  /**
   * Returns the last readable state with an index of at most `count`, from memory or storage;
   * retained for the caller.
   */
  async state(key: Key, count: number): Promise<StoredState | undefined> {
    const prefix = `state/${key}@`
    const inStorage = this.store ? (await this.store.list(prefix)).map(({ key: name }) => name) : []
    const names = [...new Set([...this.entries.keys(), ...inStorage])].filter((name) =>
      name.startsWith(prefix),
    )
    const candidates = names
      .map((name) => ({ name, index: Number(name.slice(prefix.length)) }))
      .filter(({ index }) => index <= count)
      .sort((a, b) => b.index - a.index)
    for (const { name, index } of candidates) {
      const stored = (this.get(name) as StoredState | undefined) ?? (await this.load(name, index))
      if (stored) return { ...stored, state: this.memory.retain(stored.state) }
    }
    return undefined
  }

  /** Reads a state from storage; undefined if it is missing, incomplete, or of another version. */
  private async load(name: string, index: number): Promise<StoredState | undefined> {
    const bytes = await this.store?.get(name)
    if (!bytes) return undefined
    const loaded = unpackState(bytes)
    if (loaded?.index === index) {
      this.put(name, loaded)
      return loaded
    }
    collectTensors(loaded).forEach((tensor) => tensor.dispose())
    await this.store?.delete(name)
    this.onTrouble(planMessages.unreadableTraining({ step: index }))
    return undefined
  }

  /**
   * Writes a state to storage. An intermediate state is replaced by the next one; the state at the
   * end of a run, or at a stop, stays.
   */
  async save(key: Key, stored: StoredState, onTheWay: boolean): Promise<void> {
    if (!this.store) return
    this.memory.retain(stored.state)
    try {
      const name = stateName(key, stored.index)
      await this.store.put(name, await pack(stored))
      const before = this.saved.get(key)
      if (before && before !== name) await this.store.delete(before)
      if (onTheWay) this.saved.set(key, name)
      else this.saved.delete(key)
    } finally {
      this.memory.release(stored.state)
    }
  }

  /**
   * Returns the name of the stored weights that a training continued from, by its key without them.
   */
  async origin(key: Key): Promise<string | undefined> {
    const bytes = this.origins.has(key) ? undefined : await this.store?.get(`origin/${key}`)
    return bytes ? new TextDecoder().decode(bytes) : this.origins.get(key)
  }

  async storeOrigin(key: Key, origin: string) {
    this.origins.set(key, origin)
    await this.store?.put(`origin/${key}`, new TextEncoder().encode(origin))
  }

  dispose() {
    for (const name of this.entries.keys()) this.drop(name)
  }

  private get(name: string): unknown {
    const entry = this.entries.get(name)
    if (!entry) return undefined
    this.entries.delete(name)
    this.entries.set(name, entry)
    return entry.value
  }

  private put(name: string, value: unknown) {
    const bytes = measureBytes(value)
    if (bytes > this.budget / 2) return
    this.memory.retain(value)
    this.drop(name)
    this.entries.set(name, { value, bytes })
    this.bytes += bytes
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.budget) break
      this.drop(oldest)
    }
  }

  private drop(name: string) {
    const entry = this.entries.get(name)
    if (!entry) return
    this.entries.delete(name)
    this.bytes -= entry.bytes
    this.memory.release(entry.value)
  }
}

function unpackState(bytes: Uint8Array): StoredState | undefined {
  try {
    return unpack(bytes) as StoredState
  } catch {
    return undefined
  }
}

const stateName = (key: Key, index: number) => `state/${key}@${index}`
