// Tile sizes that the autotuner chose for each device, where they are not the default ones.
import type { Reductions, Tile, WinogradTile } from './kernels/gemm/tiles.ts'

export const productKinds = ['convolution', 'input gradient', 'filter gradient', 'product'] as const
export type ProductKind = (typeof productKinds)[number]
export type WorkClass = `${'large' | 'small'} ${ProductKind}`

export interface TunedChoice<Candidate = Tile> {
  tile: Candidate
  /** Set if Winograd is faster for the convolutions that support it. */
  winograd?: WinogradTile
}

export type TunedChoices = { [C in WorkClass]?: TunedChoice } & {
  /** Norms, softmax and sums; their bits are the same with each choice. */
  reductions?: TunedChoice<Reductions>
}

/** The name of a trial of the autotuner, and of its choice. */
export type TrialName = keyof TunedChoices

/** Returns whether all candidates of a trial have results with the same bits. */
export const hasEqualBits = (name: TrialName): boolean => name === 'reductions'

/** Rows and columns of a matrix product, and how many of them there are. */
export interface ProductExtents {
  rows: number
  columns: number
  parts: number
}

/** Fewer workgroups leave a large GPU idle; such products use smaller tiles. */
const MIN_WORKGROUPS = 128

export function workClass(kind: ProductKind, { rows, columns, parts }: ProductExtents): WorkClass {
  const large = Math.ceil(rows / 64) * Math.ceil(columns / 64) * parts >= MIN_WORKGROUPS
  return `${large ? 'large' : 'small'} ${kind}`
}

const choicesByDevice = new WeakMap<GPUDevice, TunedChoices>()

/** Sets the choices for a device. Results may change in the last bits. */
export const setTunedChoices = (device: GPUDevice, choices: TunedChoices) =>
  void choicesByDevice.set(device, choices)

/** Runs `work` with other choices. */
export function withTunedChoices<Result>(
  device: GPUDevice,
  choices: TunedChoices,
  work: () => Result,
): Result {
  const before = choicesByDevice.get(device)
  choicesByDevice.set(device, choices)
  try {
    return work()
  } finally {
    if (before) choicesByDevice.set(device, before)
    else choicesByDevice.delete(device)
  }
}

export const tunedChoices = (device: GPUDevice): TunedChoices | undefined =>
  choicesByDevice.get(device)

export const tunedChoice = (
  device: GPUDevice,
  kind: ProductKind,
  extents: ProductExtents,
): TunedChoice | undefined => choicesByDevice.get(device)?.[workClass(kind, extents)]
