// What was chosen for a device: for each kind and size of work the tile of a product, where it is not that of the rules.
import type { Tile } from './kernels/gemm.ts'
import type { Squares } from './kernels/winogradFused.ts'

export type Work = 'convolution' | 'input gradient' | 'filter gradient' | 'product'
export type WorkClass = `${'large' | 'small'} ${Work}`

export interface Choice {
  tile: Tile
  /** Where it is quicker, of convolutions that are for it. */
  squares?: Squares
}

export type Choices = { [C in WorkClass]?: Choice }

/** Rows and columns of a product, and how many there are of it. */
export interface Extents {
  rows: number
  columns: number
  parts: number
}

/** Fewer workgroups leave a large GPU idle; then tiles are smaller. */
const ENOUGH_WORKGROUPS = 128

export function classOf(work: Work, { rows, columns, parts }: Extents): WorkClass {
  const large = Math.ceil(rows / 64) * Math.ceil(columns / 64) * parts >= ENOUGH_WORKGROUPS
  return `${large ? 'large' : 'small'} ${work}`
}

const chosen = new WeakMap<GPUDevice, Choices>()

/** From now on this device computes by these; other tiles can give other last bits. */
export const useChoices = (device: GPUDevice, choices: Choices) => void chosen.set(device, choices)

export const choiceFor = (device: GPUDevice, work: Work, extents: Extents): Choice | undefined =>
  chosen.get(device)?.[classOf(work, extents)]
