// Where nodes get what is not in the graph: files the user keeps, and files that come with the product.
import type { Assets } from '../engine/plan/op.ts'
import type { KeptFiles } from './kept.ts'
import type { Shipped } from './shipped.ts'

export const assetsOf = (checkpoints: KeptFiles, datasets: KeptFiles, shipped: Shipped): Assets => ({
  checkpoint: async (sha256) => (await checkpoints.get(sha256)) ?? shipped.checkpoint(sha256),
  dataset: (sha256) => datasets.get(sha256),
  shipped: (name) => shipped.file(name),
})
