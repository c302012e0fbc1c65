// Activations, element by element, and softmax.
import { defineLayerOp } from '../layerOp.ts'

/** A layer that keeps the shape and has no attributes. */
const elementwise = (title: string) =>
  defineLayerOp({
    inputs: ['x'],
    attrs: {},
    shape: ([x]) => x,
    cost: { saves: 'activation' },
    title,
  })

export const silu = elementwise('SiLU')
export const gelu = elementwise('GELU')
/** GELU by its tanh approximation. */
export const gelu_tanh = elementwise('GELU')
export const relu = elementwise('ReLU')
export const tanh = elementwise('Tanh')
export const mish = elementwise('Mish')
/** Softmax over the last axis. */
export const softmax = elementwise('Softmax')
