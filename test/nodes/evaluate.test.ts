// Evaluation of samples: classifiers, distances and spectra.
import { describe, expect, test } from 'vitest'
import { evaluators, realDigits } from '../../scripts/digits-judge.ts'
import { accuracy, crossEntropy } from '../../src/engine/losses/classification.ts'
import {
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import { classifier, classify } from '../../src/engine/models/kinds/classifier/classifier.ts'
import { fitGaussian, frechetDistance } from '../../src/engine/metrics/frechet.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import type { ChartView, NumbersView } from '../../src/engine/base/view.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import type { Tensor, Tensor2D } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Labels } from '../../src/engine/base/values.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { lastView, rowsOf, shownBy } from './shown.ts'
import type { ClassifierConfig } from '../../src/engine/models/kinds/classifier/config.ts'
import { fullTest } from '../families.ts'

const numbers = async (tensor: Tensor) => [...(await tensor.data())]

/** Returns -log softmax at the label, in float64. */
function surprise(row: number[], label: number): number {
  const largest = Math.max(...row)
  return (
    Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest - row[label]
  )
}

const small: ClassifierConfig = {
  height: 4,
  width: 6,
  in_channels: 2,
  block_out_channels: [4, 8],
  num_classes: 3,
  norm_num_groups: 2,
  activation: 'silu',
  time_embedding_dim: 0,
}

onEachBackend((backend) => {
  const logits = [
    [1, 2, -1],
    [1000, 0, -1000],
    [0.5, 0.5, 0.25],
    [3, 4, 5],
  ]
  const labels = Int32Array.of(1, 2, -1, 0)

  test('cross entropy and gradient handle large logits and skip unlabelled items', async () => {
    const x = tf.tensor2d(logits)
    const { value, grad } = tf.valueAndGrad((x: Tensor) => crossEntropy(x as Tensor2D, labels))(
      x,
    ) as unknown as {
      value: Tensor
      grad: Tensor
    }
    const labelled = [0, 1, 3]
    const expected = labelled.reduce((sum, i) => sum + surprise(logits[i], labels[i]), 0) / 3
    expect((await numbers(value))[0] / expected).toBeCloseTo(1, 5)
    const gradient = await numbers(grad)
    logits.forEach((row, i) =>
      row.forEach((_, k) => {
        const probability = Math.exp(-surprise(row, k))
        const expected = labelled.includes(i) ? (probability - (k === labels[i] ? 1 : 0)) / 3 : 0
        expect(gradient[3 * i + k]).toBeCloseTo(expected, 5)
      }),
    )
    tf.dispose([x, value, grad])
  })

  test('accuracy is the fraction of labelled items classified correctly', async () => {
    const share = tf.tidy(() => accuracy(tf.tensor2d(logits), labels))
    expect((await numbers(share))[0]).toBeCloseTo(1 / 3, 6)
    share.dispose()
  })

  test('accuracy is NaN when the logits contain NaN', async () => {
    const share = tf.tidy(() =>
      accuracy(tf.tensor2d([[NaN, NaN, NaN], ...logits.slice(1)]), labels),
    )
    expect((await numbers(share))[0]).toBeNaN()
    share.dispose()
  })

  test('classifier gradients reach every weight and match finite differences', async () => {
    const model = classifier(small, createRandom(1))
    const x = tf.tensor4d(createRandom(2).normal(5 * 4 * 6 * 2), [5, 4, 6, 2])
    const truth = Int32Array.of(0, 1, 2, 2, 0)
    const names = Object.keys(model.weights)
    const weights = names.map((name) => model.weights[name])
    const lossOf = (values: Tensor[]) => {
      const changed = {
        ...model,
        weights: Object.fromEntries(names.map((name, i) => [name, values[i]])),
      }
      return crossEntropy(classify(changed, x).logits, truth)
    }
    const gradients = tf.grads((...values: Tensor[]) => lossOf(values))(weights)
    for (const [i, name] of names.entries()) {
      // The loss changes fastest along the gradient, so rounding matters least there.
      const gradient = gradients[i]
      const norm = Math.hypot(...(await numbers(gradient)))
      expect(norm, name).toBeGreaterThan(1e-4)
      const step = 1e-2
      const at = (sign: number) =>
        tf.tidy(() =>
          lossOf(
            weights.map((weight, k) =>
              k === i ? weight.add(gradient.mul((sign * step) / norm)) : weight,
            ),
          ),
        )
      const [above, below] = [at(1), at(-1)]
      const slope = ((await numbers(above))[0] - (await numbers(below))[0]) / (2 * step)
      expect(slope / norm, name).toBeCloseTo(1, backend === 'webgpu' ? 1 : 2)
      tf.dispose([above, below])
    }
    tf.dispose([x, ...gradients, ...collectTensors(model)])
  })
})

const digits = (split: string) => node(split, 'Digits', {}, { split })

/** Graph that trains a classifier on the digits. */
const training = (steps: number, params: Record<string, unknown> = {}): GraphNode[] => [
  digits('train'),
  digits('test'),
  node('classifier', 'Classifier', { dataset: 'train.dataset' }, { seed: 1, ...params }),
  node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
  node(
    'start',
    'TrainingStart',
    { model: 'classifier.model', dataset: 'train.dataset', optimizer: 'optimizer.optimizer' },
    { steps, batch_size: 64, seed: 2 },
  ),
  node('classify', 'Classify', { model: 'start.model', x: 'start.x_0' }),
  node('loss', 'CrossEntropy', { logits: 'classify.logits', labels: 'start.labels' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
]

/** Nodes that evaluate a classifier on the test digits. */
const examination = (model: string): GraphNode[] => [
  node('examples', 'Batch', { dataset: 'test.dataset' }, { batch_size: 397 }),
  node('answers', 'Classify', { model, x: 'examples.x_0' }),
  node('accuracy', 'Accuracy', { logits: 'answers.logits', labels: 'examples.labels' }),
]

onEachBackend(() => {
  test('a classifier trained on the digits generalises to the test set', async () => {
    const { history, before, after, features } = await evaluate(
      [...training(150), ...examination('end.model'), ...renamed(examination('classifier.model'))],
      {
        history: 'end.history',
        before: 'accuracy at first.accuracy',
        after: 'accuracy.accuracy',
        features: 'answers.features',
      },
    )
    const losses = (history as unknown as { losses: { data: Float32Array }[] }).losses.flatMap(
      ({ data }) => [...data],
    )
    expect(Math.abs(losses[0] - Math.log(10))).toBeLessThan(0.5)
    expect(before.tensor.data[0]).toBeLessThan(0.3)
    expect(after.tensor.data[0]).toBeGreaterThan(0.9)
    expect(features.tensor.shape).toEqual([397, 32])
  })
}, ['wasm'])

/** Returns the same nodes with other ids. */
function renamed(graph: GraphNode[]): GraphNode[] {
  const other = (id: string) => (graph.some((node) => node.id === id) ? `${id} at first` : id)
  return graph.map(({ id, inputs, ...rest }) => ({
    ...rest,
    id: other(id),
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([slot, from]) => [slot, { ...from, node: other(from.node) }]),
    ) as GraphNode['inputs'],
  }))
}

const refusal = (graph: GraphNode[], wire: string): Promise<string> =>
  evaluate(graph, { out: wire }).then(
    () => 'no refusal',
    (error: Error) => error.message,
  )

onCpu(() => {
  test('classifiers and their losses reject invalid inputs with a cure', async () => {
    const points = node('points', 'Points', {}, { count: 4, distribution: 'gaussian' })
    const classifier = (params: object, inputs = {}) =>
      node('classifier', 'Classifier', inputs, { ...params })
    const ask = (model: string, x: string) => node('ask', 'Classify', { model, x })
    const pictures = node('pictures', 'GaussianNoise', {}, { shape: '8, 8, 1', batch_size: 2 })
    const schedule = node('schedule', 'NoiseSchedule')
    const mlp = node('mlp', 'MLP')
    const six = node('six', 'Labels', {}, { label: 6, num_classes: 10, batch_size: 2 })
    const three = node('three', 'Labels', {}, { batch_size: 3 })
    const none = node('none', 'LabelDropout', { labels: 'six.labels' }, { probability: 1 })
    const lossOf = (labels: string) =>
      node('loss', 'CrossEntropy', { logits: 'ask.logits', labels })
    const asked = [
      classifier({ num_classes: 5 }),
      pictures,
      ask('classifier.model', 'pictures.noise'),
      six,
      three,
      none,
    ]
    expect([
      await refusal([classifier({ block_out_channels: '16, x' })], 'classifier.model'),
      await refusal([classifier({ block_out_channels: '16, 16, 16, 16, 16' })], 'classifier.model'),
      await refusal([classifier({ block_out_channels: '16, 9999992' })], 'classifier.model'),
      await refusal([classifier({ block_out_channels: '16, 20' })], 'classifier.model'),
      await refusal([points, classifier({}, { dataset: 'points.dataset' })], 'classifier.model'),
      await refusal([mlp, pictures, ask('mlp.model', 'pictures.noise')], 'ask.logits'),
      await refusal([classifier({}), points, ask('classifier.model', 'points.x_0')], 'ask.logits'),
      await refusal([...asked, lossOf('six.labels')], 'loss.loss'),
      await refusal([...asked, lossOf('three.labels')], 'loss.loss'),
      await refusal([...asked, lossOf('none.labels')], 'loss.loss'),
      await refusal(
        [
          ...asked,
          schedule,
          node('t', 'Timestep', { schedule: 'schedule.schedule' }),
          node('predict', 'Predict', {
            model: 'classifier.model',
            x_t: 'pictures.noise',
            t: 't.t',
          }),
        ],
        'predict.prediction',
      ),
      await refusal(
        [digits('test'), node('batch', 'Batch', { dataset: 'test.dataset' }, { start: 400 })],
        'batch.x_0',
      ),
      await refusal([points, node('bands', 'BandPower', { samples: 'points.x_0' })], 'bands.low'),
    ]).toMatchInlineSnapshot(`
      [
        "classifier: Expected positive integers with commas between them, got "x". Write them as 32, 64.",
        "classifier: Expected images that can be halved 4 times for 5 levels, got 8 x 8, which can be halved 3 times. Use at most 4 levels.",
        "classifier: Expected at most 4096 channels per level, got 9999992. Use a few dozen channels, such as 16, 32.",
        "classifier: Expected channels that norm_num_groups, 8, divides, got 20. Choose channels that are multiples of norm_num_groups, or fewer groups.",
        "classifier.dataset: Expected images, which are items of shape [h, w, c], got items of shape [2]. Connect a data set of images.",
        "ask.model: Expected a classifier, got a model of kind "mlp". Connect Classifier, or a trained one.",
        "ask.x: Expected items of shape [8,8,1], as in the training data of the classifier, got [2]. Connect the data set of these images to \`dataset\` of Classifier and train it on that, or connect other images.",
        "loss.labels: Expected labels from 0 to 4 (or -1 for none), got 6. Set num_classes of Classifier to that of the data, or connect the data set to Classifier.",
        "loss.labels: Expected one label per item: [2], got [3]. Take the labels and the images from the same batch.",
        "loss.labels: Expected at least one item with a label, got none. Connect labels from before LabelDropout, or a data set with labels.",
        "predict.model: Expected a model that denoises, got a classifier. Use the classifier with Classify, or connect a denoiser, such as UNet.",
        "batch: Expected start to be at most 396, as the data set has 397 items, got 400. Lower start.",
        "bands.samples: Expected images [b, h, w, c], got [4,2]. Connect images. For the density of points, use Spectrum.",
      ]
    `)
  })

  test('a classifier shows its structure', async () => {
    const graph = [digits('test'), node('classifier', 'Classifier', { dataset: 'test.dataset' })]
    const sink = node('sink', 'Inspect', { value: 'classifier.model' })
    // First convolution 9 * 16 + 16 and its norm 32, second convolution 9 * 16 * 32 + 32 and
    // its norm 64, head 320 + 10.
    expect(await lastView([...graph, sink], 'classifier')).toEqual({
      kind: 'rows',
      rows: [
        ['8 x 8', '16 channels'],
        ['4 x 4', '32 channels'],
        ['features', '32'],
        ['classes', '10'],
        ['parameters', '5,226'],
      ],
    })
  })

  test('a classifier survives saving and loading unchanged', async () => {
    const model = classifier(small, createRandom(3))
    const checkpoint = { model: await storeModel(model), schedule: undefined }
    const bytes = writeCheckpoint(checkpoint)
    expect(() => writeCheckpoint(checkpoint, 'diffusers')).toThrow(
      'Diffusers has no classifier of images.',
    )
    const loaded = loadModel(readCheckpoint(bytes).model)
    expect({ ...loaded, weights: undefined }).toEqual({ ...model, weights: undefined })
    const x = tf.tensor4d(createRandom(4).normal(2 * 4 * 6 * 2), [2, 4, 6, 2])
    const [before, after] = [model, loaded].map((own) => tf.tidy(() => classify(own, x).logits))
    expect(await numbers(after)).toEqual(await numbers(before))
    tf.dispose([x, before, after, ...collectTensors([model, loaded])])
  })

  test('Batch outputs the requested items', async () => {
    const { train } = await realDigits()
    const { some, shuffled, labels } = await evaluate(
      [
        digits('train'),
        node('some', 'Batch', { dataset: 'train.dataset' }, { start: 1398, batch_size: 5 }),
        node(
          'shuffled',
          'Batch',
          { dataset: 'train.dataset' },
          { batch_size: 1400, shuffle: true, seed: 3 },
        ),
      ],
      { some: 'some.x_0', labels: 'some.labels', shuffled: 'shuffled.x_0' },
    )
    expect(some.tensor.shape).toEqual([2, 8, 8, 1])
    expect([...some.tensor.data]).toEqual([...train.images.subarray(1398 * 64)])
    expect((labels as unknown as Labels).labels).toEqual(Int32Array.from(train.labels).slice(1398))
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0)
    expect(shuffled.tensor.data).not.toEqual(train.images)
    expect(sum(shuffled.tensor.data)).toBe(sum(train.images))
  })

  describe('FrechetDistance', () => {
    const both = [digits('train'), digits('test')]
    const distance = (inputs: Record<string, string>, params = {}) =>
      node('distance', 'FrechetDistance', inputs, params)

    test('is small for real digits and large for noise', async () => {
      const noise = node('noise', 'GaussianNoise', { like: 'test.dataset' }, { seed: 1 })
      const real = rowsOf(
        await lastView(
          [...both, distance({ samples: 'test.dataset', reference: 'train.dataset' })],
          'distance',
        ),
      )
      expect(real['Fréchet distance']).toBeCloseTo(evaluators.real_test.frechet, 3)
      expect(real).toMatchObject({ samples: 397, reference: 1400 })
      expect(real['between halves of the reference']).toBeLessThan(0.3)
      expect(Math.abs(real['kernel distance'])).toBeLessThan(0.1)
      const far = rowsOf(
        await lastView(
          [...both, noise, distance({ samples: 'noise.noise', reference: 'train.dataset' })],
          'distance',
        ),
      )
      expect(far['Fréchet distance']).toBeGreaterThan(6)
      expect(far['kernel distance']).toBeGreaterThan(10 * Math.abs(real['kernel distance']))
    })

    test('limits the number of items to `count` and reports it', async () => {
      const { rows } = await lastView<NumbersView>(
        [...both, distance({ samples: 'test.dataset', reference: 'train.dataset' }, { count: 12 })],
        'distance',
      )
      expect(rows.slice(3)).toEqual([
        { name: 'samples', value: 12, note: 'too few for 16 features: use more' },
        { name: 'reference', value: 12, note: 'of 1,400' },
      ])
    })

    test('uses the features of a connected classifier', async () => {
      const params = { seed: 1, block_out_channels: '8' }
      const { rows } = await lastView<NumbersView>(
        [
          ...both,
          node('classifier', 'Classifier', { dataset: 'train.dataset' }, params),
          distance({
            samples: 'test.dataset',
            reference: 'train.dataset',
            classifier: 'classifier.model',
          }),
        ],
        'distance',
      )
      expect(rows[0].note).toContain('8 features of the classifier')
      // Computes the same distance manually.
      const features = async (split: string) => {
        const { out } = await evaluate(
          [
            digits(split),
            node('classifier', 'Classifier', { dataset: `${split}.dataset` }, params),
            node('batch', 'Batch', { dataset: `${split}.dataset` }, { batch_size: 1400 }),
            node('ask', 'Classify', { model: 'classifier.model', x: 'batch.x_0' }),
          ],
          { out: 'ask.features' },
        )
        return fitGaussian(out.tensor.data, 8)
      }
      expect(
        rows[0].value / frechetDistance(await features('test'), await features('train')),
      ).toBeCloseTo(1, 3)
    })

    fullTest('is computed again for each emission of a training run', async () => {
      const views = await shownBy([
        ...training(6).map((own) =>
          own.id === 'end' ? { ...own, params: { emit_every: 2 } } : own,
        ),
        distance(
          { samples: 'test.dataset', reference: 'train.dataset', classifier: 'end.model' },
          { count: 40 },
        ),
      ])
      const values = views.get('distance')!.map((view) => (view as NumbersView).rows[0].value)
      expect(values.length).toBeGreaterThan(1)
      expect(new Set(values).size).toBe(values.length)
    })

    test('rejects inputs that cannot be compared', async () => {
      const points = node('points', 'Points', {}, { count: 4, distribution: 'gaussian' })
      const one = node('one', 'Batch', { dataset: 'test.dataset' }, { batch_size: 1 })
      const told = (graph: GraphNode[]) =>
        lastView(graph, 'distance').then(String, (error: Error) => error.message)
      expect([
        await told([
          ...both,
          points,
          distance({ samples: 'points.x_0', reference: 'train.dataset' }),
        ]),
        await told([...both, one, distance({ samples: 'one.x_0', reference: 'train.dataset' })]),
        await told([
          ...both,
          node('mlp', 'MLP'),
          distance({
            samples: 'test.dataset',
            reference: 'train.dataset',
            classifier: 'mlp.model',
          }),
        ]),
      ]).toMatchInlineSnapshot(`
        [
          "Expected items of the shape of the reference, [8,8,1], got [2]. Connect the training data of the model to \`reference\`.",
          "Expected at least two items of a distribution, got 1. Connect more. Some hundred items give useful numbers.",
          "Expected a classifier, got a model of kind "mlp". Connect Classifier, or a trained one.",
        ]
      `)
    })
  })

  describe('in a loop over t', () => {
    const steps = 5
    /** Loop that adds noise to the same digits at each t, with observer nodes. */
    const noising = (...observers: GraphNode[]) => [
      digits('train'),
      node('clean', 'Batch', { dataset: 'train.dataset' }, { batch_size: 64 }),
      node('noise', 'GaussianNoise', { like: 'clean.x_0' }, { seed: 1 }),
      node(
        'schedule',
        'NoiseSchedule',
        {},
        { num_train_timesteps: 100, beta_schedule: 'squaredcos_cap_v2' },
      ),
      node(
        'timesteps',
        'Timesteps',
        { schedule: 'schedule.schedule' },
        { num_inference_steps: steps },
      ),
      node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'timesteps.timesteps' }),
      node('forward', 'ForwardNoise', {
        x_0: 'clean.x_0',
        t: 'start.t',
        noise: 'noise.noise',
        schedule: 'schedule.schedule',
      }),
      node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'forward.x_t' }),
      ...observers,
    ]

    test('noise hides fine structure first', async () => {
      const { lines, xLabel } = await lastView<ChartView>(
        noising(
          node('of x_t', 'BandPower', { samples: 'forward.x_t' }),
          node('of x_0', 'BandPower', { samples: 'clean.x_0' }),
          node('chart', 'Chart', {
            values_1: 'of x_t.low',
            values_2: 'of x_t.high',
            x: 'start.t',
          }),
        ),
        'chart',
      )
      expect(xLabel).toBe('t')
      const [low, high] = lines.map(({ x, y }) => new Map([...x].map((t, i) => [t, y[i]])))
      expect([...low.keys()].sort((a, b) => a - b)).toEqual([0, 20, 40, 60, 80])
      // Clean digits have little high-frequency power. Noise has equal power at all frequencies.
      expect(high.get(0)! / low.get(0)!).toBeLessThan(0.1)
      expect(high.get(80)! / low.get(80)!).toBeGreaterThan(0.5)
      expect([0, 20, 40, 60].every((t) => high.get(t)! < high.get(t + 20)!)).toBe(true)
    })

    test('a spectrum shows x_t and the predicted x_0 at each t with a fixed y range', async () => {
      const predicted = node('predicted', 'ConvertPrediction', {
        prediction: 'noise as prediction.target',
        x_t: 'forward.x_t',
        t: 'start.t',
        schedule: 'schedule.schedule',
      })
      const truth = node('noise as prediction', 'Target', {
        model: 'unet.model',
        x_0: 'clean.x_0',
        noise: 'noise.noise',
        t: 'start.t',
        schedule: 'schedule.schedule',
      })
      const views = (
        await shownBy(
          noising(
            node('unet', 'UNet', { dataset: 'train.dataset' }, { block_out_channels: '8' }),
            truth,
            { ...predicted, params: { to: 'sample' } },
            node(
              'spectrum',
              'Spectrum',
              {
                samples_1: 'forward.x_t',
                samples_2: 'predicted.prediction',
                samples_3: 'clean.x_0',
              },
              { names: 'x_t, predicted x_0', range: 'fixed', y_min: 0.01, y_max: 100 },
            ),
          ),
        )
      ).get('spectrum') as ChartView[]
      expect(new Set(views.map(({ title }) => title)).size).toBe(views.length)
      const last = views.at(-1)!
      expect(last).toMatchObject({
        title: 'power spectrum, t = 0',
        yRange: [0.01, 100],
        yLog: true,
      })
      expect(last.lines.map(({ name }) => name)).toEqual(['x_t', 'predicted x_0', 'samples_3'])
      const [, ofPrediction, ofClean] = last.lines.map(({ y }) => [...y])
      ofPrediction.forEach((power, ring) => expect(power / ofClean[ring]).toBeCloseTo(1, 3))
    })

    test('rejects a y range with y_max below y_min', async () => {
      const graph = noising(
        node(
          'spectrum',
          'Spectrum',
          { samples_1: 'clean.x_0' },
          { range: 'fixed', y_min: 2, y_max: 1 },
        ),
      )
      await expect(shownBy(graph)).rejects.toThrow(
        'Expected y_max above y_min, 2, got 1. Raise y_max, or lower y_min.',
      )
    })
  })
})
