// Activations, element by element, and softmax.
import type { LayerOp } from '../layer.ts'

/** A layer that keeps the shape and has no attributes. */
const elementwise: LayerOp = { inputs: ['x'], attrs: {}, shape: ([x]) => x }

export const silu = elementwise
export const gelu = elementwise
/** GELU by its tanh approximation. */
export const gelu_tanh = elementwise
export const relu = elementwise
export const tanh = elementwise
export const mish = elementwise
/** Softmax over the last axis. */
export const softmax = elementwise
