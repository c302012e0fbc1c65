// Results kept between runs: outputs of nodes and states of loops in memory, trained states in storage as well.
import type { LoopState } from './host.ts'
import type { Key } from './keys.ts'
import { tensorsOf } from '../values.ts'
import { bytesOf, type Memory } from './memory.ts'
import type { Outputs } from './op.ts'
import { pack, unpack } from './pack.ts'
import type { StateStore } from './store.ts'

/** Results of earlier runs may take this much memory, on the device and beside it. */
const BUDGET = 256 * 2 ** 20

interface Entry {
  value: unknown
  bytes: number
}

export interface KeptState {
  index: number
  state: LoopState
  /** What it took to get there. */
  seconds: number
}

/** Kept values, least recently used first. The cache is one owner of their tensors among others. */
export class Results {
  private readonly entries = new Map<string, Entry>()
  private bytes = 0
  /** States in storage that were only written for safety, by key. */
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

  keepOutputs(key: Key, outputs: Outputs) {
    this.put(`outputs/${key}`, outputs)
  }

  keepState(key: Key, kept: KeptState) {
    this.put(stateName(key, kept.index), kept)
  }

  /** The furthest state not beyond `count` that can be read, from memory or storage; retained for the caller. */
  async state(key: Key, count: number): Promise<KeptState | undefined> {
    const prefix = `state/${key}@`
    const stored = this.store ? (await this.store.list(prefix)).map(({ key: name }) => name) : []
    const names = [...new Set([...this.entries.keys(), ...stored])].filter((name) => name.startsWith(prefix))
    const candidates = names
      .map((name) => ({ name, index: Number(name.slice(prefix.length)) }))
      .filter(({ index }) => index <= count)
      .sort((a, b) => b.index - a.index)
    for (const { name, index } of candidates) {
      const kept = (this.get(name) as KeptState | undefined) ?? (await this.load(name, index))
      if (kept) return { ...kept, state: this.memory.retain(kept.state) }
    }
    return undefined
  }

  /** From storage; undefined if it is gone by now, or was written by another version or only in part. */
  private async load(name: string, index: number): Promise<KeptState | undefined> {
    const bytes = await this.store?.get(name)
    if (!bytes) return undefined
    const kept = readState(bytes)
    if (kept?.index === index) {
      this.put(name, kept)
      return kept
    }
    tensorsOf(kept).forEach((tensor) => tensor.dispose())
    await this.store?.delete(name)
    this.onTrouble(
      `A stored training (step ${index}) could not be read and was deleted: it trains again from what else there is.`,
    )
    return undefined
  }

  /**
   * Writes a state to storage. One that was only written for safety on the way is replaced by the next; the end of a run, or
   * where it was stopped, stays.
   */
  async save(key: Key, kept: KeptState, onTheWay: boolean): Promise<void> {
    if (!this.store) return
    this.memory.retain(kept.state)
    try {
      const name = stateName(key, kept.index)
      await this.store.put(name, await pack(kept))
      const before = this.saved.get(key)
      if (before && before !== name) await this.store.delete(before)
      if (onTheWay) this.saved.set(key, name)
      else this.saved.delete(key)
    } finally {
      this.memory.release(kept.state)
    }
  }

  /** Which weights a training went on from, by the key it would have had otherwise. */
  async origin(key: Key): Promise<string | undefined> {
    const bytes = this.origins.has(key) ? undefined : await this.store?.get(`origin/${key}`)
    return bytes ? new TextDecoder().decode(bytes) : this.origins.get(key)
  }

  async keepOrigin(key: Key, origin: string) {
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
    const bytes = bytesOf(value)
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

function readState(bytes: Uint8Array): KeptState | undefined {
  try {
    return unpack(bytes) as KeptState
  } catch {
    return undefined
  }
}

const stateName = (key: Key, index: number) => `state/${key}@${index}`
