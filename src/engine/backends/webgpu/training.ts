// Weights and moments as vectors on WebGPU, of which the weight tensors are views; and optimizer
// steps.
import type { AdamResult, AdamStep, TrainingOperations, VectorLayout } from '../../base/backend.ts'
import type { Tensor, Tensor1D } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { openGradientArena } from './gradientArena.ts'
import type { WebGPUBackend } from './backend.ts'
import { adamBuffers, adamStep, averageStep, clipFactor } from './kernels/elementwise/optimizer.ts'
import { wrapTensor } from './activeWebGPU.ts'

/** In elements: bindings begin at multiples of 256 bytes on every device. */
const ALIGNMENT = 64

export const webgpuTrainingOperations = (backend: WebGPUBackend): TrainingOperations => ({
  vectorAlignment: ALIGNMENT,
  flatten: (tensors, layout) => flattenByCopies(backend, tensors, layout),
  concat: (tensors) => concatByCopies(backend, tensors),
  unflatten: (vector, like, { offsets }) =>
    like.map(({ shape }, i) => wrapTensor(backend.view(vector, offsets[i], shape))),
  relayout: (vector, sizes, from, to) => relayoutByCopies(backend, vector, sizes, from, to),
  openGradientSlots: (weights, layout, before) =>
    openGradientArena(backend, weights, layout, before),
  adamStep: (step) => runAdam(backend, step),
  clipByNorm: (gradient, limit) =>
    gradient.mul(wrapTensor(clipFactor(backend, gradient, limit))) as Tensor1D,
  blend: (a, b, share) => wrapTensor(averageStep(backend, a, b, share)),
})

/** Returns a view if the tensors are already views of one vector with this layout. */
function flattenByCopies(
  backend: WebGPUBackend,
  tensors: readonly Tensor[],
  { offsets, size }: VectorLayout,
): Tensor1D {
  const base = tensors[0] && backend.viewBase(tensors[0])
  const isFlat =
    base &&
    tf.util.sizeFromShape(base.shape) === size &&
    tensors.every((tensor, i) => backend.isViewAt(tensor, base, offsets[i]))
  if (isFlat) return wrapTensor(backend.view(base, 0, [size]))
  const flat = backend.zeros([size])
  backend.copy(
    tensors.map((source, i) => ({ source, from: 0, to: offsets[i], count: source.size })),
    flat,
  )
  return wrapTensor(flat)
}

/** Concatenates by copies, which need no kernel for each number of tensors. */
function concatByCopies(backend: WebGPUBackend, tensors: readonly Tensor[]): Tensor1D {
  let size = 0
  const parts = tensors.map((source) => {
    const part = { source, from: 0, to: size, count: source.size }
    size += source.size
    return part
  })
  const all = backend.makeTensorInfo([size], 'float32')
  backend.copy(parts, all)
  return wrapTensor(all)
}

function relayoutByCopies(
  backend: WebGPUBackend,
  vector: Tensor1D,
  sizes: readonly number[],
  from: VectorLayout,
  to: VectorLayout,
): Tensor1D {
  const result = backend.zeros([to.size])
  backend.copy(
    sizes.map((count, i) => ({ source: vector, from: from.offsets[i], to: to.offsets[i], count })),
    result,
  )
  return wrapTensor(result)
}

/** Returns undefined if the device cannot bind enough buffers. */
function runAdam(backend: WebGPUBackend, { clipNorm, ...step }: AdamStep): AdamResult | undefined {
  const buffers = adamBuffers({ clips: clipNorm > 0, amsgrad: step.largest !== undefined })
  if (buffers > backend.device.limits.maxStorageBuffersPerShaderStage) return undefined
  const results = adamStep(backend, {
    ...step,
    ...(clipNorm > 0 && { factor: wrapTensor(clipFactor(backend, step.gradient, clipNorm)) }),
  })
  const [weights, first, second, largest] = results.map(wrapTensor<Tensor1D>)
  return { weights, first, second, ...(largest && { largest }) }
}
