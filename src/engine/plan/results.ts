// Cache of results between runs: outputs of nodes and states of loops in memory, states of
// trainings in storage as well.
import type { Key } from './keys.ts'
import { measureBytes, type Memory } from '../base/memory.ts'
import type { Outputs } from './op.ts'
import { stateName, type StateName, type StoredState, type StoredStates } from './storedStates.ts'

/** Maximum memory of cached results, on the device and beside it, in bytes. */
const BUDGET = 256 * 2 ** 20
/** Number of runs that a result stays cached for without being used. */
const MAX_IDLE_RUNS = 12

interface Entry {
  value: unknown
  bytes: number
  /** Number of the last run that used it. */
  run: number
}

/** Cached values, least recently used first. The cache co-owns their tensors. */
export class Results {
  private readonly entries = new Map<string, Entry>()
  private bytes = 0
  private run = 0

  constructor(
    private readonly memory: Memory,
    readonly stored: StoredStates,
    private readonly budget = BUDGET,
  ) {}

  /** Starts a run: drops what the latest runs did not use. */
  beginRun() {
    this.run++
    for (const [name, { run }] of this.entries) if (this.run - run > MAX_IDLE_RUNS) this.drop(name)
  }

  outputs(key: Key): Outputs | undefined {
    return this.get(`outputs/${key}`) as Outputs | undefined
  }

  storeOutputs(key: Key, outputs: Outputs) {
    this.put(`outputs/${key}`, outputs)
  }

  storeState(key: Key, stored: StoredState) {
    this.put(stateName(key, stored.index, false), stored)
  }

  /**
   * Returns the last intact state with an index of at most `count`, from memory or storage;
   * retained for the caller. Calls `onDamaged` for each later one that is damaged.
   */
  async state(
    key: Key,
    count: number,
    onDamaged: (index: number) => void = () => {},
  ): Promise<StoredState | undefined> {
    const cached = this.cachedState(key, count)
    for (const name of await this.stored.list(key)) {
      if (name.index > count) continue
      if (cached && name.index <= cached.index) break
      const loaded = await this.load(name)
      if (loaded === 'damaged') onDamaged(name.index)
      else if (loaded) return this.retained(loaded)
    }
    return cached && this.retained(cached)
  }

  private cachedState(key: Key, count: number): StoredState | undefined {
    const prefix = `state/${key}@`
    const indices = [...this.entries.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .filter((index) => index <= count)
    if (indices.length === 0) return undefined
    return this.get(stateName(key, Math.max(...indices), false)) as StoredState
  }

  /** Reads a state from storage, and caches it unless later ones replace it. */
  private async load(name: StateName): Promise<StoredState | 'damaged' | undefined> {
    const loaded = await this.stored.load(name)
    if (loaded && loaded !== 'damaged' && !name.isPassing) this.put(name.name, loaded)
    return loaded
  }

  private retained = (stored: StoredState): StoredState => ({
    ...stored,
    state: this.memory.retain(stored.state),
  })

  dispose() {
    for (const name of this.entries.keys()) this.drop(name)
  }

  private get(name: string): unknown {
    const entry = this.entries.get(name)
    if (!entry) return undefined
    this.entries.delete(name)
    this.entries.set(name, { ...entry, run: this.run })
    return entry.value
  }

  private put(name: string, value: unknown) {
    const bytes = measureBytes(value)
    if (bytes > this.budget / 2) return
    this.memory.retain(value)
    this.drop(name)
    this.entries.set(name, { value, bytes, run: this.run })
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
