// The engine as one module for pages without a bundler: for `engine: 'page'`, and for workers with nodes of your own.
export { enginePort } from './nodes/page.ts'
export * from './worker.ts'
