// Sums and means expected by diffusers' own scheduler tests, with their tolerances and random
// numbers. Some expect values of about 10,000 to within 0.01, the limit of float32. Therefore
// tables are rounded as in diffusers, and sums are computed in float64.
import '../../../scripts/float64.ts'
import { describe, expect, test } from 'vitest'
import { ddimStep } from '../../../src/engine/samplers/ddim.ts'
import { ddpmStep } from '../../../src/engine/samplers/ddpm.ts'
import { levelsAt } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'
import { perItem } from '../../../src/engine/process/coefficients.ts'
import { readHold } from '../../drive.ts'
import {
  toCase,
  expectations,
  leftOut,
  testName,
  lastResult,
  selectExpected,
  withNoise,
} from '../../expectations.ts'
import type { SchedulerCase } from '../../schedulers.ts'
import { createInitial, schedulerName, deriveTransitions } from '../../schedulers.ts'
import { computeTrajectory } from '../../trajectories.ts'

/** One noise-free DDIM or DDPM step of three batches at the timesteps 0, 1 and 2. */
function batchStep(recorded: SchedulerCase): Tensor {
  const { schedule } = deriveTransitions(recorded)
  const t = Float64Array.from({ length: 12 }, (_, i) => Math.floor(i / 4))
  const x = createInitial(recorded)
  const batch = tf.concat([x, x.add(0.1), x.sub(0.1)])
  const output = batch.mul(
    perItem(
      t.map((time) => time / (time + 1)),
      batch,
    ),
  )
  const prediction = { tensor: output, predicts: 'epsilon' as const }
  const stride = 1000 / recorded.num_inference_steps!
  const [from, to] = [
    levelsAt(schedule, { t }),
    levelsAt(schedule, { t: t.map((time) => Math.max(-1, time - stride)) }),
  ]
  const hold = readHold(recorded, true)
  return schedulerName(recorded) === 'DDIMScheduler'
    ? ddimStep({ xt: batch, prediction, from, to }, { eta: 0, rederive: false, clipping: hold })
    : ddpmStep(
        { xt: batch, prediction, from, to, noise: () => tf.zerosLike(batch) },
        { variance: 'fixed_small', clipping: hold },
      )
}

/** Results by loop, since several tests run the same loop. */
const made = new Map<string, { result_sum: number; result_mean: number }>()

async function madeBy(recorded: SchedulerCase) {
  const batched = recorded.id.endsWith('batch_step_no_noise')
  const key = JSON.stringify({ ...recorded, id: [schedulerName(recorded), batched] })
  if (!made.has(key)) {
    const last = tf.tidy(() =>
      batched ? batchStep(recorded) : computeTrajectory(withNoise(recorded)).at(-1)!,
    )
    const sum = ((await last.data()) as Float32Array).reduce(
      (total, value) => total + Math.abs(value),
      0,
    )
    made.set(key, { result_sum: sum, result_mean: sum / last.size })
    last.dispose()
  }
  return made.get(key)!
}

// Float64 replaces float32, which other backends cannot.
onEachBackend(() => {
  describe("tests of diffusers' schedulers", () => {
    test.each(expectations.map((one) => [testName(one), one] as const))('%s', async (_, one) => {
      const wanted = selectExpected(one)
      expect(new Set(wanted.map(({ quantity }) => quantity)).size).toBeGreaterThan(0)
      const result = await madeBy(toCase(one))
      for (const { quantity, expected, tolerance } of wanted) {
        expect(
          Math.abs(result[quantity] - expected),
          `${quantity}: ${result[quantity]} for ${expected}`,
        ).toBeLessThan(tolerance)
        // Some values are so small that the tolerance means little, so the results of diffusers are
        // also compared by relative error.
        expect(
          Math.abs(result[quantity] / lastResult(one)[quantity]! - 1),
          `${quantity} as it was`,
        ).toBeLessThan(5e-5)
      }
    })

    test('every omission has a reason', () => {
      expect([expectations.length, Object.keys(leftOut).length]).toEqual([76, 5])
    })
  })
}, ['cpu'])
