// A host with litegraph and no editor: its own canvas, menus and clipboard.
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { toPlanGraph } from '../../src/litegraph/graph.ts'
import { registerNodes } from '../../src/litegraph/register.ts'
import { installZones } from '../../src/litegraph/canvasZones.ts'
import { toys } from '../nodes/toys.ts'

document.body.style.margin = '0'
document.body.style.background = '#222'
const refused: string[] = []
registerNodes(LiteGraph, toys, { refused: (reason) => refused.push(reason) })
const graph = new LGraph()
const canvas = new LGraphCanvas('#canvas', graph)
installZones(canvas)

const host = { LiteGraph, graph, canvas, refused, graphOf: toPlanGraph }
declare global {
  interface Window {
    host: typeof host
  }
}
window.host = host
