// Step nodes of Euler, KDPM2, LMS and few-step samplers: the closed Sampler and open loops on every
// backend, steps from pure noise and to clean data, and rejected inputs.
import { describe, expect, test } from 'vitest'
import { mlp } from '../../src/engine/models/kinds/mlp/mlp.ts'
import { NodeError } from '../../src/engine/messages/fault.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import type { Schedule } from '../../src/engine/process/schedule.ts'
import { noiseSchedule } from '../../src/engine/process/schedule.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Transitions } from '../../src/engine/process/timesteps.ts'
import { collectTensors } from '../../src/engine/base/values.ts'
import type { StepOp } from '../../src/nodes/sampling/defineStep.ts'
import * as index from '../../src/nodes/sampling/steps/index.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { stepsAlong } from '../../scripts/steps.ts'
import { evaluate, node } from './evaluate.ts'
import { closedSampler, openLoop } from './samplingLoop.ts'
import type { MlpConfig } from '../../src/engine/models/kinds/mlp/config.ts'

const data = [
  node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.1 },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 4, seed: 3 }),
  node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 4 }),
  node(
    'intervals',
    'Timesteps',
    { schedule: 'schedule.schedule' },
    { num_inference_steps: 4, count: 'intervals' },
  ),
]

const sampler = (name: string, params: Record<string, unknown>) =>
  closedSampler({ sampler: name, num_inference_steps: 4, seed: 5, ...params }, `closed_${name}`)

const choices = [
  { name: 'euler', step: 'EulerStep', own: { s_churn: 2, s_noise: 1.01 } },
  { name: 'euler_churn', step: 'EulerChurnStep', asks: true, own: { s_churn: 2, s_noise: 1.01 } },
  {
    name: 'euler_ancestral',
    step: 'EulerAncestralStep',
    own: { eta: 0.7 },
    closed: { ancestral_eta: 0.7 },
  },
  { name: 'kdpm2', step: 'KDPM2Step', asks: true },
  { name: 'kdpm2_ancestral', step: 'KDPM2AncestralStep', asks: true },
  { name: 'lms', step: 'LMSStep', own: { order: 3 }, closed: { lms_order: 3 } },
  { name: 'lcm', step: 'LCMStep' },
  { name: 'tcd', step: 'TCDStep', own: { eta: 0.5 }, closed: { tcd_eta: 0.5 } },
  { name: 'consistency', step: 'ConsistencyStep', list: 'intervals' },
] as {
  name: string
  step: string
  asks?: boolean
  list?: string
  own?: Record<string, unknown>
  closed?: Record<string, unknown>
}[]

/** Results of the cpu backend by sampler, as the reference for the other backends. */
const onPlain = new Map<string, Float32Array>()

onEachBackend((backend) => {
  test('steps agree between Sampler and the open loop, and on all backends', async () => {
    const graph = choices.flatMap(({ name, step, asks = false, list, own = {}, closed = own }) => [
      sampler(name, closed),
      ...openLoop(step, { seed: 5, ...own }, { asks, list, suffix: `_${name}` }),
    ])
    const wanted = Object.fromEntries(
      choices.flatMap(({ name }) => [
        [`${name}Closed`, `closed_${name}.x_0`],
        [name, `end_${name}.x_0`],
      ]),
    )
    const seen = await evaluate([...data, ...graph], wanted)
    for (const { name } of choices) {
      const { tensor } = seen[name]
      expect(seen[`${name}Closed`], name).toEqual(seen[name])
      expect(tensor.data.every(Number.isFinite), name).toBe(true)
      if (backend === 'cpu') onPlain.set(name, tensor.data)
      const plain = onPlain.get(name) ?? tensor.data
      plain.forEach((value, i) => expect(Math.abs(tensor.data[i] - value), name).toBeLessThan(1e-3))
    }
  })
})

onCpu(() => {
  test('Euler ancestral equals DDIM with the same eta; without noise others do too', async () => {
    const far = await evaluate(
      [
        ...data,
        sampler('euler_ancestral', { ancestral_eta: 0.6 }),
        sampler('ddim', { eta: 0.6 }),
        sampler('lms', { lms_order: 1 }),
        sampler('euler', {}),
        sampler('tcd', { tcd_eta: 0 }),
        { ...sampler('ddim', { eta: 0 }), id: 'plain' },
      ],
      {
        ancestral: 'closed_euler_ancestral.x_0',
        ddim: 'closed_ddim.x_0',
        plain: 'plain.x_0',
        lms: 'closed_lms.x_0',
        euler: 'closed_euler.x_0',
        tcd: 'closed_tcd.x_0',
      },
    )
    const numbers = (name: keyof typeof far) => [...far[name].tensor.data]
    numbers('ancestral').forEach((value, i) => expect(value).toBeCloseTo(numbers('ddim')[i], 4))
    for (const name of ['lms', 'euler', 'tcd'] as const) {
      numbers(name).forEach((value, i) => expect(value).toBeCloseTo(numbers('plain')[i], 5))
    }
    expect(Math.abs(numbers('plain')[0] - numbers('ddim')[0])).toBeGreaterThan(1e-3)
  })

  test('Euler and Euler with churn differ only with churn', async () => {
    const churns = [0, 2].map((s_churn) => ({ s_churn, s_noise: 1 }))
    const named = churns.flatMap((params) =>
      ['euler', 'euler_churn'].map((name) => ({
        ...sampler(name, params),
        id: `${name}_${params.s_churn}`,
      })),
    )
    const wanted = Object.fromEntries(named.map(({ id }) => [id, `${id}.x_0`]))
    const seen = await evaluate([...data, ...named], wanted)
    const gap = (s_churn: number) => {
      const [before, after] = ['euler', 'euler_churn'].map(
        (name) => seen[`${name}_${s_churn}`].tensor.data,
      )
      return Math.max(...Array.from(before, (value, i) => Math.abs(value - after[i])))
    }
    expect(gap(0)).toBeLessThan(1e-5)
    expect(gap(2)).toBeGreaterThan(1e-3)
  })

  test('rejects churn if t has no number of steps', async () => {
    const alone = [
      ...data,
      node('t', 'Timestep', {}, { t: 500 }),
      node('next', 'Timestep', {}, { t: 400 }),
      node('predict', 'Predict', { model: 'model.model', x_t: 'noise.noise', t: 't.t' }),
      node(
        'step',
        'EulerStep',
        {
          x_t: 'noise.noise',
          prediction: 'predict.prediction',
          t: 't.t',
          t_prev: 'next.t',
          schedule: 'schedule.schedule',
        },
        { s_churn: 4 },
      ),
    ]
    await expect(evaluate(alone, { x: 'step.x_prev' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: step: Expected t with the number of steps, over which s_churn is divided, got t alone. Connect t of SamplingStart, or set s_churn to 0.]`,
    )
  })
})

/** Timesteps from pure noise, to clean data, and ascending from clean data. */
const ends: { where: string; schedule: Schedule; t: number[] }[] = [
  {
    where: 'betas without signal at the end',
    schedule: noiseSchedule({
      name: 'scaled_linear',
      T: 1000,
      betaStart: 0.00085,
      betaEnd: 0.012,
      rescaleBetasZeroSnr: true,
    }),
    t: [999, 700, 400, 100, -1],
  },
  {
    where: 'a flow',
    schedule: { kind: 'flow', name: 'flow', T: 1000 },
    t: [1000, 700, 400, 100, -1],
  },
  {
    where: 'a flow with ascending timesteps',
    schedule: { kind: 'flow', name: 'flow', T: 1000 },
    t: [0, 300, 600, 900],
  },
]

const network: MlpConfig = {
  dim: 2,
  hidden: 8,
  layers: 1,
  time_embedding_dim: 4,
  num_classes: 0,
  activation: 'silu',
  fourier_features: 0,
}

const typesOf = (...names: string[]) => names.map((name) => `diffusion/${name}Step`)
/** Steps that accept ascending timesteps from clean data. */
const goUp = typesOf('DDIM', 'Euler', 'EulerAncestral', 'LMS')
const goDown = [
  ...goUp,
  ...typesOf('DDPM', 'EulerChurn', 'Heun', 'KDPM2', 'KDPM2Ancestral', 'LCM', 'TCD', 'Consistency'),
]

const listOf = (t: number[]): Transitions => ({
  t: Float64Array.from(t.slice(0, -1)),
  tPrev: Float64Array.from(t.slice(1)),
})

onCpu(() => {
  describe.each(ends)('over $where', ({ schedule, t }) => {
    const alone = Object.values(index as Record<string, StepOp>).filter(
      ({ inputs }) => !('mask' in inputs),
    )
    test.each(alone.map((op) => [op.title, op] as const))(
      '%s returns finite numbers or an error',
      (_, op) => {
        const model = mlp(
          network,
          schedule.kind === 'flow' ? 'flow_prediction' : 'v_prediction',
          createRandom(1),
        )
        const [x, random] = [tf.tensor2d(createRandom(2).normal(8), [4, 2]), createRandom(7)]
        const contextOf = () => ({ prepared: undefined, random })
        try {
          for (const frame of stepsAlong(x, {
            op,
            model,
            schedule,
            transitions: listOf(t),
            contextOf,
          })) {
            expect(frame.dataSync().every(Number.isFinite)).toBe(true)
            frame.dispose()
          }
        } catch (error) {
          if (!(error instanceof NodeError)) throw error
          expect(t[0] === 0 ? goUp : goDown, error.message).not.toContain(op.type)
        }
        tf.dispose([x, ...collectTensors(model)])
      },
    )
  })
})
