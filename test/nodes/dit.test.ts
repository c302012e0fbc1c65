// The DiT node: configurations, rejected params, its view and a training.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { GraphError } from '../../src/engine/messages/fault.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { onCpu } from '../backends.ts'
import { lossNodes } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'
import { networkRows } from '../../src/nodes/layers/networkRows.ts'

const small = {
  sample_size: 4,
  num_layers: 1,
  num_attention_heads: 2,
  attention_head_dim: 4,
}
const dit = (params: Record<string, unknown> = {}, inputs: Record<string, string> = {}) =>
  node('dit', 'DiT', inputs, params)

async function modelOf(graph: GraphNode[]): Promise<Model> {
  const { model } = await evaluate(graph, { model: 'dit.model' })
  return model as unknown as Model
}

async function refusal(graph: GraphNode[]): Promise<string> {
  try {
    await modelOf(graph)
  } catch (error) {
    if (error instanceof GraphError)
      return error.faults
        .map(({ slot, param, message, cure }) => `${slot ?? param}: ${message} ${cure}`)
        .join()
    throw error
  }
  return 'accepted'
}

onCpu(() => {
  test('has the config of its params', async () => {
    const { kind, config } = await modelOf([
      dit({ ...small, channels: 3, num_classes: 5, learned_variance: 'learned_range' }),
    ])
    expect(kind).toBe('dit')
    expect(config).toMatchObject({
      sample_size: 4,
      patch_size: 2,
      in_channels: 3,
      out_channels: 6,
      num_layers: 1,
      num_attention_heads: 2,
      attention_head_dim: 4,
      num_embeds_ada_norm: 5,
    })
  })

  test('takes size, channels and classes from a data set', async () => {
    const { config } = await modelOf([
      node('digits', 'Digits'),
      dit({ ...small, num_classes: 3, sample_size: 4 }, { dataset: 'digits.dataset' }),
    ])
    expect(config).toMatchObject({
      sample_size: 8,
      in_channels: 1,
      out_channels: null,
      num_embeds_ada_norm: 10,
    })
  })

  test('rejects invalid params, with a cure', async () => {
    const refused = [
      [dit({ ...small, patch_size: 3 })],
      [dit({ ...small, sample_size: 6, patch_size: 4 })],
      [dit({ ...small, num_attention_heads: 1, attention_head_dim: 6 })],
      [dit({ num_layers: 128, num_attention_heads: 64 })],
      [node('points', 'Points'), dit(small, { dataset: 'points.dataset' })],
    ]
    expect(await Promise.all(refused.map(refusal))).toMatchInlineSnapshot(`
      [
        "patch_size: Expected images that divide into patches of 3 x 3 pixels, got 4 x 4. Set it to 2.",
        "patch_size: Expected images that divide into patches of 4 x 4 pixels, got 6 x 6. Set it to 3.",
        "attention_head_dim: Expected tokens whose width, num_attention_heads x attention_head_dim, is a multiple of 4, got 1 x 6. Set it to 8.",
        "attention_head_dim: Expected a DiT that fits into memory, got 10,281 million parameters. Use fewer layers, heads or channels per head, for at most 268 million parameters.",
        "dataset: Expected images, which are items of shape [height, width, channels], got items of shape [2]. Connect a data set of images. For points, use MLP.",
      ]
    `)
  })

  test('shows its tokens and their cost', async () => {
    expect(networkRows(await modelOf([dit({ num_classes: 9 })]))).toMatchInlineSnapshot(`
      [
        [
          "tokens",
          "16, width 128",
        ],
        [
          "layers",
          "4, 4 heads",
        ],
        [
          "parameters",
          "1,424,260",
        ],
        [
          "FLOPs per image",
          "27 M",
        ],
        [
          "training memory, batch size 64",
          "65.6 MiB",
        ],
        [
          "with checkpointing",
          "36.3 MiB",
        ],
      ]
    `)
  })

  test('starts as zero; a training changes that, and samples by class', async () => {
    const graph = [
      node('digits', 'Digits'),
      dit(small, { dataset: 'digits.dataset' }),
      node('schedule', 'NoiseSchedule'),
      node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
      node(
        'start',
        'TrainingStart',
        { model: 'dit.model', dataset: 'digits.dataset', optimizer: 'optimizer.optimizer' },
        { steps: 4, batch_size: 4, seed: 4 },
      ),
      node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }),
      node('noise', 'GaussianNoise', { like: 'start.x_0' }),
      node('predict', 'Predict', {
        model: 'start.model',
        x_t: 'forward.x_t',
        t: 't.t',
        condition: 'start.labels',
      }),
      ...lossNodes,
      node('x', 'GaussianNoise', {}, { shape: '8, 8, 1', batch_size: 2 }),
      node('late', 'Timestep', { schedule: 'schedule.schedule' }, { t: 900 }),
      ...['dit', 'end'].map((id) =>
        node(`ask ${id}`, 'Predict', { model: `${id}.model`, x_t: 'x.noise', t: 'late.t' }),
      ),
      node('labels', 'Labels', { like: 'x.noise', dataset: 'digits.dataset' }, { label: 7 }),
      node(
        'sampler',
        'Sampler',
        {
          model: 'end.model',
          x_T: 'x.noise',
          schedule: 'schedule.schedule',
          condition: 'labels.labels',
        },
        { num_inference_steps: 2 },
      ),
    ]
    const { before, after, samples } = await evaluate(graph, {
      before: 'ask dit.prediction',
      after: 'ask end.prediction',
      samples: 'sampler.x_0',
    })
    expect(before.tensor.shape).toEqual([2, 8, 8, 1])
    expect(before.tensor.data.every((value) => value === 0)).toBe(true)
    expect(after.tensor.data.some((value) => value !== 0)).toBe(true)
    expect(samples.tensor.data.every(Number.isFinite)).toBe(true)
  })
})
