// Names of optimizer moments, also used in checkpoints. Uses no device.

/**
 * Averages of the gradient (`first`), its square (`second`) and its magnitude (`size`), the largest
 * average square (`largest`), the sum of all squares (`squares`), and the momentum.
 */
export const MOMENTS = ['first', 'second', 'size', 'largest', 'squares', 'momentum'] as const
export type Moment = (typeof MOMENTS)[number]
