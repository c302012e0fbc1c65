// How far samples are from real data, as distributions.
import type { GaussianFit } from '../../engine/metrics/frechet.ts'
import { fitGaussian, frechetDistance as distanceOf } from '../../engine/metrics/frechet.ts'
import { kernelDistance } from '../../engine/metrics/kernel.ts'
import type { PrincipalComponents } from '../../engine/metrics/principalComponents.ts'
import { principalComponents, project } from '../../engine/metrics/principalComponents.ts'
import { classify } from '../../engine/models/classifier.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { NumbersView } from '../../engine/plan/view.ts'
import { tf } from '../../engine/tf.ts'
import type { Dataset, Model, Noise, Samples } from '../../engine/values.ts'
import { advanced, defineNode, integer, model, oneOf, optional, unless } from '../define.ts'
import { read, readFirst } from '../view/read.ts'

/** The kernel distance looks at all pairs: of no more than these. */
const MOST_IN_PAIRS = 1000
/** A classifier sees so many pictures at once. */
const BATCH = 256

type Items = Samples | Noise | Dataset

export const frechetDistance = defineNode({
  type: 'diffusion/FrechetDistance',
  title: 'Fréchet Distance',
  category: 'evaluate',
  summary: 'How far samples are from real data as distributions: by means and covariances of their features, as FID does it.',
  equation: '|\\mu_a - \\mu_b|^2 + \\mathrm{tr}\\left(A + B - 2 (A B)^{1/2}\\right)',
  source: 'Heusel et al. 2017; kernel distance: Binkowski et al. 2018',
  inputs: {
    samples: oneOf(['samples', 'noise', 'dataset'], 'what is judged; some hundred, or chance decides'),
    reference: oneOf(['dataset', 'samples', 'noise'], 'real data, to which they should be alike'),
    classifier: optional(model('a trained Classifier, whose features are compared; unwired: principal components')),
  },
  outputs: {},
  room: { width: 320, height: 200 },
  params: {
    components: unless(
      'classifier',
      integer(16, { min: 1, max: 256 }, 'how many principal components of the reference are compared'),
    ),
    count: advanced(
      integer(2000, { min: 2, max: 100_000 }, 'items on each side, at most; of a larger data set, evenly spaced ones'),
    ),
  },
  view: async ({ samples, reference, classifier }, { components, count }) => {
    checkShapes(samples, reference)
    const real = await referenceOf(reference, classifier, components, count)
    const features = await real.featuresOf(samples, 'samples', count)
    return numbersOf(real, features, sizeOf(samples), sizeOf(reference))
  },
})

/** What is known of the reference. */
interface Reference {
  dim: number
  features: Float64Array
  fit: GaussianFit
  /** The distance of its first half to its second, taken by turns. */
  halves: number
  about: string
  /** Other items seen in the same way. */
  featuresOf(items: Items, slot: string, count: number): Promise<Float64Array>
}

/** Of data sets the last one asked for is kept, by classifier, or by data without one: a training asks again and again. */
const kept = new WeakMap<object, { data: Float32Array; key: string; made: Promise<Reference> }>()

function referenceOf(reference: Items, classifier: Model | undefined, components: number, count: number): Promise<Reference> {
  const make = () => (classifier ? byClassifier(classifier, reference, count) : byComponents(reference, components, count))
  if (reference.type !== 'dataset') return make()
  const [owner, key] = [classifier ?? reference.data, `${components},${count}`]
  const known = kept.get(owner)
  if (known?.data === reference.data && known.key === key) return known.made
  const made = make()
  kept.set(owner, { data: reference.data, key, made })
  made.catch(() => kept.delete(owner))
  return made
}

async function byComponents(reference: Items, components: number, count: number): Promise<Reference> {
  const numbers = await numbersIn(reference, 'reference', count)
  const found: PrincipalComponents = principalComponents(numbers, lengthOf(reference), components)
  const dim = found.variances.length
  return known(project(numbers, found), dim, `${dim} principal components of the reference`, async (items, slot, count) =>
    project(await numbersIn(items, slot, count), found),
  )
}

async function byClassifier(classifier: Model, reference: Items, count: number): Promise<Reference> {
  const featuresOf: Reference['featuresOf'] = async (items, slot, count) =>
    classifierFeatures(classifier, await numbersIn(items, slot, count), shapeOf(items), slot)
  const features = await featuresOf(reference, 'reference', count)
  const dim = features.length / Math.min(count, sizeOf(reference))
  return known(features, dim, `${dim} features of the classifier`, featuresOf)
}

function known(features: Float64Array, dim: number, about: string, featuresOf: Reference['featuresOf']): Reference {
  const [even, odd] = [0, 1].map((turn) =>
    fitGaussian(
      features.filter((_, i) => Math.floor(i / dim) % 2 === turn),
      dim,
    ),
  )
  return { dim, features, fit: fitGaussian(features, dim), halves: distanceOf(even!, odd!), about, featuresOf }
}

async function classifierFeatures(
  classifier: Model,
  numbers: Float32Array,
  shape: number[],
  slot: string,
): Promise<Float64Array> {
  const length = shape.reduce((product, size) => product * size, 1)
  const pieces: Float32Array[] = []
  for (let start = 0; start < numbers.length; start += BATCH * length) {
    const features = tf.tidy(() => {
      const part = numbers.subarray(start, start + BATCH * length)
      return classify(classifier, tf.tensor(part, [part.length / length, ...shape]), { model: 'classifier', x: slot }).features
    })
    pieces.push(await read(features).finally(() => features.dispose()))
  }
  return Float64Array.from(pieces.flatMap((piece) => [...piece]))
}

function numbersOf(real: Reference, features: Float64Array, size: number, of: number): NumbersView {
  const { dim, about, halves } = real
  const [count, realCount] = [features.length / dim, real.fit.count]
  const few = count <= dim ? `too few for ${dim} features: take more` : undefined
  const most = (numbers: Float64Array) => numbers.subarray(0, MOST_IN_PAIRS * dim)
  return {
    kind: 'numbers',
    rows: [
      { name: 'Fréchet distance', value: distanceOf(fitGaussian(features, dim), real.fit), note: `lower is better; ${about}` },
      { name: 'between halves of the reference', value: halves, note: 'what chance makes of half as many' },
      {
        name: 'kernel distance',
        value: kernelDistance(most(features), most(real.features), dim),
        note: 'around 0 if they are alike',
      },
      { name: 'samples', value: count, note: few ?? partOf(count, size) },
      { name: 'reference', value: realCount, note: partOf(realCount, of) },
    ].map(({ note, ...row }) => (note ? { ...row, note } : row)),
  }
}

const partOf = (count: number, size: number) => (count < size ? `of ${size.toLocaleString('en')}` : undefined)

const shapeOf = (items: Items) => (items.type === 'dataset' ? items.shape : items.tensor.shape.slice(1))
const lengthOf = (items: Items) => shapeOf(items).reduce((product, size) => product * size, 1)
const sizeOf = (items: Items) => (items.type === 'dataset' ? items.size : items.tensor.shape[0]!)

/** At most `count` items, one after the other. */
async function numbersIn(items: Items, slot: string, count: number): Promise<Float32Array> {
  const size = sizeOf(items)
  if (size < 2) {
    throw new NodeError({
      slot,
      message: `A distribution takes two items at least, got ${size}.`,
      cure: 'Wire more; some hundred tell something.',
    })
  }
  if (items.type !== 'dataset') return readFirst(items.tensor, count)
  if (size <= count) return items.data
  const length = lengthOf(items)
  const chosen = new Float32Array(count * length)
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * size) / count) * length
    chosen.set(items.data.subarray(from, from + length), i * length)
  }
  return chosen
}

function checkShapes(samples: Items, reference: Items) {
  const [shape, expected] = [shapeOf(samples), shapeOf(reference)]
  if (String(shape) === String(expected)) return
  throw new NodeError({
    slot: 'samples',
    message: `Expected items of the shape of the reference, [${expected}], got [${shape}].`,
    cure: 'Wire the data that the model was trained on to reference.',
  })
}
