// Nodes for models, training and data in complete graphs.
import { lossNodes } from '../trainingGraph.ts'
import { describe, expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { pointSet } from '../../src/engine/datasets/points.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const numbers = (value: { tensor: { data: Float32Array } }) => [...value.tensor.data]

/**
 * Graph that trains a small MLP on eight Gaussians with labels. `changes` replaces nodes by id,
 * `start` overrides params of TrainingStart.
 */
const training = (
  changes: { [id: string]: GraphNode } = {},
  start: Record<string, unknown> = {},
): GraphNode[] => {
  const graph = [
    node('points', 'Points', {}, { distribution: 'eight_gaussians', count: 64, seed: 1 }),
    node(
      'schedule',
      'NoiseSchedule',
      {},
      { num_train_timesteps: 50, beta_schedule: 'linear_openai' },
    ),
    node(
      'mlp',
      'MLP',
      {},
      {
        hidden: 16,
        layers: 1,
        time_embedding_dim: 8,
        num_classes: 8,
        fourier_features: 1,
        seed: 2,
      },
    ),
    node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
    node('ema', 'EMA'),
    node(
      'start',
      'TrainingStart',
      {
        model: 'mlp.model',
        dataset: 'points.dataset',
        optimizer: 'optimizer.optimizer',
        ema: 'ema.ema',
      },
      { steps: 20, batch_size: 16, seed: 3, ...start },
    ),
    node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }, { seed: 4 }),
    node('noise', 'GaussianNoise', { like: 'start.x_0' }, { seed: 5 }),
    node('drop', 'LabelDropout', { labels: 'start.labels' }, { seed: 6 }),
    node('predict', 'Predict', {
      model: 'start.model',
      x_t: 'forward.x_t',
      t: 't.t',
      condition: 'drop.labels',
    }),
    ...lossNodes,
  ]
  return graph.map((own) => changes[own.id] ?? own)
}

onEachBackend((backend) => {
  test(
    'a training loop returns the trained model, its average and every loss',
    async () => {
      const graph = [
        ...training(),
        node('probe', 'Points', {}, { distribution: 'gaussian', count: 3, seed: 9 }),
        node('at', 'Timestep', { schedule: 'schedule.schedule' }, { t: 10 }),
        ...['mlp.model', 'end.model', 'end.ema'].map((model, i) =>
          node(`ask ${i}`, 'Predict', { model, x_t: 'probe.x_0', t: 'at.t' }),
        ),
      ]
      const { history, ...asked } = await evaluate(graph, {
        history: 'end.history',
        before: 'ask 0.prediction',
        raw: 'ask 1.prediction',
        averaged: 'ask 2.prediction',
      })
      const losses = (history as unknown as { losses: { data: Float32Array }[] }).losses.flatMap(
        ({ data }) => [...data],
      )
      expect(losses).toHaveLength(20)
      const mean = (values: number[]) =>
        values.reduce((sum, value) => sum + value, 0) / values.length
      expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)))
      expect(numbers(asked.raw)).not.toEqual(numbers(asked.before))
      expect(numbers(asked.averaged)).not.toEqual(numbers(asked.raw))
    },
    backend === 'webgpu' ? 60_000 : undefined,
  )

  test('the Guidance node and GuidedModel return identical bits', async () => {
    const { byHand, inside } = await evaluate(
      [
        node('mlp', 'MLP', {}, { hidden: 8, layers: 1, num_classes: 4, seed: 1 }),
        node('x', 'Points', {}, { count: 5, seed: 2 }),
        node('schedule', 'NoiseSchedule', {}, { num_train_timesteps: 100 }),
        node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 30 }),
        node('labels', 'Labels', { like: 'x.x_0' }, { num_classes: 4 }),
        node('with', 'Predict', {
          model: 'mlp.model',
          x_t: 'x.x_0',
          t: 't.t',
          condition: 'labels.labels',
        }),
        node('without', 'Predict', { model: 'mlp.model', x_t: 'x.x_0', t: 't.t' }),
        node(
          'guidance',
          'Guidance',
          { conditional: 'with.prediction', unconditional: 'without.prediction' },
          { scale: 2.5 },
        ),
        node('guided', 'GuidedModel', { model: 'mlp.model' }, { scale: 2.5 }),
        node('ask', 'Predict', {
          model: 'guided.model',
          x_t: 'x.x_0',
          t: 't.t',
          condition: 'labels.labels',
        }),
      ],
      { byHand: 'guidance.prediction', inside: 'ask.prediction' },
    )
    expect(numbers(inside)).toEqual(numbers(byHand))
  })
})

onCpu(() => {
  describe('TrainingStart', () => {
    test('sets the storage type of activations only on the model during training', async () => {
      const { each, done } = await evaluate(training({}, { steps: 1, activations: 'float16' }), {
        each: 'start.model',
        done: 'end.model',
      })
      expect(each).toMatchObject({ activations: 'float16' })
      expect(done).not.toHaveProperty('activations')
    })

    /**
     * Returns the indices of the items in the batch of each of six steps, from a data set of eight
     * points. Points are identified by their first coordinate.
     */
    async function batches(start: Record<string, unknown>): Promise<number[][]> {
      const count = 8
      const { data } = pointSet('gaussian', { count, noise: 0, points: [] }, createRandom(1))
      const order = Array.from({ length: count }, (_, i) => data[2 * i])
      const seen: number[][] = []
      for (let steps = 1; steps <= 6; steps++) {
        const graph = training(
          {
            points: node('points', 'Points', {}, { distribution: 'gaussian', count, seed: 1 }),
            predict: node('predict', 'Predict', {
              model: 'start.model',
              x_t: 'forward.x_t',
              t: 't.t',
            }),
          },
          { batch_size: 3, seed: 7, ...start, steps },
        ).filter(({ id }) => id !== 'drop')
        const { x } = await evaluate(graph, { x: 'start.x_0' })
        seen.push(
          Array.from({ length: x.tensor.shape[0] }, (_, i) => order.indexOf(x.tensor.data[2 * i])),
        )
      }
      return seen
    }

    test('uses each example once per epoch, in a different order in each epoch', async () => {
      const seen = await batches({ drop_last: false })
      expect(seen.map(({ length }) => length)).toEqual([3, 3, 2, 3, 3, 2])
      const epochs = [seen.slice(0, 3).flat(), seen.slice(3).flat()]
      for (const epoch of epochs) expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      expect(epochs[0]).not.toEqual(epochs[1])
    })

    test('drops incomplete batches, and preserves the order without shuffle', async () => {
      expect((await batches({})).map(({ length }) => length)).toEqual([3, 3, 3, 3, 3, 3])
      const [first, second, third] = await batches({ shuffle: false })
      expect([first, second, third]).toEqual([
        [0, 1, 2],
        [3, 4, 5],
        [0, 1, 2],
      ])
    })

    const refusal = (
      graph: GraphNode[],
      wanted: Record<string, string> = { history: 'end.history' },
    ) =>
      evaluate(graph, wanted).then(
        () => 'no refusal',
        (error: Error) => error.message,
      )

    test('rejects invalid models, data and losses, with a cure', async () => {
      const exact = node(
        'mlp',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'eight_gaussians', std: 0.1 },
      )
      const straight = node('predict', 'Predict', {
        model: 'mlp.model',
        x_t: 'forward.x_t',
        t: 't.t',
        condition: 'drop.labels',
      })
      const clean = {
        target: node(
          'target',
          'ConvertPrediction',
          {
            prediction: 'predict.prediction',
            x_t: 'forward.x_t',
            t: 't.t',
            schedule: 'schedule.schedule',
          },
          { to: 'sample' },
        ),
        loss: node('loss', 'Loss', {
          prediction: 'predict.prediction',
          target: 'target.prediction',
        }),
      }
      expect([
        await refusal(training({ mlp: exact })),
        await refusal(training({ predict: straight })),
        await refusal(training({}, { batch_size: 65 })),
        await refusal(
          training({
            points: node('points', 'Points', {}, { distribution: 'gaussian', count: 64 }),
          }),
        ),
        await refusal(
          training({
            loss: node(
              'loss',
              'Loss',
              { prediction: 'predict.prediction', target: 'target.target' },
              { weighting: 'min_snr' },
            ),
          }),
        ),
        await refusal(training(clean)),
      ]).toMatchInlineSnapshot(`
        [
          "start.model: Expected a model with weights to train, got one of kind "exact", which is computed. Connect a UNet or an MLP, or a model around one.",
          "end.loss: Expected a loss that depends on the weights in training, got one that does not. Connect \`model\` of TrainingStart to Predict, instead of the model that goes into TrainingStart.",
          "start.dataset: Expected a batch_size of at most 64, the number of items, as drop_last leaves out smaller batches, got 65. Lower batch_size to 64, or switch drop_last off.",
          "start.labels: Output labels has no value. Use a data set with labels, or remove this wire.",
          "loss.schedule: Expected a schedule and t for min_snr weights, which follow from the signal-to-noise ratio, got none. Connect both as for ForwardNoise, or choose \`uniform\`.",
          "loss.target: Expected target of the kind of prediction, epsilon, got sample. Make both of one kind, with Target or ConvertPrediction.",
        ]
      `)
    })
  })

  describe('Labels', () => {
    const labelsOf = async (inputs: Record<string, string>, params: Record<string, unknown>) => {
      const graph = [
        node('points', 'Points', {}, { distribution: 'eight_gaussians', count: 10 }),
        node('bare', 'Points', {}, { distribution: 'gaussian', count: 10 }),
        node('labels', 'Labels', inputs, params),
      ]
      return [
        ...(
          (await evaluate(graph, { labels: 'labels.labels' })).labels as unknown as {
            labels: Int32Array
          }
        ).labels,
      ]
    }

    test('are one class, or all classes in turn', async () => {
      expect(await labelsOf({}, { batch_size: 3, label: 1 })).toEqual([1, 1, 1])
      expect(await labelsOf({}, { batch_size: 5, num_classes: 3 })).toEqual([0, 1, 2, 0, 1])
      expect(await labelsOf({ like: 'points.x_0', dataset: 'points.dataset' }, {})).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 0, 1,
      ])
    })

    test('are rejected if the class does not exist', async () => {
      await expect(labelsOf({}, { label: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: labels: Expected a label from 0 to 1, or -1 for all in turn, got 2. Choose such a label, or raise num_classes.]`,
      )
      await expect(
        labelsOf({ dataset: 'bare.dataset' }, {}),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: labels.dataset: Expected a data set with classes, got one without. Disconnect it, and set num_classes.]`,
      )
    })

    test('are dropped by LabelDropout with the given probability', async () => {
      const graph = [
        node('labels', 'Labels', {}, { batch_size: 2000, label: 1 }),
        node('drop', 'LabelDropout', { labels: 'labels.labels' }, { probability: 0.25, seed: 3 }),
      ]
      const { dropped } = (await evaluate(graph, { dropped: 'drop.labels' })) as unknown as {
        dropped: { labels: Int32Array }
      }
      expect(new Set(dropped.labels)).toEqual(new Set([1, -1]))
      expect(dropped.labels.filter((label) => label < 0).length / 2000).toBeCloseTo(0.25, 1)
    })
  })

  test('models reject invalid params and inputs', async () => {
    const refusal = (graph: GraphNode[], wire: string) =>
      evaluate(graph, { out: wire }).then(
        () => 'no refusal',
        (error: Error) => error.message,
      )
    const schedule = node('schedule', 'NoiseSchedule')
    expect([
      await refusal([node('mlp', 'MLP', {}, { time_embedding_dim: 7 })], 'mlp.model'),
      await refusal(
        [node('mlp', 'MLP'), node('guided', 'GuidedModel', { model: 'mlp.model' })],
        'guided.model',
      ),
      await refusal(
        [schedule, node('exact', 'ExactModel', { schedule: 'schedule.schedule' })],
        'exact.model',
      ),
    ]).toMatchInlineSnapshot(`
      [
        "mlp: Expected an even number, half sines and half cosines, got 7. Set it to 8.",
        "guided.model: Expected a model with classes to guide by, got one without. Set num_classes of the model and train it with labels and LabelDropout, or connect \`worse\`.",
        "exact.dataset: Expected a data set for the mixture \`dataset\`, got none. Connect one, or choose another mixture.",
      ]
    `)
  })
})
