// Record of losses by timestep in a training state: record/losses `[n, history]`, record/counts
// `[n]`.
import { checkpointMessages } from '../messages/checkpoint.ts'
import type { LossRecord } from '../process/importance.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import type { StoredTensor } from '../archive/safetensors.ts'
import type { Shapes, StoredWeights } from './weights.ts'

const LOSSES = 'record/losses'
const COUNTS = 'record/counts'

/**
 * Writes the record as float32, which is exact: losses are read from a device, and counts are
 * small.
 */
export const storeRecord = ({ history, losses, counts }: LossRecord): [string, StoredTensor][] => [
  [LOSSES, { shape: [counts.length, history], data: Float32Array.from(losses) }],
  [COUNTS, { shape: [counts.length], data: Float32Array.from(counts) }],
]

/** Reads the record; undefined if there is none. */
export function loadRecord(tensors: StoredWeights): LossRecord | undefined {
  const [losses, counts] = [tensors.get(LOSSES), tensors.get(COUNTS)]
  if (!losses || !counts) return undefined
  return {
    history: losses.shape[1],
    losses: Float64Array.from(losses.data),
    counts: Int32Array.from(counts.data),
  }
}

const invalidRecord = () =>
  new CheckpointError(checkpointMessages.record({ losses: LOSSES, counts: COUNTS }))

/** Most timesteps, and most losses of each. */
const MOST_STEPS = 100_000
const MOST_HISTORY = 1000

/** Lists the record's tensors with their shapes. Throws CheckpointError if they are invalid. */
export function recordShapes(found: Shapes): [string, readonly number[]][] {
  const [losses, counts] = [found.get(LOSSES), found.get(COUNTS)]
  if (!losses && !counts) return []
  const [n = 0, history = 0] = losses?.shape ?? []
  if (n > MOST_STEPS || history > MOST_HISTORY) throw invalidRecord()
  return [
    [LOSSES, [n, history]],
    [COUNTS, [n]],
  ]
}

/** Checks the numbers of the record, if there is one. Throws CheckpointError. */
export function checkTrainingRecord(tensors: StoredWeights) {
  const [losses, counts] = [tensors.get(LOSSES), tensors.get(COUNTS)]
  if (!losses || !counts) return
  const history = losses.shape[1]
  const sound = counts.data.every(
    (count) => Number.isInteger(count) && count >= 0 && count <= history,
  )
  if (!sound || !losses.data.every(Number.isFinite)) throw invalidRecord()
}
