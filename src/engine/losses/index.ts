// Losses: errors, weightings, and the terms of the variational bound.
export * from './errors.ts'
export * from './gaussians.ts'
export * from './hybrid.ts'
export * from './reverse.ts'
export * from './vlb.ts'
export * from './weights.ts'
