// Stores of an engine that leaves nothing behind: figures in other pages, pages in one file.
import { memoryStore } from '../engine/plan/store.ts'
import { createStoredFiles } from './storedFiles.ts'
import type { EngineStorage } from './storage.ts'

/** Stores in memory. They end with the engine, and share nothing with those of the browser. */
export const memoryStorage = (): EngineStorage => ({
  states: memoryStore(),
  checkpoints: createStoredFiles(memoryStore()),
  datasets: createStoredFiles(memoryStore()),
})
