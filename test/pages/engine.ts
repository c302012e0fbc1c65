// Page with the engine, for tests in a browser.
import { tf } from '../../src/engine/base/tf.ts'
import { tune } from '../../src/engine/backends/webgpu/tuner.ts'
import { createClient } from '../../src/hosts/worker/client.ts'
import { connect } from '../../src/hosts/worker/connect.ts'
import { startWorker } from '../../src/hosts/worker/startWorker.ts'
import { databaseStore } from '../../src/storage/database.ts'
import type { Client } from '../../src/hosts/worker/clientTypes.ts'
import { ops } from '../engine/plan/toy.ts'
import type { ThreadRequest, ThreadReport } from './threads-worker.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import defaultWorker from '../../src/hosts/worker/worker.ts?worker&url'

/** URLs of the workers. */
const workers = import.meta.glob<string>('./*-worker.ts', {
  query: '?worker&url',
  import: 'default',
  eager: true,
})

const api = {
  tf,
  createClient,
  connect,
  startWorker,
  databaseStore,
  tune,
  toys: [...ops.values()],
  worker: workers['./toy-worker.ts'],
  /** The worker of the package. Trusted Types require its URL. */
  defaultWorker,
  /** Worker whose GPU device can be destroyed. */
  failingWorker: workers['./failing-worker.ts'],
  /** Worker with nodes for recorded numbers. */
  recordedWorker: workers['./recorded-worker.ts'],
  threadsWorker: workers['./threads-worker.ts'],
  /** The same engine in the page. */
  tellThreads: async (asked: ThreadRequest): Promise<ThreadReport> =>
    (await import('./threads-worker.ts')).tell(asked),
  /** The client of a test that continues to use it later. */
  client: undefined as Client | undefined,
  /** Writes a backup of all parts, as the editor does. */
  writeBackup: async (client: Client) => (await import('./backup.ts')).backUp(client),
}

declare global {
  interface Window {
    engine: typeof api
  }
}

window.engine = api
