// Registration of the service worker.
import { SERVICE_WORKER } from '../../hosts/page/fileNames.ts'
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'

/**
 * Registers the service worker of the built editor. Returns undefined where it cannot be: in a
 * private window, or on a server without the file. The editor also works without it.
 */
export async function startServiceWorker(): Promise<ServiceWorkerRegistration | undefined> {
  const url = trustedScriptUrl(new URL(SERVICE_WORKER, document.baseURI))
  return navigator.serviceWorker.register(url).catch(() => undefined)
}
