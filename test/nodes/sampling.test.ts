// Sampling nodes: the closed Sampler, open loops, solvers wired from basic nodes, and inversion.
import { expect, test } from 'vitest'
import { alphaBarAt } from '../../src/engine/process/schedule.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { addFrame } from '../../src/nodes/sampling/sampling.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { closedSampler, openLoop } from './samplingLoop.ts'

const data = [
  node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.1 },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 16, seed: 3 }),
]

/** Sampling loop from x_T to x_0 with one step node. */
const open = (
  step: string,
  params: Record<string, unknown>,
  list: Record<string, unknown> = {},
  xT = 'noise.noise',
) => [
  node(
    'list',
    'Timesteps',
    { schedule: 'schedule.schedule' },
    { num_inference_steps: 10, ...list },
  ),
  ...openLoop(step, params, { xT }),
]

/** Returns the graph with some inputs of one node replaced. */
const rewired = (graph: GraphNode[], id: string, inputs: Record<string, string>) =>
  graph.map((each) =>
    each.id === id ? { ...each, inputs: { ...each.inputs, ...node('', '', inputs).inputs } } : each,
  )

/** Returns the graph with some params of one node replaced. */
const retuned = (graph: GraphNode[], id: string, params: Record<string, unknown>) =>
  graph.map((each) => (each.id === id ? { ...each, params: { ...each.params, ...params } } : each))

const bits = ({ data }: { data: Float32Array }) => [
  ...new Uint32Array(data.buffer, data.byteOffset, data.length),
]

onEachBackend(() => {
  test.each([
    { sampler: 'ddim', step: 'DDIMStep', params: { eta: 0.5, seed: 11 } },
    { sampler: 'ddim', step: 'DDIMStep', params: { clip: 'on', clip_range: 0.8, rederive: false } },
    { sampler: 'ddpm', step: 'DDPMStep', params: { variance: 'fixed_large', seed: 11 } },
  ])(
    'Sampler with $sampler, $params returns the same bits as the open loop',
    async ({ sampler, step, params }) => {
      const closed = closedSampler({ sampler, num_inference_steps: 10, ...params })
      const found = await evaluate([...data, closed, ...open(step, params)], {
        closed: 'sampler.x_0',
        hand: 'end.x_0',
        closedWay: 'sampler.trajectory',
        handWay: 'end.trajectory',
      })
      expect(bits(found.closed.tensor)).toEqual(bits(found.hand.tensor))
      expect(found.closedWay).toEqual(found.handWay)
      expect(found.hand).toMatchObject({
        type: 'samples',
        space: 'point',
        tensor: { shape: [16, 2] },
      })
    },
  )
})

onCpu(() => {
  test('the trajectory contains x_T, x_0 and every step or every n-th step between', async () => {
    const all = await evaluate([...data, ...open('DDIMStep', {})], {
      way: 'end.trajectory',
      x: 'end.x_0',
      noise: 'noise.noise',
    })
    expect([...all.way.t]).toEqual([900, 800, 700, 600, 500, 400, 300, 200, 100, 0, -1])
    expect(all.way.frames[0]).toEqual(all.noise.tensor)
    expect(all.way.frames.at(-1)).toEqual(all.x.tensor)

    const some = await evaluate(
      [...data, ...retuned(open('DDIMStep', {}), 'end', { keep_every: 4 })],
      { way: 'end.trajectory' },
    )
    expect([...some.way.t]).toEqual([900, 500, 100, -1])
    expect(some.way.frames).toEqual([0, 4, 8, 10].map((i) => all.way.frames[i]))
  })

  test('Start outputs the index, the last flag and the timesteps of the iteration', async () => {
    const { index, last, t, t_prev } = await evaluate([...data, ...open('DDIMStep', {})], {
      index: 'start.index',
      last: 'start.last',
      t: 'start.t',
      t_prev: 'start.t_prev',
    })
    expect([index.tensor.data[0], last.tensor.data[0], t.t[0], t_prev.t[0]]).toEqual([9, 1, 0, -1])
  })

  test('a step draws new noise in each iteration, or uses the connected noise', async () => {
    const wired = rewired(open('DDPMStep', { seed: 5 }), 'step', { noise: 'fresh.noise' })
    const fresh = node('fresh', 'GaussianNoise', { like: 'start.x_t' }, { seed: 5 })
    const inside = await evaluate([...data, ...open('DDPMStep', { seed: 5 })], { x: 'end.x_0' })
    const outside = await evaluate([...data, fresh, ...wired], { x: 'end.x_0' })
    expect(outside.x).toEqual(inside.x)
  })

  test('Heun wired from two Predicts and a Mix has order 2, DDIM has order 1', async () => {
    const gaussian = [
      node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'gaussian', std: 0.5 },
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: 64 }),
    ]
    const list = (n: number) => ({ num_inference_steps: n, end: 'smallest' })
    const heun = (n: number) => [
      ...open('DDIMStep', {}, list(n)).filter(({ id }) => id !== 'end'),
      node('again', 'Predict', { model: 'model.model', x_t: 'step.x_prev', t: 'start.t_prev' }),
      node('mean', 'Mix', { a: 'predict.prediction', b: 'again.prediction' }, { w: 0.5 }),
      node('heun', 'DDIMStep', {
        x_t: 'start.x_t',
        prediction: 'mean.mix',
        t: 'start.t',
        t_prev: 'start.t_prev',
        schedule: 'schedule.schedule',
      }),
      node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'heun.x_prev' }),
    ]
    const counts = [10, 20, 40, 80]
    const errorsOf = (graph: (n: number) => GraphNode[]) =>
      Promise.all(counts.map((n) => errorOf([...gaussian, ...graph(n)])))
    const order = (errors: number[]) => Math.log2(errors[0] / errors[3]) / 3
    const second = await errorsOf(heun)
    const first = await errorsOf((n) => open('DDIMStep', {}, list(n)))
    expect(order(second)).toBeGreaterThan(1.8)
    expect(order(first)).toBeGreaterThan(0.8)
    expect(order(first)).toBeLessThan(1.2)
    expect(second[0]).toBeLessThan(first[0] / 4)

    /** Returns the error against the exact solution: x / std(x_t) is constant along the ODE. */
    async function errorOf(graph: GraphNode[]): Promise<number> {
      const seen = await evaluate(graph, {
        x: 'end.x_0',
        xT: 'noise.noise',
        schedule: 'schedule.schedule',
        list: 'list.timesteps',
      })
      const spread = (t: number) => {
        const a = alphaBarAt(seen.schedule.schedule, t)
        return Math.sqrt(0.25 * a + 1 - a)
      }
      const scale = spread(0) / spread(seen.list.t[0])
      return Math.hypot(
        ...seen.x.tensor.data.map((value, i) => value - scale * seen.xT.tensor.data[i]),
      )
    }
  })

  test('inversion with the same timesteps recovers the noise', async () => {
    const list = { num_inference_steps: 200, end: 'smallest' }
    const up = [
      node('flip', 'FlipTimesteps', { timesteps: 'list.timesteps' }),
      node('upStart', 'SamplingStart', { x_T: 'end.x_0', timesteps: 'flip.timesteps' }),
      node('upPredict', 'Predict', { model: 'model.model', x_t: 'upStart.x_t', t: 'upStart.t' }),
      node('upStep', 'DDIMStep', {
        x_t: 'upStart.x_t',
        prediction: 'upPredict.prediction',
        t: 'upStart.t',
        t_prev: 'upStart.t_prev',
        schedule: 'schedule.schedule',
      }),
      node('upEnd', 'SamplingEnd', { loop: 'upStart.loop', x_prev: 'upStep.x_prev' }),
    ]
    const soft = retuned(data, 'model', { std: 0.5 })
    const { back, noise } = await evaluate([...soft, ...open('DDIMStep', {}, list), ...up], {
      back: 'upEnd.x_0',
      noise: 'noise.noise',
    })
    back.tensor.data.forEach((value, i) =>
      expect(Math.abs(value - noise.tensor.data[i])).toBeLessThan(0.1),
    )
  })

  test('image to image returns the data for strength 0, and starts halfway for 0.5', async () => {
    const variation = (strength: number) => [
      ...data,
      node('grid', 'Grid', {}, { count: 4 }),
      ...rewired(open('DDIMStep', {}, {}, 'noised.x_t'), 'start', { timesteps: 'split.rest' }),
      node('split', 'SplitTimesteps', { timesteps: 'list.timesteps' }, { strength }),
      node('noised', 'ForwardNoise', {
        x_0: 'grid.x',
        t: 'split.at',
        noise: 'noise.noise',
        schedule: 'schedule.schedule',
      }),
    ]
    const wanted = { x: 'end.x_0', clean: 'grid.x', way: 'end.trajectory', noised: 'noised.x_t' }
    const none = await evaluate(variation(0), wanted)
    expect(none.x.tensor).toEqual(none.clean.tensor)
    const half = await evaluate(variation(0.5), wanted)
    expect([...half.way.t]).toEqual([400, 300, 200, 100, 0, -1])
    expect(half.way.frames[0]).toEqual(half.noised.tensor)
  })

  test('reports invalid timesteps and shapes at the node that caused them', async () => {
    const loop = (list: Record<string, unknown> = {}) => [...data, ...open('DDPMStep', {}, list)]
    const x = { x: 'end.x_0' }
    await expect(
      evaluate(loop({ num_inference_steps: 2000 }), x),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: list: Expected num_inference_steps to be at most 1000, the number of timesteps there are, got 2000. Lower num_inference_steps to 1000 or less.]`,
    )
    const flip = node('flip', 'FlipTimesteps', { timesteps: 'list.timesteps' })
    const up = [flip, ...rewired(loop(), 'start', { timesteps: 'flip.timesteps' })]
    await expect(evaluate(up, x)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: step.t_prev: Expected a timestep before t = 0, got 100. Choose an earlier t_prev. To step back towards noise (inversion), use DDIMStep with eta = 0.]`,
    )
    const other = [
      node('grid', 'Grid', {}, { count: 3 }),
      ...rewired(loop(), 'end', { x_prev: 'grid.x' }),
    ]
    await expect(evaluate(other, x)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: end.x_prev: Expected the shape of x_t, [16,2], got [9,2]. Connect what a step made of x_t.]`,
    )
    const clean = rewired([...loop(), node('clean', 'Timestep', {}, { t: -1 })], 'predict', {
      t: 'clean.t',
    })
    await expect(evaluate(clean, x)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: predict.t: Expected a timestep with some noise, got t = -1, which is clean data. Set \`end\` of Timesteps to smallest, so that the last t_prev is a timestep of the training.]`,
    )
  })
})

onCpu(() => {
  test('a trajectory is thinned evenly to stay within its memory limit', () => {
    const frame = tf.zeros([10])
    for (const [keepEvery, room] of [
      [1, 5],
      [1, 8],
      [3, 4],
      [1, 1],
    ] as const) {
      let kept = { frames: [frame], t: [0], every: keepEvery as number }
      for (let step = 1; step <= 100; step++) {
        if (step % kept.every === 0) kept = addFrame(kept, frame, step, 40 * room)
        const most = Math.max(2, room)
        expect(kept.frames.length).toBe(kept.t.length)
        expect(kept.t.length).toBeLessThanOrEqual(most)
        // Contains every multiple of `every`, and thus at least half of the frames that fit.
        expect(kept.t).toEqual(
          Array.from({ length: Math.floor(step / kept.every) + 1 }, (_, i) => i * kept.every),
        )
        if (kept.every > keepEvery) expect(kept.t.length).toBeGreaterThanOrEqual(most / 2)
      }
    }
    frame.dispose()
  })
})
