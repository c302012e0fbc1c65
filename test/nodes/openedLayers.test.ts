// Layer nodes, and blocks opened into them, compared with diffusers and PyTorch.
import { expect, test } from 'vitest'
import type { Tensor, Tensor2D, Tensor3D } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Conditioning, Weights } from '../../src/engine/base/values.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { toLayerGraph, type Features } from '../../src/engine/models/graph/features.ts'
import { createProgram, runProgram } from '../../src/engine/models/graph/program.ts'
import type { Program } from '../../src/engine/models/graph/step.ts'
import { findStaticOutputs } from '../../src/engine/plan/check.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes as allNodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { expectGradients } from '../goldenNetworks.ts'
import {
  expectEmbedding,
  gap,
  goldenTensors,
  images,
  recordedEmbeddings,
  weight,
} from '../goldenTensors.ts'
import { node } from './evaluate.ts'
import { openInGraph } from './openInGraph.ts'

/** The network of the nodes that lead to the one that no other reads. */
function createNetwork(nodes: readonly GraphNode[]): Program {
  const read = new Set(
    nodes.flatMap(({ inputs }) => Object.values(inputs).map((from) => from.node)),
  )
  const last = nodes.find(({ id }) => !read.has(id))!
  const known = findStaticOutputs({ nodes: [...nodes] }, opTable(allNodes))
  const graph = toLayerGraph({ out: known.get(last.id)!.features as Features })
  return createProgram(graph, ['out'])
}

const modelOf = (weights: Weights): Model => ({
  type: 'model',
  kind: 'test',
  config: {},
  predicts: 'sample',
  weights,
  children: {},
})

/** The condition of a layer beside x: the vector of an embedding, or tokens. */
const conditionOf = (second: Tensor | undefined): Conditioning | undefined =>
  second &&
  (second.rank === 2
    ? { kind: 'vectors', vectors: second as Tensor2D }
    : { kind: 'tokens', tokens: second as Tensor3D })

/** A node `layer` of the input x. */
const layer = (type: string, params: Record<string, unknown>, inputs = {}): GraphNode =>
  node('layer', type, { x: 'input.x', ...inputs }, params)

const norm = { groups: 4, eps: 1e-6, name: 'layer' }
const residual = (params: Record<string, unknown> = {}) => [
  node('temb', 'ConditionInput', {}, { kind: 'vector', width: 16 }),
  layer('ResBlock', { ...norm, ...params }, { embedding: 'temb.features' }),
]

/** Blocks, which are opened; their weights are those of the record behind `layer.`. */
const blocks: Record<string, GraphNode[]> = {
  resnet_default: residual({ out: 12 }),
  resnet_scale_shift: residual({ time_scale_shift: 'scale_shift' }),
  resnet_down: residual({ resample: 'down' }),
  resnet_up: residual({ resample: 'up' }),
  self_attention: [layer('AttentionBlock', { heads: 2, ...norm })],
}

/** Layers that are nodes of opened models. */
const layers: Record<string, GraphNode[]> = {
  group_norm: [layer('GroupNorm', norm)],
  conv3x3: [layer('Conv', { out: 5, name: 'layer' })],
  downsample_pad0: [layer('Downsample', { padding: '0', name: 'layer.Conv2d_0' })],
  downsample_pad1: [layer('Downsample', { padding: '1', name: 'layer.Conv2d_0' })],
  upsample: [layer('Upsample', { name: 'layer.conv' })],
  time_mlp: [
    node('first', 'Linear', { x: 'input.x' }, { out: 32, name: 'layer.linear_1' }),
    node('active', 'SiLU', { x: 'first.features' }),
    layer('Linear', { out: 32, name: 'layer.linear_2' }, { x: 'active.features' }),
  ],
  cross_attention: [
    node('tokens', 'ConditionInput', {}, { kind: 'tokens', width: 10 }),
    layer('CrossAttention', { heads: 2, name: 'layer' }, { context: 'tokens.features' }),
  ],
}

/** Nodes of a recorded layer; those of `unet/blocks` are opened. */
type Case = [name: string, file: 'unet/blocks' | 'layers/layers', nodes: readonly GraphNode[]]

const cases: Case[] = [
  ...Object.entries(blocks).map(([name, nodes]): Case => [name, 'unet/blocks', nodes]),
  ...Object.entries(layers).map(([name, nodes]): Case => [name, 'layers/layers', nodes]),
]

/** Tolerances of the output and of each gradient, of their largest number. */
const tolerances = {
  'unet/blocks': { output: 1e-5, gradient: 1e-4 },
  'layers/layers': { output: 2e-6, gradient: 2e-6 },
}
/** GPUs round more freely. */
const onGpu = { output: 1e-5, gradient: 1e-4 }

onEachBackend((backend) => {
  test.each(cases)(
    '%s opened has the output and gradients of the record',
    async (name, file, nodes) => {
      const tolerance = backend === 'webgpu' ? onGpu : tolerances[file]
      const tensors = goldenTensors(file)
      const at = (part: string) => images(tensors, `${name}/${part}`)
      const inputs = ['x', 'temb', 'ctx'].filter((input) => tensors.has(`${name}/in/${input}`))
      const params = [...tensors.keys()].flatMap((key) => {
        const [own, param] = key.split('/param/')
        return own === name ? [param] : []
      })
      const values = inputs.map((input) => at(`in/${input}`))
      const weights = params.map((param) => weight(tensors, param, `${name}/param/${param}`))
      const [right, upstream] = [at('out'), at('grad_out')]

      const shape = values[0].shape.slice(1).join(', ')
      const graph = [node('input', 'ModelInput', {}, { shape }), ...nodes]
      const network = createNetwork(file === 'unet/blocks' ? openInGraph(graph, 'layer') : graph)
      let got: Tensor | undefined
      const { value, grads } = tf.valueAndGrads((...all: Tensor[]) => {
        const [x, second] = all.slice(0, inputs.length)
        const own = params.map((param, i) => [`layer.${param}`, all[inputs.length + i]])
        const condition = conditionOf(second)
        const model = modelOf(Object.fromEntries(own) as Weights)
        got = tf.keep(runProgram(network, model, { x, condition })[0])
        return got.mul(upstream).sum()
      })([...values, ...weights])

      const { gap: most, size } = await gap(got!, right)
      expect(most, 'output').toBeLessThan(tolerance.output * size)
      const expected: Weights = Object.fromEntries([
        ...inputs.map((input) => [input, at(`grad_in/${input}`)]),
        ...params.map((param) => [param, weight(tensors, param, `${name}/grad_param/${param}`)]),
      ])
      await expectGradients([...inputs, ...params], grads, expected, {
        gradient: tolerance.gradient,
        rounding: backend === 'webgpu' ? 5e-7 : 1e-7,
      })
      tf.dispose([...values, ...weights, right, upstream, got!, value, ...grads])
      tf.dispose(expected)
    },
  )
})

onCpu(() => {
  test.each(recordedEmbeddings())(
    'timestep_embedding opened embeds in $embedding_dim dimensions, $flip_sin_to_cos, $downscale_freq_shift',
    async (recorded) => {
      const { embedding_dim, flip_sin_to_cos, downscale_freq_shift, timesteps } = recorded
      const freq_shift = downscale_freq_shift
      const params = { channels: embedding_dim, layers: false, flip_sin_to_cos, freq_shift }
      const network = createNetwork([
        node('input', 'ModelInput'),
        node('layer', 'TimeEmbedding', { t: 'input.t' }, params),
      ])
      const x = tf.zeros([timesteps.length, 8, 8, 1])
      const times = { t: Float64Array.from(timesteps) }
      const got = tf.tidy(() => runProgram(network, modelOf({}), { x, times })[0])
      await expectEmbedding(got, recorded)
      tf.dispose([x, got])
    },
  )
})
