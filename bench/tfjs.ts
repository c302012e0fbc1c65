// The peers that are made of tfjs: this program, stock tfjs, and stock tfjs as one can tune it from outside. In a process or a
// page each, for what is replaced in tfjs is replaced for all.
import { startBackend } from '../src/engine/backends.ts'
import { broadcastSumGradients } from '../src/engine/gradients.ts'
import { meanError } from '../src/engine/losses/errors.ts'
import { predict } from '../src/engine/models/predict.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { ddimStep } from '../src/engine/samplers/ddim.ts'
import type { Levels } from '../src/engine/schedule.ts'
import type { Scalar, Tensor, Tensor4D } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import { beginTraining, trainStep } from '../src/engine/training.ts'
import type { Model } from '../src/engine/values.ts'
import { tensorsOf } from '../src/engine/values.ts'
import { newModel } from './models.ts'
import type { Given } from './problem.ts'
import { batchTensors, weightsOf } from './problem.ts'
import { stockUnet } from './stock.ts'

export type TfjsWho = 'ours' | 'stock' | 'tuned'

/** Makes a step and reads what it came to: the loss of a training step, the x_prev of a sampling step. */
export type Step = () => Promise<ArrayLike<number>>

/** Somebody who can do it. */
export interface Opened {
  device: string
  step: Step
}

/** Throws Error if the backend is not to be had. */
export async function openTfjs(who: TfjsWho, backend: BackendName, given: Given): Promise<Opened> {
  const device = await startTfjs(who, backend)
  const steps = who === 'ours' ? ourSteps : stockSteps
  return { device, step: steps[given.problem.task](given) }
}

/** Makes it the active backend, with what is replaced in tfjs only if that is ours; says what it computes on, if it knows. */
export async function startTfjs(who: TfjsWho, backend: BackendName): Promise<string> {
  if (who === 'ours') {
    // On a GPU with the kernels that are the quickest there, as in the editor.
    const report = await startBackend({ prefer: backend, tuning: { store: memoryStore() } })
    if (report.name !== backend) throw new Error(report.reason)
    return report.kernels === undefined ? report.device : `${report.device}. ${report.kernels}`
  }
  tf.enableProdMode()
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu')
  if (who === 'tuned') tune(backend)
  if (!(await tf.setBackend(backend))) throw new Error('tfjs could not initialise it')
  return ''
}

/** What a user of tfjs can change without a kernel of his own. */
function tune(backend: BackendName) {
  broadcastSumGradients()
  if (backend !== 'webgpu') return
  tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', false)
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 1000)
}

/** On the backend that is active. */
export const ourStep = (given: Given): Step => ourSteps[given.problem.task](given)

type Steps = { [T in Given['problem']['task']]: (given: Given) => Step }

async function read(tensor: Tensor): Promise<ArrayLike<number>> {
  const values = await tensor.data()
  tensor.dispose()
  return values
}

function modelOf(given: Given): Model {
  const model = newModel(given.problem.model)
  tf.dispose(model.weights)
  return { ...model, weights: weightsOf(given) }
}

const ourSteps: Steps = {
  train(given) {
    const { adam } = given.problem
    const { x, noise, t } = batchTensors(given)
    const model = modelOf(given)
    const setup = {
      optimizer: { algorithm: 'adam', ...adam, weight_decay: 0, warmup_steps: 0, lr_schedule: 'constant', clip_norm: 0 },
      emas: [],
    } as const
    let state = beginTraining(model.weights, setup)
    const loss = () => meanError(predict({ ...model, weights: state.weights }, x, t), noise, { kind: 'mse' })
    return async () => {
      const next = trainStep(state, { loss, ...setup, total: 1000 })
      const kept = new Set(tensorsOf(next))
      tf.dispose(tensorsOf(state).filter((tensor) => !kept.has(tensor)))
      state = next
      return state.loss!.data()
    }
  },
  sample(given) {
    const model = modelOf(given)
    const { x, t } = batchTensors(given)
    const [from, to] = [given.problem.from, given.problem.to].map(({ alpha, sigma }) => ({
      t,
      alpha: Float64Array.of(alpha),
      sigma: Float64Array.of(sigma),
    })) as [Levels, Levels]
    const options = { eta: 0, hold: undefined, rederive: false }
    return () =>
      read(tf.tidy(() => ddimStep(x, { tensor: predict(model, x, t), predicts: 'epsilon' }, from, to, undefined, options)))
  },
}

const stockSteps: Steps = {
  train(given) {
    const { config, adam } = given.problem
    const { x, noise, t } = batchTensors(given)
    const weights = Object.fromEntries(Object.entries(weightsOf(given)).map(([name, tensor]) => [name, tf.variable(tensor)]))
    const optimizer = tf.train.adam(adam.lr, adam.beta1, adam.beta2, adam.eps)
    const loss = () => stockUnet(config, weights, x, t).sub(noise).square().mean() as Scalar
    return () => read(optimizer.minimize(loss, true)!)
  },
  sample(given) {
    const { config, from, to } = given.problem
    const weights = weightsOf(given)
    const { x, t } = batchTensors(given)
    return () =>
      read(
        tf.tidy(() => {
          const epsilon = stockUnet(config, weights, x, t)
          const x0 = x.sub(epsilon.mul(from.sigma)).div(from.alpha)
          return x0.mul(to.alpha).add(epsilon.mul(to.sigma)) as Tensor4D
        }),
      )
  },
}
