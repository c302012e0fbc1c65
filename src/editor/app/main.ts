// The page of the editor.
import './styles.ts'
import { getErrorMessage } from '../../engine/base/fault.ts'
import { connect } from '../../nodes/host/connect.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import worker from '../../nodes/host/worker.ts?worker&url'
import { isolatePage } from '../pwa/isolation.ts'
import { registerServiceWorker } from '../pwa/offline.ts'
import { mount } from './app.tsx'

const message = document.getElementById('start-message')!

try {
  await mount(document.getElementById('app')!, connect({ worker }), {
    mayOpen: isolatePage(),
    onDraw: () => message.remove(),
  })
} catch (error) {
  // The message is in index.html, because it also has to appear if this script does not load.
  document.getElementById('start-problem')?.append(getErrorMessage(error))
  message.classList.add('failed')
  throw error
}
await registerServiceWorker()
