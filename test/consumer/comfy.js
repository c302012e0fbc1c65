// A host with @comfyorg/litegraph and a bundler.
import './exercise.js'
import { LGraph, LGraphCanvas, LiteGraph } from '@comfyorg/litegraph'
import { installZones, register } from 'litegraph-diffusion'

window.host = { LiteGraph, LGraph, LGraphCanvas, register, installZones }
