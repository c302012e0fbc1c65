// The MLP for points as a kind of model.
import { defineNetwork, labelSpec } from '../kind.ts'
import type { MlpConfig } from './config.ts'
import { mlpFile, parseMlpConfig } from './file.ts'
import { mlpGraph } from './graph.ts'

export const mlpKind = defineNetwork<MlpConfig>({
  differentiableTime: true,
  parse: parseMlpConfig,
  graph: mlpGraph,
  itemShape: ({ dim }) => [dim],
  conditions: ({ num_classes, second_time = false, vector_dim = 0, extra_dim = 0 }) => [
    ...labelSpec(num_classes),
    ...(second_time ? [{ kind: 'values' } as const] : []),
    ...(vector_dim > 0 ? [{ kind: 'vectors', width: vector_dim } as const] : []),
    ...(extra_dim > 0 ? [{ kind: 'channels', count: extra_dim } as const] : []),
  ],
  file: mlpFile,
})
