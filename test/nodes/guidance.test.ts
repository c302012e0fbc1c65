// Guidance, mask and inpainting nodes in graphs.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const refusal = (graph: GraphNode[], wire: string): Promise<string> =>
  evaluate(graph, { wire }).then(
    () => 'no refusal',
    (error: Error) => error.message,
  )

const schedule = node(
  'schedule',
  'NoiseSchedule',
  {},
  { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 100 },
)
const at = (t: number) => node('t', 'Timestep', {}, { t })
const noise = (id: string, seed: number, shape = '8, 8, 1', batch_size = 3) =>
  node(id, 'GaussianNoise', {}, { batch_size, shape, seed })
const judge = (params = {}) =>
  node('judge', 'Classifier', {}, { noised: true, block_out_channels: '8, 8', ...params })
const unet = (id = 'unet', params = {}) =>
  node(
    id,
    'UNet',
    {},
    { block_out_channels: '8, 8', norm_num_groups: 4, sample_size: 8, channels: 1, ...params },
  )
const labels = node('labels', 'Labels', {}, { batch_size: 3, label: 1 })

onCpu(() => {
  test('ClassifierGuidedModel equals Predict, ClassGradient and ClassifierGuidance', async () => {
    const graph: GraphNode[] = [
      schedule,
      at(40),
      noise('x', 1),
      judge(),
      unet(),
      labels,
      node(
        'guided',
        'ClassifierGuidedModel',
        { model: 'unet.model', classifier: 'judge.model', schedule: 'schedule.schedule' },
        { scale: 3 },
      ),
      node('inside', 'Predict', {
        model: 'guided.model',
        x_t: 'x.noise',
        t: 't.t',
        condition: 'labels.labels',
      }),
      node('plain', 'Predict', { model: 'unet.model', x_t: 'x.noise', t: 't.t' }),
      node('gradient', 'ClassGradient', {
        classifier: 'judge.model',
        x_t: 'x.noise',
        t: 't.t',
        labels: 'labels.labels',
      }),
      node(
        'byHand',
        'ClassifierGuidance',
        {
          prediction: 'plain.prediction',
          gradient: 'gradient.gradient',
          x_t: 'x.noise',
          t: 't.t',
          schedule: 'schedule.schedule',
        },
        { scale: 3 },
      ),
    ]
    const seen = await evaluate(graph, {
      inside: 'inside.prediction',
      byHand: 'byHand.prediction',
      plain: 'plain.prediction',
    })
    expect(seen.inside.tensor.data).toEqual(seen.byHand.tensor.data)
    expect(seen.inside.tensor.data).not.toEqual(seen.plain.tensor.data)
  })

  test('rejects models and labels that cannot guide', async () => {
    const guided = node('guided', 'ClassifierGuidedModel', {
      model: 'unet.model',
      classifier: 'judge.model',
      schedule: 'schedule.schedule',
    })
    const away = (worse: GraphNode) => [
      unet(),
      worse,
      node('away', 'GuidedModel', { model: 'unet.model', worse: `${worse.id}.model` }),
    ]
    const gradient = node('gradient', 'ClassGradient', {
      classifier: 'judge.model',
      x_t: 'x.noise',
      t: 't.t',
      labels: 'labels.labels',
    })
    expect([
      await refusal([schedule, unet(), judge({ noised: false }), guided], 'guided.model'),
      await refusal([schedule, unet('unet', { sample_size: 16 }), judge(), guided], 'guided.model'),
      await refusal(away(unet('other', { predicts: 'v_prediction' })), 'away.model'),
      await refusal(away(unet('other', { channels: 3 })), 'away.model'),
      await refusal([unet(), node('away', 'GuidedModel', { model: 'unet.model' })], 'away.model'),
      await refusal(
        [
          at(40),
          noise('x', 1),
          judge(),
          { ...labels, params: { batch_size: 3, label: 12, num_classes: 20 } },
          gradient,
        ],
        'gradient.gradient',
      ),
    ]).toMatchInlineSnapshot(`
      [
        "guided.classifier: Expected a classifier of noisy images, with t as an input, got one of clean images. Switch \`noised\` of Classifier on, and train it on the output of ForwardNoise, with t connected to Classify.",
        "guided.classifier: Expected a classifier for items of shape [16,16,1], as in model, got one for [8,8,1]. Make both for the same data.",
        "away.worse: Expected worse to predict epsilon, as model does, got v_prediction. Set \`predicts\` of both to the same, and train them again.",
        "away.worse: Expected a model for items of shape [8,8,1], as in model, got one for [8,8,3]. Make both for the same data.",
        "away.model: Expected a model with classes to guide by, got one without. Set num_classes of the model and train it with labels and LabelDropout, or connect \`worse\`.",
        "gradient.labels: Expected a label of the classifier from 0 to 9, or -1 for none, got 12. Choose a class of the training data of the classifier.",
      ]
    `)
  })

  test('Guidance has no effect below t_low; rescaling restores the variance', async () => {
    const graph: GraphNode[] = [
      at(40),
      noise('x', 1),
      unet('c', { seed: 1 }),
      unet('u', { seed: 2 }),
      ...['c', 'u'].map((id) =>
        node(`${id}Said`, 'Predict', { model: `${id}.model`, x_t: 'x.noise', t: 't.t' }),
      ),
      ...Object.entries({ all: {}, out: { t_low: 50 }, rescaled: { rescale: 1 } }).map(
        ([id, params]) =>
          node(
            id,
            'Guidance',
            { conditional: 'cSaid.prediction', unconditional: 'uSaid.prediction', t: 't.t' },
            { scale: 5, ...params },
          ),
      ),
    ]
    const seen = await evaluate(graph, {
      c: 'cSaid.prediction',
      u: 'uSaid.prediction',
      all: 'all.prediction',
      out: 'out.prediction',
      rescaled: 'rescaled.prediction',
    })
    const spread = (data: Float32Array) => {
      const item = data.slice(0, 64)
      const mean = item.reduce((sum, value) => sum + value, 0) / 64
      return item.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    }
    const [c, u] = [seen.c.tensor.data, seen.u.tensor.data]
    seen.all.tensor.data.forEach((value, i) =>
      expect(value).toBeCloseTo(u[i] + 5 * (c[i] - u[i]), 4),
    )
    seen.out.tensor.data.forEach((value, i) => expect(value).toBeCloseTo(c[i], 5))
    expect(spread(seen.rescaled.tensor.data) / spread(c)).toBeCloseTo(1, 4)
  })

  test('a painted mask marks what was painted; without a drawing it is a fault', async () => {
    const paint = (params: Record<string, unknown>) =>
      evaluate(
        [
          node('image', 'GaussianNoise', {}, { batch_size: 2, shape: '4, 4, 3' }),
          node('mask', 'Mask', { like: 'image.noise' }, { shape: 'painted', ...params }),
        ],
        { mask: 'mask.mask' },
      )
    const drawing = [
      [-1.9, 1.9],
      [0, 0],
    ]
    const { mask } = await paint({ drawing, brush: 0.2 })
    expect(mask.tensor).toEqual({
      shape: [1, 4, 4, 1],
      data: Float32Array.of(1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0),
    })
    await expect(paint({})).rejects.toMatchObject({
      faults: [
        {
          node: 'mask',
          param: 'drawing',
          message: 'Expected a painted mask, got an empty one.',
          cure: 'Paint on the node, or choose another shape.',
        },
      ],
    })
  })

  test('inpainting preserves the known region and changes the rest', async () => {
    const loop = (step: string): GraphNode[] => [
      schedule,
      noise('x_T', 1),
      noise('known', 2),
      unet(),
      node('mask', 'Mask', { like: 'known.noise' }, { shape: 'left', size: 0.5 }),
      node(
        'list',
        'Timesteps',
        { schedule: 'schedule.schedule' },
        { num_inference_steps: 8, timestep_spacing: 'trailing' },
      ),
      node(
        'way',
        'RePaintTimesteps',
        { timesteps: 'list.timesteps' },
        { jump_length: 2, jump_n_sample: 2 },
      ),
      node('start', 'SamplingStart', {
        x_T: 'x_T.noise',
        timesteps: step === 'RePaintStep' ? 'way.timesteps' : 'list.timesteps',
      }),
      node('end', 'SamplingEnd', {
        loop: 'start.loop',
        x_prev: step === 'RePaintStep' ? 'step.x_prev' : 'mix.mix',
      }),
    ]
    const wires = {
      x_t: 'start.x_t',
      t: 'start.t',
      t_prev: 'start.t_prev',
      schedule: 'schedule.schedule',
    }
    const repaint = [
      ...loop('RePaintStep'),
      node('step', 'RePaintStep', {
        ...wires,
        model: 'unet.model',
        x_0: 'known.noise',
        mask: 'mask.mask',
      }),
    ]
    const plain = [
      ...loop('DDIMStep'),
      node('predict', 'Predict', { model: 'unet.model', x_t: 'start.x_t', t: 'start.t' }),
      node('step', 'DDIMStep', { ...wires, prediction: 'predict.prediction' }),
      node('fresh', 'GaussianNoise', { like: 'start.x_t' }, { seed: 9 }),
      node('noised', 'ForwardNoise', {
        x_0: 'known.noise',
        t: 'start.t_prev',
        noise: 'fresh.noise',
        schedule: 'schedule.schedule',
      }),
      node('mix', 'Mix', { a: 'step.x_prev', b: 'noised.x_t', weight: 'mask.mask' }),
    ]
    for (const graph of [repaint, plain]) {
      const seen = await evaluate(graph, { x: 'end.x_0', known: 'known.noise' })
      const same = Array.from(
        seen.x.tensor.data,
        (value, i) => Math.abs(value - seen.known.tensor.data[i]) < 1e-5,
      )
      expect(same.filter((_, i) => i % 8 < 4).every(Boolean)).toBe(true)
      expect(same.filter((_, i) => i % 8 >= 4).some(Boolean)).toBe(false)
    }
  })

  test('Interpolate outputs a row per pair that includes both ends', async () => {
    const graph = [
      noise('a', 1, '2', 2),
      noise('b', 2, '2', 2),
      node('between', 'Interpolate', { a: 'a.noise', b: 'b.noise' }, { count: 3 }),
    ]
    const { between, a, b } = await evaluate(graph, {
      between: 'between.between',
      a: 'a.noise',
      b: 'b.noise',
    })
    expect(between.type).toBe('noise')
    expect(between.tensor.shape).toEqual([6, 2])
    const item = (of: typeof a, i: number) => Array.from(of.tensor.data.subarray(2 * i, 2 * i + 2))
    for (const [row, from, i] of [
      [0, a, 0],
      [2, b, 0],
      [3, a, 1],
      [5, b, 1],
    ] as const) {
      item(between, row).forEach((value, k) => expect(value).toBeCloseTo(item(from, i)[k], 5))
    }
  })

  test('projected guidance equals Guidance at momentum 0 and keeps momentum in loops', async () => {
    const graph = (guide: GraphNode): GraphNode[] => [
      schedule,
      noise('x_T', 1),
      unet('c', { seed: 1 }),
      unet('u', { seed: 2 }),
      node(
        'list',
        'Timesteps',
        { schedule: 'schedule.schedule' },
        { num_inference_steps: 4, timestep_spacing: 'trailing' },
      ),
      node('start', 'SamplingStart', { x_T: 'x_T.noise', timesteps: 'list.timesteps' }),
      ...['c', 'u'].map((id) =>
        node(`${id}Said`, 'Predict', { model: `${id}.model`, x_t: 'start.x_t', t: 'start.t' }),
      ),
      guide,
      node(
        'step',
        'DDIMStep',
        {
          x_t: 'start.x_t',
          prediction: 'guide.prediction',
          t: 'start.t',
          t_prev: 'start.t_prev',
          schedule: 'schedule.schedule',
        },
        { clip: 'on' },
      ),
      node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'step.x_prev' }),
    ]
    const both = { conditional: 'cSaid.prediction', unconditional: 'uSaid.prediction' }
    const project = (params: object) =>
      node(
        'guide',
        'AdaptiveProjectedGuidance',
        { ...both, x_t: 'start.x_t', t: 'start.t', schedule: 'schedule.schedule' },
        { scale: 2, eta: 1, ...params },
      )
    const x = async (guide: GraphNode) =>
      (await evaluate(graph(guide), { x: 'end.x_0' })).x.tensor.data
    const plain = await x(node('guide', 'Guidance', both, { scale: 2 }))
    ;(await x(project({}))).forEach((value, i) => expect(value).toBeCloseTo(plain[i], 3))
    const remembered = await x(project({ momentum: -0.5 }))
    expect(remembered.some((value, i) => Math.abs(value - plain[i]) > 1e-2)).toBe(true)
  })
})
