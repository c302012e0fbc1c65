// Nodes of the diffusion process and tools: shapes, seeds, defaults and rejected inputs.
import { describe, expect, test } from 'vitest'
import { tf } from '../../src/engine/base/tf.ts'
import { stopGradient } from '../../src/engine/gradients/stopGradient.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const schedule = node(
  'schedule',
  'NoiseSchedule',
  {},
  { num_train_timesteps: 100, beta_schedule: 'linear_openai' },
)
const grid = node('grid', 'Grid', {}, { count: 3, extent: 1 })
const clouds = node('noise', 'GaussianNoise', { like: 'grid.x' })
const numbers = (value: { tensor: { data: Float32Array } }) => [...value.tensor.data]

test('the node table is sorted by type without duplicates', () => {
  const types = nodes.map(({ type }) => type)
  expect(types).toEqual(
    [...new Set(types)].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' })),
  )
})

onEachBackend(() => {
  test('stopGradient blocks the gradient of its input only', async () => {
    const x = tf.tensor1d([1, 2, 3])
    const beside = tf.grad((x) => x.mul(stopGradient(x)).sum())(x)
    expect([...(await beside.data())]).toEqual([1, 2, 3])
    const behind = tf.engine().gradients(() => stopGradient(x).square().sum(), [x], undefined, true)
    expect(behind.grads.map((gradient) => gradient ?? 'none')).toEqual(['none'])
    const same = stopGradient(x)
    x.dispose()
    expect([...(await same.data())]).toEqual([1, 2, 3])
    tf.dispose([same, beside, behind.value])
  })
})

onCpu(() => {
  describe('GaussianNoise', () => {
    test('has the shape of the connected value, or of its params', async () => {
      const graph = [
        grid,
        clouds,
        node('image', 'GaussianNoise', {}, { batch_size: 2, shape: '4x6x3' }),
        node('more', 'GaussianNoise', { like: 'image.noise' }, { batch_size: 5 }),
      ]
      const { point, image, more } = await evaluate(graph, {
        point: 'noise.noise',
        image: 'image.noise',
        more: 'more.noise',
      })
      expect(point).toMatchObject({ type: 'noise', space: 'point', tensor: { shape: [9, 2] } })
      expect(image).toMatchObject({ space: 'image', tensor: { shape: [2, 4, 6, 3] } })
      expect(more).toMatchObject({ space: 'image', tensor: { shape: [5, 4, 6, 3] } })
    })

    test('draws equal noise from equal seeds, regardless of the batch size', async () => {
      const graph = [
        node('few', 'GaussianNoise', {}, { batch_size: 16, seed: 4 }),
        node('many', 'GaussianNoise', {}, { batch_size: 64, seed: 4 }),
        node('other', 'GaussianNoise', {}, { batch_size: 16, seed: 5 }),
      ]
      const { few, many, other } = await evaluate(graph, {
        few: 'few.noise',
        many: 'many.noise',
        other: 'other.noise',
      })
      expect(numbers(many).slice(0, 32)).toEqual(numbers(few))
      expect(numbers(other)).not.toEqual(numbers(few))
    })

    test('with an offset adds one random number to each channel of each image', async () => {
      const graph = [
        node('plain', 'GaussianNoise', {}, { batch_size: 500, shape: '2, 3, 2', seed: 4 }),
        node(
          'moved',
          'GaussianNoise',
          {},
          { batch_size: 500, shape: '2, 3, 2', seed: 4, noise_offset: 0.1 },
        ),
      ]
      const { plain, moved } = await evaluate(graph, { plain: 'plain.noise', moved: 'moved.noise' })
      const offsets = numbers(moved).map((value, i) => value - numbers(plain)[i])
      // Images have 6 pixels of 2 channels: the stride of a pixel is 2, that of an image is 12.
      offsets.forEach((offset, i) =>
        expect(offset).toBeCloseTo(offsets[12 * Math.floor(i / 12) + (i % 2)], 5),
      )
      const each = offsets.filter((_, i) => i % 12 < 2)
      const deviation = Math.hypot(...each) / Math.sqrt(each.length)
      expect(Math.abs(deviation - 0.1)).toBeLessThan(0.01)
      const points = node('points', 'GaussianNoise', {}, { batch_size: 2, noise_offset: 0.1 })
      await expect(evaluate([points], { x: 'points.noise' })).rejects.toThrow(
        'Expected images [b, h, w, c] for an offset per channel, got [2,2]. Set noise_offset to 0.',
      )
    })

    test('after InputPerturbation has variance 1 + gamma², from an independent term', async () => {
      const graph = [
        node('noise', 'GaussianNoise', {}, { batch_size: 5000, seed: 4 }),
        node('more', 'InputPerturbation', { noise: 'noise.noise' }, { gamma: 0.5, seed: 5 }),
        node('none', 'InputPerturbation', { noise: 'noise.noise' }, { gamma: 0, seed: 5 }),
      ]
      const { noise, more, none } = await evaluate(graph, {
        noise: 'noise.noise',
        more: 'more.perturbed',
        none: 'none.perturbed',
      })
      expect(more).toMatchObject({ type: 'noise', space: 'point', tensor: { shape: [5000, 2] } })
      expect(numbers(none)).toEqual(numbers(noise))
      const [before, after] = [numbers(noise), numbers(more)]
      const added = after.map((value, i) => (value - before[i]) / 0.5)
      const mean = (values: number[]) =>
        values.reduce((sum, value) => sum + value, 0) / values.length
      expect(Math.abs(mean(added.map((value) => value ** 2)) - 1)).toBeLessThan(0.05)
      expect(Math.abs(mean(added.map((value, i) => value * before[i])))).toBeLessThan(0.05)
    })

    test('requires a valid size', async () => {
      const drawn = (params: Record<string, unknown>) =>
        evaluate([node('noise', 'GaussianNoise', {}, params)], { x: 'noise.noise' })
      await expect(drawn({})).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: noise: Expected a batch_size above 0 while \`like\` is not connected, got 0. Set batch_size to 64, or connect \`like\`.]`,
      )
      await expect(
        drawn({ batch_size: 2, shape: '28 by 28' }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: noise: Expected one size (points) or three (height, width, channels), got "28 by 28". Write 2, or 28, 28, 1, or connect \`like\`.]`,
      )
      await expect(
        drawn({ batch_size: 100000, shape: '512, 512, 3' }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: noise: Expected noise that fits into memory, got [100000,512,512,3]. Lower batch_size or shape.]`,
      )
    })
  })

  test('RandomTimesteps draws one timestep per item from the full schedule', async () => {
    const graph = [
      node('many', 'GaussianNoise', {}, { batch_size: 5000 }),
      schedule,
      node('t', 'RandomTimesteps', { like: 'many.noise', schedule: 'schedule.schedule' }),
    ]
    const { t } = await evaluate(graph, { t: 't.t' })
    expect(t.t).toHaveLength(5000)
    expect([Math.min(...t.t), Math.max(...t.t)]).toEqual([0, 99])
    expect(new Set(t.t).size).toBe(100)
  })

  test('RandomTimesteps draws from a density, stratified or not', async () => {
    const t = (id: string, params: Record<string, unknown>) =>
      node(id, 'RandomTimesteps', { like: 'many.noise', schedule: 'schedule.schedule' }, params)
    const graph = [
      node('many', 'GaussianNoise', {}, { batch_size: 200 }),
      schedule,
      t('even', { stratified: true }),
      t('middle', { density: 'logit_normal', logit_std: 0.1 }),
      t('low', { density: 'lognormal', mean: -20 }),
    ]
    const { even, middle, low } = await evaluate(graph, {
      even: 'even.t',
      middle: 'middle.t',
      low: 'low.t',
    })
    // Each of the 100 timesteps occurs twice.
    expect([...even.t]).toEqual(Array.from({ length: 200 }, (_, i) => Math.floor(i / 2)))
    expect([...middle.t].every((time) => time > 35 && time < 65)).toBe(true)
    expect(new Set(middle.t).size).toBeGreaterThan(5)
    expect(new Set(low.t)).toEqual(new Set([0]))
  })

  test('t_prev of Posterior defaults to t - 1', async () => {
    const common = { x_0: 'grid.x', x_t: 'noise.noise', t: 't.t', schedule: 'schedule.schedule' }
    const graph = [
      schedule,
      grid,
      clouds,
      node('t', 'Timestep', {}, { t: 40 }),
      node('before', 'Timestep', {}, { t: 39 }),
      node('guessed', 'Posterior', common),
      node('said', 'Posterior', { ...common, t_prev: 'before.t' }),
    ]
    const found = await evaluate(graph, {
      a: 'guessed.mean',
      b: 'said.mean',
      va: 'guessed.variance',
      vb: 'said.variance',
    })
    expect(found.a).toEqual(found.b)
    expect(found.va).toEqual(found.vb)
    expect(found.va.tensor.shape).toEqual([9, 2])
  })

  test('Target has the prediction type of the model, and converts back to x_0', async () => {
    const graph = [
      schedule,
      grid,
      clouds,
      node('t', 'Timestep', {}, { t: 40 }),
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'gaussian', std: 1, predicts: 'v_prediction' },
      ),
      node('xt', 'ForwardNoise', {
        x_0: 'grid.x',
        t: 't.t',
        noise: 'noise.noise',
        schedule: 'schedule.schedule',
      }),
      node('target', 'Target', {
        model: 'model.model',
        x_0: 'grid.x',
        noise: 'noise.noise',
        t: 't.t',
        schedule: 'schedule.schedule',
      }),
      node(
        'back',
        'ConvertPrediction',
        { prediction: 'target.target', x_t: 'xt.x_t', t: 't.t', schedule: 'schedule.schedule' },
        { to: 'sample' },
      ),
    ]
    const { target, back, x, clean } = await evaluate(graph, {
      target: 'target.target',
      back: 'back.prediction',
      x: 'back.x',
      clean: 'grid.x',
    })
    expect(target).toMatchObject({ type: 'prediction', predicts: 'v_prediction', space: 'point' })
    expect(back).toMatchObject({ type: 'prediction', predicts: 'sample' })
    numbers(x).forEach((value, i) => expect(value).toBeCloseTo(numbers(clean)[i], 5))
  })

  test('Timestep rejects timesteps outside its schedule', async () => {
    const graph = [schedule, node('t', 'Timestep', { schedule: 'schedule.schedule' }, { t: 100 })]
    await expect(evaluate(graph, { t: 't.t' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: t: Expected a timestep of the schedule, from 0 to 99 (or -1 for clean data), got 100. Connect the schedule that t was made with.]`,
    )
  })

  test('Grid orders points from bottom to top and from left to right', async () => {
    const { x } = await evaluate([node('grid', 'Grid', {}, { count: 2, extent: 3 })], {
      x: 'grid.x',
    })
    expect(numbers(x)).toEqual([-3, -3, 3, -3, -3, 3, 3, 3])
  })

  describe('Mix', () => {
    const mixed = (
      inputs: Record<string, string>,
      params: Record<string, unknown>,
      ...more: ReturnType<typeof node>[]
    ) =>
      evaluate([grid, clouds, node('mix', 'Mix', inputs, params), ...more], {
        mix: 'mix.mix',
        a: 'grid.x',
        b: 'noise.noise',
      })

    test('interpolates from a to b, and has the type of a', async () => {
      const found = await mixed({ a: 'grid.x', b: 'noise.noise' }, { w: 0.25 })
      expect(found.mix.type).toBe('samples')
      numbers(found.mix).forEach((value, i) =>
        expect(value).toBeCloseTo(0.75 * numbers(found.a)[i] + 0.25 * numbers(found.b)[i], 5),
      )
    })

    test('accepts a mask', async () => {
      const found = await mixed({ a: 'grid.x', b: 'noise.noise', weight: 'grid.x' }, {})
      // The grid is its own mask: weight -1 extrapolates away from b, 0 returns a, 1 returns b.
      const [a, b] = [numbers(found.a), numbers(found.b)]
      numbers(found.mix).forEach((value, i) =>
        expect(value).toBeCloseTo(a[i] + a[i] * (b[i] - a[i]), 5),
      )
    })

    test('rejects values of different shapes or types', async () => {
      const small = node('small', 'Grid', {}, { count: 2 })
      await expect(
        mixed({ a: 'grid.x', b: 'small.x' }, {}, small),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: mix.b: Expected the shape of a, [9,2], got [4,2]. Take b and a from the same batch.]`,
      )
      await expect(
        mixed({ a: 'grid.x', b: 'noise.noise', weight: 'small.x' }, {}, small),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: mix.weight: Expected a number or a mask that fits a, [9,2], got [4,2]. Make the mask as large as a, with size 1 along each axis on which it does not vary.]`,
      )
      const asked = [
        schedule,
        node('t', 'Timestep', {}, { t: 5 }),
        node(
          'model',
          'ExactModel',
          { schedule: 'schedule.schedule' },
          { mixture: 'gaussian', std: 1 },
        ),
        node('predict', 'Predict', { model: 'model.model', x_t: 'grid.x', t: 't.t' }),
      ]
      await expect(
        mixed({ a: 'grid.x', b: 'predict.prediction' }, {}, ...asked),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[GraphError: mix.b: Expected samples, as at a, got prediction. Mix values of one kind. ConvertPrediction returns a prediction as samples too.]`,
      )
    })
  })

  test('StopGradient forwards values of every type', async () => {
    const graph = [
      schedule,
      grid,
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'eight_gaussians' },
      ),
      ...['grid.x', 'schedule.schedule', 'model.model'].map((value, i) =>
        node(`stop${i}`, 'StopGradient', { value }),
      ),
    ]
    const found = await evaluate(graph, {
      a: 'grid.x',
      b: 'stop0.value',
      c: 'schedule.schedule',
      d: 'stop1.value',
      e: 'model.model',
      f: 'stop2.value',
    })
    expect(found.b).toEqual(found.a)
    expect(found.d).toEqual(found.c)
    expect(found.f).toEqual(found.e)
  })
})
