// A host written in TypeScript. The test compiles it and does not run it.
import type { Host } from 'litegraph-diffusion'
import type { LayerBuilder, Feature } from 'litegraph-diffusion'
import { configSchema, defineModel, defineNode, register, param, slot } from 'litegraph-diffusion'
import type { Schedule } from 'litegraph-diffusion/engine'
import { ddimStep, noiseSchedule } from 'litegraph-diffusion/engine'
import { nodes, serve } from 'litegraph-diffusion/worker'

const larger = defineNode({
  type: 'mine/Larger',
  category: 'mine',
  summary: 'Makes a batch larger.',
  inputs: { x: slot.samples('points') },
  outputs: { larger: slot.samples('more') },
  params: { times: param.integer(2, {}, 'how often') },
  run: ({ x }, { times }) => {
    const factor: number = times
    return { larger: { type: 'samples', space: x.space, tensor: x.tensor.mul(factor) } }
  },
})

const project = (b: LayerBuilder<Feature>, x: Feature, width: number) => b.linear(x, 'out', width)
const line = defineModel({
  kind: 'line',
  config: configSchema({ dim: param.integer(2, { min: 1, max: 16 }, 'Dimension') }),
  layers: ({ dim }, b) => ({ predict: project(b, b.source('x', { shape: [dim] }), dim) }),
})
const createLine = defineNode({
  type: 'mine/Line',
  category: 'mine',
  summary: 'Creates a linear model.',
  inputs: {},
  outputs: { model: slot.model('Untrained model') },
  params: { dim: param.integer(2, { min: 1, max: 16 }, 'Dimension') },
  run: (_, { dim }, { createModel }) => ({
    model: createModel(line, { dim }, { predicts: 'epsilon' }),
  }),
})

export const host: Host = register(
  {},
  { nodes: [larger, createLine], models: [line], engine: 'page' },
)
export const schedule: Schedule = noiseSchedule({ name: 'linear', T: 10 })
export const step = ddimStep
export const start = () => serve([...nodes, larger, createLine], self, { models: [line] })
