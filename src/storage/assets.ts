// Data that nodes need from outside the graph: the user's stored files and shipped files.
import type { Assets } from '../engine/plan/op.ts'
import type { StoredFiles } from './storedFiles.ts'
import type { ShippedFiles } from './shippedFiles.ts'

export const createAssets = (
  checkpoints: StoredFiles,
  datasets: StoredFiles,
  shipped: ShippedFiles,
): Assets => ({
  checkpoint: async (sha256) => (await checkpoints.get(sha256)) ?? shipped.checkpoint(sha256),
  dataset: (sha256) => datasets.get(sha256),
  shipped: (name) => shipped.file(name),
})
