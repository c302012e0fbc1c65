// Starting a module worker by its address.

/** A worker from another origin (a CDN) may not be started, but one of this page that imports it may. */
export function startWorker(address: string): Worker {
  if (new URL(address).origin === location.origin) return new Worker(address, { type: 'module' })
  const script = new Blob([`import ${JSON.stringify(address)}`], { type: 'text/javascript' })
  return new Worker(URL.createObjectURL(script), { type: 'module' })
}
