// The page: the editor, or the measurements that its address asks for.
import './styles.ts'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { connect } from '../../nodes/host/connect.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import worker from '../../nodes/host/appWorker.ts?worker&url'
import { readAddress } from '../drops/address.ts'
import { isolatePage } from '../pwa/isolation.ts'
import { registerServiceWorker } from '../pwa/offline.ts'
import { mount } from './app.tsx'

const message = document.getElementById('start-message')!
const root = document.getElementById('app')!

/** Before anything of the editor starts: the engine would disturb what is measured. */
const { bench } = readAddress(location.search)

async function startBench() {
  const { showBench } = await import('../bench/start.tsx')
  // Threads are measured too.
  await isolatePage()
  await showBench(root, location.search)
  message.remove()
}

async function startEditor() {
  await mount(root, connect({ worker }), {
    mayOpen: isolatePage(),
    onDraw: () => message.remove(),
  })
  await registerServiceWorker()
}

try {
  await (bench ? startBench() : startEditor())
} catch (error) {
  // The message is in index.html, because it also has to appear if this script does not load.
  document.getElementById('start-problem')?.append(getErrorMessage(error))
  message.classList.add('failed')
  throw error
}
