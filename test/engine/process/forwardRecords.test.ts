// Forward process compared with diffusers for betas, sigmas and flows, and the training targets.
import { expect, test } from 'vitest'
import { addNoise } from '../../../src/engine/process/forward.ts'
import { predictionTarget } from '../../../src/engine/process/prediction.ts'
import type { FlowSchedule, Levels, ScheduleName } from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { shiftLevel } from '../../../src/engine/process/sigmas.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { perItem } from '../../../src/engine/process/coefficients.ts'
import { timesteps } from '../../../src/engine/process/timesteps.ts'
import type { PredictionType } from '../../../src/engine/base/values.ts'
import { onCpu } from '../../backends.ts'
import { golden } from '../../golden.ts'

interface Recorded {
  id: string
  t: number[]
  x0: number[]
  noise: number[]
}

interface OverBetas extends Recorded {
  config: {
    beta_schedule: ScheduleName
    num_train_timesteps: number
    rescale_betas_zero_snr?: boolean
  }
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
  /** Sigmas of all steps, and of the end. */
  sigmas: number[]
  scale_noise: number[]
  target_velocity: number[]
}

const { cases } = golden<{ cases: Recorded[] }>('losses')
const recordOf = <T extends Recorded>(id: string) => cases.find((each) => each.id === id) as T

/** Returns x_0 and noise as tensors with one item for each t. */
const itemsOf = ({ t, x0, noise }: Recorded) =>
  [x0, noise].map((values) => tf.tensor(values, [t.length, 2, 3, 3])) as [Tensor, Tensor]

async function expectSame(found: Tensor, wanted: number[]) {
  const values = await found.data()
  const tolerance = 2e-5 * Math.max(...wanted.map(Math.abs))
  expect(values.length).toBe(wanted.length)
  expect(Math.max(...wanted.map((value, i) => Math.abs(values[i] - value)))).toBeLessThanOrEqual(
    tolerance,
  )
  found.dispose()
}

function noisedAt(
  recorded: Recorded,
  levels: Levels,
  predicts: PredictionType,
): [xt: Tensor, target: Tensor] {
  return tf.tidy(() => {
    const [x0, noise] = itemsOf(recorded)
    return [addNoise(x0, noise, levels), predictionTarget(predicts, x0, noise, levels)]
  })
}

onCpu(() => {
  test.each(['forward_linear', 'forward_squaredcos_cap_v2'])(
    'noise and velocity: %s',
    async (id) => {
      const recorded = recordOf<OverBetas>(id)
      const {
        beta_schedule: name,
        num_train_timesteps: T,
        rescale_betas_zero_snr: rescaleBetasZeroSnr,
      } = recorded.config
      const schedule = noiseSchedule({ name, T, rescaleBetasZeroSnr })
      const [xt, velocity] = noisedAt(
        recorded,
        levelsAt(schedule, { t: Float64Array.from(recorded.t) }),
        'v_prediction',
      )
      await expectSame(xt, recorded.add_noise)
      await expectSame(velocity, recorded.velocity)
    },
  )

  // Sigma-based schedulers of diffusers store x / α and multiply it by α before evaluating the
  // model; the record uses the α of the first t for all items.
  test('noise over σ: euler_add_noise', async () => {
    const recorded = recordOf<OverSigma>('euler_add_noise')
    const schedule = noiseSchedule({
      name: 'scaled_linear',
      T: 1000,
      betaStart: 0.00085,
      betaEnd: 0.012,
    })
    const levels = levelsAt(schedule, { t: Float64Array.from(recorded.t) })
    const [theirs, scaled] = tf.tidy(() => {
      const [x0, noise] = itemsOf(recorded)
      return [
        addNoise(x0, noise, levels).div(perItem(levels.alpha, x0)),
        x0.mul(levels.alpha[0]),
      ] as [Tensor, Tensor]
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
      sigma_min: shiftLevel(1e-3, shift), // shifted twice in diffusers
    })
    recorded.sigmas
      .slice(0, -1)
      .forEach((sigma, i) => expect(list[i] / schedule.T).toBeCloseTo(sigma, 6))
    const levels = levelsAt(schedule, { t: Float64Array.from(recorded.t) })
    const [xt, velocity] = noisedAt(recorded, levels, 'flow_prediction')
    await expectSame(xt, recorded.scale_noise)
    await expectSame(velocity, recorded.target_velocity)
  })
})
