// Evaluates images of MNIST digits with a classifier trained on the real ones: recognised digits,
// and the distance of features to those of real images.
import { loadModel, readCheckpoint } from '../src/engine/checkpoint/pipeline.ts'
import { toDataset } from '../src/engine/datasets/file.ts'
import { itemsAt } from '../src/engine/datasets/items.ts'
import { readMnist } from '../src/engine/datasets/mnist.ts'
import { fitGaussian, frechetDistance } from '../src/engine/metrics/frechet.ts'
import { nearestNeighbours } from '../src/engine/metrics/nearestNeighbours.ts'
import { classify } from '../src/engine/models/kinds/classifier/classifier.ts'
import { createRandom } from '../src/engine/base/random.ts'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { wire } from '../src/engine/plan/graph.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { Dataset } from '../src/engine/datasets/dataset.ts'
import type { Model } from '../src/engine/models/model.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import type { Digits } from './digits-judge.ts'
import { assetsWith, node, nothingKept, runParts } from './evaluation.ts'

export const CLASSES = 10
export const SIDE = 28
export const PIXELS = SIDE * SIDE
/** Batch size of the classifier. */
const BATCH = 250

/** Loads the first `count` real digits (0: all) of 60,000 training or 10,000 test images. */
export async function realMnist(split: 'train' | 'test', count = 0): Promise<Dataset> {
  const shipped = shippedInNode()
  const part = split === 'train' ? 'train' : 't10k'
  const [images, labels] = [
    await shipped.file(`${part}-images-idx3-ubyte`),
    await shipped.file(`${part}-labels-idx1-ubyte`),
  ]
  return toDataset(readMnist(images, labels, { count, side: SIDE }))
}

/** Selects real digits with cycling classes, like the samples. */
export function inTurn(real: Dataset, count: number): Digits {
  const places = Array.from({ length: CLASSES }, () => [] as number[])
  real.labels!.forEach((label, i) => places[label].push(i))
  const indices = Int32Array.from(
    { length: count },
    (_, i) => places[i % CLASSES][Math.floor(i / CLASSES)] ?? -1,
  )
  if (indices.includes(-1))
    throw new Error(`There are fewer than ${count} real digits with classes in turn.`)
  return { images: itemsAt(real, indices), labels: indices.map((i) => real.labels![i]) }
}

/** Settings of the classifier. */
export interface JudgeTraining {
  steps: number
  /** Config of the node Classifier. */
  block_out_channels: string
}

/** Reaches 0.97 on the test images in a few minutes on a CPU. */
export const judgeTraining: JudgeTraining = { steps: 1500, block_out_channels: '16, 32, 64' }

const trainingGraph = ({ steps, block_out_channels }: JudgeTraining): GraphNode[] => [
  node('data', 'diffusion/MNIST', {}, { split: 'train' }),
  node(
    'classifier',
    'diffusion/Classifier',
    { dataset: wire('data', 'dataset') },
    { block_out_channels, seed: 1 },
  ),
  node(
    'optimizer',
    'diffusion/Optimizer',
    {},
    { algorithm: 'adamw', lr: 0.01, warmup_steps: 20, lr_schedule: 'cosine' },
  ),
  node(
    'start',
    'diffusion/TrainingStart',
    {
      model: wire('classifier', 'model'),
      dataset: wire('data', 'dataset'),
      optimizer: wire('optimizer', 'optimizer'),
    },
    { steps, batch_size: 64, seed: 2 },
  ),
  node('classify', 'diffusion/Classify', {
    model: wire('start', 'model'),
    x: wire('start', 'x_0'),
  }),
  node('loss', 'diffusion/CrossEntropy', {
    logits: wire('classify', 'logits'),
    labels: wire('start', 'labels'),
  }),
  node(
    'end',
    'diffusion/TrainingEnd',
    { loop: wire('start', 'loop'), loss: wire('loss', 'loss') },
    { emit_every: 0 },
  ),
  node(
    'save',
    'diffusion/SaveCheckpoint',
    { model: wire('end', 'model'), dataset: wire('data', 'dataset') },
    { name: 'mnist-classifier' },
  ),
]

/** Trains a classifier on the 60,000 images and returns its checkpoint. Throws GraphError. */
export async function trainJudge(
  training: JudgeTraining,
  say: (line: string) => void = () => {},
): Promise<Uint8Array> {
  const { files } = await runParts(
    [{ graph: { nodes: trainingGraph(training) }, targets: ['save'] }],
    assetsWith(nothingKept()),
    say,
  )
  return files[0].bytes
}

/** Outputs of a classifier. */
interface Answers {
  labels: Int32Array
  /** Picture after picture. */
  features: Float32Array
}

export interface Judge {
  answers(images: Float32Array): Promise<Answers>
  dispose(): void
}

/** Loads a classifier. Throws CheckpointError, or NodeError if it is not for 28 x 28 images. */
export function openJudge(checkpoint: Uint8Array): Judge {
  const model = loadModel(readCheckpoint(checkpoint).model)
  return {
    answers: (images) => computeAnswers(model, images),
    dispose: () => tf.dispose(collectTensors(model)),
  }
}

async function computeAnswers(model: Model, images: Float32Array): Promise<Answers> {
  const labels: number[] = []
  const features: number[] = []
  for (let start = 0; start < images.length; start += BATCH * PIXELS) {
    const part = images.subarray(start, start + BATCH * PIXELS)
    const seen = tf.tidy(() => {
      const { logits, features } = classify(
        model,
        tf.tensor4d(part, [part.length / PIXELS, SIDE, SIDE, 1]),
      )
      return { labels: logits.argMax(1), features }
    })
    labels.push(...(await seen.labels.data()))
    features.push(...(await seen.features.data()))
    tf.dispose(seen)
  }
  return { labels: Int32Array.from(labels), features: Float32Array.from(features) }
}

export interface Judgement {
  count: number
  /** Share of recognised samples. */
  recognised: number
  /** Share by digit. */
  byClass: number[]
  /** Fréchet distance of the classifier's features to those of the training images. */
  frechet: number
  /** Mean distance over 784 pixels to the nearest training image; 0 for copies. */
  nearest: number
}

/** Evaluates samples; labels are the requested digits. */
export async function judge(
  judge: Judge,
  { images, labels }: Digits,
  train: Dataset,
): Promise<Judgement> {
  const answers = await judge.answers(images)
  const byClass = rightByClass(answers.labels, labels)
  return {
    count: labels.length,
    recognised: byClass.reduce((sum, right) => sum + right),
    byClass,
    frechet: frechetDistance(
      fitFeatures(answers, labels.length),
      await fitOfTraining(judge, train),
    ),
    nearest: await meanNearest(images, train),
  }
}

/** Quality of samples of random classes, without guidance. */
export interface Quality {
  /** Fréchet distance of the samples, and the mean of that of as many random test images. */
  frechet: number
  test: number
  /** Mean of the four corner pixels, of 255. They are black in all real images. */
  corner: number
}

/** Draws of random test images, whose Fréchet distances differ by half. */
const TEST_DRAWS = 8

/** Measures samples beside as many random test images. */
export async function measureQuality(
  by: Judge,
  images: Float32Array,
  { train, test }: { train: Dataset; test: Dataset },
): Promise<Quality> {
  const count = images.length / PIXELS
  const fit = await fitOfTraining(by, train)
  const distance = async (some: Float32Array) =>
    frechetDistance(fitFeatures(await by.answers(some), count), fit)
  const random = createRandom(1)
  const draws: number[] = []
  for (let i = 0; i < TEST_DRAWS; i++)
    draws.push(await distance(itemsAt(test, random.permutation(test.size).slice(0, count))))
  return {
    frechet: await distance(images),
    test: draws.reduce((sum, each) => sum + each) / TEST_DRAWS,
    corner: cornerMean(images),
  }
}

const CORNERS = [0, SIDE - 1, PIXELS - SIDE, PIXELS - 1]

/** The mean of the corner pixels as they are saved, of 255. */
function cornerMean(images: Float32Array): number {
  let sum = 0
  for (let start = 0; start < images.length; start += PIXELS)
    for (const corner of CORNERS)
      sum += Math.round(127.5 * (Math.min(1, Math.max(-1, images[start + corner])) + 1))
  return sum / ((images.length / PIXELS) * CORNERS.length)
}

/** Accuracy on real digits. */
export async function accuracyOn(judge: Judge, { data, labels, size }: Dataset): Promise<number> {
  const answers = await judge.answers(data)
  return rightByClass(answers.labels, labels!).reduce((sum, right) => sum + right) / size
}

function rightByClass(answers: ArrayLike<number>, labels: ArrayLike<number>): number[] {
  const right = Array.from({ length: CLASSES }, () => 0)
  for (let i = 0; i < labels.length; i++) if (answers[i] === labels[i]) right[labels[i]]++
  return right
}

const fitFeatures = ({ features }: Answers, count: number) =>
  fitGaussian(features, features.length / count)

/** Number of training images for the reference distribution. */
const FITTED = 10_000

const fits = new WeakMap<Judge, Promise<ReturnType<typeof fitGaussian>>>()

/** Features of the first training images, cached per classifier. */
function fitOfTraining(judge: Judge, train: Dataset) {
  const count = Math.min(FITTED, train.size)
  const fit =
    fits.get(judge) ??
    judge
      .answers(train.data.subarray(0, count * PIXELS))
      .then((answers) => fitFeatures(answers, count))
  fits.set(judge, fit)
  return fit
}

async function meanNearest(images: Float32Array, train: Dataset): Promise<number> {
  const { neighbours, distances, distance } = tf.tidy(() =>
    nearestNeighbours(tf.tensor4d(images, [images.length / PIXELS, SIDE, SIDE, 1]), train),
  )
  const [mean] = await distance.data()
  tf.dispose([neighbours, distances, distance])
  return mean
}
