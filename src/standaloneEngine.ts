// The engine as one module for pages without a bundler: for `engine: 'page'` and for workers with
// your own nodes.
export { enginePort } from './nodes/host/page.ts'
export { serveNamed } from './nodes/host/serveNamed.ts'
export * from './worker.ts'
