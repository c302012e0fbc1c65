// Attention nodes of every kind, token conditions, and attention maps.
import { describe, expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable, hasEffect } from '../../src/engine/plan/op.ts'
import type { OutputOp } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { ImagesView, View } from '../../src/engine/base/view.ts'
import type { Conditioning } from '../../src/engine/base/values.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { defineNode, slot } from '../../src/nodes/define.ts'
import { attention as declared } from '../../src/nodes/model/attention.ts'
import { saveCheckpoint } from '../../src/nodes/files/saveCheckpoint.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { readPipeline } from '../readPipeline.ts'
import type { Numbers } from './evaluate.ts'
import { evaluate, node } from './evaluate.ts'
import { lastView } from './shown.ts'

const small = { sample_size: 4, block_out_channels: '8, 8', num_classes: 3, norm_num_groups: 4 }
const cross = { kind: 'cross', resolutions: '4', head_dim: 4, cross_attention_dim: 6 }
const asking = (
  attention: Record<string, unknown>,
  condition: string | undefined,
  unet: Record<string, unknown> = small,
): GraphNode[] => [
  node('attention', 'Attention', {}, attention),
  node('unet', 'UNet', { attention: 'attention.attention' }, unet),
  node('schedule', 'NoiseSchedule'),
  node('x', 'GaussianNoise', {}, { shape: '4, 4, 1', batch_size: 4 }),
  node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 10 }),
  node('left', 'Labels', {}, { batch_size: 4, num_classes: 3 }),
  node('right', 'Labels', {}, { batch_size: 4, label: 2, num_classes: 3 }),
  node('tokens', 'LabelTokens', { labels_1: 'left.labels', labels_2: 'right.labels' }),
  node('pixels', 'PixelTokens', { samples: 'x.noise' }, { frequencies: 1 }),
  node('ask', 'Predict', {
    model: 'unet.model',
    x_t: 'x.noise',
    t: 't.t',
    ...(condition && { condition }),
  }),
]

/** Runs a graph and returns the model config, the result of `use`, faults and the UNet view. */
async function made(graph: GraphNode[], use: (model: Model) => Promise<unknown> = async () => {}) {
  const found: { config?: object; used?: unknown; faults: string[]; view?: View } = { faults: [] }
  const look = defineNode({
    type: 'test/Look',
    category: 'view',
    summary: 'Looks at a model.',
    inputs: { value: slot.any() },
    outputs: {},
    params: {},
    view: async ({ value }) => {
      found.config = (value as Model).config
      found.used = await use(value as Model)
      return { kind: 'rows', rows: [] }
    },
  })
  const session = createSession({
    ops: opTable([...nodes, look]),
    onEvent: (event) => {
      if (event.type === 'view' && event.node === 'unet') found.view = event.view
      if (event.type === 'faults')
        found.faults.push(
          ...event.faults.map(
            ({ node, slot, param, message, cure }) =>
              `${node}.${slot ?? param}: ${message} ${cure}`,
          ),
        )
    },
  })
  await session.run({
    type: 'run',
    run: 1,
    graph: { nodes: [...graph, node('look', 'test/Look', { value: 'unet.model' })] },
  })
  await session.dispose()
  return found
}

onCpu(() => {
  describe('Attention', () => {
    test('applies two chained kinds at their own resolutions and configures tokens', async () => {
      const { config, view } = await made([
        node(
          'far',
          'Attention',
          {},
          { kind: 'linear', resolutions: '8', head_dim: 4, mid_block: false },
        ),
        node('near', 'Attention', { attention: 'far.attention' }, { ...cross, labels_per_item: 2 }),
        node('unet', 'UNet', { attention: 'near.attention' }, { ...small, sample_size: 8 }),
      ])
      expect(config).toMatchObject({
        down_block_types: ['LinearAttnDownBlock2D', 'CrossAttnDownBlock2D'],
        mid_block_type: 'UNetMidBlock2DCrossAttn',
        up_block_types: ['CrossAttnUpBlock2D', 'LinearAttnUpBlock2D'],
        cross_attention_dim: 6,
        num_token_embeds: 4,
        num_tokens: 2,
        num_class_embeds: null,
        encoder_hid_dim: null,
        transformer_layers_per_block: 1,
        use_linear_projection: false,
      })
      expect((view as { rows: string[][] }).rows.slice(0, 4)).toEqual([
        ['8 x 8', '8 channels, linear attention, 2 heads'],
        ['4 x 4', '8 channels, cross-attention, 2 heads'],
        ['middle', '8 channels, cross-attention, 2 heads'],
        ['tokens', '2 of 3 labels, width 6'],
      ])
    })

    test('saves attention to vectors as a UNet2DConditionModel of diffusers', async () => {
      const graph = asking(
        {
          ...cross,
          tokens: 'vectors',
          token_width: 5,
          transformer_layers: 2,
          use_linear_projection: true,
        },
        undefined,
      )
      const { used } = await made(graph, async (model) => {
        const { schedule } = await evaluate(graph, { schedule: 'schedule.schedule' })
        const given = { model, schedule: { type: 'schedule', schedule: schedule.schedule } }
        const [file] = await (saveCheckpoint as OutputOp).files(
          given as never,
          { name: 'x', format: 'diffusers' } as never,
        )
        return readPipeline(file.bytes)
      })
      const { unet, weights } = used as ReturnType<typeof readPipeline>
      expect(unet).toMatchObject({
        attention_head_dim: 2,
        cross_attention_dim: 6,
        encoder_hid_dim: 5,
        encoder_hid_dim_type: 'text_proj',
        transformer_layers_per_block: 2,
      })
      expect(weights.get('encoder_hid_proj.weight')!.shape).toEqual([6, 5])
      expect(
        weights.get('mid_block.attentions.0.transformer_blocks.1.attn2.to_v.weight')!.shape,
      ).toEqual([8, 6])
    })

    test('token params have an effect only for cross-attention to that kind of token', () => {
      const meant = (values: Record<string, string>) =>
        ['tokens', 'labels_per_item', 'token_width', 'cross_attention_dim'].filter((name) =>
          hasEffect(
            declared.params,
            name,
            (other) => values[other] ?? declared.params[other].default,
          ),
        )
      expect(meant({})).toEqual([])
      expect(meant({ kind: 'linear', tokens: 'vectors' })).toEqual([])
      expect(meant({ kind: 'cross' })).toEqual(['tokens', 'labels_per_item', 'cross_attention_dim'])
      expect(meant({ kind: 'cross', tokens: 'vectors' })).toEqual([
        'tokens',
        'token_width',
        'cross_attention_dim',
      ])
    })

    test('rejects invalid combinations with a cure', async () => {
      const chained = (one: object, two: object) => [
        node('one', 'Attention', {}, { ...cross, ...one }),
        node(
          'two',
          'Attention',
          { attention: 'one.attention' },
          { ...cross, resolutions: '2', ...two },
        ),
        node('unet', 'UNet', { attention: 'two.attention' }, small),
      ]
      const graphs = [
        asking(cross, undefined, { ...small, num_classes: 0 }),
        asking(cross, undefined, { ...small, class_embed_type: 'timestep' }),
        asking({ ...cross, head_dim: 3 }, undefined),
        chained({ mid_block: false }, { cross_attention_dim: 7 }),
        chained({ transformer_layers: 2 }, { transformer_layers: 1, mid_block: false }),
      ]
      const faults = []
      for (const graph of graphs) faults.push(...(await made(graph)).faults)
      expect(faults).toMatchInlineSnapshot(`
        [
          "unet.attention: Expected classes, as attention goes to labels, got a UNet without any. Connect a data set with labels to \`dataset\` of UNet, set its num_classes, or set \`tokens\` of Attention to vectors.",
          "unet.class_embed_type: Expected class_embed_type labels, as an Attention of kind cross takes the condition as tokens, got timestep. Set class_embed_type to labels, or set \`kind\` of Attention to self or linear.",
          "unet.attention: Expected head_dim to divide the 8 channels at resolution 4, as 2 does, got 3. Set \`head_dim\` of Attention to 2, or change the channels of the UNet.",
          "unet.attention: Expected the same tokens in every rule of cross-attention, got two that differ. Set cross_attention_dim, \`tokens\` and the params that depend on it to the same in every Attention of kind cross.",
          "unet.attention: Expected as many transformer layers in the middle block as in the last level, 1, got 2. Set transformer_layers to the same in both Attention nodes.",
        ]
      `)
    })
  })

  describe('conditions', () => {
    test('LabelTokens takes one label per item from each wire', async () => {
      const { tokens } = await evaluate(asking(cross, undefined), { tokens: 'tokens.condition' })
      const { condition } = tokens as unknown as { condition: Conditioning }
      expect(condition).toEqual({
        kind: 'labels',
        labels: Int32Array.of(0, 2, 1, 2, 2, 2, 0, 2),
        perItem: 2,
      })
      const wrong = asking(cross, undefined).map((own) =>
        own.id === 'right' ? { ...own, params: { batch_size: 3 } } : own,
      )
      await expect(evaluate(wrong, { tokens: 'tokens.condition' })).rejects.toThrow('got 4, 3')
    })

    test('LabelDropout drops all labels or all tokens of an item together', async () => {
      const graph = [
        ...asking(cross, undefined),
        node('drop', 'LabelDropout', { labels: 'tokens.condition' }, { probability: 0.5, seed: 2 }),
        node('blur', 'LabelDropout', { labels: 'pixels.condition' }, { probability: 0.5, seed: 2 }),
        node('vector', 'LabelDropout', { labels: 'left.labels' }, { probability: 0.5, seed: 2 }),
      ]
      const seen = await evaluate(graph, {
        drop: 'drop.labels',
        blur: 'blur.labels',
        one: 'vector.labels',
      })
      const { drop, blur, one } = seen as unknown as {
        drop: { condition: { labels: Int32Array } }
        blur: { condition: { tokens: Numbers } }
        one: { labels: Int32Array }
      }
      const gone = [...one.labels].map((label) => label < 0)
      expect(gone).toContain(true)
      expect(gone).toContain(false)
      expect([...drop.condition.labels]).toEqual(
        [0, 2, 1, 2, 2, 2, 0, 2].map((label, i) => (gone[i >> 1] ? -1 : label)),
      )
      const { shape, data } = blur.condition.tokens
      expect(shape).toEqual([4, 4, 5])
      gone.forEach((is, i) =>
        expect(data.slice(20 * i, 20 * i + 20).every((value) => value === 0)).toBe(is),
      )
    })

    test('tokens reach Predict, guidance and the closed Sampler', async () => {
      for (const [attention, condition] of [
        [{ ...cross, labels_per_item: 2 }, 'tokens.condition'],
        [{ ...cross, tokens: 'vectors', token_width: 5 }, 'pixels.condition'],
        [cross, 'left.labels'],
      ] as const) {
        const graph = [
          ...asking(attention, condition),
          node('bare', 'Predict', { model: 'unet.model', x_t: 'x.noise', t: 't.t' }),
          node('guided', 'GuidedModel', { model: 'unet.model' }, { scale: 3 }),
          node('both', 'Predict', { model: 'guided.model', x_t: 'x.noise', t: 't.t', condition }),
          node(
            'sample',
            'Sampler',
            { model: 'guided.model', x_T: 'x.noise', schedule: 'schedule.schedule', condition },
            { num_inference_steps: 2 },
          ),
        ]
        const { ask, bare, both, sample } = await evaluate(graph, {
          ask: 'ask.prediction',
          bare: 'bare.prediction',
          both: 'both.prediction',
          sample: 'sample.x_0',
        })
        both.tensor.data.forEach((value, i) => {
          const [c, u] = [ask.tensor.data[i], bare.tensor.data[i]]
          expect(value).toBeCloseTo(u + 3 * (c - u), 5)
        })
        expect(ask.tensor.data).not.toEqual(bare.tensor.data)
        expect(sample.tensor.data.every(Number.isFinite)).toBe(true)
      }
    })

    test('AttentionMaps outputs an image per token and lists the valid resolutions', async () => {
      const maps = (attention: object, params: object) => [
        ...asking({ ...cross, labels_per_item: 2, ...attention }, undefined),
        node(
          'maps',
          'AttentionMaps',
          { model: 'unet.model', x_t: 'x.noise', t: 't.t', condition: 'tokens.condition' },
          { ...params },
        ),
      ]
      const { finest, middle } = await evaluate(
        [
          ...maps({}, {}),
          node(
            'middle',
            'AttentionMaps',
            { model: 'unet.model', x_t: 'x.noise', t: 't.t', condition: 'tokens.condition' },
            { resolution: 2 },
          ),
        ],
        { finest: 'maps.maps', middle: 'middle.maps' },
      )
      expect([finest.tensor.shape, middle.tensor.shape]).toEqual([
        [8, 4, 4, 1],
        [8, 2, 2, 1],
      ])
      // Weights in [0, 1] map to [-1, 1]. The weights of the two tokens of an item sum to 1,
      // so their mapped values sum to 0.
      for (let i = 0; i < 16; i++)
        expect(finest.tensor.data[i] + finest.tensor.data[16 + i]).toBeCloseTo(0, 5)
      await expect(evaluate(maps({}, { resolution: 8 }), { maps: 'maps.maps' })).rejects.toThrow(
        'attends to tokens (4, 2), got 8',
      )
      await expect(evaluate(maps({ kind: 'self' }, {}), { maps: 'maps.maps' })).rejects.toThrow(
        'Expected a model that attends to tokens',
      )
    })

    test('AttentionMaps outputs maps of one layer: of each head and token, or of a query pixel', async () => {
      const maps = (id: string, params: object, inputs: object = {}) =>
        node(
          id,
          'AttentionMaps',
          {
            model: 'unet.model',
            x_t: 'x.noise',
            t: 't.t',
            condition: 'tokens.condition',
            ...inputs,
          },
          { ...params },
        )
      const block = 'mid_block.attentions.0.transformer_blocks.0'
      const graph = [
        ...asking({ ...cross, labels_per_item: 2 }, undefined),
        maps('heads', { layer: `${block}.attn2`, heads: 'each' }),
        maps('mean', { layer: `${block}.attn2` }),
        maps('self', { layer: `${block}.attn1`, query_row: 3, query_column: 0 }),
        maps('all', { layer: `${block}.attn1` }),
        maps('drawn', { layer: `${block}.attn2` }, { image: 'x.noise' }),
      ]
      const ids = ['heads', 'mean', 'self', 'all', 'drawn']
      const { heads, mean, self, all, drawn } = await evaluate(
        graph,
        Object.fromEntries(ids.map((id) => [id, `${id}.maps`])),
      )
      const count = heads.tensor.shape[0] / 8
      expect(count).toBeGreaterThan(1)
      expect([mean, self, all, drawn].map(({ tensor }) => tensor.shape)).toEqual([
        [8, 2, 2, 1],
        [4, 2, 2, 1],
        [4, 2, 2, 1],
        [8, 4, 4, 3],
      ])
      // Item, head, token: the mean over heads is the map of the mean.
      const weight = (head: number, token: number) => heads.tensor.data[(2 * head + token) * 4]
      for (const token of [0, 1]) {
        const over = Array.from({ length: count }, (_, head) => weight(head, token))
        expect(over.reduce((sum, one) => sum + one, 0) / count).toBeCloseTo(
          mean.tensor.data[token * 4],
          5,
        )
      }
      expect(Math.max(...self.tensor.data.slice(0, 4))).toBeCloseTo(1, 6)
      expect(self.tensor.data).not.toEqual(all.tensor.data)
      // Red is never darker than green and blue.
      for (let i = 0; i < drawn.tensor.data.length; i += 3)
        expect(drawn.tensor.data[i]).toBeGreaterThanOrEqual(drawn.tensor.data[i + 1])
      const refused = (id: string, params: object, inputs: object = {}) =>
        evaluate([...graph, maps(id, params, inputs)], { maps: `${id}.maps` })
      await expect(refused('no', { layer: 'conv_in' })).rejects.toThrow(
        'Expected one of the attention layers of the model',
      )
      await expect(refused('out', { layer: `${block}.attn1`, query_row: 4 })).rejects.toThrow(
        'Expected a pixel of x_t, from 0 to 3, or -1 for all, got 4.',
      )
    })

    test('AttentionMaps follows a sampling loop and changes no bit of its samples', async () => {
      const condition = 'tokens.condition'
      const predicted = { model: 'unet.model', x_t: 'start.x_t', t: 'start.t', condition }
      const sampling = [
        ...asking({ ...cross, labels_per_item: 2 }, undefined),
        node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 2 }),
        node('start', 'SamplingStart', { x_T: 'x.noise', timesteps: 'list.timesteps' }),
        node('each', 'Predict', predicted),
        node('step', 'DDIMStep', {
          x_t: 'start.x_t',
          prediction: 'each.prediction',
          t: 'start.t',
          t_prev: 'start.t_prev',
          schedule: 'schedule.schedule',
        }),
        node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'step.x_prev' }),
      ]
      const layer = 'mid_block.attentions.0.transformer_blocks.0.attn2'
      const watching = [
        ...sampling,
        node('maps', 'AttentionMaps', predicted, { layer }),
        node('shown', 'Preview', { images_1: 'maps.maps' }, { count: 64 }),
      ]
      const samplesOf = async (graph: GraphNode[]) =>
        (await evaluate(graph, { x: 'end.x_0' })).x.tensor.data
      expect(await samplesOf(watching)).toEqual(await samplesOf(sampling))
      const { groups, caption } = await lastView<ImagesView>(watching, 'shown')
      expect(caption).toMatch(/^t = \d+/)
      expect(groups.map(({ count, width }) => [count, width])).toEqual([[8, 2]])
    })

    test('Mosaic joins images into one and collects their labels', async () => {
      const graph = (params: object) => [
        ...asking(cross, undefined),
        node('mosaic', 'Mosaic', { samples: 'x.noise', labels: 'left.labels' }, { ...params }),
      ]
      const { x, whole, labels } = await evaluate(graph({ rows: 1 }), {
        x: 'x.noise',
        whole: 'mosaic.samples',
        labels: 'mosaic.condition',
      })
      expect(whole.tensor.shape).toEqual([2, 4, 8, 1])
      expect(Array.from(whole.tensor.data.slice(0, 8))).toEqual([
        ...x.tensor.data.slice(0, 4),
        ...x.tensor.data.slice(16, 20),
      ])
      expect((labels as unknown as { condition: Conditioning }).condition).toEqual({
        kind: 'labels',
        labels: Int32Array.of(0, 1, 2, 0),
        perItem: 2,
      })
      await expect(evaluate(graph({ rows: 3 }), { whole: 'mosaic.samples' })).rejects.toThrow(
        'a multiple of 6 images',
      )
    })
  })
})
