// The sums and means that diffusers' own tests of its schedulers expect, at their own tolerances and with their random numbers. Some
// want ten thousands to a hundredth, which is as far as float32 goes: the tables are rounded as theirs are, and we count in float64.
import '../../scripts/float64.ts'
import { describe, expect, test } from 'vitest'
import { ddimStep } from '../../src/engine/samplers/ddim.ts'
import { ddpmStep } from '../../src/engine/samplers/ddpm.ts'
import { levelsAt } from '../../src/engine/schedule.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { onCpu } from '../backends.ts'
import { perItem } from '../../src/engine/coefficients.ts'
import { holdOf } from '../drive.ts'
import { caseOf, expectations, leftOut, nameOf, resultOf, wantedOf, withNoise } from '../expectations.ts'
import type { SchedulerCase } from '../schedulers.ts'
import { initialOf, schedulerOf, transitionsOf } from '../schedulers.ts'
import { trajectoryOf } from '../trajectories.ts'

/** Three batches at the timesteps 0, 1 and 2 in one step without noise, each item with its own; of DDIM and of DDPM. */
function batchStep(recorded: SchedulerCase): Tensor {
  const { schedule } = transitionsOf(recorded)
  const t = Float64Array.from({ length: 12 }, (_, i) => Math.floor(i / 4))
  const x = initialOf(recorded)
  const batch = tf.concat([x, x.add(0.1), x.sub(0.1)])
  const output = batch.mul(
    perItem(
      t.map((time) => time / (time + 1)),
      batch,
    ),
  )
  const prediction = { tensor: output, predicts: 'epsilon' as const }
  const stride = 1000 / recorded.num_inference_steps!
  const [from, to] = [levelsAt(schedule, { t }), levelsAt(schedule, { t: t.map((time) => Math.max(-1, time - stride)) })]
  const hold = holdOf(recorded, true)
  return schedulerOf(recorded) === 'DDIMScheduler'
    ? ddimStep(batch, prediction, from, to, undefined, { eta: 0, rederive: false, hold })
    : ddpmStep(batch, prediction, from, to, tf.zerosLike(batch), { variance: 'fixed_small', hold })
}

/** Several tests make the same loop. */
const made = new Map<string, { result_sum: number; result_mean: number }>()

async function madeBy(recorded: SchedulerCase) {
  const batched = recorded.id.endsWith('batch_step_no_noise')
  const key = JSON.stringify({ ...recorded, id: [schedulerOf(recorded), batched] })
  if (!made.has(key)) {
    const last = tf.tidy(() => (batched ? batchStep(recorded) : trajectoryOf(withNoise(recorded)).at(-1)!))
    const sum = ((await last.data()) as Float32Array).reduce((total, value) => total + Math.abs(value), 0)
    made.set(key, { result_sum: sum, result_mean: sum / last.size })
    last.dispose()
  }
  return made.get(key)!
}

onCpu(() => {
  describe("tests of diffusers' schedulers", () => {
    test.each(expectations.map((one) => [nameOf(one), one] as const))('%s', async (_, one) => {
      const wanted = wantedOf(one)
      expect(new Set(wanted.map(({ quantity }) => quantity)).size).toBeGreaterThan(0)
      const result = await madeBy(caseOf(one))
      for (const { quantity, expected, tolerance } of wanted) {
        expect(Math.abs(result[quantity] - expected), `${quantity}: ${result[quantity]} for ${expected}`).toBeLessThan(tolerance)
        // Some are so small that this says little: what came of it there, by share.
        expect(Math.abs(result[quantity] / resultOf(one)[quantity]! - 1), `${quantity} as it was`).toBeLessThan(5e-5)
      }
    })

    test('none is left out without a reason', () => {
      expect([expectations.length, Object.keys(leftOut).length]).toEqual([76, 5])
    })
  })
})
