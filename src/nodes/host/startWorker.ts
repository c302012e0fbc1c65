// Starts a module worker by its URL.

/**
 * Starts a worker. A page cannot start a worker from another origin (a CDN), but it can start its
 * own worker that imports the script.
 */
export function startWorker(address: string): Worker {
  if (new URL(address).origin === location.origin) return new Worker(address, { type: 'module' })
  const script = new Blob([`import ${JSON.stringify(address)}`], { type: 'text/javascript' })
  return new Worker(URL.createObjectURL(script), { type: 'module' })
}
