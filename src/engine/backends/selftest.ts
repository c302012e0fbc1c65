// Self-test and benchmark of the active backend: are its gradients correct, and how fast is it?
//
// On some GPUs the forward pass is correct and every gradient is zero, so the test is a small
// training step, with the operations that the models use.
import type { MessageText } from '../base/catalogue.ts'
import { measured } from './measured.ts'
import type { Scalar, Tensor, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { expectedOfImages, imageLossAndGradients } from './selftestImages.ts'
import type { Quantity } from './selftestData.ts'
import { wave, withGradients } from './selftestData.ts'
import { backendMessages, selfTestWords } from '../messages/backends.ts'

/** No sizes are multiples of 4 or 32, as matrix kernels fail at the edges of tiles. */
export const sizes = { items: 37, inputs: 7, hidden: 45, classes: 3, outputs: 2 }

/** A number that depends on every element of a gradient: its dot product with cos(k). */
export const fingerprint = (gradient: ArrayLike<number>) =>
  Array.from(gradient).reduce((sum, value, k) => sum + value * Math.cos(k), 0)

/**
 * The loss and the fingerprints of the gradients with respect to the weights, biases, class
 * embeddings and output weights of y = silu(x W + b + onehot E) V, loss = mean((y - z)^2). Computed
 * in float64 by plain loops; the recipe is in test/engine/backends/backends.test.ts.
 */
export const expected: readonly Quantity[] = [
  { name: 'loss', value: 80.2054774278986 },
  { name: 'weights', value: -5.951719748057986 },
  { name: 'biases', value: -3.995963828507918 },
  { name: 'classEmbeddings', value: 1.3647041616266429 },
  { name: 'outputWeights', value: -4.0036977372253 },
]

const { items, inputs, hidden, classes, outputs } = sizes

const tfjsSilu = (x: Tensor) => tf.mul(x, tf.sigmoid(x))

/**
 * Compares two small training steps, for points and for images, with known numbers. Returns the
 * problem, or undefined.
 */
export async function gradientSelfTest(): Promise<MessageText | undefined> {
  const parts = [
    { right: expected, tensors: tf.tidy(lossAndGradients) },
    { right: expectedOfImages, tensors: tf.tidy(imageLossAndGradients) },
  ]
  try {
    for (const { right, tensors } of parts) {
      const wrong = await firstWrong(right, tensors)
      if (wrong) return wrong
    }
    return undefined
  } finally {
    for (const { tensors } of parts) tf.dispose(tensors)
  }
}

/** Returns the problem with the first of the tensors, a loss and gradients, that is wrong. */
async function firstWrong(
  right: readonly Quantity[],
  tensors: readonly Tensor[],
): Promise<MessageText | undefined> {
  const [loss, ...gradients] = await Promise.all(tensors.map((tensor) => tensor.data()))
  const actual = [loss[0], ...gradients.map(fingerprint)]
  const wrong = right.findIndex(
    ({ value }, i) => !(Math.abs(actual[i] - value) <= 1e-3 * Math.max(1, Math.abs(value))),
  )
  if (wrong < 0) return undefined
  const { name, value } = right[wrong]
  return backendMessages.wrongNumber({
    quantity: selfTestWords[name](),
    expected: value.toPrecision(6),
    got: actual[wrong].toPrecision(6),
  })
}

function lossAndGradients(): Tensor[] {
  const x = tf.tensor2d(wave(items * inputs, 1), [items, inputs])
  const z = tf.tensor2d(wave(items * outputs, 2), [items, outputs])
  const labels = tf.tensor1d(
    Int32Array.from({ length: items }, (_, i) => i % classes),
    'int32',
  )
  const onehot = tf.cast(tf.oneHot(labels, classes), 'float32') as Tensor2D
  const weights = [
    tf.tensor(wave(inputs * hidden, 3), [inputs, hidden]),
    tf.tensor(wave(hidden, 4), [hidden]),
    tf.tensor(wave(classes * hidden, 5), [classes, hidden]),
    tf.tensor(wave(hidden * outputs, 6), [hidden, outputs]),
  ]
  const loss = (): Scalar => {
    const [w, b, e, v] = weights
    const h = tfjsSilu(
      tf.add(tf.add(tf.matMul(x, w as Tensor2D), b), tf.matMul(onehot, e as Tensor2D)),
    )
    return tf.mean(tf.square(tf.sub(tf.matMul(h as Tensor2D, v as Tensor2D), z))) as Scalar
  }
  return withGradients(loss, weights)
}

/**
 * Returns the seconds of a training step of a small network: the second fastest of four, after a
 * warm-up.
 */
export async function trainingStepSeconds(): Promise<number> {
  const [batch, width] = [256, 128]
  const weights = [1, 2, 3].map((phase) => tf.tensor2d(wave(width * width, phase), [width, width]))
  const x = tf.tensor2d(wave(batch * width, 0), [batch, width])
  const step = async () => {
    const began = performance.now()
    const loss = () =>
      tf.mean(
        weights.reduce((h, w) => tfjsSilu(tf.matMul(h as Tensor2D, w as Tensor2D)), x as Tensor),
      )
    const grads = tf.tidy(() => withGradients(loss, weights))
    await Promise.all(grads.map((gradient) => gradient.data()))
    tf.dispose(grads)
    return measured((performance.now() - began) / 1000)
  }
  try {
    await step()
    const times: number[] = []
    for (let i = 0; i < 4; i++) times.push(await step())
    return times.sort((a, b) => a - b)[1]
  } finally {
    tf.dispose([...weights, x])
  }
}
