// The forward process of diffusers: over betas, over σ, in a flow, and what a model is to say there.
import { expect, test } from 'vitest'
import { addNoise } from '../../src/engine/forward.ts'
import { targetOf } from '../../src/engine/prediction.ts'
import type { FlowSchedule, Levels, ScheduleName } from '../../src/engine/schedule.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/schedule.ts'
import { shifted } from '../../src/engine/sigmas.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { perItem } from '../../src/engine/coefficients.ts'
import { timesteps } from '../../src/engine/timesteps.ts'
import type { PredictionType } from '../../src/engine/values.ts'
import { onCpu } from '../backends.ts'
import { golden } from '../golden.ts'

interface Recorded {
  id: string
  t: number[]
  x0: number[]
  noise: number[]
}

interface OverBetas extends Recorded {
  config: { beta_schedule: ScheduleName; num_train_timesteps: number; rescale_betas_zero_snr?: boolean }
  add_noise: number[]
  velocity: number[]
}

interface OverSigma extends Recorded {
  add_noise: number[]
  scale_model_input: number[]
}

interface InFlow extends Recorded {
  num_inference_steps: number
  shift: number
  /** Of all steps, and the end. */
  sigmas: number[]
  scale_noise: number[]
  target_velocity: number[]
}

const { cases } = golden<{ cases: Recorded[] }>('losses')
const recordOf = <T extends Recorded>(id: string) => cases.find((each) => each.id === id) as T

/** One item for each t. */
const itemsOf = ({ t, x0, noise }: Recorded) =>
  [x0, noise].map((values) => tf.tensor(values, [t.length, 2, 3, 3])) as [Tensor, Tensor]

async function expectSame(found: Tensor, wanted: number[]) {
  const values = await found.data()
  const tolerance = 2e-5 * Math.max(...wanted.map(Math.abs))
  expect(values.length).toBe(wanted.length)
  expect(Math.max(...wanted.map((value, i) => Math.abs(values[i]! - value)))).toBeLessThanOrEqual(tolerance)
  found.dispose()
}

function noisedAt(recorded: Recorded, levels: Levels, predicts: PredictionType): [xt: Tensor, target: Tensor] {
  return tf.tidy(() => {
    const [x0, noise] = itemsOf(recorded)
    return [addNoise(x0, noise, levels), targetOf(predicts, x0, noise, levels)]
  })
}

onCpu(() => {
  test.each(['forward_linear', 'forward_squaredcos_cap_v2'])('noise and velocity: %s', async (id) => {
    const recorded = recordOf<OverBetas>(id)
    const { beta_schedule: name, num_train_timesteps: T, rescale_betas_zero_snr: rescaleBetasZeroSnr } = recorded.config
    const schedule = noiseSchedule({ name, T, rescaleBetasZeroSnr })
    const [xt, velocity] = noisedAt(recorded, levelsAt(schedule, { t: Float64Array.from(recorded.t) }), 'v_prediction')
    await expectSame(xt, recorded.add_noise)
    await expectSame(velocity, recorded.velocity)
  })

  // What counts in σ there keeps x / α, and scales it by α, here that of the first t for all, when it asks the model.
  test('noise over σ: euler_add_noise', async () => {
    const recorded = recordOf<OverSigma>('euler_add_noise')
    const schedule = noiseSchedule({ name: 'scaled_linear', T: 1000, betaStart: 0.00085, betaEnd: 0.012 })
    const levels = levelsAt(schedule, { t: Float64Array.from(recorded.t) })
    const [theirs, scaled] = tf.tidy(() => {
      const [x0, noise] = itemsOf(recorded)
      return [addNoise(x0, noise, levels).div(perItem(levels.alpha, x0)), x0.mul(levels.alpha[0]!)] as [Tensor, Tensor]
    })
    await expectSame(theirs, recorded.add_noise)
    await expectSame(scaled, recorded.scale_model_input)
  })

  test('noise and velocity in a flow: flow_scale_noise', async () => {
    const recorded = recordOf<InFlow>('flow_scale_noise')
    const schedule: FlowSchedule = { kind: 'flow', name: 'flow', T: 1000 }
    const { num_inference_steps, shift } = recorded
    const { t: list } = timesteps(schedule, {
      num_inference_steps,
      timestep_spacing: 'linspace',
      shift,
      sigma_min: shifted(1e-3, shift), // which there is shifted twice
    })
    recorded.sigmas.slice(0, -1).forEach((sigma, i) => expect(list[i]! / schedule.T).toBeCloseTo(sigma, 6))
    const levels = levelsAt(schedule, { t: Float64Array.from(recorded.t) })
    const [xt, velocity] = noisedAt(recorded, levels, 'flow_prediction')
    await expectSame(xt, recorded.scale_noise)
    await expectSame(velocity, recorded.target_velocity)
  })
})
