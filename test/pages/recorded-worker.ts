// Worker with nodes that read recorded numbers into a graph and numbers out of it.
import { tf } from '../../src/engine/base/tf.ts'
import { defineNode, param, slot } from '../../src/nodes/define.ts'
import { serve } from '../../src/hosts/worker/serve.ts'
import { nodes } from '../../src/nodes/table.ts'

const numbers = (list: string) => list.split(',').map(Number)

const recorded = defineNode({
  type: 'test/Recorded',
  category: 'test',
  summary: 'A batch as it was recorded.',
  inputs: {},
  outputs: { x_t: slot.samples(), t: slot.timestep(), labels: slot.labels() },
  params: {
    x_t: param.text('', ''),
    shape: param.text('', ''),
    t: param.text('', ''),
    labels: param.text('', ''),
  },
  run: (_, { x_t, shape, t, labels }) => ({
    x_t: { type: 'samples', space: 'image', tensor: tf.tensor(numbers(x_t), numbers(shape)) },
    t: { type: 'timestep', t: Float64Array.from(numbers(t)) },
    labels: { type: 'labels', labels: Int32Array.from(numbers(labels)) },
  }),
})

const readBack = defineNode({
  type: 'test/ReadBack',
  category: 'test',
  summary: 'The numbers of a value as a file.',
  inputs: { value: slot.any() },
  outputs: {},
  params: {},
  files: async ({ value }) => {
    const { tensor } = value as { tensor: { data(): Promise<Float32Array> } }
    return [
      {
        name: 'numbers',
        mime: 'application/octet-stream',
        bytes: new Uint8Array(Float32Array.from(await tensor.data()).buffer),
      },
    ]
  },
})

serve([...nodes, recorded, readBack])
