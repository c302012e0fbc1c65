// MNIST: the evaluation of scripts/eval-mnist.ts is correct, shipped checkpoints can be sampled,
// and their digits are recognised.
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shippedMnist } from '../scripts/eval-mnist.ts'
import type { Judge } from '../scripts/mnist-judge.ts'
import { sampleMnist } from '../scripts/mnist-samples.ts'
import {
  accuracyOn,
  inTurn,
  judge,
  judgeTraining,
  measureQuality,
  openJudge,
  realMnist,
  trainJudge,
} from '../scripts/mnist-judge.ts'
import { loadModel, readCheckpoint } from '../src/engine/checkpoint/pipeline.ts'
import { predict } from '../src/engine/models/predict.ts'
import { createRandom } from '../src/engine/base/random.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Dataset } from '../src/engine/datasets/dataset.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import { describeFile, createStoredFiles } from '../src/storage/storedFiles.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import { onEachBackend } from './backends.ts'
import { evaluate, node } from './nodes/evaluate.ts'
import { fullTest } from './families.ts'

const PIXELS = 784

onEachBackend(() => {
  describe('the judge', () => {
    let checkpoint: Uint8Array
    let by: Judge
    let [train, real] = [] as unknown as [Dataset, Dataset]
    beforeAll(async () => {
      // Enough to recognise some digits and confuse others.
      checkpoint = await trainJudge({ steps: 60, block_out_channels: '8, 32, 64' })
      by = openJudge(checkpoint)
      ;[train, real] = [await realMnist('train', 1500), await realMnist('test')]
    })
    afterAll(() => by.dispose())

    /** The classifier evaluated by nodes. */
    async function byNodes(count: number) {
      const checkpoints = createStoredFiles(memoryStore())
      const { logits, accuracy } = await evaluate(
        [
          node(
            'load',
            'LoadCheckpoint',
            {},
            { checkpoint: await checkpoints.put('classifier.zip', checkpoint) },
          ),
          node('test', 'MNIST', {}, { split: 'test' }),
          node('batch', 'Batch', { dataset: 'test.dataset' }, { batch_size: count }),
          node('ask', 'Classify', { model: 'load.model', x: 'batch.x_0' }),
          node('accuracy', 'Accuracy', { logits: 'ask.logits', labels: 'batch.labels' }),
        ],
        { logits: 'ask.logits', accuracy: 'accuracy.accuracy' },
        { checkpoints },
      )
      const rows = Array.from({ length: count }, (_, i) => [
        ...logits.tensor.data.subarray(10 * i, 10 * i + 10),
      ])
      return {
        answers: rows.map((row) => row.indexOf(Math.max(...row))),
        accuracy: accuracy.tensor.data[0],
      }
    }

    test('recognises real digits with cycling classes at the accuracy of the classifier', async () => {
      const { answers, accuracy } = await byNodes(2000)
      expect(accuracy).toBeGreaterThan(0.4)
      expect(accuracy).toBeLessThan(0.95)
      const own = await by.answers(real.data.subarray(0, 2000 * PIXELS))
      expect([...own.labels]).toEqual(answers)
      expect(await accuracyOn(by, await realMnist('test', 2000))).toBeCloseTo(accuracy, 5)

      const perfect = inTurn(real, 300)
      const found = await judge(by, perfect, train)
      // The first 30 of each class are all among the first 2,000.
      const expected = Array.from({ length: 10 }, (_, label) => {
        const places = [...answers.keys()].filter((i) => real.labels![i] === label).slice(0, 30)
        return places.filter((i) => answers[i] === label).length
      })
      expect(found.byClass).toEqual(expected)
      expect(found.recognised).toBe(expected.reduce((sum, count) => sum + count))
      expect(found.count).toBe(300)
    })

    test('does not recognise digits of other classes or noise', async () => {
      const { images, labels } = inTurn(real, 100)
      const right = await judge(by, { images, labels }, train)
      const others = Int32Array.from(labels, (label) => (label + 1) % 10)
      const wrong = await judge(by, { images, labels: others }, train)
      expect(wrong.recognised).toBeLessThanOrEqual(100 - right.recognised)
      const noise = await judge(by, { images: createRandom(1).normal(100 * PIXELS), labels }, train)
      expect(noise.recognised).toBeLessThan(25)
      expect(noise.frechet).toBeGreaterThan(5 * right.frechet)
    })

    fullTest('measures a grey veil by the corners and by the distance', async () => {
      const data = { train, test: real }
      const { images } = inTurn(real, 200)
      const clean = await measureQuality(by, images, data)
      expect(clean.corner).toBe(0)
      expect(clean.frechet / clean.test).toBeGreaterThan(0.5)
      expect(clean.frechet / clean.test).toBeLessThan(2)
      const veiled = await measureQuality(
        by,
        images.map((value) => Math.max(value, -1 + 40 / 127.5)),
        data,
      )
      expect(veiled.corner).toBeCloseTo(40, 6)
      expect(veiled.test).toBe(clean.test)
      expect(veiled.frechet).toBeGreaterThan(clean.frechet)
    })

    fullTest(
      'distinguishes copies from new images by nearest distance and distribution',
      async () => {
        const copies = await judge(by, { images: train.data, labels: train.labels! }, train)
        expect(copies.nearest).toBeLessThan(0.02)
        expect(copies.frechet).toBeLessThan(1e-3)
        const few = inTurn(real, 10)
        const { nearest } = await judge(by, few, train)
        const distances = Array.from({ length: 10 }, (_, i) => {
          const image = few.images.subarray(i * PIXELS, (i + 1) * PIXELS)
          const to = (k: number) =>
            image.reduce((sum, value, j) => sum + (value - train.data[k * PIXELS + j]) ** 2, 0)
          return Math.sqrt(Math.min(...Array.from({ length: train.size }, (_, k) => to(k))))
        })
        expect(nearest).toBeCloseTo(distances.reduce((sum, distance) => sum + distance) / 10, 3)
      },
    )
  })
}, ['wasm'])

const FOLDER = 'assets/checkpoints'
const shipped = readdirSync(FOLDER).filter((name) => name.endsWith('.zip'))

onEachBackend(() => {
  test.each(shipped)('%s is found by its SHA-256 and can be sampled', async (name) => {
    const bytes = new Uint8Array(readFileSync(`${FOLDER}/${name}`))
    const { model: stored } = readCheckpoint(bytes)
    const { sample_size: side, in_channels: channels } = stored.config as {
      sample_size: number
      in_channels: number
    }
    const shape = [3, side, side, channels]
    const { x, prediction, x_0 } = await evaluate(
      [
        node(
          'load',
          'LoadCheckpoint',
          {},
          { checkpoint: describeFile('a name of its own', bytes) },
        ),
        node(
          'noise',
          'GaussianNoise',
          {},
          { batch_size: 3, shape: shape.slice(1).join(', '), seed: 1 },
        ),
        node('labels', 'Labels', {}, { batch_size: 3, num_classes: 10, label: -1 }),
        node('t', 'Timestep', { schedule: 'load.schedule' }, { t: 700 }),
        node('predict', 'Predict', {
          model: 'load.model',
          x_t: 'noise.noise',
          t: 't.t',
          condition: 'labels.labels',
        }),
        node('guided', 'GuidedModel', { model: 'load.model' }),
        node(
          'sampler',
          'Sampler',
          {
            model: 'guided.model',
            x_T: 'noise.noise',
            schedule: 'load.schedule',
            condition: 'labels.labels',
          },
          { num_inference_steps: 4 },
        ),
      ],
      { x: 'noise.noise', prediction: 'predict.prediction', x_0: 'sampler.x_0' },
    )
    // The model alone gives the same.
    const model = loadModel(stored)
    const own = tf.tidy(() =>
      predict(model, tf.tensor(x.tensor.data, shape), Float64Array.of(700), {
        kind: 'labels',
        labels: Int32Array.of(0, 1, 2),
      }),
    )
    expect(prediction.tensor.data).toEqual(await own.data())
    tf.dispose([own, ...collectTensors(model)])
    // Nearly all pixels are black or white, so this is not noise.
    expect(x_0.tensor.shape).toEqual(shape)
    const values = [...x_0.tensor.data]
    expect(values.every((value) => Math.abs(value) <= 1.001)).toBe(true)
    expect(values.filter((value) => value < -0.5).length / values.length).toBeGreaterThan(0.4)
  })

  // Takes minutes: trains a classifier and samples 100 digits in 50 steps.
  if (process.env.FULL)
    test('at least 80 of 100 digits of the MNIST checkpoint are recognised', async () => {
      const by = openJudge(await trainJudge(judgeTraining))
      expect(await accuracyOn(by, await realMnist('test'))).toBeGreaterThan(0.97)
      const { images } = await sampleMnist(await shippedMnist(), { draws: 1, unguided: 0 })
      const asked = Int32Array.from({ length: 100 }, (_, i) => i % 10)
      const found = await judge(by, { images, labels: asked }, await realMnist('train'))
      expect(found.recognised).toBeGreaterThanOrEqual(80)
      // Neither copies nor outliers: held-out real digits are at 8.6.
      expect(Math.abs(found.nearest - 8.6)).toBeLessThan(2)
      by.dispose()
    }, 1_800_000)
}, ['wasm'])
