// Replaces gradients of tfjs. Those of Sum and Mean fill a tensor of ones on the CPU, as large as
// their input, and upload it at every step: broadcasting computes the same numbers with one kernel
// and no upload. The gradient of Softmax takes four kernels in tfjs, and one where a backend
// has a kernel for it.
import { softmaxGradient } from '../layers/softmax.ts'
import { constant } from '../base/sums.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** Broadcasts `dy` over the axes that were summed: [2], with axis 0 of [3, 2], becomes [3, 2]. */
function broadcastOverAxes(dy: Tensor, shape: number[], axis: unknown): Tensor {
  const summed = tf.util.parseAxisParam(axis as number | number[], shape)
  const keptDims = shape.map((size, i) => (summed.includes(i) ? 1 : size))
  const small = tf.reshape(dy, keptDims)
  // broadcastTo uses the kernel Tile, which on wasm is a hundred times slower than a product.
  return tf.getBackend() === 'wasm'
    ? tf.mul(small, constant(shape, 1))
    : tf.broadcastTo(small, shape)
}

/**
 * Makes the gradients of `tf.sum` and `tf.mean` broadcast, globally. Calling it again is harmless.
 */
export function broadcastSumGradients(): void {
  tf.registerGradient({
    kernelName: 'Sum',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => broadcastOverAxes(dy as Tensor, x.shape, attrs.axis),
    }),
  })
  tf.registerGradient({
    kernelName: 'Mean',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const summed = x.size / (dy as Tensor).size
        return broadcastOverAxes(tf.div(dy as Tensor, summed), x.shape, attrs.axis)
      },
    }),
  })
}

/**
 * Makes the gradient of `tf.softmax` one kernel where the backend has one, globally. Calling it
 * again is harmless.
 */
export function fusedSoftmaxGradient(): void {
  tf.registerGradient({
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ logits: () => softmaxGradient(y, dy as Tensor) }),
  })
}
