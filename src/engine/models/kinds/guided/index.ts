// Guidance as a kind of model.
import type { ModelKind } from '../kind.ts'
import type { GuidedConfig } from './config.ts'

export const guidedKind: ModelKind<GuidedConfig> = { trainable: false, differentiableTime: true }
