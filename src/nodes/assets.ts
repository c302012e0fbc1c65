// Where nodes get what is not in the graph: files the user keeps, and files that come with the product.
import type { Assets } from '../engine/plan/op.ts'
import type { KeptFiles } from './kept.ts'
import { shipped } from './shipped.ts'

export const assetsOf = (checkpoints: KeptFiles, datasets: KeptFiles): Assets => ({
  checkpoint: (sha256) => checkpoints.get(sha256),
  dataset: (sha256) => datasets.get(sha256),
  shipped,
})
