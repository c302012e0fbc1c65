// Tiles of products whose lanes exchange what they load (gemmLanes.ts).
import { subgroupSize } from '../../device.ts'
import type { ProductKind } from '../../tunedChoices.ts'
import type { Lanes } from '../gemm/tiles.ts'

/** Chooses threads and rows that few rows of C do not leave idle. */
export function lanesTile(
  device: GPUDevice,
  rows: number,
  columns: number,
  kind: ProductKind,
): Lanes {
  const threads = Math.min(32, 8 * Math.ceil(rows / 32))
  // Products whose A is along rows have four in a thread.
  const perThread = kind === 'filter gradient' ? 4 : Math.min(4, Math.ceil(rows / threads))
  return { shape: 'lanes', rows: perThread, threads, columns, lanes: subgroupSize(device) }
}
