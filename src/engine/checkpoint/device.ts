// Transfers models and trainings between device and checkpoint.
import { vectorLayout } from '../training/flatWeights.ts'
import type { WeightLayout } from '../models/graph/layerOp.ts'
import { bufferNames, weightLayouts } from '../models/graph/weights.ts'
import { withPreconditioning } from '../models/kinds/precondition/precondition.ts'
import { onlyChild } from '../models/tree.ts'
import type { Moment } from '../training/moments.ts'
import type { Tensor, Tensor1D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Learner, TrainingState } from '../training/trainStep.ts'
import type { Buffers } from '../base/values.ts'
import type { Model } from '../models/model.ts'
import type { Value } from '../plan/slotValues.ts'
import type { StoredModel } from './checkpoint.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { isKind, type Configured } from '../models/kinds/configs.ts'
import { findNetworkKind, getNetworkKind } from '../models/kinds/registry.ts'
import { loadRecord, storeRecord } from './record.ts'
import type { StoredTensor } from '../archive/safetensors.ts'
import { fromTorch, toTorch } from './torch.ts'
import type { StoredTraining } from './training.ts'
import { averageName } from './training.ts'
import type { StoredWeights } from './weights.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'
import { pack, unpack } from '../plan/pack.ts'
import { TRAINING } from './paths.ts'

/**
 * Reads the weights of a model back from the device; for a preconditioned one, those of its
 * network. Throws CheckpointError for a model without trainable weights.
 */
export async function storeModel(model: Model): Promise<StoredModel> {
  if (!isKind(model, 'precondition')) return storeNetwork(model)
  return {
    ...(await storeNetwork(onlyChild(model))),
    precondition: model.config,
  }
}

async function storeNetwork({
  kind,
  config,
  predicts,
  variance,
  weights,
  buffers = {},
}: Model): Promise<StoredModel> {
  if (!findNetworkKind({ kind })) {
    throw new CheckpointError(
      checkpointMessages.notANetwork({ kind }),
      checkpointMessages.saveNetwork(),
    )
  }
  const layouts = layoutsOf({ kind, config })
  const stored = new Map<string, StoredTensor>()
  for (const [name, tensor] of Object.entries(weights))
    stored.set(name, toTorch(layouts(name), await readStoredWeights(tensor)))
  for (const [name, data] of Object.entries(buffers))
    stored.set(name, { shape: [data.length], data })
  return { kind, config, predicts, ...(variance && { variance }), weights: stored }
}

/** Uploads a model, with its preconditioning. */
export function loadModel({ precondition, ...network }: StoredModel): Model {
  const loaded = loadNetwork(network)
  return precondition ? withPreconditioning(loaded, precondition) : loaded
}

function loadNetwork({ kind, config, predicts, variance, weights }: StoredModel): Model {
  const layouts = layoutsOf({ kind, config })
  const fixed = bufferNames(getNetworkKind({ kind }).layers(config))
  const tensors = [...weights].flatMap(([name, stored]) => {
    if (fixed.has(name)) return []
    const { shape, data } = fromTorch(layouts(name), stored)
    return [[name, tf.tensor(data, shape)] as const]
  })
  const buffers = [...fixed].map((name) => [name, weights.get(name)!.data] as const)
  return {
    type: 'model',
    kind,
    config,
    predicts,
    ...(variance && { variance }),
    weights: Object.fromEntries(tensors),
    ...(buffers.length > 0 && { buffers: Object.fromEntries(buffers) as Buffers }),
    children: {},
  }
}

/** Layouts of the weights of a model by name; those of no part of it are plain. */
function layoutsOf({ kind, config }: Configured): (name: string) => WeightLayout {
  const layouts = weightLayouts(getNetworkKind({ kind }).layers(config))
  return (name) => layouts.get(name) ?? 'plain'
}

const readStoredWeights = async (tensor: Tensor): Promise<StoredTensor> => ({
  shape: tensor.shape,
  data: (await tensor.data()) as Float32Array,
})

/** Reads a training of a model, which describes its weights, back from the device. */
export async function storeTraining(
  state: TrainingState,
  model: Configured,
): Promise<StoredTraining> {
  const layouts = layoutsOf(model)
  const { step, updates, weights, moments, averages, accumulated, losses, record } = state
  const { others, values } = state
  const order = Object.keys(weights)
  const tensors: StoredWeights = new Map()
  for (const [name, tensor] of Object.entries(weights))
    tensors.set(`weight/${name}`, toTorch(layouts(name), await readStoredWeights(tensor)))
  for (const [part, flat] of flatVectors(state)) {
    const numbers = (await flat.data()) as Float32Array
    const { offsets } = vectorLayout(flat, Object.values(weights))
    order.forEach((name, i) => {
      const { shape, size } = weights[name]
      const data = numbers.slice(offsets[i], offsets[i] + size)
      tensors.set(`${part}/${name}`, toTorch(layouts(name), { shape, data }))
    })
  }
  const pieces: Float32Array[] = []
  for (const piece of losses) pieces.push((await piece.data()) as Float32Array)
  const all = joinFloats(pieces)
  tensors.set('losses', { shape: [all.length], data: all })
  for (const [name, tensor] of record ? storeRecord(record) : []) tensors.set(name, tensor)
  return {
    step,
    updates,
    order,
    moments: Object.keys(moments) as Moment[],
    averages: averages.map(({ sigma_rel, snapshots }) => ({
      ...(sigma_rel !== undefined && { sigma_rel }),
      snapshots: snapshots.map(({ t }) => t),
    })),
    batches: accumulated?.batches ?? 0,
    tensors,
    ...((others || values) && { more: await packMore(state) }),
  }
}

/** Packs further models and carried values; equal ones give equal bytes. */
async function packMore({ others, values = {} }: TrainingState): Promise<Uint8Array> {
  const learners: unknown[] = []
  for (const { updates, weights, moments, averages, accumulated, losses } of others ?? []) {
    const parts: Float32Array[] = []
    for (const piece of losses) parts.push((await piece.data()) as Float32Array)
    learners.push({
      updates,
      weights,
      moments,
      averages: averages.map(({ weights, sigma_rel, snapshots }) => ({
        weights,
        ...(sigma_rel !== undefined && { sigma_rel }),
        snapshots,
      })),
      ...(accumulated && { accumulated }),
      losses: joinFloats(parts),
    })
  }
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))
  return pack({
    ...(others && { others: learners }),
    ...(sorted.length && { values: Object.fromEntries(sorted) }),
  })
}

/** A further model as it is packed. */
type PackedLearner = Omit<Learner, 'loss' | 'losses'> & { losses: Float32Array }

/** Flat vectors of a training besides its weights, by name in the file. */
const flatVectors = ({ moments, averages, accumulated }: TrainingState): [string, Tensor1D][] => [
  ...Object.entries(moments),
  ...averages.flatMap(({ weights, snapshots }, i): [string, Tensor1D][] => [
    [averageName(i), weights],
    ...snapshots.map((kept): [string, Tensor1D] => [averageName(i, kept.t), kept.weights]),
  ]),
  ...(accumulated ? [['gradient', accumulated.gradient] as [string, Tensor1D]] : []),
]

/** Uploads a training of a model, which describes its weights. */
export function loadTraining(
  { step, updates, order, moments, averages, batches, tensors, more }: StoredTraining,
  model: Configured,
): TrainingState {
  const layouts = layoutsOf(model)
  const part = (name: string, of: string) => fromTorch(layouts(name), tensors.get(`${of}/${name}`)!)
  const flat = (of: string) => tf.tensor1d(joinFloats(order.map((name) => part(name, of).data)))
  const weights = order.map((name) => {
    const { shape, data } = part(name, 'weight')
    return [name, tf.tensor(data, shape)] as const
  })
  const losses = tensors.get('losses')!.data
  const record = loadRecord(tensors)
  return {
    step,
    updates,
    weights: Object.fromEntries(weights),
    moments: Object.fromEntries(moments.map((name) => [name, flat(name)])),
    averages: averages.map(({ sigma_rel, snapshots }, i) => ({
      weights: flat(averageName(i)),
      ...(sigma_rel !== undefined && { sigma_rel }),
      snapshots: snapshots.map((t) => ({ t, weights: flat(averageName(i, t)) })),
    })),
    accumulated: batches > 0 ? { gradient: flat('gradient'), batches } : undefined,
    loss: losses.length > 0 ? tf.scalar(losses.at(-1)!) : undefined,
    losses: losses.length > 0 ? [tf.tensor1d(losses)] : [],
    ...(record && { record }),
    ...(more && unpackMore(more)),
  }
}

/** Unpacks further models and carried values. Throws CheckpointError if they are damaged. */
function unpackMore(bytes: Uint8Array): Pick<TrainingState, 'others' | 'values'> {
  try {
    const { others, values } = unpack(bytes) as {
      others?: PackedLearner[]
      values?: Record<string, Value>
    }
    return {
      ...(others && { others: others.map(loadLearner) }),
      ...(values && { values }),
    }
  } catch {
    throw new CheckpointError(checkpointMessages.trainingMore({ file: TRAINING }))
  }
}

const loadLearner = ({ losses, accumulated, ...learner }: PackedLearner): Learner => ({
  ...learner,
  accumulated,
  loss: losses.length > 0 ? tf.scalar(losses.at(-1) ?? 0) : undefined,
  losses: losses.length > 0 ? [tf.tensor1d(losses)] : [],
})

function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
