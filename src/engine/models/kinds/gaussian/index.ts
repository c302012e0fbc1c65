// Trainable Gaussians as a kind of model.
import type { ModelKind } from '../kind.ts'
import type { GaussianConfig } from './config.ts'

export const gaussianKind: ModelKind<GaussianConfig> = {
  trainable: true,
  itemShape: ({ dim }) => [dim],
  conditions: () => [],
}
