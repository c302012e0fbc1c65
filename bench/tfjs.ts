// Peers based on tfjs: ours, stock, and stock with external tuning. One process or page each,
// because replacing tfjs kernels is global.
import { startBackend } from '../src/engine/backends/backends.ts'
import { broadcastSumGradients } from '../src/engine/backends/gradients.ts'
import { mapEntries } from '../src/engine/base/records.ts'
import { meanError } from '../src/engine/losses/errors.ts'
import { predict } from '../src/engine/models/predict.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { ddimStep } from '../src/engine/samplers/ddim.ts'
import type { Levels } from '../src/engine/process/schedule.ts'
import type { Scalar, Tensor, Tensor4D } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import { beginTraining, trainStep } from '../src/engine/training/trainStep.ts'
import type { Model } from '../src/engine/base/values.ts'
import { collectTensors } from '../src/engine/base/values.ts'
import type { OpenForm } from './forms.ts'
import { isOpenForm } from './forms.ts'
import { newModel } from './models.ts'
import type { ProblemData } from './problem.ts'
import { batchTensors, uploadWeights } from './problem.ts'
import { stockUnet } from './stock.ts'

export type TfjsWho = 'ours' | OpenForm | 'stock' | 'tuned'

/** Runs a step and reads its result: the loss of a training step, x_prev of a sampling step. */
export type Step = () => Promise<ArrayLike<number>>

/** A peer. */
export interface Opened {
  device: string
  step: Step
}

/** Starts the peer. Throws Error if the backend is not available. */
export async function openTfjs(
  who: TfjsWho,
  backend: BackendName,
  given: ProblemData,
): Promise<Opened> {
  const device = await startTfjs(who, backend)
  const { task } = given.problem
  const step = isOurs(who)
    ? ourSteps[task](given, isOpenForm(who) ? who : undefined)
    : stockSteps[task](given)
  return { device, step }
}

const isOurs = (who: TfjsWho) => who === 'ours' || isOpenForm(who)

/** Activates the backend, with our kernels only for ours. Returns the device name, if known. */
export async function startTfjs(who: TfjsWho, backend: BackendName): Promise<string> {
  if (isOurs(who)) {
    // On a GPU with tuned kernels, as in the editor.
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

/** Tuning that a user of tfjs can do without custom kernels. */
function tune(backend: BackendName) {
  broadcastSumGradients()
  if (backend !== 'webgpu') return
  tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', false)
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 1000)
}

/** On the backend that is active. */
export const ourStep = (given: ProblemData): Step => ourSteps[given.problem.task](given)

type Steps = {
  [T in ProblemData['problem']['task']]: (given: ProblemData, form?: OpenForm) => Step
}

async function read(tensor: Tensor): Promise<ArrayLike<number>> {
  const values = await tensor.data()
  tensor.dispose()
  return values
}

function createModel(given: ProblemData, form: OpenForm | undefined): Model {
  const model = newModel(given.problem.model, form)
  tf.dispose(model.weights)
  const weights = uploadWeights(given)
  return { ...model, weights: mapEntries(model.weights, (name) => weights[name]) }
}

const ourSteps: Steps = {
  train(given, form) {
    const { adam } = given.problem
    const { x, noise, t } = batchTensors(given)
    const model = createModel(given, form)
    const setup = {
      optimizer: {
        algorithm: 'adam',
        ...adam,
        weight_decay: 0,
        warmup_steps: 0,
        lr_schedule: 'constant',
        clip_norm: 0,
      },
      emas: [],
    } as const
    let state = beginTraining(model.weights, setup)
    const loss = () =>
      meanError(predict({ ...model, weights: state.weights }, x, t), noise, { kind: 'mse' })
    return async () => {
      const next = trainStep(state, { loss, ...setup, total: 1000 })
      const kept = new Set(collectTensors(next))
      tf.dispose(collectTensors(state).filter((tensor) => !kept.has(tensor)))
      state = next
      return state.loss!.data()
    }
  },
  sample(given, form) {
    const model = createModel(given, form)
    const { x, t } = batchTensors(given)
    const [from, to] = [given.problem.from, given.problem.to].map(({ alpha, sigma }) => ({
      t,
      alpha: Float64Array.of(alpha),
      sigma: Float64Array.of(sigma),
    })) as [Levels, Levels]
    const options = { eta: 0, clipping: undefined, rederive: false }
    return () =>
      read(
        tf.tidy(() =>
          ddimStep(
            { xt: x, prediction: { tensor: predict(model, x, t), predicts: 'epsilon' }, from, to },
            options,
          ),
        ),
      )
  },
}

const stockSteps: Steps = {
  train(given) {
    const { config, adam } = given.problem
    const { x, noise, t } = batchTensors(given)
    const weights = Object.fromEntries(
      Object.entries(uploadWeights(given)).map(([name, tensor]) => [name, tf.variable(tensor)]),
    )
    const optimizer = tf.train.adam(adam.lr, adam.beta1, adam.beta2, adam.eps)
    const loss = () => stockUnet(config, weights, x, t).sub(noise).square().mean() as Scalar
    return () => read(optimizer.minimize(loss, true)!)
  },
  sample(given) {
    const { config, from, to } = given.problem
    const weights = uploadWeights(given)
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
