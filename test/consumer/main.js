// A host: litegraph.js from npm, the nodes, and one of its own.
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js'
import { register } from 'litegraph-diffusion'
import { mirror } from './mine.js'
// Trusted Types require that the worker is passed by its URL.
// oxlint-disable-next-line import/default -- Vite exports the address
import ownWorker from './worker.js?worker&url'

window.host = {
  LiteGraph,
  LGraph,
  LGraphCanvas,
  plain: () => register(LiteGraph),
  inPage: () => register(LiteGraph, { nodes: [mirror], engine: 'page' }),
  inWorker: () =>
    register(LiteGraph, {
      nodes: [mirror],
      worker: new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    }),
  byUrl: () => register(LiteGraph, { nodes: [mirror], worker: ownWorker }),
}
