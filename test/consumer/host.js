// What the tests use of a host: the nodes of the package, and its own ones.
import { register } from 'litegraph-diffusion'
import { mirror } from './mine.js'
import { convMixer, mixer } from './mixer.js'
// Trusted Types require that the worker is passed by its URL.
// oxlint-disable-next-line import/default -- Vite exports the address
import ownWorker from './worker.js?worker&url'

export const createHost = ({ LiteGraph, LGraph, LGraphCanvas }) => ({
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
  mixerInPage: () => register(LiteGraph, { nodes: [convMixer], models: [mixer], engine: 'page' }),
  mixerInWorker: () =>
    register(LiteGraph, {
      nodes: [convMixer],
      worker: new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    }),
  byUrl: () => register(LiteGraph, { nodes: [mirror], worker: ownWorker }),
})
