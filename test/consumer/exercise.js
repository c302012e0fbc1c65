// What a host does with a workflow: draws its zones, runs it, and stores it with the functions of
// its litegraph. Returns what a test checks. Used as a module and by script tag.
window.exercise = async ({ LiteGraph, LGraph, LGraphCanvas, register, installZones }, texts) => {
  const canvas = document.getElementById('canvas')
  const pack = register(LiteGraph)
  const clone = (value) => JSON.parse(JSON.stringify(value))
  const paint = (shown) => {
    shown.draw(true, true)
    const { width, height } = canvas
    // Read from a copy, so that the host's canvas stays as fast as it is.
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    copy.drawImage(canvas, 0, 0)
    return copy.getImageData(0, 0, width, height).data
  }
  const report = { types: Object.keys(LiteGraph.registered_node_types).length }

  const graph = new LGraph()
  report.notices = pack.load(graph, texts.points)
  const shown = new LGraphCanvas(canvas, graph)
  shown.ds.scale = 0.4
  // Frames per second, which differ between paints.
  shown.show_info = false
  const plain = paint(shown)
  const remove = installZones(shown)
  const zoned = paint(shown)
  report.zonePixels = plain.filter((value, i) => value !== zoned[i]).length
  remove()
  report.removed = paint(shown).every((value, i) => value === plain[i])

  const views = new Set()
  const { faults } = await pack.run(graph, {
    onEvent: (event) => event.type === 'view' && views.add(event.view.kind),
  })
  Object.assign(report, { faults, views: [...views].sort() })
  const after = paint(shown)
  report.bodyPixels = plain.filter((value, i) => value !== after[i]).length

  const saved = pack.save(graph)
  const again = new LGraph()
  again.configure(clone(graph.serialize()))
  report.same = pack.save(again) === saved

  const packed = new LGraph()
  pack.load(packed, texts.subgraph)
  const stored = clone(packed.serialize())
  report.definitions = stored.definitions.subgraphs.length
  pack.unregister()
  // Another visit knows only what litegraph stored.
  const later = register(LiteGraph)
  const reopened = new LGraph()
  reopened.configure(clone(stored))
  report.kept = later.save(reopened) === later.save(packed)
  report.stored =
    JSON.stringify(reopened.serialize().definitions) === JSON.stringify(stored.definitions)
  report.subgraphFaults = (await later.run(reopened)).faults
  later.unregister()
  return report
}
