// Models and trainings between the device and a file.
import { tf } from '../tf.ts'
import type { TrainingState } from '../training.ts'
import type { Model } from '../values.ts'
import type { StoredModel } from './checkpoint.ts'
import { CheckpointError } from './error.ts'
import { formats } from './formats.ts'
import { loadRecord, storeRecord } from './record.ts'
import type { StoredTensor } from './safetensors.ts'
import { fromTorch, toTorch } from './torch.ts'
import type { StoredTraining } from './training.ts'
import { hasAverage } from './training.ts'
import type { StoredWeights } from './weights.ts'

/** Reads the weights of a model back from the device. Throws CheckpointError for a model that is not learned. */
export async function storeModel({ kind, config, predicts, variance, weights }: Model): Promise<StoredModel> {
  if (!Object.hasOwn(formats, kind)) {
    throw new CheckpointError(
      `A model of kind "${kind}" cannot be saved: it has no weights of its own.`,
      'Wire the trained model itself: the one that goes into GuidedModel, or that comes out of TrainingEnd.',
    )
  }
  const stored = new Map<string, StoredTensor>()
  for (const [name, tensor] of Object.entries(weights)) {
    stored.set(name, toTorch(name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array }))
  }
  return { kind, config, predicts, ...(variance && { variance }), weights: stored }
}

/** The model on the device. */
export function loadModel({ kind, config, predicts, variance, weights }: StoredModel): Model {
  const tensors = [...weights].map(([name, stored]) => {
    const { shape, data } = fromTorch(name, stored)
    return [name, tf.tensor(data, shape)] as const
  })
  return {
    type: 'model',
    kind,
    config,
    predicts,
    ...(variance && { variance }),
    weights: Object.fromEntries(tensors),
    children: {},
  }
}

/** Reads a training back from the device. */
export async function storeTraining({ step, weights, moments, shadow, losses, record }: TrainingState): Promise<StoredTraining> {
  const order = Object.keys(weights)
  const tensors: StoredWeights = new Map()
  const flats = { first: moments.first, second: moments.second, ...(shadow && { average: shadow }) }
  for (const [name, tensor] of Object.entries(weights)) {
    tensors.set(`weight/${name}`, toTorch(name, { shape: tensor.shape, data: (await tensor.data()) as Float32Array }))
  }
  for (const [part, flat] of Object.entries(flats)) {
    const numbers = (await flat.data()) as Float32Array
    let at = 0
    for (const name of order) {
      const { shape, size } = weights[name]!
      tensors.set(`${part}/${name}`, toTorch(name, { shape, data: numbers.slice(at, (at += size)) }))
    }
  }
  const pieces: Float32Array[] = []
  for (const piece of losses) pieces.push((await piece.data()) as Float32Array)
  const all = joinedFloats(pieces)
  tensors.set('losses', { shape: [all.length], data: all })
  for (const [name, tensor] of record ? storeRecord(record) : []) tensors.set(name, tensor)
  return { step, order, tensors }
}

/** The training on the device. */
export function loadTraining({ step, order, tensors }: StoredTraining): TrainingState {
  const part = (name: string, of: string) => fromTorch(name, tensors.get(`${of}/${name}`)!)
  const flat = (of: string) => tf.tensor1d(joinedFloats(order.map((name) => part(name, of).data)))
  const weights = order.map((name) => {
    const { shape, data } = part(name, 'weight')
    return [name, tf.tensor(data, shape)] as const
  })
  const losses = tensors.get('losses')!.data
  const record = loadRecord(tensors)
  return {
    step,
    weights: Object.fromEntries(weights),
    moments: { first: flat('first'), second: flat('second') },
    shadow: hasAverage(tensors) ? flat('average') : undefined,
    loss: losses.length > 0 ? tf.scalar(losses.at(-1)!) : undefined,
    losses: losses.length > 0 ? [tf.tensor1d(losses)] : [],
    ...(record && { record }),
  }
}

function joinedFloats(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
