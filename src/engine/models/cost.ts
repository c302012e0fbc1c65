// Size of a network in texts, and the memory of its training.
import { viewText } from '../base/viewTexts.ts'

export interface Size {
  parameters: number
  /**
   * FLOPs of one prediction for one image: convolutions, linear layers and attention; a
   * multiply-add is 2.
   */
  flops: number
  /**
   * Elements per image saved for the backward pass: the input of each layer with weights, once;
   * queries, keys and values; attention weights.
   */
  saved: number
  /**
   * Saved elements with activation checkpointing: block inputs, and everything of the largest
   * block.
   */
  checkpointed: number
}

/**
 * Bytes of a training step at a batch size: `weights` with gradient and Adam's two moments, and
 * saved `activations` (`checkpointed`: with activation checkpointing). Workspace of operations is
 * extra.
 */
export const trainingMemory = (
  { parameters, saved, checkpointed }: Pick<Size, 'parameters' | 'saved' | 'checkpointed'>,
  batch: number,
) => ({
  weights: 4 * 4 * parameters,
  activations: 4 * saved * batch,
  checkpointed: 4 * checkpointed * batch,
})

/** Batch size for the memory in {@link sizeRows}. */
const BATCH = 64

/** Describes size and cost as rows of name and text. */
export function sizeRows(size: Size): [string, string][] {
  const { weights, activations, checkpointed } = trainingMemory(size, BATCH)
  return [
    [viewText('parameters'), size.parameters.toLocaleString('en')],
    [viewText('flops'), withUnit(size.flops, 1000, ['', 'k', 'M', 'G', 'T'])],
    [viewText('trainingMemory', BATCH), inBytes(weights + activations)],
    [viewText('checkpointing'), inBytes(weights + checkpointed)],
  ]
}

export const inBytes = (bytes: number) => withUnit(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'])

/** Formats with three digits and the largest unit that fits. */
export function withUnit(value: number, base: number, units: readonly string[]): string {
  const power = Math.min(
    units.length - 1,
    value < 1 ? 0 : Math.floor(Math.log(value) / Math.log(base)),
  )
  const scaled = value / base ** power
  return `${scaled >= 100 ? Math.round(scaled) : Number(scaled.toPrecision(3))} ${units[power]}`.trim()
}
