// Adaptive sampling: step size controller, sampling loop, and accuracy.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { adaptiveError, nextStepSize } from '../../src/engine/samplers/stepSize.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const control = { order: 2, pcoeff: 0, icoeff: 1, dcoeff: 0, accept_safety: 0.81 }

test('the step size follows the error by 1 + atan(E^(-1/order) - 1)', () => {
  const first = nextStepSize({ h: 0.1, inverse: undefined }, 0.25, control)
  expect(first.counts).toBe(true)
  expect(first.next.h).toBeCloseTo(0.1 * (1 + Math.atan(2 - 1)), 6)
  const refused = nextStepSize(first.next, 16, control)
  expect(refused.counts).toBe(false)
  expect(refused.next.h).toBeCloseTo(first.next.h * (1 + Math.atan(0.25 - 1)), 6)
  expect(refused.next.inverse).toEqual(first.next.inverse)
  expect(() => nextStepSize(first.next, NaN, control)).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected the error of this step to be a number, got NaN: the prediction is NaN.]`,
  )
})

test('the proportional and derivative terms use the errors of previous steps', () => {
  const all = { order: 1, pcoeff: 0.2, icoeff: 0.5, dcoeff: 0.1, accept_safety: 0.5 }
  const { next } = nextStepSize({ h: 1, inverse: [2, 4] }, 1, all)
  expect(next.h).toBeCloseTo(1 + Math.atan(1 ** 0.8 * 2 ** -0.4 * 4 ** 0.1 - 1), 6)
  expect(next.inverse![0]).toBeCloseTo(1, 6)
  expect(next.inverse![1]).toBe(2)
})

/** For a single Gaussian, the ODE preserves x_t / std(x_t), so the exact solution is known. */
const std = 0.5
const gaussian = (schedule: Record<string, unknown>) => [
  node('schedule', 'NoiseSchedule', {}, schedule),
  node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'gaussian', std }),
  node('noise', 'GaussianNoise', {}, { batch_size: 32, seed: 3 }),
]
const cosine = { beta_schedule: 'squaredcos_cap_v2' }

const closed = (params: Record<string, unknown>) =>
  node(
    'sampler',
    'AdaptiveSampler',
    { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
    params,
  )

const watched = {
  x: 'sampler.x_0',
  way: 'sampler.trajectory',
  accepted: 'sampler.accepted',
  tried: 'sampler.tried',
  z: 'noise.noise',
}

async function run(graph: GraphNode[]) {
  const { x, way, accepted, tried, z } = await evaluate(graph, watched)
  // The last timestep of a cosine schedule is almost pure noise, so std(x_T) is 1.
  const away = Math.max(
    ...x.tensor.data.map((value, i) => Math.abs(value - std * z.tensor.data[i])),
  )
  return { away, x, way, accepted: accepted.tensor.data[0], tried: tried.tensor.data[0] }
}

onCpu(() => {
  test('dpm_adaptive takes more steps and is more accurate at a finer tolerance', async () => {
    const found = []
    for (const rtol of [0.05, 0.005, 0.0005])
      found.push(await run([...gaussian(cosine), closed({ rtol, atol: rtol / 10 })]))
    const [coarse, middle, fine] = found as [
      (typeof found)[0],
      (typeof found)[0],
      (typeof found)[0],
    ]
    expect(coarse.accepted).toBeLessThan(middle.accepted)
    expect(middle.accepted).toBeLessThan(fine.accepted)
    expect(fine.away).toBeLessThan(coarse.away / 5)
    expect(coarse.away).toBeLessThan(0.1)
    expect([...coarse.way.t].length).toBe(coarse.accepted + 1)
    expect(coarse.way.t.at(-1)).toBe(-1)
    expect([...coarse.way.t].every((t, i, all) => i === 0 || t < all[i - 1])).toBe(true)
  })

  test('rejects an initial step that is too large and retries with a smaller one', async () => {
    const { tried, accepted, away } = await run([
      ...gaussian(cosine),
      closed({ h_init: 5, rtol: 0.01, atol: 0.001 }),
    ])
    expect(tried).toBeGreaterThan(accepted)
    expect(away).toBeLessThan(0.05)
  })

  test('order 2 needs more steps than order 3', async () => {
    const of = async (solver_order: string) =>
      (await run([...gaussian(cosine), closed({ solver_order, rtol: 0.002, atol: 0.0002 })]))
        .accepted
    expect(await of('2')).toBeGreaterThan(await of('3'))
  })

  test('reports a fault when max_steps is too low', async () => {
    await expect(
      run([...gaussian(cosine), closed({ max_steps: 3 })]),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: sampler: Expected to reach the end within 3 steps, got to t = 998.9. Raise max_steps, or rtol of the step.]`,
    )
  })

  test('rejects an adaptive sampler inside a training loop', async () => {
    const graph = [
      ...gaussian(cosine),
      node('data', 'Points', {}, { distribution: 'moons', size: 16 }),
      node('mlp', 'MLP', {}, { hidden: 4 }),
      node('adam', 'Optimizer'),
      node(
        'train',
        'TrainingStart',
        { model: 'mlp.model', dataset: 'data.dataset', optimizer: 'adam.optimizer' },
        { steps: 2, batch_size: 32 },
      ),
      node('sampler', 'AdaptiveSampler', {
        model: 'train.model',
        x_T: 'noise.noise',
        schedule: 'schedule.schedule',
      }),
      node('target', 'Predict', { model: 'train.model', x_t: 'sampler.x_0', t: 'at.t' }),
      node('at', 'Timestep', {}, { t: 5 }),
      node('truth', 'Target', {
        x_0: 'train.x_0',
        noise: 'noise.noise',
        t: 'at.t',
        schedule: 'schedule.schedule',
        model: 'train.model',
      }),
      node('loss', 'Loss', { prediction: 'target.prediction', target: 'truth.target' }),
      node('end', 'TrainingEnd', { loop: 'train.loop', loss: 'loss.loss' }),
    ]
    await expect(
      evaluate(graph, { model: 'end.model' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: sampler: A loop that decides after each iteration whether to continue cannot run inside Training Start. Give it a fixed number of iterations, or move it out of Training Start.]`,
    )
  })
})

onEachBackend(() => {
  test('accepts and rejects the same steps on every backend', async () => {
    const { away, accepted, tried } = await run([...gaussian(cosine), closed({ rtol: 0.02 })])
    expect([accepted, tried]).toEqual([11, 13])
    expect(away).toBeLessThan(0.1)
  })

  test('the error is the root mean square of the difference divided by the tolerance', async () => {
    const error = tf.tidy(() =>
      adaptiveError(
        { low: tf.tensor1d([1, 0]), high: tf.tensor1d([1.2, 0.01]) },
        tf.tensor1d([2, 0]),
        { rtol: 0.1, atol: 0.01 },
      ),
    )
    expect((await error.data())[0]).toBeCloseTo(1, 5)
    error.dispose()
  })
})
