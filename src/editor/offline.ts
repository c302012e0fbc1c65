// The page's side of the service worker: keeps the built editor for when there is no network, and says when a newer one is there.
import { effect } from '@preact/signals'
import { SERVICE_WORKER } from '../build/names.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** Only the built editor has files to keep. */
export async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD || !navigator.serviceWorker) return
  await engineStands()
  const address = new URL(SERVICE_WORKER, document.baseURI)
  // Where it cannot be (a private window, a server without the file) the editor works as before.
  const registration = await navigator.serviceWorker.register(address).catch(() => undefined)
  if (!registration) return
  const tell = () => {
    if (!registration.waiting || !registration.active) return
    state.say(texts.newVersion.ready, { action: { label: texts.newVersion.reload, run: () => take(registration) } })
  }
  const follow = () => {
    const next = registration.installing
    next?.addEventListener('statechange', () => next.state === 'installed' && tell())
  }
  tell()
  follow()
  registration.addEventListener('updatefound', follow)
}

/** Its files come first, and over a slow line they take a while. */
const engineStands = () =>
  new Promise<void>((resolve) => {
    effect(() => {
      if (state.run.backend.value || state.run.engineFailed.value) resolve()
    })
  })

/** Other tabs go on as they are until they are loaded again. */
function take({ waiting }: ServiceWorkerRegistration) {
  // Another tab may have taken it meanwhile.
  if (!waiting) return location.reload()
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting.postMessage('take')
}
