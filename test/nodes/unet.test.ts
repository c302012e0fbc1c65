// UNet and Attention nodes: configurations, rejected params, views and training.
import { lossNodes } from '../trainingGraph.ts'
import { describe, expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { View } from '../../src/engine/base/view.ts'
import type { Event } from '../../src/engine/protocol.ts'
import type { Tensor } from '../../src/engine/base/tf.ts'
import { defineNode, slot } from '../../src/nodes/define.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

/** Data set of four images of the given shape, with alternating labels if `classes` is above 0. */
const images = defineNode({
  type: 'test/Images',
  category: 'data',
  summary: 'Black images.',
  inputs: {},
  outputs: { dataset: slot.dataset() },
  params: {
    shape: { kind: 'text', default: '8, 4, 3', multiline: false, about: '' },
    classes: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 10,
      step: 1,
      integer: true,
      slider: false,
      about: '',
    },
  },
  run: (_, params) => {
    const { shape: text, classes } = params as unknown as { shape: string; classes: number }
    const shape = text.split(',').map(Number)
    const size = 4
    const data = new Float32Array(size * shape.reduce((a, b) => a * b, 1))
    const labels = Int32Array.from({ length: size }, (_, i) => i % Math.max(1, classes))
    return {
      dataset: {
        type: 'dataset',
        data,
        shape,
        size,
        space: 'image',
        ...(classes && { labels, classes }),
      },
    }
  },
})

/** Observer of a model, as the target of a run; stores the models in `seen`. */
const sink = defineNode({
  type: 'test/Sink',
  category: 'view',
  summary: 'Shows nothing.',
  inputs: { value: slot.any() },
  outputs: {},
  params: {},
  view: async ({ value }) => {
    seen.push(value as never)
    return { kind: 'rows', rows: [] }
  },
})
let seen: {
  config: Record<string, unknown>
  weights: Record<string, { shape: number[] }>
  buffers?: Record<string, Float32Array>
}[] = []

const ops = opTable([...nodes, images, sink])

/** Runs graphs in one session and returns the views, faults and cached nodes of each run. */
async function runs(...graphs: GraphNode[][]) {
  let events: Event[] = []
  seen = []
  const session = createSession({ ops, onEvent: (event) => events.push(event) })
  const found: { views: Record<string, View>; faults: string[]; cached: string[] }[] = []
  for (const [i, graph] of graphs.entries()) {
    events = []
    await session.run({
      type: 'run',
      run: i + 1,
      graph: { nodes: [...graph, node('sink', 'test/Sink', { value: 'unet.model' })] },
    })
    found.push({
      views: Object.fromEntries(
        events.flatMap((event) => (event.type === 'view' ? [[event.node, event.view]] : [])),
      ),
      faults: events.flatMap((event) =>
        event.type === 'faults'
          ? event.faults.map(
              ({ node, slot, param, message, cure }) =>
                `${node}.${slot ?? param}: ${message} ${cure}`,
            )
          : [],
      ),
      cached: events.flatMap((event) => (event.type === 'cached' ? [event.node] : [])),
    })
  }
  await session.dispose()
  return found
}

const unet = (params: Record<string, unknown> = {}, inputs: Record<string, string> = {}) =>
  node('unet', 'UNet', inputs, params)
const attention = (
  params: Record<string, unknown> = {},
  id = 'attention',
  inputs: Record<string, string> = {},
) => node(id, 'Attention', inputs, params)
const attending = (params: Record<string, unknown>, of: Record<string, unknown> = {}) => [
  attention(of),
  unet(params, { attention: 'attention.attention' }),
]

async function configOf(graph: GraphNode[]) {
  const [run] = await runs(graph)
  expect(run.faults).toEqual([])
  return seen[0].config
}

onCpu(() => {
  describe('the configuration', () => {
    test('has no attention blocks unless connected', async () => {
      expect(await configOf([unet()])).toMatchObject({
        down_block_types: ['DownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'UpBlock2D'],
        add_attention: false,
        num_class_embeds: null,
        sample_size: 8,
        in_channels: 1,
        out_channels: 1,
        block_out_channels: [32, 64],
      })
    })

    test('has attention at the given resolutions, in down and up blocks', async () => {
      const config = await configOf(
        attending({ block_out_channels: '16, 16, 32' }, { resolutions: '8, 2', mid_block: false }),
      )
      expect(config).toMatchObject({
        down_block_types: ['AttnDownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
        up_block_types: ['AttnUpBlock2D', 'UpBlock2D', 'AttnUpBlock2D'],
        add_attention: false,
        attention_head_dim: 8,
      })
    })

    test.each([
      ['one head size if equal at all levels', { by: 'heads', heads: 4 }, '32, 32', 8],
      ['null for one head, as in diffusers', { by: 'heads', heads: 1 }, '16, 32', null],
      [
        'a head size for each level and the middle block if they differ',
        { by: 'heads', heads: 4 },
        '16, 32',
        [4, 8, 8],
      ],
      ['the given head size', { by: 'head_dim', head_dim: 16 }, '16, 32', 16],
    ])('attention_head_dim is %s', async (_, of, block_out_channels, right) => {
      const config = await configOf(
        attending({ block_out_channels }, { resolutions: '8, 4', ...of }),
      )
      expect(config.attention_head_dim).toEqual(right)
    })

    test('combines chained Attention nodes, and the last one takes precedence', async () => {
      const config = await configOf([
        attention({ resolutions: '8, 4', head_dim: 4, mid_block: false }, 'first'),
        attention({ resolutions: '4', head_dim: 16 }, 'attention', {
          attention: 'first.attention',
        }),
        unet({}, { attention: 'attention.attention' }),
      ])
      expect(config).toMatchObject({ attention_head_dim: [4, 16, 16], add_attention: true })
    })

    test('selects residual resampling by block type, or by option with attention', async () => {
      const config = await configOf(
        attending(
          { block_out_channels: '8, 8, 8', downsample: 'resnet', upsample: 'resnet' },
          { resolutions: '4' },
        ),
      )
      expect(config).toMatchObject({
        down_block_types: ['ResnetDownsampleBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['ResnetUpsampleBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
        downsample_type: 'resnet',
        upsample_type: 'resnet',
      })
      const names = Object.keys(seen[0].weights)
      for (const block of ['down_blocks.0', 'down_blocks.1', 'up_blocks.0', 'up_blocks.1']) {
        expect(names).toContain(
          `${block}.${block.startsWith('up') ? 'upsamplers' : 'downsamplers'}.0.conv2.weight`,
        )
      }
    })

    test('takes size, channels and classes from a data set instead of the params', async () => {
      const config = await configOf([
        node('images', 'test/Images', {}, { shape: '8, 4, 3', classes: 2 }),
        unet({ sample_size: 64, channels: 1, num_classes: 7 }, { dataset: 'images.dataset' }),
      ])
      expect(config).toMatchObject({
        sample_size: [8, 4],
        in_channels: 3,
        out_channels: 3,
        num_class_embeds: 3,
      })
      expect(seen[0].weights['class_embedding.weight'].shape).toEqual([3, 128])
    })

    test('embeds t by its logarithm, or by learned vectors', async () => {
      expect(await configOf([unet({ time_embedding_type: 'fourier' })])).toMatchObject({
        time_embedding_type: 'fourier',
        num_train_timesteps: null,
      })
      expect(seen[0].buffers!['time_proj.weight']).toHaveLength(32)
      const learned = { time_embedding_type: 'learned', num_train_timesteps: 50 }
      expect(await configOf([unet(learned)])).toMatchObject(learned)
      expect(seen[0].weights['time_proj.weight'].shape).toEqual([50, 32])
      expect(await configOf([unet({ num_train_timesteps: 50 })])).toMatchObject({
        time_embedding_type: 'positional',
        num_train_timesteps: null,
      })
    })

    test('has no embedding of labels for a number or vector as condition', async () => {
      expect(
        await configOf([unet({ class_embed_type: 'timestep', num_classes: 3 })]),
      ).toMatchObject({
        class_embed_type: 'timestep',
        num_class_embeds: null,
      })
      expect(Object.keys(seen[0].weights)).toContain('class_embedding.linear_2.bias')
    })
  })

  test('rejects invalid params, with a cure', async () => {
    const refused = await runs(
      [unet({ block_out_channels: '32, x' })],
      [unet({ block_out_channels: '' })],
      [unet({ block_out_channels: '32, 60' })],
      [unet({ sample_size: 28, block_out_channels: '8, 8, 8, 8' })],
      [
        node('images', 'test/Images', {}, { shape: '28, 28, 1' }),
        unet({ block_out_channels: '8, 8, 8, 8' }, { dataset: 'images.dataset' }),
      ],
      [node('images', 'test/Images', {}, { shape: '2' }), unet({}, { dataset: 'images.dataset' })],
      attending({}, { resolutions: '16' }),
      attending({}, { resolutions: '8', head_dim: 24 }),
      attending({ block_out_channels: '32, 48' }, { resolutions: '8', by: 'heads', heads: 32 }),
      attending({}, { resolutions: '', mid_block: false }),
      attending({}, { resolutions: 'middle' }),
      [unet({ block_out_channels: '2', norm_num_groups: 1, freq_shift: 1 })],
      [unet({ block_out_channels: '80000, 9999992' })],
      [unet({ time_embedding_type: 'fourier', class_embed_type: 'timestep' })],
    )
    expect(refused.map(({ faults }) => faults.join(' | '))).toMatchInlineSnapshot(`
      [
        "unet.block_out_channels: Expected positive integers with commas between them, got "x". Write them as 32, 64.",
        "unet.block_out_channels: Expected channels for 1 to 10 levels, got 0. Write one number per level, such as 32, 64.",
        "unet.block_out_channels: Expected norm_num_groups to divide the channels of every level, got 8 for 60 channels. Use 64 channels, or set norm_num_groups to 4.",
        "unet.sample_size: Expected sides that are multiples of 8 for 4 levels, got images of 28 x 28. Use at most 3 levels in block_out_channels, or images of 32 x 32.",
        "unet.block_out_channels: Expected sides that are multiples of 8 for 4 levels, got images of 28 x 28. Use at most 3 levels in block_out_channels, or images of 32 x 32.",
        "unet.dataset: Expected images, which are items of shape [height, width, channels], got items of shape [2]. Connect a data set of images. For points, use MLP.",
        "unet.attention: Expected attention at a resolution of the UNet (8, 4), got 16. Choose \`resolutions\` of Attention from these, or change the levels: block_out_channels has one number per level.",
        "unet.attention: Expected head_dim to divide the 32 channels at resolution 8, as 16 does, got 24. Set \`head_dim\` of Attention to 16, or change the channels of the UNet.",
        "unet.attention: Expected heads to divide the 48 channels of the middle block, as 24 does, got 32. Set \`heads\` of Attention to 24, or change the channels of the UNet.",
        "attention.resolutions: Expected a resolution or mid_block, got neither: there would be no attention. Add a resolution, such as 4, or delete the node.",
        "attention.resolutions: Expected positive integers with commas between them, got "middle". Write them as 8, 4.",
        "unet.block_out_channels: Expected at least 4 channels in the first level for the sines and cosines of t, got 2. Set it to 4 or more.",
        "unet.block_out_channels: Expected a UNet that fits into memory, got 10,240,668,863 million parameters. Use fewer channels or levels, for at most 268 million parameters.",
        "unet.time_embedding_type: Expected time_embedding_type positional, as class_embed_type timestep embeds a number in the same way, got fourier. Set time_embedding_type to positional, or class_embed_type to labels or identity.",
      ]
    `)
  })

  test('shows its levels and their cost, also if it is cached', async () => {
    const graph = attending({ block_out_channels: '16, 32', num_classes: 9 }, { resolutions: '4' })
    const [first, again] = await runs(graph, graph)
    expect(first.views.unet).toMatchInlineSnapshot(`
      {
        "kind": "rows",
        "rows": [
          [
            "8 x 8",
            "16 channels",
          ],
          [
            "4 x 4",
            "32 channels, attention, 4 heads",
          ],
          [
            "middle",
            "32 channels, attention, 4 heads",
          ],
          [
            "parameters",
            "177,489",
          ],
          [
            "FLOPs per image",
            "8.18 M",
          ],
          [
            "training memory, batch size 64",
            "15.3 MiB",
          ],
          [
            "with checkpointing",
            "8.11 MiB",
          ],
        ],
      }
    `)
    expect(again.cached).toContain('unet')
    expect(again.views.unet).toEqual(first.views.unet)
  })

  test('equal seeds create equal weights; with zero_init the initial prediction is 0', async () => {
    const graph = [
      unet({ block_out_channels: '8', seed: 3 }),
      node('same', 'UNet', {}, { block_out_channels: '8', seed: 3, layers_per_block: 1 }),
      node('other', 'UNet', {}, { block_out_channels: '8', seed: 4 }),
      node('zero', 'UNet', {}, { block_out_channels: '8', seed: 4, zero_init: true }),
      node('schedule', 'NoiseSchedule'),
      node('x', 'GaussianNoise', {}, { shape: '8, 8, 1', batch_size: 2 }),
      node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 10 }),
      ...['unet', 'same', 'other', 'zero'].map((id) =>
        node(`ask ${id}`, 'Predict', { model: `${id}.model`, x_t: 'x.noise', t: 't.t' }),
      ),
    ]
    const { one, same, other, zero } = await evaluate(graph, {
      one: 'ask unet.prediction',
      same: 'ask same.prediction',
      other: 'ask other.prediction',
      zero: 'ask zero.prediction',
    })
    expect(one.tensor.shape).toEqual([2, 8, 8, 1])
    expect(one.tensor).toEqual(same.tensor)
    expect(one.tensor).not.toEqual(other.tensor)
    expect(zero.tensor.data.every((value) => value === 0)).toBe(true)
  })

  test('Predict and Sampler accept numbers and vectors as conditions', async () => {
    const small = { block_out_channels: '8', sample_size: 4, seed: 3 }
    const graph = [
      node('timed', 'UNet', {}, { ...small, class_embed_type: 'timestep' }),
      node('vectors', 'UNet', {}, { ...small, class_embed_type: 'identity' }),
      node('schedule', 'NoiseSchedule'),
      node('x', 'GaussianNoise', {}, { shape: '4, 4, 1', batch_size: 2 }),
      node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 10 }),
      node('other', 'Timestep', { schedule: 'schedule.schedule' }, { t: 900 }),
      node('vector', 'GaussianNoise', {}, { shape: '32', batch_size: 2 }),
      node('a', 'Predict', { model: 'timed.model', x_t: 'x.noise', t: 't.t', condition: 't.t' }),
      node('b', 'Predict', {
        model: 'timed.model',
        x_t: 'x.noise',
        t: 't.t',
        condition: 'other.t',
      }),
      node('c', 'Predict', {
        model: 'vectors.model',
        x_t: 'x.noise',
        t: 't.t',
        condition: 'vector.noise',
      }),
      ...['t', 'other'].map((id) =>
        node(
          `sample ${id}`,
          'Sampler',
          {
            model: 'timed.model',
            x_T: 'x.noise',
            schedule: 'schedule.schedule',
            condition: `${id}.t`,
          },
          { num_inference_steps: 2 },
        ),
      ),
    ]
    const { a, b, c, d, e } = await evaluate(graph, {
      a: 'a.prediction',
      b: 'b.prediction',
      c: 'c.prediction',
      d: 'sample t.x_0',
      e: 'sample other.x_0',
    })
    for (const { tensor } of [a, b, c, d, e]) expect(tensor.data.every(Number.isFinite)).toBe(true)
    expect(a.tensor.data).not.toEqual(b.tensor.data)
    expect(d.tensor.data).not.toEqual(e.tensor.data)
    await expect(
      evaluate(
        graph.map((own) =>
          own.id === 'c' ? { ...own, inputs: { ...own.inputs, condition: own.inputs.t } } : own,
        ),
        { c: 'c.prediction' },
      ),
    ).rejects.toThrow(
      'Expected one vector per item (samples of shape [b, d]) as the condition of this model, got one number per item',
    )
  })

  test('resumed training with dropout has the same losses; its model has no dropout', async () => {
    const graph = (steps: number, params: GraphNode['params'] = {}) => [
      node('images', 'test/Images', {}, { shape: '4, 4, 1' }),
      unet({ block_out_channels: '8', dropout: 0.5, seed: 3 }, { dataset: 'images.dataset' }),
      node('schedule', 'NoiseSchedule'),
      node('optimizer', 'Optimizer'),
      node(
        'start',
        'TrainingStart',
        { model: 'unet.model', dataset: 'images.dataset', optimizer: 'optimizer.optimizer' },
        { steps, batch_size: 2, seed: 4, ...params },
      ),
      node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }),
      node('noise', 'GaussianNoise', { like: 'start.x_0' }),
      node('predict', 'Predict', { model: 'start.model', x_t: 'forward.x_t', t: 't.t' }),
      ...lossNodes,
    ]
    const lossesOf = async (...graphs: GraphNode[][]) => {
      let losses: number[] = []
      const look = defineNode({
        type: 'test/Look',
        category: 'view',
        summary: 'Stores the losses, and checks that the model is no longer in training.',
        inputs: { history: slot.any(), model: slot.any() },
        outputs: {},
        params: {},
        view: async ({ history, model }) => {
          losses = (
            await Promise.all((history as { losses: Tensor[] }).losses.map((piece) => piece.data()))
          ).flatMap((piece) => [...piece])
          expect(model).not.toHaveProperty('training')
          return { kind: 'rows', rows: [] }
        },
      })
      const session = createSession({ ops: opTable([...ops.values(), look]), onEvent: () => {} })
      for (const [run, nodes] of graphs.entries()) {
        const whole = [
          ...nodes,
          node('look', 'test/Look', { history: 'end.history', model: 'end.model' }),
        ]
        await session.run({ type: 'run', run: run + 1, graph: { nodes: whole } })
      }
      await session.dispose()
      return losses
    }
    const whole = await lossesOf(graph(4))
    expect(whole).toHaveLength(4)
    expect(await lossesOf(graph(2), graph(4))).toEqual(whole)
    // Activation checkpointing returns the same bits.
    expect(await lossesOf(graph(2), graph(4, { activation_checkpointing: true }))).toEqual(whole)
    expect(await lossesOf(graph(4, { activation_checkpointing: true }))).toEqual(whole)
  })
})
