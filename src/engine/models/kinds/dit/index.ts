// Diffusion transformers (Peebles & Xie 2023) as a kind of model: diffusers' DiTTransformer2DModel.
import { defineNetwork } from '../kind.ts'
import type { DitConfig } from './config.ts'
import { ditImageSize } from './config.ts'
import { ditFile, parseDitFile } from './file.ts'
import { ditGraph } from './graph.ts'
import { ditRows } from './summary.ts'

export const ditKind = defineNetwork<DitConfig>({
  differentiableTime: true,
  takesImages: true,
  parse: parseDitFile,
  graph: ditGraph,
  itemShape: (config) => [...ditImageSize(config), config.in_channels],
  // The last label is that of the row for no label.
  conditions: ({ num_embeds_ada_norm: classes }) =>
    classes > 0 ? [{ kind: 'labels', classes, last: classes }] : [],
  startsAtZero: (name) => /\.norm1\.linear$|^proj_out_[12]$/.test(name),
  file: ditFile,
  rows: ditRows,
})
