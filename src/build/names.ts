// What the build and the page must call the same.

/** Beside index.html: a service worker has what lies beside and under it. */
export const SERVICE_WORKER = 'service-worker.js'
