// Features for evaluators: items of a batch or data set in the feature space of a reference.
import { countElements } from '../../engine/base/shapes.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { PrincipalComponents } from '../../engine/metrics/principalComponents.ts'
import { principalComponents, project } from '../../engine/metrics/principalComponents.ts'
import { classify } from '../../engine/models/kinds/classifier/classifier.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { interruptionCheck } from '../../engine/base/interruption.ts'
import { nextTask } from '../../engine/plan/yielding.ts'
import { tf, type Tensor2D, type Tensor4D } from '../../engine/base/tf.ts'
import type { Noise, Samples } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Model } from '../../engine/models/model.ts'
import { param, slot } from '../define.ts'
import type { NumbersView } from '../../engine/base/view.ts'
import { readTensor, readFirst } from '../observers/read.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

/** Batch size of the classifier. */
const BATCH = 256

export type Items = Samples | Noise | Dataset

/** Inputs of evaluators: samples, reference, and an optional classifier for the features. */
export const comparedInputs = {
  samples: slot.oneOf(['samples', 'noise', 'dataset'], 'Samples to evaluate, some hundred or more'),
  reference: slot.oneOf(['dataset', 'samples', 'noise'], 'Real data to compare with'),
  classifier: slot.optional(
    slot.model(
      'Trained Classifier whose features are compared; principal components if not connected',
    ),
  ),
}

/** Params of evaluators. `count` is the default number of items per side. */
export const comparedParams = (count: number) => ({
  components: param.unless(
    'classifier',
    param.integer(16, { min: 1, max: 256 }, 'Number of principal components of the reference'),
  ),
  count: param.advanced(
    param.integer(
      count,
      { min: 2, max: 100_000 },
      'Largest number of items per side; of larger data sets, evenly spaced ones',
    ),
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

/** Features of the reference and the map into its feature space. */
export interface Reference {
  dim: number
  /** `[count, dim]`. */
  features: Float64Array
  about: string
  /** Maps other items to the same feature space. */
  extractFeatures(items: Items, slot: string, count: number, pause: Pause): Promise<Float64Array>
}

/** Returns both sides as features, `[count, dim]` each. Throws NodeError if shapes differ or a side
 * has fewer than two items. */
export async function compareFeatures(
  { samples, reference, classifier }: ComparedInputs,
  { components, count }: ComparedParams,
): Promise<{ real: Reference; features: Float64Array }> {
  checkShapes(samples, reference)
  const pause = pauseBetweenBatches()
  const real = await getReference(reference, classifier, { components, count, pause })
  return { real, features: await real.extractFeatures(samples, 'samples', count, pause) }
}

/**
 * Returns both sides on the device as rows `[count, dim]`, differentiable: the items themselves, or
 * the features of a classifier. Throws NodeError if shapes differ or a side has fewer than two
 * items.
 */
export function compareOnDevice(
  { samples, reference, classifier }: ComparedInputs,
  count: number,
): [Tensor2D, Tensor2D] {
  checkShapes(samples, reference)
  const rows = (items: Items, slot: string): Tensor2D => {
    const size = itemSize(items)
    if (size < 2) throw tooFewItems(slot, size)
    const most = Math.min(size, count)
    const tensor =
      items.type === 'dataset'
        ? tf.tensor(chooseItems(items, count), [most, ...items.shape])
        : items.tensor.slice(0, most)
    return classifier
      ? classify(classifier, tensor as Tensor4D, { model: 'classifier', x: slot }).features
      : tensor.reshape([most, -1])
  }
  return [rows(samples, 'samples'), rows(reference, 'reference')]
}

/** Memoises a function of a reference. */
export function memoizeByReference<T>(
  make: (reference: Reference) => T,
): (reference: Reference) => T {
  const found = new WeakMap<Reference, T>()
  return (reference) => {
    const cached = found.get(reference)
    if (cached !== undefined) return cached
    const made = make(reference)
    found.set(reference, made)
    return made
  }
}

/** Rows with the number of items, for the end of a view. */
export const countRows = (
  real: Reference,
  features: Float64Array,
  { samples, reference }: ComparedInputs,
) => [
  countRow('samples', features.length / real.dim, itemSize(samples)),
  countRow('reference', real.features.length / real.dim, itemSize(reference)),
]

/** A measurement that is shown as rows of numbers. */
export const toMeasurement = <N extends Record<string, number>>(
  numbers: N,
  rows: NumbersView['rows'],
): { numbers: N; view: NumbersView } => ({ numbers, view: { kind: 'numbers', rows } })

export const countRow = (name: string, value: number, size: number) => ({
  name,
  value,
  ...(value < size && { note: viewText('ofAll', size.toLocaleString('en')) }),
})

/** Called between the batches of the classifier, which may take seconds. */
type Pause = () => Promise<void>

/** Lets the thread receive a stop. The pause throws Interrupted if the run is to stop. */
function pauseBetweenBatches(): Pause {
  const check = interruptionCheck()
  return async () => {
    await nextTask()
    check()
  }
}

interface ReferenceParams {
  components: number
  count: number
  pause: Pause
}

/**
 * The last reference per classifier, or per data set without one. A training evaluates repeatedly.
 */
const kept = new WeakMap<object, { data: Float32Array; key: string; made: Promise<Reference> }>()

function getReference(
  reference: Items,
  classifier: Model | undefined,
  { components, count, pause }: ReferenceParams,
): Promise<Reference> {
  const make = () =>
    classifier
      ? byClassifier(classifier, reference, count, pause)
      : byComponents(reference, components, count)
  if (reference.type !== 'dataset') return make()
  const [owner, key] = [classifier ?? reference.data, `${components},${count}`]
  const known = kept.get(owner)
  if (known?.data === reference.data && known.key === key) return known.made
  const made = make()
  kept.set(owner, { data: reference.data, key, made })
  made.catch(() => kept.delete(owner))
  return made
}

async function byComponents(
  reference: Items,
  components: number,
  count: number,
): Promise<Reference> {
  const numbers = await readNumbers(reference, 'reference', count)
  const found: PrincipalComponents = principalComponents(numbers, itemLength(reference), components)
  const dim = found.variances.length
  return {
    dim,
    features: project(numbers, found),
    about: viewText('components', dim),
    extractFeatures: async (items, slot, count) =>
      project(await readNumbers(items, slot, count), found),
  }
}

async function byClassifier(
  classifier: Model,
  reference: Items,
  count: number,
  pause: Pause,
): Promise<Reference> {
  const extractFeatures: Reference['extractFeatures'] = async (items, slot, count, pause) =>
    classifierFeatures(classifier, await readNumbers(items, slot, count), items, { slot, pause })
  const features = await extractFeatures(reference, 'reference', count, pause)
  const dim = features.length / Math.min(count, itemSize(reference))
  return {
    dim,
    features,
    about: viewText('classifierFeatures', dim),
    extractFeatures: extractFeatures,
  }
}

async function classifierFeatures(
  classifier: Model,
  numbers: Float32Array,
  items: Items,
  { slot, pause }: { slot: string; pause: Pause },
): Promise<Float64Array> {
  const [shape, length] = [featureItemShape(items), itemLength(items)]
  const pieces: Float32Array[] = []
  for (let start = 0; start < numbers.length; start += BATCH * length) {
    const features = tf.tidy(() => {
      const part = numbers.subarray(start, start + BATCH * length)
      return classify(classifier, tf.tensor(part, [part.length / length, ...shape]), {
        model: 'classifier',
        x: slot,
      }).features
    })
    pieces.push(await readTensor(features).finally(() => features.dispose()))
    await pause()
  }
  return Float64Array.from(pieces.flatMap((piece) => [...piece]))
}

export const featureItemShape = (items: Items) =>
  items.type === 'dataset' ? items.shape : items.tensor.shape.slice(1)
export const itemLength = (items: Items) => countElements(featureItemShape(items))
export const itemSize = (items: Items) =>
  items.type === 'dataset' ? items.size : items.tensor.shape[0]

/** Returns the numbers of at most `count` items, concatenated. */
export async function readNumbers(
  items: Items,
  slot: string,
  count: number,
): Promise<Float32Array> {
  const size = itemSize(items)
  if (size < 2) throw tooFewItems(slot, size)
  return items.type === 'dataset' ? chooseItems(items, count) : readFirst(items.tensor, count)
}

const tooFewItems = (slot: string, count: number) =>
  new NodeError({
    slot,
    message: evaluateMessages.twoItems({ count }),
    cure: evaluateMessages.connectMore(),
  })

/** The numbers of at most `count` evenly spaced items of a data set. */
function chooseItems(items: Dataset, count: number): Float32Array {
  const { size } = items
  if (size <= count) return items.data
  const length = itemLength(items)
  const chosen = new Float32Array(count * length)
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * size) / count) * length
    chosen.set(items.data.subarray(from, from + length), i * length)
  }
  return chosen
}

export function checkShapes(samples: Items, reference: Items) {
  const [shape, expected] = [featureItemShape(samples), featureItemShape(reference)]
  if (String(shape) === String(expected)) return
  throw new NodeError({
    slot: 'samples',
    message: evaluateMessages.referenceShape({ expected, got: shape }),
    cure: evaluateMessages.connectReference(),
  })
}
