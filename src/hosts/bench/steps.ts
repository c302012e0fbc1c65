// Steps of a UNet, as the engine makes them, and as a user of stock tfjs would write them.
import { mapEntries } from '../../engine/base/records.ts'
import type { Scalar, Tensor, Tensor4D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Model } from '../../engine/models/model.ts'
import { collectTensors } from '../../engine/base/values.ts'
import { meanError } from '../../engine/losses/errors.ts'
import { predict } from '../../engine/models/predict.ts'
import type { Levels } from '../../engine/process/schedule.ts'
import { ddimStep } from '../../engine/samplers/ddim.ts'
import { beginTraining, trainStep } from '../../engine/training/trainStep.ts'
import type { ProblemData } from './problem.ts'
import { batchTensors, uploadWeights } from './problem.ts'
import { stockUnet } from './stockUnet.ts'
import { newUnet } from './unets.ts'

/** Runs a step and reads its result: the loss of a training step, x_prev of a sampling step. */
export type Step = () => Promise<ArrayLike<number>>

/**
 * Steps of the engine on the active backend.
 * @param form model of the same weights; its own weights are disposed
 */
export const ourStep = (data: ProblemData, form: Model = newUnet(data.problem.model)): Step =>
  ourSteps[data.problem.task](data, withWeights(form, data))

/** Steps in stock tfjs operations, on the active backend. */
export const stockStep = (data: ProblemData): Step => stockSteps[data.problem.task](data)

type Steps<Arguments extends unknown[]> = {
  [T in ProblemData['problem']['task']]: (data: ProblemData, ...rest: Arguments) => Step
}

function withWeights(form: Model, data: ProblemData): Model {
  tf.dispose(form.weights)
  const weights = uploadWeights(data)
  return { ...form, weights: mapEntries(form.weights, (name) => weights[name]) }
}

async function read(tensor: Tensor): Promise<ArrayLike<number>> {
  const values = await tensor.data()
  tensor.dispose()
  return values
}

const ourSteps: Steps<[model: Model]> = {
  train(data, model) {
    const { adam } = data.problem
    const { x, noise, t } = batchTensors(data)
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
  sample(data, model) {
    const { x, t } = batchTensors(data)
    const [from, to] = [data.problem.from, data.problem.to].map(({ alpha, sigma }) => ({
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

const stockSteps: Steps<[]> = {
  train(data) {
    const { config, adam } = data.problem
    const { x, noise, t } = batchTensors(data)
    const weights = Object.fromEntries(
      Object.entries(uploadWeights(data)).map(([name, tensor]) => [name, tf.variable(tensor)]),
    )
    const optimizer = tf.train.adam(adam.lr, adam.beta1, adam.beta2, adam.eps)
    const loss = () => stockUnet(config, weights, x, t).sub(noise).square().mean() as Scalar
    return () => read(optimizer.minimize(loss, true)!)
  },
  sample(data) {
    const { config, from, to } = data.problem
    const weights = uploadWeights(data)
    const { x, t } = batchTensors(data)
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
