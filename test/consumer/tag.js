// A host by script tags. The global of @comfyorg/litegraph is called litegraph.js.
{
  const { LiteGraph, LGraph, LGraphCanvas } =
    globalThis.litegraph?.js ??
    Object.assign({}, { LiteGraph: globalThis.LiteGraph }, globalThis.LiteGraph)
  const { register, installZones } = LiteGraphDiffusion
  window.host = { LiteGraph, LGraph, LGraphCanvas, register, installZones }
}
