// Solver nodes: the closed Sampler and open loops on every backend, rejected params, and finite
// results for all combinations of params.
import { describe, expect, test } from 'vitest'
import { exactModel } from '../../src/engine/models/kinds/exact/exact.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { Param } from '../../src/engine/plan/op.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import type { Schedule } from '../../src/engine/process/schedule.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { StepOp } from '../../src/nodes/sampling/defineStep.ts'
import * as steps from '../../src/nodes/sampling/steps/index.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { closedSampler, openLoop } from './samplingLoop.ts'

const data = (mixture = 'eight_gaussians', beta_schedule = 'squaredcos_cap_v2') => [
  node('schedule', 'NoiseSchedule', {}, { beta_schedule }),
  node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture, std: 0.3 }),
  node('noise', 'GaussianNoise', {}, { batch_size: 8, seed: 3 }),
]

const sampler = (params: Record<string, unknown>) =>
  closedSampler({ num_inference_steps: 5, seed: 5, ...params })

const byHand = (
  step: string,
  params: Record<string, unknown>,
  list: Record<string, unknown> = {},
) => [
  node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 5, ...list }),
  ...openLoop(step, params, { asks: step === 'PNDMStep' }),
]

const choices = [
  { name: 'dpmpp_2m', step: 'DPMSolverMultistepStep', own: {} },
  { name: 'dpmpp_3m', step: 'DPMSolverMultistepStep', own: { solver_order: 3 } },
  { name: 'dpm_solver', step: 'DPMSolverMultistepStep', own: { algorithm_type: 'dpmsolver' } },
  { name: 'dpmpp_2s', step: 'DPMSolverSinglestepStep', own: {} },
  { name: 'dpmpp_3s', step: 'DPMSolverSinglestepStep', own: { solver_order: 3 } },
  { name: 'unipc', step: 'UniPCStep', own: {} },
  { name: 'deis', step: 'DEISStep', own: {} },
  { name: 'sa_solver', step: 'SASolverStep', own: { seed: 5 } },
  { name: 'pndm', step: 'PNDMStep', own: {} },
  { name: 'ipndm', step: 'IPNDMStep', own: {} },
]

/** Results of the cpu backend by solver, as the reference for the other backends. */
const onPlain = new Map<string, Float32Array>()

onEachBackend((backend) => {
  test.each(choices)(
    '$name is identical in Sampler and the open loop, and similar on all backends',
    async ({ name, step, own }) => {
      const { a, b } = await evaluate(
        [...data(), sampler({ sampler: name }), ...byHand(step, own)],
        {
          a: 'sampler.x_0',
          b: 'end.x_0',
        },
      )
      expect(a).toEqual(b)
      if (backend === 'cpu') onPlain.set(name, a.tensor.data)
      const plain = onPlain.get(name) ?? a.tensor.data
      plain.forEach((value, i) => expect(a.tensor.data[i]).toBeCloseTo(value, 3))
    },
  )
})

onCpu(() => {
  test('deterministic solvers have less than half the error of Euler', async () => {
    const at = async (params: Record<string, unknown>) =>
      (
        await evaluate(
          [...data('gaussian', 'linear'), sampler({ sigmas: 'exponential', ...params })],
          { x: 'sampler.x_0' },
        )
      ).x.tensor.data
    const fine = await at({ sampler: 'heun', num_inference_steps: 100 })
    const away = (x: Float32Array) => Math.hypot(...x.map((value, i) => value - fine[i]))
    const euler = away(await at({ sampler: 'euler', num_inference_steps: 20 }))
    for (const { name } of choices.filter(({ name }) => name !== 'sa_solver')) {
      const solver = away(await at({ sampler: name, num_inference_steps: 20 }))
      expect(solver, name).toBeLessThan(euler / 2)
    }
    // With tau = 0, SA-Solver solves the same ODE.
    expect(
      away(await at({ sampler: 'sa_solver', tau: 0, num_inference_steps: 20 })),
      'sa_solver',
    ).toBeLessThan(euler / 2)
  })

  test('rejects invalid combinations before the run or at the first step', async () => {
    const run = (
      step: string,
      params: Record<string, unknown>,
      list = {},
      way = 'list.timesteps',
    ) => {
      const others = [
        node('flip', 'FlipTimesteps', { timesteps: 'list.timesteps' }),
        node('split', 'SplitTimesteps', { timesteps: 'list.timesteps' }),
      ]
      const loop = byHand(step, params, list).map((each) =>
        each.id === 'start'
          ? node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: way })
          : each,
      )
      return expect(evaluate([...data(), ...loop, ...others], { x: 'end.x_0' }))
    }
    await run('UniPCStep', { solver_type: 'bh1' }).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: step: Expected a list of timesteps that ends at some noise for bh1, got clean data, where its B(h) = h is infinite. Set solver_type to bh2, or \`end\` of Timesteps to smallest.]`,
    )
    const found = tryCompile(
      { nodes: [...data(), ...byHand('UniPCStep', { solver_type: 'bh1' })] },
      ['end'],
      opTable(nodes),
    )
    expect(found.faults).toMatchObject([{ node: 'step', param: 'solver_type' }])
    // Timesteps from another node are known only when the loop starts.
    await run('UniPCStep', { solver_type: 'bh1' }, {}, 'split.rest').rejects.toThrow(
      'where its B(h) = h is infinite',
    )
    await run('UniPCStep', { solver_type: 'bh1' }, { end: 'smallest' }).resolves.toBeDefined()
    await run(
      'DPMSolverMultistepStep',
      { algorithm_type: 'sde-dpmsolver++' },
      {},
      'flip.timesteps',
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: step.t_prev: Expected a timestep before t = 0, got 200: no fresh noise is added on the way to noise. Use a solver without fresh noise, or Timesteps that descend.]`,
    )
    await run('DPMSolverMultistepStep', {}, {}, 'flip.timesteps').resolves.toBeDefined()
  })
})

// ---- every combination of params, with timesteps that start without signal, end without noise,
// repeat or reverse

const flow: Schedule = { kind: 'flow', name: 'flow', T: 1000 }

const ways = {
  'from pure noise to clean data': [1000, 800, 600, 300, 100, -1],
  'in one step': [1000, -1],
  'with repeated timesteps': [900, 600, 600, 600, 300, -1],
  'up to more noise and down again': [900, 600, 300, 600, 900, 300, -1],
  'up to pure noise': [100, 400, 700, 1000],
}

/** Returns all values of a param that selects a variant of the solver, otherwise its default. */
function valuesOf(name: string, param: Param): unknown[] {
  if (name in { clip: 0, combines: 0 }) return [param.default]
  if (param.kind === 'choice') return [...param.choices]
  if (param.kind === 'boolean') return [false, true]
  if (name === 'tau') return [0, 1]
  return name.endsWith('order') ? [1, 3] : [param.default]
}

function combinationsOf({ params }: StepOp): Record<string, unknown>[] {
  return Object.entries(params).reduce<Record<string, unknown>[]>(
    (all, [name, param]) =>
      all.flatMap((so) => valuesOf(name, param).map((value) => ({ ...so, [name]: value }))),
    [{}],
  )
}

const solvers = [...new Set(choices.map(({ step }) => `diffusion/${step}`))].map((type) =>
  Object.values(steps as Record<string, StepOp>).find((op) => op.type === type)!,
)

/** Returns the expected error of a combination for these timesteps, or undefined if it is valid. */
function hindrance(
  { type }: StepOp,
  params: Record<string, unknown>,
  way: number[],
): string | undefined {
  const algorithm = String(params.algorithm_type ?? '')
  const ofNoise =
    type.endsWith('DEISStep') ||
    params.predict_x0 === false ||
    /^(sde-)?dpmsolver$|^noise/.test(algorithm)
  if (params.solver_type === 'bh1' && way.at(-1) === -1)
    return 'Expected a list of timesteps that ends at some noise'
  if (ofNoise && way[0] === 1000) return 'Expected a t with some signal'
  const goesUp = way.some((t, i) => i > 0 && t > way[i - 1])
  return goesUp && (algorithm.startsWith('sde-') || params.tau === 1)
    ? 'no fresh noise is added on the way to noise'
    : undefined
}

onCpu(() => {
  describe.each(Object.entries(ways))('%s', (_, way) => {
    test.each(solvers)('$title returns finite numbers or the expected error', (op) => {
      tf.tidy(() => {
        const model = exactModel(
          Float32Array.of(-1, 1),
          { dim: 1, std: 0.2, num_classes: 0, schedule: flow },
          'v_prediction',
        )
        for (const params of combinationsOf(op)) {
          const why = hindrance(op, params, way)
          const said = JSON.stringify(params)
          if (why) expect(() => walk(op, params, way, model), said).toThrow(why)
          else expect(walk(op, params, way, model).every(Number.isFinite), said).toBe(true)
        }
      })
    })
  })
})

/** Runs a step node along the timesteps and returns the numbers of all results. */
function walk(
  op: StepOp,
  params: Record<string, unknown>,
  way: number[],
  model: ReturnType<typeof exactModel>,
): number[] {
  const timestep = (t: number) => ({ type: 'timestep' as const, t: Float64Array.of(t) })
  const run = op.run as unknown as (...given: unknown[]) => {
    outputs: { x_prev: { tensor: ReturnType<typeof tf.tensor2d> } }
    state: unknown
  }
  let [x, state] = [tf.tensor2d([0.3, -1.2], [2, 1]), undefined as unknown]
  return way.slice(1).flatMap((to, index) => {
    const from = timestep(way[index])
    const prediction = {
      type: 'prediction',
      space: 'point',
      predicts: 'flow_prediction',
      tensor: x.mul(0.5).add(0.1),
    }
    const given = {
      x_t: { type: 'samples', space: 'point', tensor: x },
      model,
      prediction,
      t_prev: timestep(to),
    }
    const t = { ...from, place: { index, count: way.length - 1, endsClean: way.at(-1) === -1 } }
    const schedule = { type: 'schedule', schedule: flow }
    const made = run(
      { ...given, t, schedule },
      params,
      { random: createRandom(1), prepared: undefined },
      state,
    )
    x = made.outputs.x_prev.tensor
    state = made.state
    return [...x.dataSync()]
  })
}
