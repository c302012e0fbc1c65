// Models between the device and a file.
import { tf } from '../tf.ts'
import type { Model } from '../values.ts'
import type { StoredModel } from './checkpoint.ts'
import { CheckpointError } from './error.ts'
import { formats } from './formats.ts'
import type { StoredTensor } from './safetensors.ts'
import { fromTorch, toTorch } from './torch.ts'

/** Reads the weights of a model back from the device. Throws CheckpointError for a model that is not learned. */
export async function storeModel({ kind, config, predicts, weights }: Model): Promise<StoredModel> {
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
  return { kind, config, predicts, weights: stored }
}

/** The model on the device. */
export function loadModel({ kind, config, predicts, weights }: StoredModel): Model {
  const tensors = [...weights].map(([name, stored]) => {
    const { shape, data } = fromTorch(name, stored)
    return [name, tf.tensor(data, shape)] as const
  })
  return { type: 'model', kind, config, predicts, weights: Object.fromEntries(tensors), children: {} }
}
