// ONNX Runtime Web as a peer: the wasm build in Node, with the UNet that this program exports. One
// thread, as the wasm backends of tfjs have in Node.
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web'
import { mapEntries } from '../src/engine/base/records.ts'
import type { Tensor } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import { exportOnnx } from '../src/engine/onnx/export.ts'
import { sourceFromModel } from '../src/engine/onnx/source.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import type { ProblemData } from '../src/hosts/bench/problem.ts'
import { batchTensors, uploadWeights } from '../src/hosts/bench/problem.ts'
import { newModel } from './models.ts'
import type { Opened } from './tfjs.ts'

/** Starts a session. Throws Error for tasks and backends that it is not compared on. */
export async function openOrt(backend: BackendName, data: ProblemData): Promise<Opened> {
  const { problem } = data
  if (problem.task !== 'sample') throw new Error('it runs exported models and does not train')
  if (backend !== 'wasm') throw new Error('compared on wasm only')
  await tf.setBackend('cpu')
  env.wasm.numThreads = 1
  const bytes = await exportUnet(data)
  const session = await InferenceSession.create(bytes, { executionProviders: ['wasm'] })
  const { x: batch, t } = batchTensors(data)
  const [b, h, w, c] = batch.shape
  const x = await orderAxes(batch, [0, 3, 1, 2])
  const feeds = {
    x: new OrtTensor('float32', x, [b, c, h, w]),
    t: new OrtTensor('float32', new Float32Array(b).fill(t[0]), [b]),
  }
  const { from, to } = problem
  return {
    device: 'one thread',
    async step() {
      const { prediction } = await session.run(feeds)
      const epsilon = prediction.data as Float32Array
      const next = new Float32Array(x.length)
      // As the other peers, with the channels last.
      for (let i = 0; i < x.length; i++) {
        const x0 = (x[i] - from.sigma * epsilon[i]) / from.alpha
        const [item, rest] = [Math.floor(i / (c * h * w)), i % (c * h * w)]
        const [channel, pixel] = [Math.floor(rest / (h * w)), rest % (h * w)]
        next[(item * h * w + pixel) * c + channel] = to.alpha * x0 + to.sigma * epsilon[i]
      }
      return next
    },
  }
}

/** The UNet of the problem with its weights. */
async function exportUnet(data: ProblemData): Promise<Uint8Array> {
  const made = newModel(data.problem.model)
  const weights = uploadWeights(data)
  const model = { ...made, weights: mapEntries(made.weights, (name) => weights[name]) }
  const [{ bytes }] = exportOnnx(await sourceFromModel(model))
  tf.dispose(weights)
  tf.dispose(made.weights)
  return bytes
}

async function orderAxes(x: Tensor, axes: number[]): Promise<Float32Array> {
  const ordered = x.transpose(axes)
  const data = (await ordered.data()) as Float32Array
  ordered.dispose()
  return data
}
