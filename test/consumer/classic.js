// A host with litegraph.js and a bundler.
import './exercise.js'
import { LGraph, LGraphCanvas, LiteGraph } from 'litegraph.js'
import { installZones, register } from 'litegraph-diffusion'

window.host = { LiteGraph, LGraph, LGraphCanvas, register, installZones }
