// A host with a strict content security policy: litegraph.js without its own nodes, because it
// creates some of them from text.
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { createHost } from './host.js'

window.host = createHost({ LiteGraph, LGraph, LGraphCanvas })
