// Attention weights per head, compared with those of diffusers, in networks of every kind.
import { describe, expect, test } from 'vitest'
import { attentionLayers, layerAttention } from '../../../src/engine/models/attentionMaps.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { attentionLayers as buildAttention } from '../../../src/engine/models/graph/blocks/attention.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor, Tensor3D } from '../../../src/engine/base/tf.ts'
import { runTidied } from '../../../src/engine/base/memory.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { parseUnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { onCpu, onEachBackend, unetBackends } from '../../backends.ts'
import { expectGolden, readGoldenModel } from '../../goldenNetworks.ts'
import { gap, goldenTensors, images, recorded } from '../../goldenTensors.ts'

const folders = [
  'unet/attention_maps_a',
  'dit/dit_a',
  'dit/dit_b_learned_sigma',
  'dit/dit_c_other_sizes',
]

/** Inputs of a recorded network. */
function readInputs(folder: string): { x: Tensor; t: Float64Array; condition: Conditioning } {
  const io = goldenTensors(`${folder}/io`)
  const labels = io.get('class_labels')
  return {
    x: images(io, 'x'),
    t: Float64Array.from(io.get('timesteps')!.data),
    condition: labels
      ? { kind: 'labels', labels: Int32Array.from(labels.data) }
      : { kind: 'tokens', tokens: recorded(io, 'encoder_hidden_states') as Tensor3D },
  }
}

onEachBackend(() => {
  test.each(folders)(
    'attention weights of every head of %s are those of diffusers',
    async (folder) => {
      const model = readGoldenModel(folder)
      const io = goldenTensors(`${folder}/io`)
      const layers = [...io.keys()].flatMap((key) => /^probs\.(.+)$/.exec(key)?.[1] ?? [])
      expect(layers.length).toBeGreaterThan(1)
      expect(attentionLayers(model)).toEqual(expect.arrayContaining(layers))
      const { x, t, condition } = readInputs(folder)
      for (const layer of layers) {
        const { probabilities } = runTidied(() => layerAttention(model, layer, x, { t }, condition))
        const right = recorded(io, `probs.${layer}`)
        const { gap: most, size } = await gap(probabilities, right)
        expect(most, layer).toBeLessThan(1e-5 * size)
        tf.dispose([probabilities, right])
      }
      tf.dispose([x, ...collectTensors([model, condition])])
    },
  )
})

onEachBackend(() => {
  test('attention_maps_a has the output and every gradient of diffusers', async () => {
    const folder = 'unet/attention_maps_a'
    const model = readGoldenModel(folder)
    const { x, condition } = readInputs(folder)
    const tolerance = { output: 1e-5, gradient: 1e-4, rounding: 5e-7 }
    await expectGolden(model, folder, tolerance, (x) => ({ x, condition }))
    tf.dispose([x, ...collectTensors([model, condition])])
  })
}, unetBackends)

const config = parseUnetConfig({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 4,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
})

const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(shape.reduce((all, size) => all * size, 1)), shape)
const t = Float64Array.of(5, 300)

const refusal = (model: Model, layer: string, x: Tensor) => {
  try {
    runTidied(() => layerAttention(model, layer, x, { t }, undefined))
  } catch (error) {
    return (error as Error).message
  }
  return 'taken'
}

onCpu(() => {
  describe('attention of one layer', () => {
    test('of a UNet is that of its pixels, as many heads as it has, and changes no prediction', async () => {
      const model = unet(config, 'epsilon', createRandom(1), { zero_init: false })
      const x = normal([2, 8, 8, 1], 2)
      expect(attentionLayers(model)).toMatchInlineSnapshot(`
        [
          "down_blocks.1.attentions.0",
          "mid_block.attentions.0",
          "up_blocks.0.attentions.0",
          "up_blocks.0.attentions.1",
        ]
      `)
      const before = tf.tidy(() => predict(model, x, t))
      const found = runTidied(() =>
        layerAttention(guidedModel(model, 2), 'mid_block.attentions.0', x, { t }, undefined),
      )
      const after = tf.tidy(() => predict(model, x, t))
      expect(found.probabilities.shape).toEqual([2, 4, 16, 16])
      expect([found.kind, found.queries, found.keys]).toEqual(['self', [4, 4], [4, 4]])
      const sums = tf.tidy(() => found.probabilities.sum(3))
      for (const sum of await sums.data()) expect(sum).toBeCloseTo(1, 5)
      expect((await gap(before, after)).gap).toBe(0)
      expect(refusal(model, 'conv_in', x)).toMatchInlineSnapshot(
        `"Expected one of the attention layers of the model (down_blocks.1.attentions.0, mid_block.attentions.0, up_blocks.0.attentions.0, up_blocks.0.attentions.1), got "conv_in"."`,
      )
      tf.dispose([x, before, after, sums, found.probabilities, ...collectTensors(model)])
    })

    test('of wired layers attends to patches, and to a condition of one row', async () => {
      const b = new GraphBuilder()
      const patches = b.add('patchify', [b.source('x', { shape: [4, 8, 1] })], { size: 2 })
      const h = b.linear(patches, 'in', 8)
      const tokens = b.linear(b.source('tokens', { width: 3 }), 'words', 8)
      const own = buildAttention(b, h, h, 'own', { heads: 2, bias: false })
      const cross = buildAttention(b, own, tokens, 'cross', { heads: 4, bias: true })
      const out = b.linear(cross, 'out', 4)
      const graph = b.graph({
        predict: b.add('unpatchify', [out], { size: 2, height: 4, width: 8 }),
      })
      const model = layersModel(graph, 'epsilon', createRandom(1))
      const x = normal([2, 4, 8, 1], 2)
      const condition: Conditioning = { kind: 'tokens', tokens: normal([1, 5, 3], 3) as Tensor3D }
      const at = (layer: string) =>
        runTidied(() => layerAttention(model, layer, x, { t }, condition))
      const [self, other] = [at('own'), at('cross')]
      expect([self.probabilities.shape, self.kind, self.keys]).toEqual([
        [2, 2, 8, 8],
        'self',
        [2, 4],
      ])
      expect([other.probabilities.shape, other.kind, other.queries, other.keys]).toEqual([
        [2, 4, 8, 5],
        'cross',
        [2, 4],
        undefined,
      ])
      tf.dispose([x, ...collectTensors([model, condition])])
      tf.dispose([self.probabilities, other.probabilities])
    })

    test('needs a network with attention', () => {
      const b = new GraphBuilder()
      const graph = b.graph({ predict: b.linear(b.source('x', { shape: [3] }), 'out', 3) })
      const model = layersModel(graph, 'epsilon', createRandom(1))
      const exact = { ...model, kind: 'exact', weights: {} }
      const x = tf.zeros([2, 3])
      expect([refusal(model, 'out', x), refusal(exact, 'out', x)]).toEqual([
        'Expected a model with attention, got one without.',
        'Expected a model with a network of layers, got a model of kind "exact".',
      ])
      tf.dispose([x, ...collectTensors(model)])
    })
  })
})
