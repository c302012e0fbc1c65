// What the tests of the engine in a browser reach from the outside.
import { tf } from '../../src/engine/tf.ts'
import { createClient } from '../../src/nodes/client.ts'
import { connect } from '../../src/nodes/connect.ts'
import { databaseStore } from '../../src/nodes/database.ts'
import { ops } from '../plan/toy.ts'

const api = {
  tf,
  createClient,
  connect,
  databaseStore,
  toys: [...ops.values()],
  worker: '/test/pages/toy-worker.ts?worker_file&type=module',
  /** With nodes for recorded numbers. */
  recordedWorker: '/test/pages/recorded-worker.ts?worker_file&type=module',
}

declare global {
  interface Window {
    engine: typeof api
  }
}

window.engine = api
