// Size and cost of a network, computed from its config without evaluation.
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

/** Multiply-adds and saved elements per image. */
export interface Cost {
  macs: number
  saved: number
  /** Saved elements with activation checkpointing; all if undefined. */
  held?: number
  /** Peak of saved elements during recomputation; 0 if undefined. */
  again?: number
}

export const totalCost = (costs: readonly Cost[]): Required<Cost> => ({
  macs: costs.reduce((sum, { macs }) => sum + macs, 0),
  saved: costs.reduce((sum, { saved }) => sum + saved, 0),
  held: costs.reduce((sum, { saved, held = saved }) => sum + held, 0),
  again: Math.max(...costs.map(({ again = 0 }) => again)),
})

/** Cost of a block that can be checkpointed: then only its input is saved. */
export const blockCost = ({ macs, saved }: Cost, into: number): Cost => ({
  macs,
  saved,
  held: into,
  again: saved,
})

/** Cost of softmax attention with its weights. */
export const softmaxCost = (
  channels: number,
  heads: number,
  queries: number,
  keys: number,
): Cost => ({
  macs: 2 * channels * queries * keys,
  saved: heads * queries * keys,
})

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
