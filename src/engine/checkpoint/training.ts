// A training as it was left, in a checkpoint: whoever loads it goes on with the same bits as if it had never stopped.
//
//   training/state.json          the step, and the weights in the order in which the optimizer has them
//   training/state.safetensors   weight/*, first/* and second/* (moments), average/* (EMA), and losses;
//                                record/* of losses by timestep, where there is one
//
// Nothing of randomness: what is drawn follows from seeds and the number of the step.
import type { Files } from './archive.ts'
import { jsonBytes, jsonOf, unzip } from './archive.ts'
import { CheckpointError } from './error.ts'
import { TRAINING } from './paths.ts'
import { recordShapes } from './record.ts'
import { writeSafetensors } from './safetensors.ts'
import type { StoredWeights } from './weights.ts'
import { checkWeights, readWeights } from './weights.ts'

export interface StoredTraining {
  /** Steps made. */
  step: number
  /** The names of the weights in their order, which sums over all of them depend on. */
  order: string[]
  /** By the names in the file, in the layout of PyTorch. */
  tensors: StoredWeights
}

const beside = (path: string) => path.replace(/safetensors$/, 'json')

/** Whether the average of the weights was kept as well. */
export const hasAverage = (tensors: StoredWeights) => [...tensors.keys()].some((name) => name.startsWith('average/'))

export const writeTraining = ({ step, order, tensors }: StoredTraining): Files =>
  new Map([
    [beside(TRAINING), jsonBytes({ format: 1, step, weights: order })],
    [TRAINING, writeSafetensors(tensors)],
  ])

/** Reads the training at `path` in a ZIP; `shapes` are those of the model's weights. Throws CheckpointError. */
export function readTraining(bytes: Uint8Array, path: string, shapes: ReadonlyMap<string, number[]>): StoredTraining {
  const about = beside(path)
  const { step, weights: order } = jsonOf(unzip(bytes, [about]).get(about), about)
  if (!Number.isSafeInteger(step) || (step as number) < 0)
    throw new CheckpointError(`step in ${about} is ${JSON.stringify(step)}.`)
  if (!isOrderOf(shapes, order)) {
    throw new CheckpointError(`${about} does not name the weights of the model.`)
  }
  const tensors = readWeights(bytes, path)
  const parts = ['weight', 'first', 'second', ...(hasAverage(tensors) ? ['average'] : [])]
  const named = parts.flatMap((part) => [...shapes].map(([name, shape]): [string, number[]] => [`${part}/${name}`, shape]))
  checkWeights(tensors, new Map([...named, ['losses', [step as number]], ...recordShapes(tensors)]))
  return { step: step as number, order, tensors }
}

/** Every name once. */
const isOrderOf = (shapes: ReadonlyMap<string, number[]>, order: unknown): order is string[] =>
  Array.isArray(order) &&
  order.length === shapes.size &&
  new Set(order).size === shapes.size &&
  order.every((name) => shapes.has(name))
