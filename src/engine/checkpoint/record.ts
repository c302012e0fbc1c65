// The record of losses by timestep in the file of a training: record/losses `[n, history]` and record/counts `[n]`.
import type { LossRecord } from '../importance.ts'
import { CheckpointError } from './error.ts'
import type { StoredTensor } from './safetensors.ts'
import type { StoredWeights } from './weights.ts'

const LOSSES = 'record/losses'
const COUNTS = 'record/counts'

/** Float32 holds both exactly: losses were read back from a device, and counts are small. */
export const storeRecord = ({ history, losses, counts }: LossRecord): [string, StoredTensor][] => [
  [LOSSES, { shape: [counts.length, history], data: Float32Array.from(losses) }],
  [COUNTS, { shape: [counts.length], data: Float32Array.from(counts) }],
]

/** The record in a file; undefined if it has none. */
export function loadRecord(tensors: StoredWeights): LossRecord | undefined {
  const [losses, counts] = [tensors.get(LOSSES), tensors.get(COUNTS)]
  if (!losses || !counts) return undefined
  return { history: losses.shape[1]!, losses: Float64Array.from(losses.data), counts: Int32Array.from(counts.data) }
}

/** The tensors of a record that a file has, by their shapes. Throws CheckpointError for what is no record. */
export function recordShapes(tensors: StoredWeights): [string, number[]][] {
  const [losses, counts] = [tensors.get(LOSSES), tensors.get(COUNTS)]
  if (!losses && !counts) return []
  const [n = 0, history = 0] = losses?.shape ?? []
  const sound = counts?.data.every((count) => Number.isInteger(count) && count >= 0 && count <= history)
  if (!sound || !losses?.data.every(Number.isFinite)) {
    throw new CheckpointError(`${LOSSES} and ${COUNTS} are no record of losses.`)
  }
  return [
    [LOSSES, [n, history]],
    [COUNTS, [n]],
  ]
}
