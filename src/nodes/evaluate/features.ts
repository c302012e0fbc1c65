// What evaluators compare: items of a batch or of a data set, seen through the features of a reference.
import type { PrincipalComponents } from '../../engine/metrics/principalComponents.ts'
import { principalComponents, project } from '../../engine/metrics/principalComponents.ts'
import { classify } from '../../engine/models/classifier.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { tf } from '../../engine/tf.ts'
import type { Dataset, Model, Noise, Samples } from '../../engine/values.ts'
import { advanced, integer, model, oneOf, optional, unless } from '../define.ts'
import { read, readFirst } from '../view/read.ts'

/** A classifier sees so many pictures at once. */
const BATCH = 256

export type Items = Samples | Noise | Dataset

/** What is judged, what it is held against, and through whose eyes. */
export const comparedInputs = {
  samples: oneOf(['samples', 'noise', 'dataset'], 'what is judged; some hundred, or chance decides'),
  reference: oneOf(['dataset', 'samples', 'noise'], 'real data, to which they should be alike'),
  classifier: optional(model('a trained Classifier, whose features are compared; unwired: principal components')),
}

/** `count`: how many items are looked at on each side, unless said otherwise. */
export const comparedParams = (count: number) => ({
  components: unless(
    'classifier',
    integer(16, { min: 1, max: 256 }, 'how many principal components of the reference are compared'),
  ),
  count: advanced(
    integer(count, { min: 2, max: 100_000 }, 'items on each side, at most; of a larger data set, evenly spaced ones'),
  ),
})

export interface ComparedInputs {
  samples: Items
  reference: Items
  classifier?: Model | undefined
}

export interface ComparedParams {
  components: number
  count: number
}

/** What is known of the reference. */
export interface Reference {
  dim: number
  /** `[count, dim]`. */
  features: Float64Array
  about: string
  /** Other items seen in the same way. */
  featuresOf(items: Items, slot: string, count: number): Promise<Float64Array>
}

/** Both sides in features, `[count, dim]` each. Throws NodeError for items of other shapes, and for fewer than two. */
export async function compared(
  { samples, reference, classifier }: ComparedInputs,
  { components, count }: ComparedParams,
): Promise<{ real: Reference; features: Float64Array }> {
  checkShapes(samples, reference)
  const real = await referenceOf(reference, classifier, components, count)
  return { real, features: await real.featuresOf(samples, 'samples', count) }
}

/** Something that follows from a reference alone, found once for each. */
export function onceEach<T>(make: (reference: Reference) => T): (reference: Reference) => T {
  const found = new WeakMap<Reference, T>()
  return (reference) => {
    if (!found.has(reference)) found.set(reference, make(reference))
    return found.get(reference)!
  }
}

/** How many there are of all, as the last rows of a view. */
export const countRows = (real: Reference, features: Float64Array, { samples, reference }: ComparedInputs) => [
  countRow('samples', features.length / real.dim, sizeOf(samples)),
  countRow('reference', real.features.length / real.dim, sizeOf(reference)),
]

export const countRow = (name: string, value: number, size: number) => ({
  name,
  value,
  ...(value < size && { note: `of ${size.toLocaleString('en')}` }),
})

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
  return {
    dim,
    features: project(numbers, found),
    about: `${dim} principal components of the reference`,
    featuresOf: async (items, slot, count) => project(await numbersIn(items, slot, count), found),
  }
}

async function byClassifier(classifier: Model, reference: Items, count: number): Promise<Reference> {
  const featuresOf: Reference['featuresOf'] = async (items, slot, count) =>
    classifierFeatures(classifier, await numbersIn(items, slot, count), shapeOf(items), slot)
  const features = await featuresOf(reference, 'reference', count)
  const dim = features.length / Math.min(count, sizeOf(reference))
  return { dim, features, about: `${dim} features of the classifier`, featuresOf }
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

export const shapeOf = (items: Items) => (items.type === 'dataset' ? items.shape : items.tensor.shape.slice(1))
export const lengthOf = (items: Items) => shapeOf(items).reduce((product, size) => product * size, 1)
export const sizeOf = (items: Items) => (items.type === 'dataset' ? items.size : items.tensor.shape[0]!)

/** At most `count` items, one after the other. */
export async function numbersIn(items: Items, slot: string, count: number): Promise<Float32Array> {
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

export function checkShapes(samples: Items, reference: Items) {
  const [shape, expected] = [shapeOf(samples), shapeOf(reference)]
  if (String(shape) === String(expected)) return
  throw new NodeError({
    slot: 'samples',
    message: `Expected items of the shape of the reference, [${expected}], got [${shape}].`,
    cure: 'Wire the data that the model was trained on to reference.',
  })
}
