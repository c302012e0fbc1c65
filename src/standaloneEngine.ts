// The engine as one module for pages without a bundler: for `engine: 'page'` and for workers with
// your own nodes.
export { enginePort } from './hosts/worker/page.ts'
export { serveNamed } from './hosts/worker/serveNamed.ts'
export * from './worker.ts'
