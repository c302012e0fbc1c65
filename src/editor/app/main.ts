// The page: the editor, or the measurements that its address asks for.
import './styles.ts'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { connect } from '../../nodes/host/connect.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import worker from '../../nodes/host/appWorker.ts?worker&url'
import { readAddress } from '../drops/address.ts'
import { registerServiceWorker } from '../pwa/offline.ts'
import { mount } from './app.tsx'

const message = document.getElementById('start-message')!

/** Before anything of the editor starts: the engine would disturb what is measured. */
const { bench } = readAddress(location.search)

try {
  const root = document.getElementById('app')!
  if (bench) {
    const { showBench } = await import('../bench/start.tsx')
    await showBench(root, location.search)
    message.remove()
  } else await mount(root, connect({ worker }), () => message.remove())
} catch (error) {
  // The message is in index.html, because it also has to appear if this script does not load.
  document.getElementById('start-problem')?.append(getErrorMessage(error))
  message.classList.add('failed')
  throw error
}
// It waits for an engine, which the measurements do not have.
if (!bench) await registerServiceWorker()
