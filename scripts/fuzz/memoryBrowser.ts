// Stored data of a browser in memory, for the import of backups.
import { createParts, type FileStore, type Parts } from '../../src/editor/backup/parts.ts'
import {
  createMemoryStore,
  storeNames,
  type StoreName,
  type Stores,
} from '../../src/editor/storage/stores.ts'
import type { Change } from '../../src/storage/keyValues.ts'
import { memoryStore, type StateStore } from '../../src/engine/plan/store.ts'
import { computeSha256 } from '../../src/engine/checkpoint/archive.ts'

function createFileStore(): FileStore {
  const stored = new Map<string, { name: string; bytes: Uint8Array }>()
  return {
    list: async () =>
      [...stored].map(([sha256, { name, bytes }]) => ({ sha256, name, size: bytes.length })),
    get: async (sha256) => stored.get(sha256)?.bytes,
    save: async (name, bytes) => stored.set(computeSha256(bytes), { name, bytes }),
    remove: async (sha256) => void stored.delete(sha256),
  }
}

export interface MemoryBrowser {
  stores: Stores
  checkpoints: FileStore
  datasets: FileStore
  states: StateStore
  parts: Parts
}

/** Stores are those of a page, with these values in them. */
export function createMemoryBrowser(
  initial: Partial<Record<StoreName, readonly Change[]>> = {},
): MemoryBrowser {
  const stores = Object.fromEntries(
    storeNames.map((name) => [name, createMemoryStore(name, initial[name])]),
  ) as Stores
  const sources = {
    stores,
    checkpoints: createFileStore(),
    datasets: createFileStore(),
    states: memoryStore(),
  }
  return { ...sources, parts: createParts(sources) }
}
