// A short training of the UNet for digits, and hashes of its weights, to compare their bits.
import { newUnet, randomBatch, schedule } from '../src/hosts/bench/unets.ts'
import { levelsAt } from '../src/engine/process/schedule.ts'
import { addNoise } from '../src/engine/process/forward.ts'
import { meanError } from '../src/engine/losses/errors.ts'
import { predict } from '../src/engine/models/predict.ts'
import { tf } from '../src/engine/base/tf.ts'
import { beginTraining, trainStep } from '../src/engine/training/trainStep.ts'
import type { Weights } from '../src/engine/base/values.ts'
import { adamw } from './smallTraining.ts'

/** SHA-256 of the weights before and after a training. */
export interface WeightHashes {
  before: string
  after: string
}

/** Trains the UNet for digits on random data. */
export async function trainDigits(steps: number): Promise<WeightHashes> {
  const model = newUnet('digits')
  const { x, noise, t } = randomBatch('digits', 2)
  const optimizer = { ...adamw, lr: 1e-3 }
  let state = beginTraining(model.weights, { optimizer, emas: [] })
  for (let i = 0; i < steps; i++) {
    const loss = () =>
      meanError(
        predict(
          { ...model, weights: state.weights },
          addNoise(x, noise, levelsAt(schedule, { t })),
          t,
        ),
        noise,
        {
          kind: 'mse',
        },
      )
    state = trainStep(state, { loss, optimizer, emas: [], total: steps })
  }
  return { before: await hashWeights(model.weights), after: await hashWeights(state.weights) }
}

async function hashWeights(weights: Weights): Promise<string> {
  const all = tf.tidy(() => tf.concat(Object.values(weights).map((tensor) => tensor.reshape([-1]))))
  const hash = new Uint8Array(
    await crypto.subtle.digest('SHA-256', (await all.data()) as BufferSource),
  )
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
