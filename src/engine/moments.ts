// What optimizers remember of earlier gradients, by the names that a checkpoint has for it too. Uses no device.

/** Averages of the gradient, its square and its size, the largest square so far, the sum of all squares, what goes on moving. */
export const MOMENTS = ['first', 'second', 'size', 'largest', 'squares', 'momentum'] as const
export type Moment = (typeof MOMENTS)[number]
