// Tensors of a residual block for tests of webgpu, and the block of them.
import type { WebGPUBackend } from '../src/engine/backends/webgpu/backend.ts'
import { residualBlock } from '../src/engine/backends/webgpu/layers/residual.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../src/engine/base/tf.ts'

type Random = (shape: number[], seed: number, scale?: number) => Tensor

/** Returns the inputs and weights by name, with a shortcut if the channels change. */
export const residualTensors = (random: Random, c: number, to: number): Record<string, Tensor> => ({
  x: random([2, 8, 8, c], 1),
  projected: random([2, to], 2),
  'norm1.weight': random([c], 3),
  'norm1.bias': random([c], 4),
  'conv1.weight': random([3, 3, c, to], 5, 0.2),
  'conv1.bias': random([to], 6),
  'norm2.weight': random([to], 7),
  'norm2.bias': random([to], 8),
  'conv2.weight': random([3, 3, to, to], 9, 0.2),
  'conv2.bias': random([to], 10),
  ...(c !== to && {
    'shortcut.weight': random([1, 1, c, to], 11, 0.3),
    'shortcut.bias': random([to], 12),
  }),
})

/** Returns a function that picks the parameters of a layer. */
export const layerOf = (named: Record<string, Tensor>) => (name: string) => ({
  weight: named[`${name}.weight`] as Tensor4D & Tensor2D & Tensor1D,
  bias: named[`${name}.bias`] as Tensor1D,
})

/** Runs the block of {@link residualTensors}. */
export function runResidual(
  backend: WebGPUBackend,
  named: Record<string, Tensor>,
  half?: boolean,
): Tensor4D {
  const layer = layerOf(named)
  return residualBlock(backend, {
    x: named.x as Tensor4D,
    projected: named.projected as Tensor2D,
    layers: {
      norm1: layer('norm1'),
      conv1: layer('conv1'),
      norm2: layer('norm2'),
      conv2: layer('conv2'),
      shortcut: named['shortcut.weight'] && layer('shortcut'),
    },
    options: { groups: 4, eps: 1e-5, time_scale_shift: 'default', output_scale: 1, half },
  })
}
