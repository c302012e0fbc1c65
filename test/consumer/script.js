// A host without a bundler: litegraph.js and the nodes by script tags, and one node of its own.
const { defineNode, register, slot } = LiteGraphDiffusion
const mirror = defineNode({
  type: 'mine/Mirror',
  category: 'mine',
  summary: 'Mirrors points at the origin.',
  inputs: { x: slot.samples('points') },
  outputs: { mirrored: slot.samples('the same on the other side') },
  params: {},
  run: ({ x }) => ({ mirrored: { type: 'samples', space: x.space, tensor: x.tensor.neg() } }),
})
window.host = {
  LiteGraph,
  LGraph: LiteGraph.LGraph,
  LGraphCanvas: LiteGraph.LGraphCanvas,
  plain: () => register(LiteGraph),
  inPage: () => register(LiteGraph, { nodes: [mirror], engine: 'page' }),
  inWorker: () => register(LiteGraph, { nodes: [mirror], worker: 'script-worker.js' }),
}
