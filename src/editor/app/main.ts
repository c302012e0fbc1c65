// The page: the editor, a figure, or the measurements that its address asks for.
import './styles.ts'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import { connect } from '../../hosts/worker/connect.ts'
// oxlint-disable-next-line import/default -- Vite exports the address
import worker from '../../hosts/worker/worker.ts?worker&url'
import { readAddress } from '../drops/address.ts'
import { isolatePage } from '../pwa/isolation.ts'
import { registerServiceWorker } from '../pwa/offline.ts'
import { isEmbedded } from '../storage/embedded.ts'
import { mount } from './app.tsx'
import { appModeShown } from './state.ts'

const message = document.getElementById('start-message')!
const root = document.getElementById('app')!
const address = readAddress(location.search)
const onDraw = () => message.remove()

/** An embedded page stores nothing, and shares its engine with the figures beside it. */
const openEngine = async () =>
  isEmbedded ? (await import('../figure/engine.ts')).openFigureEngine(worker) : connect({ worker })

async function loadEditor() {
  // A page in another page is isolated by that page, or not at all.
  const mayOpen = isEmbedded ? undefined : isolatePage()
  const editor = await mount(root, await openEngine(), { onDraw, ...(mayOpen && { mayOpen }) })
  if (address.embed) {
    const { embedEditor } = await import('../figure/embeddedEditor.ts')
    await embedEditor(editor, address)
  }
  if (address.app) appModeShown.value = true
  if (!isEmbedded) await registerServiceWorker()
}

async function loadFigure() {
  const figure = await import('../figure/start.tsx')
  await figure.startFigure({ root, address, worker, onDraw })
}

/** Without the editor and its engine, which would disturb what is measured. */
async function startBench() {
  const { showBench } = await import('../bench/start.tsx')
  // Threads are measured too.
  await isolatePage()
  await showBench(root, location.search)
  onDraw()
}

function startApp() {
  if (address.bench) return startBench()
  return address.read || (address.embed && address.app) ? loadFigure() : loadEditor()
}

// Not awaited here: the modules that are loaded later may share code with this one.
void startApp().catch((error: unknown) => {
  // The message is in index.html, because it also has to appear if this script does not load.
  document.getElementById('start-problem')?.append(getErrorMessage(error))
  message.classList.add('failed')
  throw error
})
