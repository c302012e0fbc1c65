// The parts of this browser's storage, and what the editor itself takes of it.
import type { Kept } from '../../engine/protocol.ts'
import { databaseStore } from '../../nodes/database.ts'
import type { Editor } from '../editor.ts'
import * as state from '../state.ts'
import { partsOf, type Keeper, type Parts } from './parts.ts'

export function partsHere({ runner, stores }: Editor): Parts {
  const keeper = (what: Kept): Keeper => ({
    async list() {
      await runner.list(what)
      return state.run.kept[what].value
    },
    get: (sha256) => runner.get(what, sha256),
    keep: (name, bytes) => runner.keep(what, name, bytes),
    remove: (sha256) => runner.remove(what, sha256),
  })
  return partsOf({
    stores,
    checkpoints: keeper('checkpoint'),
    datasets: keeper('dataset'),
    // The engine has it too; it looks anew for each training.
    states: databaseStore('litegraph-diffusion-states'),
  })
}

/** In bytes. */
export async function offlineSize(): Promise<number> {
  let size = 0
  for (const name of (await globalThis.caches?.keys().catch(() => [])) ?? []) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) size += Number((await cache.match(request))?.headers.get('content-length') ?? 0)
  }
  return size
}
