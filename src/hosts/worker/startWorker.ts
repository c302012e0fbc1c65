// Starts a module worker by its URL.
import { trustedScriptUrl } from '../../engine/base/trustedScriptUrl.ts'

/**
 * Starts a worker, by default without a name. A page cannot start a worker from another origin (a
 * CDN), but it can start its own worker that imports the script. `name` reaches the worker as its
 * global `name`.
 */
export function startWorker(address: string, name = ''): Worker {
  const isOwn = new URL(address).origin === location.origin
  const url = isOwn ? address : importFrom(address)
  return new Worker(trustedScriptUrl(url), { type: 'module', name })
}

const importFrom = (address: string) =>
  URL.createObjectURL(new Blob([`import ${JSON.stringify(address)}`], { type: 'text/javascript' }))
