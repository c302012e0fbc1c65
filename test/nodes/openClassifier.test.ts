// Classifiers of layers: the opened form of a Classifier, and its uses.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/engine/base/random.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Model } from '../../src/engine/models/model.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import {
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import { classifier, classify } from '../../src/engine/models/kinds/classifier/classifier.ts'
import { classifierGraph } from '../../src/engine/models/kinds/classifier/graph.ts'
import { classGradient } from '../../src/engine/models/kinds/classifierGuided/classifierGuided.ts'
import { inCanonicalOrder } from '../../src/engine/models/graph/features.ts'
import { layersModel } from '../../src/engine/models/kinds/layers/layers.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { onCpu } from '../backends.ts'
import { openedFile, openedGraph } from '../openedFile.ts'
import { evaluate, node } from './evaluate.ts'
import type { ClassifierConfig } from '../../src/engine/models/kinds/classifier/config.ts'
import { classifierFacts } from '../../src/engine/models/kinds/classifier/facts.ts'

const config: ClassifierConfig = {
  height: 8,
  width: 8,
  in_channels: 1,
  block_out_channels: [8, 16],
  num_classes: 3,
  norm_num_groups: 4,
  activation: 'silu',
  time_embedding_dim: 0,
}
const create = (noised: boolean) =>
  classifier({ ...config, time_embedding_dim: noised ? 32 : 0 }, createRandom(3))

/** The same network as a model of layers, with the same weights. */
function asLayers({ config: closed, weights }: Model): Model {
  const graph = classifierGraph(closed as unknown as ClassifierConfig)
  const origin = { graph, weights }
  return layersModel(inCanonicalOrder(graph), 'sample', createRandom(3), { origin })
}

onCpu(() => {
  const images = () => tf.tensor4d(createRandom(5).normal(2 * 64), [2, 8, 8, 1])

  test.each([false, true])(
    'opened and unchanged is the closed one (noised: %s)',
    async (noised) => {
      const params = {
        num_classes: 3,
        block_out_channels: '8, 16',
        norm_num_groups: 4,
        noised,
        seed: 5,
      }
      const model = create(noised)
      const file = openedFile(model, 'Classifier', params)
      tf.dispose(collectTensors(model))
      expect(file.subgraphs!.map(({ name }) => name)).toEqual([
        'Block 0 · 8 x 8 x 8',
        'Block 1 · 4 x 4 x 16',
      ])
      const { nodes, model: output } = openedGraph(file)
      expect(nodes.map(({ op }) => op)).not.toContain('diffusion/Classifier')
      const { opened } = await evaluate(nodes, { opened: output })
      const closed = await evaluate([node('closed', 'Classifier', {}, params)], {
        model: 'closed.model',
      })
      expect(opened).toEqual(closed.model)
    },
  )

  describe('as layers', () => {
    test.each([false, true])(
      'its results and gradients have the same bits (noised: %s)',
      (noised) => {
        const closed = create(noised)
        const layers = asLayers(closed)
        expect(Object.keys(layers.weights)).toEqual(Object.keys(closed.weights))
        expect(classifierFacts(layers)).toEqual(classifierFacts(closed))
        const x = images()
        const t = noised ? Float64Array.of(3, 500) : undefined
        const [right, got] = [closed, layers].map((model) =>
          tf.tidy(() => {
            const { logits, features } = classify(model, x, undefined, t)
            const bent = t ? [classGradient(model, x, t, Int32Array.of(1, 2))] : []
            return [logits, features, ...bent].map((tensor) => tensor.arraySync())
          }),
        )
        expect(got).toEqual(right)
        tf.dispose([x, ...collectTensors(closed)])
      },
    )

    test('it is stored and read as layers', async () => {
      const closed = create(true)
      const layers = asLayers(closed)
      const zip = writeCheckpoint({ model: await storeModel(layers), schedule: undefined })
      const loaded = loadModel(readCheckpoint(zip).model)
      expect(loaded.config).toEqual(layers.config)
      const x = images()
      const [right, got] = [closed, loaded].map((model) =>
        tf.tidy(() => classify(model, x, undefined, Float64Array.of(7)).logits.arraySync()),
      )
      expect(got).toEqual(right)
      tf.dispose([x, ...collectTensors([closed, loaded])])
    })

    test('it is refused where a denoiser is expected, and without its t', () => {
      const closed = create(true)
      const layers = asLayers(closed)
      const x = images()
      expect(() => predict(layers, x, Float64Array.of(1))).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected a model that denoises, got one with other functions: features, logits.]`,
      )
      expect(() => classify(layers, x)).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected t, as the classifier was made for noisy images, got none.]`,
      )
      const other = tf.ones([1, 8, 4, 2])
      expect(() => classify(layers, other)).toThrow('Expected items of shape [8,8,1]')
      tf.dispose([x, other, ...collectTensors(closed)])
    })
  })

  const layers = [
    node('input', 'ModelInput', {}, { shape: '8, 8, 1' }),
    node('conv', 'Conv', { x: 'input.x' }, { out: 4, name: 'conv' }),
    node('pool', 'AvgPool', { x: 'conv.features' }, { size: 0 }),
    node('head', 'Linear', { x: 'pool.features' }, { out: 10, name: 'head' }),
  ]

  test('layers become a classifier that is trained and evaluated', async () => {
    const graph = [
      ...layers,
      node('output', 'ClassifierOutput', { logits: 'head.features', features: 'pool.features' }),
      node('digits', 'Digits'),
      node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
      node(
        'start',
        'TrainingStart',
        { model: 'output.model', dataset: 'digits.dataset', optimizer: 'optimizer.optimizer' },
        { steps: 30, batch_size: 32 },
      ),
      node('classify', 'Classify', { model: 'start.model', x: 'start.x_0' }),
      node('loss', 'CrossEntropy', { logits: 'classify.logits', labels: 'start.labels' }),
      node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
      node('distance', 'FrechetDistance', {
        samples: 'digits.dataset',
        reference: 'digits.dataset',
        classifier: 'end.model',
      }),
    ]
    const { model, history } = await evaluate(graph, {
      model: 'end.model',
      history: 'end.history',
    })
    expect(model).toMatchObject({ kind: 'layers' })
    const losses = history.losses.map(({ data }) => data[0])
    expect(losses.at(-1)!).toBeLessThan(losses[0])
  })

  test('layers that read t guide a sampler, and others do not', async () => {
    const guided = (more: ReturnType<typeof node>[], x: string) =>
      evaluate(
        [
          ...layers.slice(0, 2),
          ...more,
          node('pool', 'AvgPool', { x }, { size: 0 }),
          layers[3],
          node('output', 'ClassifierOutput', {
            logits: 'head.features',
            features: 'pool.features',
          }),
          node('net', 'UNet', {}, { block_out_channels: '8', norm_num_groups: 4 }),
          node('schedule', 'NoiseSchedule'),
          node('guided', 'ClassifierGuidedModel', {
            model: 'net.model',
            classifier: 'output.model',
            schedule: 'schedule.schedule',
          }),
          node('x', 'GaussianNoise', {}, { shape: '8, 8, 1', batch_size: 2 }),
          node('t', 'Timestep', {}, { t: 500 }),
          node('labels', 'Labels', {}, { label: 3, num_classes: 10, batch_size: 2 }),
          node('predict', 'Predict', {
            model: 'guided.model',
            x_t: 'x.noise',
            t: 't.t',
            condition: 'labels.labels',
          }),
        ],
        { prediction: 'predict.prediction' },
      )
    const timed = [
      node('time', 'TimeEmbedding', { t: 'input.t' }, { channels: 8, out: 4, name: 'time' }),
      node('sum', 'Add', { x_1: 'conv.features', x_2: 'time.features' }),
    ]
    const { prediction } = await guided(timed, 'sum.features')
    expect(prediction.tensor.shape).toEqual([2, 8, 8, 1])
    await expect(guided([], 'conv.features')).rejects.toThrow('Expected a classifier')
  })

  test('logits that are no vector, and other inputs, are faults', async () => {
    const withLogits = (more: ReturnType<typeof node>[], logits: string, features: string) =>
      evaluate([...layers, ...more, node('output', 'ClassifierOutput', { logits, features })], {
        model: 'output.model',
      })
    await expect(
      withLogits([], 'conv.features', 'pool.features'),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: output.logits: Expected a vector [c] for logits, got features of shape [8, 8, 4]. Connect a vector, such as that of TimeEmbedding, or of AvgPool with size 0.]`,
    )
    await expect(
      withLogits([], 'head.features', 'conv.features'),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: output.features: Expected a vector [c] for features, got features of shape [8, 8, 4]. Connect a vector, such as that of TimeEmbedding, or of AvgPool with size 0.]`,
    )
    const other = [
      node('other', 'ModelInput', {}, { shape: '4, 4, 1' }),
      node('pooled', 'AvgPool', { x: 'other.x' }, { size: 0 }),
      node('joined', 'Concat', { x_1: 'pool.features', x_2: 'pooled.features' }),
    ]
    await expect(
      withLogits(other, 'joined.features', 'pool.features'),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: output: Expected one ModelInput, or several of one shape, got shapes [8, 8, 1] and [4, 4, 1]. Use one ModelInput, or set the same shape in all.]`,
    )
  })
})
