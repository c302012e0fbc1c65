// Mixtures of Gaussians as a kind of model.
import { labelSpec, type ModelKind } from '../kind.ts'
import type { ExactConfig } from './config.ts'

export const exactKind: ModelKind<ExactConfig> = {
  trainable: false,
  itemShape: ({ dim }) => [dim],
  conditions: ({ num_classes }) => labelSpec(num_classes),
}
