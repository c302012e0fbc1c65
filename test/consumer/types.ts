// A host written in TypeScript. The test compiles it and does not run it.
import type { Host } from 'litegraph-diffusion'
import { defineNode, integer, register, samples } from 'litegraph-diffusion'
import type { Schedule } from 'litegraph-diffusion/engine'
import { ddimStep, noiseSchedule } from 'litegraph-diffusion/engine'
import { nodes, serve } from 'litegraph-diffusion/worker'

const larger = defineNode({
  type: 'mine/Larger',
  category: 'mine',
  summary: 'Makes a batch larger.',
  inputs: { x: samples('points') },
  outputs: { larger: samples('more') },
  params: { times: integer(2, {}, 'how often') },
  run: ({ x }, { times }) => {
    const factor: number = times
    return { larger: { type: 'samples', space: x.space, tensor: x.tensor.mul(factor) } }
  },
})

export const host: Host = register({}, { nodes: [larger], engine: 'page' })
export const schedule: Schedule = noiseSchedule({ name: 'linear', T: 10 })
export const step = ddimStep
export const start = () => serve([...nodes, larger])
