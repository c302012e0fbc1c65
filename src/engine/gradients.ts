// Replaces stock gradients of tfjs. Those of Sum and Mean fill a tensor of ones on the CPU and upload it, as large as what was
// summed, at every step: broadcasting gives the same numbers with one kernel and no upload. That of Softmax is four kernels,
// where on webgpu one of our own does.
import { softmaxGradient } from './layers/softmax.ts'
import { constant } from './layers/sums.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/** `dy` spread over the axes that were summed: [2] with axis 0 of [3, 2] becomes [3, 2]. */
function spread(dy: Tensor, shape: number[], axis: unknown): Tensor {
  const summed = tf.util.parseAxisParam(axis as number | number[], shape)
  const kept = shape.map((size, i) => (summed.includes(i) ? 1 : size))
  const small = tf.reshape(dy, kept)
  // Broadcasting is the kernel Tile, on wasm a hundred times slower than a product.
  return tf.getBackend() === 'wasm' ? tf.mul(small, constant(shape, 1)) : tf.broadcastTo(small, shape)
}

/** Makes the gradients of `tf.sum` and `tf.mean` broadcast. Changes tfjs for the whole page; calling it again is harmless. */
export function broadcastSumGradients(): void {
  tf.registerGradient({
    kernelName: 'Sum',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({ x: () => spread(dy as Tensor, x!.shape, attrs.axis) }),
  })
  tf.registerGradient({
    kernelName: 'Mean',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const summed = x!.size / (dy as Tensor).size
        return spread(tf.div(dy as Tensor, summed), x!.shape, attrs.axis)
      },
    }),
  })
}

/** Makes the gradient of `tf.softmax` one kernel on webgpu. For the whole page; calling it again is harmless. */
export function fusedSoftmaxGradient(): void {
  tf.registerGradient({
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ logits: () => softmaxGradient(y!, dy as Tensor) }),
  })
}
