// Registration of the service worker, which caches the built editor, and the toast about updates.
import { effect } from '@preact/signals'
import { showToast } from '../ui/state.ts'
import { runState } from '../running/state.ts'
import { texts } from '../texts/texts.ts'
import { startServiceWorker } from './register.ts'

/** Registers the service worker of the built editor. Does nothing during development. */
export async function registerServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !navigator.serviceWorker) return
  await waitForEngine()
  const registration = await startServiceWorker()
  if (!registration) return
  void navigator.serviceWorker.ready.then(({ active }) => active?.postMessage('cache'))
  const announceUpdate = () => {
    if (!registration.waiting || !registration.active) return
    showToast(texts.newVersion.ready, {
      action: { label: texts.newVersion.reload, run: () => activateUpdate(registration) },
    })
  }
  const watchInstallation = () => {
    const next = registration.installing
    next?.addEventListener('statechange', () => next.state === 'installed' && announceUpdate())
  }
  announceUpdate()
  watchInstallation()
  registration.addEventListener('updatefound', watchInstallation)
}

/** Waits for the engine, so that caching does not delay its files on a slow connection. */
const waitForEngine = () =>
  new Promise<void>((resolve) => {
    effect(() => {
      if (runState.backend.value || runState.engineError.value) resolve()
    })
  })

/** Activates the waiting version and reloads. Other tabs keep the old one until they reload. */
function activateUpdate({ waiting }: ServiceWorkerRegistration) {
  // Another tab may have activated it meanwhile.
  if (!waiting) return location.reload()
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  })
  waiting.postMessage('take')
}
