// A host with litegraph.js from npm.
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js'
import { createHost } from './host.js'

window.host = createHost({ LiteGraph, LGraph, LGraphCanvas })
