// Nodes for learned variance and likelihood in complete graphs.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { eightCenters } from '../../src/engine/datasets/points.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { fullTest } from '../families.ts'

type Read = { tensor: { data: Float32Array } }
const numberOf = (value: unknown) => (value as Read).tensor.data[0]

const exact = (
  schedule: Record<string, unknown> = { beta_schedule: 'linear_openai', num_train_timesteps: 200 },
): GraphNode[] => [
  node('schedule', 'NoiseSchedule', {}, schedule),
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.4 },
  ),
  node('points', 'Points', {}, { distribution: 'eight_gaussians', count: 1024, seed: 3 }),
  node('batch', 'Batch', { dataset: 'points.dataset' }, { batch_size: 1024 }),
]
const from = { model: 'model.model', x_0: 'batch.x_0', schedule: 'schedule.schedule' }

/** Graph that trains an MLP with a learned variance for a few steps with the given loss node. */
const learning = (loss: GraphNode, mlp: Record<string, unknown> = {}): GraphNode[] => [
  node('points', 'Points', {}, { distribution: 'eight_gaussians', count: 64, seed: 1 }),
  node(
    'schedule',
    'NoiseSchedule',
    {},
    { num_train_timesteps: 50, beta_schedule: 'linear_openai' },
  ),
  node(
    'mlp',
    'MLP',
    {},
    {
      hidden: 16,
      layers: 1,
      time_embedding_dim: 8,
      fourier_features: 1,
      learned_variance: 'learned_range',
      seed: 2,
      ...mlp,
    },
  ),
  node('optimizer', 'Optimizer', {}, { lr: 0.01 }),
  node(
    'start',
    'TrainingStart',
    { model: 'mlp.model', dataset: 'points.dataset', optimizer: 'optimizer.optimizer' },
    { steps: 30, batch_size: 32 },
  ),
  node('t', 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }, { seed: 4 }),
  node('noise', 'GaussianNoise', { like: 'start.x_0' }, { seed: 5 }),
  node('forward', 'ForwardNoise', {
    x_0: 'start.x_0',
    t: 't.t',
    noise: 'noise.noise',
    schedule: 'schedule.schedule',
  }),
  node('predict', 'Predict', { model: 'start.model', x_t: 'forward.x_t', t: 't.t' }),
  node('target', 'Target', {
    model: 'start.model',
    x_0: 'start.x_0',
    noise: 'noise.noise',
    t: 't.t',
    schedule: 'schedule.schedule',
  }),
  loss,
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
]
const bound = {
  prediction: 'predict.prediction',
  x_0: 'start.x_0',
  x_t: 'forward.x_t',
  t: 't.t',
  schedule: 'schedule.schedule',
}
const hybrid = (params: Record<string, unknown> = {}) =>
  node('loss', 'HybridLoss', { ...bound, target: 'target.target' }, params)
const vlb = (params: Record<string, unknown> = {}) => node('loss', 'VLBLoss', bound, params)

onCpu(() => {
  fullTest(
    'the variational bound and the ODE agree with the exact likelihood of points',
    async () => {
      const { vlb, ode, prior, terms, x_0 } = await evaluate(
        [
          ...exact(),
          node('vlb', 'BitsPerDim', from, { variance: 'fixed_large' }),
          node('ode', 'BitsPerDim', from, { method: 'ode', num_inference_steps: 40 }),
        ],
        {
          vlb: 'vlb.bits_per_dim',
          ode: 'ode.bits_per_dim',
          terms: 'vlb.terms',
          x_0: 'batch.x_0',
          prior: 'ode.prior',
        },
      )
      const points = (x_0 as unknown as Read).tensor.data
      let truth = 0
      for (let i = 0; i < 1024; i++)
        truth -= Math.log2(density(points[2 * i], points[2 * i + 1])) / 2048
      expect(Math.abs(numberOf(ode) - truth)).toBeLessThan(0.05 * truth)
      expect(Math.abs(numberOf(vlb) - truth)).toBeLessThan(0.05 * truth)
      expect(Number.isFinite(numberOf(prior))).toBe(true)
      expect((terms as unknown as { losses: unknown[] }).losses).toHaveLength(200)
    },
  )

  test('BitsPerDim and the open likelihood loop return identical values', async () => {
    const { closed, open } = await evaluate(
      [
        ...exact({ beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 10 }),
        node('closed', 'BitsPerDim', from, { seed: 7 }),
        node('start', 'LikelihoodStart', { x_0: 'batch.x_0', schedule: 'schedule.schedule' }),
        node('noise', 'GaussianNoise', { like: 'start.x_0' }, { seed: 7 }),
        node('forward', 'ForwardNoise', {
          x_0: 'start.x_0',
          t: 'start.t',
          noise: 'noise.noise',
          schedule: 'schedule.schedule',
        }),
        node('predict', 'Predict', { model: 'model.model', x_t: 'forward.x_t', t: 'start.t' }),
        node('term', 'VLBLoss', { ...bound, t: 'start.t', t_prev: 'start.t_prev' }),
        node('end', 'LikelihoodEnd', { loop: 'start.loop', bits: 'term.term' }),
      ],
      { closed: 'closed.bits_per_dim', open: 'end.bits_per_dim' },
    )
    expect(numberOf(open)).toBe(numberOf(closed))
  })

  test('averages over all items in batches, and passes each item its own label', async () => {
    // The data serve as noise, so that the result is deterministic.
    const bound = (id: string, batch_size: number): GraphNode[] => {
      const at = { t: `${id}.t`, schedule: 'schedule.schedule' }
      return [
        node(
          id,
          'LikelihoodStart',
          { x_0: 'batch.x_0', schedule: 'schedule.schedule', condition: 'batch.labels' },
          { batch_size },
        ),
        node(`${id} x_t`, 'ForwardNoise', { x_0: `${id}.x_0`, noise: `${id}.x_0`, ...at }),
        node(`${id} said`, 'Predict', {
          model: 'model.model',
          x_t: `${id} x_t.x_t`,
          t: `${id}.t`,
          condition: `${id}.condition`,
        }),
        node(`${id} term`, 'VLBLoss', {
          prediction: `${id} said.prediction`,
          x_0: `${id}.x_0`,
          x_t: `${id} x_t.x_t`,
          ...at,
        }),
        node(`${id} end`, 'LikelihoodEnd', { loop: `${id}.loop`, bits: `${id} term.term` }),
      ]
    }
    const ode = (id: string, batch_size: number): GraphNode[] => [
      node(
        id,
        'LikelihoodStart',
        {
          x_0: 'batch.x_0',
          schedule: 'schedule.schedule',
          timesteps: 'up.timesteps',
          condition: 'batch.labels',
        },
        { batch_size },
      ),
      node(`${id} step`, 'LikelihoodStep', {
        model: 'model.model',
        condition: `${id}.condition`,
        x_t: `${id}.x_t`,
        t: `${id}.t`,
        t_prev: `${id}.t_prev`,
        schedule: 'schedule.schedule',
      }),
      node(`${id} end`, 'LikelihoodEnd', {
        loop: `${id}.loop`,
        bits: `${id} step.bits`,
        x_next: `${id} step.x_next`,
      }),
    ]
    const small = exact({ beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 6 }).map(
      (each) => (each.id === 'batch' ? { ...each, params: { batch_size: 7 } } : each),
    )
    const found = await evaluate(
      [
        ...small,
        node(
          'down',
          'Timesteps',
          { schedule: 'schedule.schedule' },
          { num_inference_steps: 3, end: 'smallest' },
        ),
        node('up', 'FlipTimesteps', { timesteps: 'down.timesteps' }),
        ...bound('whole', 0),
        ...bound('parts', 3),
        ...ode('way', 7),
        ...ode('ways', 3),
      ],
      {
        whole: 'whole end.bits_per_dim',
        parts: 'parts end.bits_per_dim',
        wholeTerms: 'whole end.terms',
        partTerms: 'parts end.terms',
        way: 'way end.x_T',
        ways: 'ways end.x_T',
        wayPrior: 'way end.prior',
        waysPrior: 'ways end.prior',
      },
    )
    expect(numberOf(found.parts) / numberOf(found.whole)).toBeCloseTo(1, 5)
    const [whole, parts] = [found.wholeTerms, found.partTerms] as unknown as {
      losses: { data: Float32Array }[]
      t: Float64Array
    }[]
    expect([...parts.t]).toEqual([5, 4, 3, 2, 1, 0])
    whole.losses.forEach(({ data }, i) =>
      expect(parts.losses[i].data[0] / data[0]).toBeCloseTo(1, 4),
    )
    expect([...found.ways.tensor.data]).toEqual([...found.way.tensor.data])
    expect(numberOf(found.waysPrior) / numberOf(found.wayPrior)).toBeCloseTo(1, 5)
  })

  test('a term of the bound is the KL of Posterior and ReverseProcess', async () => {
    const at = { x_t: 'forward.x_t', t: 't.t', schedule: 'schedule.schedule' }
    const { kl, term, nats } = await evaluate(
      [
        ...exact(),
        node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 60 }),
        node('noise', 'GaussianNoise', { like: 'batch.x_0' }, { seed: 2 }),
        node('forward', 'ForwardNoise', {
          x_0: 'batch.x_0',
          noise: 'noise.noise',
          t: 't.t',
          schedule: 'schedule.schedule',
        }),
        node('predict', 'Predict', { model: 'model.model', x_t: 'forward.x_t', t: 't.t' }),
        node('q', 'Posterior', { x_0: 'batch.x_0', ...at }),
        node(
          'p',
          'ReverseProcess',
          { prediction: 'predict.prediction', ...at },
          { variance: 'fixed_large' },
        ),
        node('kl', 'KL', {
          mean_q: 'q.mean',
          variance_q: 'q.variance',
          mean_p: 'p.mean',
          variance_p: 'p.variance',
        }),
        node(
          'nats',
          'KL',
          {
            mean_q: 'q.mean',
            variance_q: 'q.variance',
            mean_p: 'p.mean',
            variance_p: 'p.variance',
          },
          { unit: 'nats' },
        ),
        node(
          'term',
          'VLBLoss',
          { prediction: 'predict.prediction', x_0: 'batch.x_0', ...at },
          { variance: 'fixed_large' },
        ),
      ],
      { kl: 'kl.kl', term: 'term.term', nats: 'nats.kl' },
    )
    expect(numberOf(kl) / numberOf(term)).toBeCloseTo(1, 4)
    expect(numberOf(nats)).toBeCloseTo(numberOf(kl) * Math.LN2, 5)
  })

  test('training a learned variance lowers the bits per dimension', async () => {
    const model = async (loss: GraphNode) =>
      evaluate(
        [
          ...learning(loss),
          node('batch', 'Batch', { dataset: 'points.dataset' }, { batch_size: 64 }),
          node('before', 'BitsPerDim', { ...from, model: 'mlp.model' }, { variance: 'learned' }),
          node('after', 'BitsPerDim', { ...from, model: 'end.model' }, { variance: 'learned' }),
        ],
        { before: 'before.bits_per_dim', after: 'after.bits_per_dim' },
      )
    for (const loss of [hybrid({ vlb_weight: 0.02 }), vlb({ variance: 'learned' })]) {
      const { before, after } = await model(loss)
      expect(numberOf(after)).toBeLessThan(numberOf(before))
    }
  })

  test('Dequantize adds noise to pixels and returns points unchanged', async () => {
    const { pixels, moved, points, same } = await evaluate(
      [
        node('digits', 'GaussianNoise', {}, { shape: '2, 2, 1', batch_size: 3 }),
        node('moved', 'Dequantize', { x: 'digits.noise' }, { levels: 3, seed: 1 }),
        node('points', 'GaussianNoise', {}, { shape: '2', batch_size: 3 }),
        node('same', 'Dequantize', { x: 'points.noise' }, { levels: 3 }),
      ],
      { pixels: 'digits.noise', moved: 'moved.x', points: 'points.noise', same: 'same.x' },
    )
    const data = (value: unknown) => [...(value as Read).tensor.data]
    expect(data(same)).toEqual(data(points))
    expect(data(moved)).not.toEqual(data(pixels))
    data(moved).forEach((value, i) =>
      expect(Math.abs(value - data(pixels)[i])).toBeLessThanOrEqual(0.5),
    )
  })

  test('rejects invalid models, schedules and conditions, with a cure', async () => {
    const refusal = (graph: GraphNode[], wanted: string) =>
      evaluate(graph, { wanted }).then(
        () => 'nothing was refused',
        (error: Error) => error.message,
      )
    const asFlow = (each: GraphNode) =>
      each.id === 'schedule' ? node('schedule', 'FlowSchedule') : each
    const flow = learning(hybrid()).map(asFlow)
    expect([
      await refusal(learning(hybrid(), { learned_variance: 'none' }), 'end.model'),
      await refusal(
        learning(vlb({ variance: 'learned' }), { learned_variance: 'none' }),
        'end.model',
      ),
      await refusal(flow, 'end.model'),
      await refusal(
        [...exact().map(asFlow), node('bits', 'BitsPerDim', from)],
        'bits.bits_per_dim',
      ),
      await refusal(
        [
          ...exact(),
          node('labels', 'Labels', {}, { batch_size: 5, num_classes: 8 }),
          node('bits', 'BitsPerDim', { ...from, condition: 'labels.labels' }),
        ],
        'bits.bits_per_dim',
      ),
    ]).toMatchInlineSnapshot(`
      [
        "loss.prediction: Expected a model with a learned variance (two outputs per value), got one output per value. Set learned_variance of UNet or MLP to learned_range and train it, or choose a fixed variance.",
        "loss.prediction: Expected a model with a learned variance (two outputs per value), got one output per value. Set learned_variance of UNet or MLP to learned_range and train it, or choose a fixed variance.",
        "loss.schedule: Expected a schedule with discrete timesteps, each with its β, got "flow", whose time is continuous. Connect a NoiseSchedule, such as squaredcos_cap_v2.",
        "bits.schedule: Expected a schedule with discrete timesteps, each with its β, got "flow", whose time is continuous. Connect a NoiseSchedule, such as squaredcos_cap_v2.",
        "bits.condition: Expected a condition for each item, [1024], or one for all, got [5]. Take condition and x_0 from the same Batch.",
      ]
    `)
  })
})

const centers = eightCenters()

function density(x: number, y: number): number {
  const variance = 0.4 ** 2
  const each = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => {
    const square = (x - centers[2 * k]) ** 2 + (y - centers[2 * k + 1]) ** 2
    return Math.exp(-square / (2 * variance)) / (2 * Math.PI * variance)
  })
  return each.reduce((sum, value) => sum + value, 0) / 8
}
