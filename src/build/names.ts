// Names shared by the build and the page.

/** Next to index.html, because the scope of a service worker is its own folder. */
export const SERVICE_WORKER = 'service-worker.js'
