// A host with @comfyorg/litegraph, the litegraph of ComfyUI: draws a workflow and runs it.
import { LGraph, LGraphCanvas, LiteGraph } from '@comfyorg/litegraph'
import { installZones, register } from 'litegraph-diffusion'
import workflow from 'litegraph-diffusion/workflows/points.json?raw'

const diffusion = register(LiteGraph)
const graph = new LGraph()
const canvas = new LGraphCanvas(document.getElementById('canvas'), graph)
installZones(canvas) // draws loops as zones

diffusion.load(graph, workflow)
const status = document.getElementById('status')

document.getElementById('run').addEventListener('click', async () => {
  const { faults, seconds } = await diffusion.run(graph, {
    onEvent: (event) => (status.value = event.type),
  })
  status.value = faults.map(({ message }) => message).join(' ') || `Done in ${seconds.toFixed(1)} s`
})
