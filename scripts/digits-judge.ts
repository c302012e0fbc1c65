// Evaluates images of digits: distance to the distribution of real ones, and accuracy of the class.
import { toDataset, readImages, sliceDataset } from '../src/engine/datasets/file.ts'
import { fitGaussian, frechetDistance } from '../src/engine/metrics/frechet.ts'
import { project } from '../src/engine/metrics/principalComponents.ts'
import { shippedInNode } from '../src/storage/shippedInNode.ts'
import { golden } from '../test/golden.ts'

const PIXELS = 64
const CLASSES = 10
/** Number of training items, which come first in the file. */
const TRAIN = 1400

interface Figures {
  /** Fréchet distance to the training images in 16 principal components. */
  frechet: number
  /** Share that a linear classifier assigns to the requested digit. */
  accuracy: number
}

interface Evaluators {
  pca_mean: number[]
  pca_components: number[]
  clf_coef: number[]
  clf_intercept: number[]
  real_test: Figures
  noise: { frechet: number }
  /** Scores of torch and diffusers after 3,000 steps, by sampling method. */
  reference: Record<string, Figures>
}

/** 8 x 8 images in [-1, 1], concatenated, with labels. */
export interface Digits {
  images: Float32Array
  labels: ArrayLike<number>
}

export const evaluators = golden<Evaluators>('digits-evaluators')

/** The real digits: 1,400 for training, and the other 397. */
export async function realDigits(): Promise<{ train: Digits; test: Digits }> {
  const all = toDataset(readImages(await shippedInNode().file('digits')))
  const part = (start: number, end: number): Digits => {
    const { data, labels } = sliceDataset(all, start, end)
    return { images: data, labels: labels! }
  }
  return { train: part(0, TRAIN), test: part(TRAIN, all.size) }
}

export interface Judgement extends Figures {
  /** Mean distance over 64 pixels to the nearest training image; 0 for copies. */
  nearest: number
}

/** Evaluates samples; labels are the requested digits. */
export function judge({ images, labels }: Digits, train: Digits): Judgement {
  return {
    frechet: frechetTo(train, images),
    accuracy: computeAccuracy(images, labels),
    nearest: meanNearest(images, train.images),
  }
}

function frechetTo(train: Digits, images: Float32Array): number {
  const { pca_mean: mean, pca_components: components } = evaluators
  const fit = (pictures: Float32Array) => fitGaussian(project(pictures, { mean, components }), 16)
  return frechetDistance(fit(images), fit(train.images))
}

function computeAccuracy(images: Float32Array, labels: ArrayLike<number>): number {
  let right = 0
  for (let i = 0; i < labels.length; i++)
    if (classifyDigit(images.subarray(i * PIXELS, (i + 1) * PIXELS)) === labels[i]) right++
  return right / labels.length
}

function classifyDigit(picture: Float32Array): number {
  const { clf_coef, clf_intercept } = evaluators
  const scores = Array.from({ length: CLASSES }, (_, label) =>
    picture.reduce(
      (sum, value, pixel) => sum + value * clf_coef[label * PIXELS + pixel],
      clf_intercept[label],
    ),
  )
  return scores.indexOf(Math.max(...scores))
}

function meanNearest(images: Float32Array, others: Float32Array): number {
  let sum = 0
  for (let i = 0; i < images.length; i += PIXELS) {
    let least = Infinity
    for (let j = 0; j < others.length; j += PIXELS) {
      let squares = 0
      for (let k = 0; k < PIXELS; k++) squares += (images[i + k] - others[j + k]) ** 2
      least = Math.min(least, squares)
    }
    sum += Math.sqrt(least)
  }
  return sum / (images.length / PIXELS)
}
