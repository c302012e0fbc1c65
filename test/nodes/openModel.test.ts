// Opening closed models: the layer nodes make the same graph, the same weights and the same bits.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Conditioning } from '../../src/engine/base/values.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import type { DitConfig } from '../../src/engine/models/kinds/dit/config.ts'
import { ditGraph } from '../../src/engine/models/kinds/dit/graph.ts'
import type { LayerGraph } from '../../src/engine/models/graph/layer.ts'
import { layersModel } from '../../src/engine/models/kinds/layers/layers.ts'
import { mlp } from '../../src/engine/models/kinds/mlp/mlp.ts'
import { mlpGraph } from '../../src/engine/models/kinds/mlp/graph.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../src/engine/models/kinds/unet/graph.ts'
import { differentiate } from '../../src/engine/gradients/differentiate.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { openedFile, openedGraph, openedLayers } from '../openedFile.ts'
import { trainingBytes } from '../smallTraining.ts'
import { evaluate } from './evaluate.ts'
import { createDit, createUnet, dits, mlps, unets } from './closedModels.ts'
import type { MlpConfig } from '../../src/engine/models/kinds/mlp/config.ts'
import { casesOf } from '../families.ts'

/** Reads the model that the opened nodes make. */
async function makeOpened(closed: Model) {
  const { nodes, model: output } = openedGraph(openedFile(closed, 'UNet', { seed: 3 }))
  const { model } = await evaluate(nodes, { model: output })
  return model as unknown as Omit<Model, 'weights'> & { weights: Record<string, unknown> }
}

onCpu(() => {
  describe('opened and unchanged is the closed model', () => {
    const models = [
      ...unets.map(([name, config]) => [`UNet: ${name}`, () => createUnet(config)] as const),
      ...dits.map(([name, config]) => [`DiT: ${name}`, () => createDit(config)] as const),
      ...mlps.map(
        ([name, config]) => [`MLP: ${name}`, () => mlp(config, 'sample', createRandom(3))] as const,
      ),
    ]
    test.each(models)('%s', async (_, create) => {
      const closed = create()
      const opened = await makeOpened(closed)
      expect(opened.kind).toBe(closed.kind)
      expect(opened.predicts).toBe(closed.predicts)
      expect(opened.config).toEqual(closed.config)
      expect(Object.keys(opened.weights)).toEqual(Object.keys(closed.weights))
      expect(opened.buffers).toEqual(closed.buffers)
      tf.dispose(collectTensors(closed))
    })
  })
})

/** The same network as a model of the layers that its nodes describe when it is opened. */
const asLayers = (closed: Model, graph: LayerGraph): Model =>
  layersModel(openedLayers(closed), closed.predicts, createRandom(3), {
    variance: closed.variance,
    origin: { graph, weights: closed.weights, buffers: closed.buffers },
  })

const bits = async (model: Model, x: number[], condition?: Conditioning) => {
  const input = tf.tensor(createRandom(5).normal(x.reduce((a, b) => a * b)), x)
  const names = Object.keys(model.weights)
  const t = Float64Array.of(3, 500)
  const { value, grads } = differentiate(
    () => predict(model, input, t, condition).square().sum(),
    [input, ...names.map((name) => model.weights[name])],
  )
  const all = [value, ...grads.map((gradient) => gradient!)]
  const data = await Promise.all(all.map(async (tensor) => [...(await tensor.data())]))
  tf.dispose([input, ...all])
  return data
}

// Slow on webgpu: there, and on cpu, in the long tests.
onEachBackend(
  () => {
    test.each(unets)(
      'layers of a UNet (%s) have its weights, predictions and gradients, bit for bit',
      async (_, config) => {
        const closed = createUnet(config)
        const layers = asLayers(closed, unetGraph(closed.config as unknown as UnetConfig))
        expect(Object.keys(layers.weights)).toEqual(Object.keys(closed.weights))
        const condition = conditionOf(config)
        for (const training of [undefined, { seed: 1, step: 2 }]) {
          const [right, got] = [
            await bits({ ...closed, ...(training && { training }) }, [2, 8, 8, 1], condition),
            await bits({ ...layers, ...(training && { training }) }, [2, 8, 8, 1], condition),
          ]
          expect(got).toEqual(right)
        }
        tf.dispose(collectTensors([closed, condition]))
      },
    )

    const dropouts = [
      ['no dropout', {}],
      ['dropout', { dropout: 0.2 }],
    ] as const
    test.each(casesOf(dropouts, ([name]) => name === 'dropout'))(
      'layers of a UNet (%s) have its losses and weights in fifty training steps, bit for bit',
      async (_, config) => {
        const closed = createUnet(config)
        const layers = asLayers(closed, unetGraph(closed.config as unknown as UnetConfig))
        expect(layers.kind).toBe('layers')
        expect(await trainingBytes(layers, 50)).toEqual(await trainingBytes(closed, 50))
        tf.dispose(collectTensors(closed))
      },
    )

    test.each(dits)('layers of a DiT (%s) have its bits', async (_, config) => {
      const closed = createDit(config)
      const layers = asLayers(closed, ditGraph(closed.config as unknown as DitConfig))
      expect(Object.keys(layers.weights)).toEqual(Object.keys(closed.weights))
      for (const checkpointing of [false, true]) {
        const training = { seed: 1, step: 2, checkpointing }
        const [right, got] = [
          await bits({ ...closed, training }, [2, 8, 8, 1]),
          await bits({ ...layers, training }, [2, 8, 8, 1]),
        ]
        expect(got).toEqual(right)
      }
      tf.dispose(collectTensors(closed))
    })

    test.each(mlps)('layers of an MLP (%s) have its bits', async (_, config) => {
      const closed = mlp(config, 'sample', createRandom(3))
      const layers = asLayers(closed, mlpGraph(closed.config as unknown as MlpConfig))
      const condition: Conditioning | undefined = config.second_time
        ? {
            kind: 'joint',
            parts: [
              { kind: 'values', values: Float64Array.of(1, 2) },
              { kind: 'vectors', vectors: tf.ones([1, 3]) },
            ],
          }
        : undefined
      expect(await bits(layers, [2, 2], condition)).toEqual(await bits(closed, [2, 2], condition))
      tf.dispose(collectTensors([closed, condition]))
    })
  },
  process.env.FULL ? undefined : ['wasm'],
)

/** A condition for UNets that need one. */
function conditionOf({ class_embed_type: type }: Partial<UnetConfig>): Conditioning | undefined {
  if (type === 'timestep') return { kind: 'values', values: Float64Array.of(7, 9) }
  return type === 'identity' ? { kind: 'vectors', vectors: tf.ones([1, 32]) } : undefined
}
