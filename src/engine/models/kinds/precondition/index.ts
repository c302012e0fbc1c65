// Preconditioning as a kind of model.
import type { ModelKind } from '../kind.ts'
import type { PreconditionConfig } from './config.ts'

export const preconditionKind: ModelKind<PreconditionConfig> = { trainable: false }
