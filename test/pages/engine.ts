// What the tests of the engine in a browser reach from the outside.
import { tf } from '../../src/engine/tf.ts'
import { tune } from '../../src/engine/webgpu/tuner.ts'
import { createClient } from '../../src/nodes/client.ts'
import { connect } from '../../src/nodes/connect.ts'
import { databaseStore } from '../../src/nodes/database.ts'
import { ops } from '../plan/toy.ts'
import type { Asked, Told } from './threads-worker.ts'

/** The addresses of the workers that are here. */
const workers = import.meta.glob<string>('./*-worker.ts', { query: '?worker&url', import: 'default', eager: true })

const api = {
  tf,
  createClient,
  connect,
  databaseStore,
  tune,
  toys: [...ops.values()],
  worker: workers['./toy-worker.ts']!,
  /** With nodes for recorded numbers. */
  recordedWorker: workers['./recorded-worker.ts']!,
  threadsWorker: workers['./threads-worker.ts']!,
  /** The same in the page. */
  tellThreads: async (asked: Asked): Promise<Told> => (await import('./threads-worker.ts')).tell(asked),
}

declare global {
  interface Window {
    engine: typeof api
  }
}

window.engine = api
