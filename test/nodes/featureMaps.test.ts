// FeatureMaps: pictures and statistics of the output of a layer, without any effect on a run.
import { expect, test } from 'vitest'
import { createRandom } from '../../src/engine/base/random.ts'
import { runTidied } from '../../src/engine/base/memory.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import { featureLayers, layerFeatures } from '../../src/engine/models/featureMaps.ts'
import { guidedModel } from '../../src/engine/models/kinds/guided/guided.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { unet } from '../../src/engine/models/kinds/unet/init.ts'
import type { ImagesView, RowsView } from '../../src/engine/base/view.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { gap } from '../goldenTensors.ts'
import { tinyUnet } from '../smallTraining.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'
import { lastView, shownBy } from './shown.ts'

const t = Float64Array.of(5, 300)

onEachBackend(() => {
  test('the last layer of a network is its prediction, and all layers have their shapes', async () => {
    const model = unet(tinyUnet(), 'epsilon', createRandom(1), { zero_init: false })
    const x = tf.tensor(createRandom(2).normal(32), [2, 4, 4, 1])
    const layers = featureLayers(model)
    expect(layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'down_blocks.0.resnets.0.conv1:add',
        'down_blocks.0.resnets.0.norm2:silu',
        'down_blocks.0.attentions.0',
      ]),
    )
    for (const { name, shape } of layers) {
      const { tensor } = runTidied(() => layerFeatures(model, name, x, { t }, undefined))
      expect(tensor.shape.slice(1), name).toEqual(shape)
      tensor.dispose()
    }
    const [{ tensor }, right] = runTidied(() => [
      layerFeatures(guidedModel(model, 3), 'conv_out', x, { t }, undefined),
      { tensor: predict(model, x, t) },
    ])
    const { gap: most, size } = await gap(tensor, right.tensor)
    expect(most).toBeLessThan(1e-5 * size)
    tf.dispose([x, tensor, right.tensor, ...collectTensors(model)])
  })
})

const asking = (params: object) => [
  node(
    'unet',
    'UNet',
    {},
    {
      sample_size: 4,
      channels: 1,
      block_out_channels: '4, 8',
      layers_per_block: 1,
      norm_num_groups: 2,
    },
  ),
  node('x', 'GaussianNoise', {}, { batch_size: 2, shape: '4, 4, 1', seed: 1 }),
  node('t', 'Timestep', {}, { t: 100 }),
  node('maps', 'FeatureMaps', { model: 'unet.model', x_t: 'x.noise', t: 't.t' }, { ...params }),
]

onCpu(() => {
  test('shows channels as pictures, with their statistics, and lists the layers', async () => {
    const listed = await lastView<RowsView>(asking({}), 'maps')
    expect(listed.rows.slice(0, 3)).toMatchInlineSnapshot(`
      [
        [
          "x",
          "4 x 4 x 1",
        ],
        [
          "conv_in",
          "4 x 4 x 4",
        ],
        [
          "time:timestep_embedding",
          "4",
        ],
      ]
    `)
    const { groups, caption } = await lastView<ImagesView>(asking({ layer: 'conv_in' }), 'maps')
    expect(groups.map(({ width, height, count }) => [width, height, count])).toEqual([[4, 4, 4]])
    expect(caption).toMatchInlineSnapshot(
      `"mean 0.02816, std 0.5519, 0 % zeros, from -1.332 to 1.731, evaluated again"`,
    )
    // Every channel has its own range.
    for (let i = 0; i < 4; i++) {
      const pixels = groups[0].pixels.subarray(16 * i, 16 * i + 16)
      expect([Math.min(...pixels), Math.max(...pixels)]).toEqual([0, 255])
    }
    const common = await lastView<ImagesView>(
      asking({ layer: 'conv_in', range: 'layer', item: 1, count: 2 }),
      'maps',
    )
    expect(common.groups[0].count).toBe(2)
    const vector = await lastView<ImagesView>(asking({ layer: 'time_embedding.linear_1' }), 'maps')
    expect([vector.groups[0].height, vector.groups[0].count]).toEqual([1, 1])
    await expect(shownBy(asking({ layer: 'conv_in', item: 2 }))).rejects.toThrow(
      'Expected an item of the batch, from 0 to 1, got 2. Set it to 1 or less.',
    )
    await expect(shownBy(asking({ layer: 'mid_block.x' }))).rejects.toThrow(
      'Expected a layer of the model, such as x, conv_in',
    )
    await expect(shownBy(asking({ layer: 'conv_o' }))).rejects.toThrow(
      'Expected a layer of the model, such as conv_out, got "conv_o".',
    )
  })

  test('changes no bit of a training that it watches', async () => {
    const { nodes } = trainingGraph(4)
    const watching = (id: string, model: string) =>
      node(id, 'FeatureMaps', { model, x_t: 'Forward.x_t', t: 'Time.t' }, { layer: 'linear_out' })
    const graph = nodes.filter(({ id }) => id !== 'Keep')
    const weights = async (nodes: typeof graph) =>
      (await evaluate(nodes, { model: 'End.model' })).model as unknown as {
        weights: Record<string, { data: Float32Array }>
      }
    const views = await shownBy([...graph, watching('Watch', 'Start.model')])
    expect((views.get('Watch')!.at(-1) as ImagesView).groups[0].count).toBe(1)
    const [alone, watched] = [
      await weights(graph),
      await weights([...graph, watching('Watch', 'Start.model')]),
    ]
    expect(watched.weights).toEqual(alone.weights)
  })
})
