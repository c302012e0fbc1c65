// KL estimates, log densities and reparametrization of Gaussians in graphs.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const numberOf = (value: unknown) => (value as { tensor: { data: Float32Array } }).tensor.data[0]

const parts: GraphNode[] = [
  node(
    'schedule',
    'NoiseSchedule',
    {},
    { beta_schedule: 'squaredcos_cap_v2', num_train_timesteps: 100 },
  ),
  node('points', 'Points', {}, { distribution: 'gaussian', count: 4000, seed: 1 }),
  node('narrow', 'Gaussian', { schedule: 'schedule.schedule' }, { mean: 0.5, std: 0.5 }),
  node('wide', 'Gaussian', { schedule: 'schedule.schedule' }, { mean: 0, std: 1 }),
]
const density = (id: string, model: string, x_t: string, t?: string) =>
  node(id, 'LogDensity', { model: `${model}.model`, x_t, ...(t && { t }) })

onCpu(() => {
  test('KLEstimate of two Gaussians matches the closed form in both directions', async () => {
    const draws = (id: string, model: string) => [
      node(`${id} noise`, 'GaussianNoise', { like: 'points.x_0' }, { seed: 2 }),
      node(id, 'Reparametrize', { model: `${model}.model`, noise: `${id} noise.noise` }),
    ]
    const kl = (p: string, q: string) => [
      ...draws('x', p),
      density('log p', p, 'x.x_0'),
      density('log q', q, 'x.x_0'),
      node('kl', 'KLEstimate', { log_p: 'log p.log_density', log_q: 'log q.log_density' }),
    ]
    const estimate = async (p: string, q: string) =>
      numberOf((await evaluate([...parts, ...kl(p, q)], { kl: 'kl.kl' })).kl)
    // Sum over two coordinates. Standard errors with 4000 draws are about 0.02 and 0.08.
    const formula = (m: number, s: number, r: number) =>
      2 * (Math.log(r / s) + (s * s + m * m) / (2 * r * r) - 0.5)
    expect(Math.abs((await estimate('narrow', 'wide')) - formula(0.5, 0.5, 1))).toBeLessThan(0.06)
    expect(Math.abs((await estimate('wide', 'narrow')) - formula(0.5, 1, 0.5))).toBeLessThan(0.3)
    expect(await estimate('wide', 'wide')).toBe(0)
  })

  test('Reparametrize outputs mean and variance in the format that Scatter accepts', async () => {
    const graph = [
      ...parts,
      node('noise', 'GaussianNoise', { like: 'points.x_0' }),
      node('x', 'Reparametrize', { model: 'narrow.model', noise: 'noise.noise' }),
    ]
    const { x, noise, mean, variance } = await evaluate(graph, {
      x: 'x.x_0',
      noise: 'noise.noise',
      mean: 'x.mean',
      variance: 'x.variance',
    })
    x.tensor.data.forEach((value, i) =>
      expect(value).toBeCloseTo(0.5 + 0.5 * noise.tensor.data[i], 5),
    )
    expect([mean.tensor.shape, [...mean.tensor.data]]).toEqual([
      [1, 2],
      [0.5, 0.5],
    ])
    expect([...variance.tensor.data]).toEqual([expect.closeTo(0.25, 6), expect.closeTo(0.25, 6)])
  })

  test('rejects invalid inputs with a cure', async () => {
    const told = (node: GraphNode, more: GraphNode[] = []) =>
      evaluate([...parts, ...more, node], {
        x: `${node.id}.${node.op.endsWith('ize') ? 'x_0' : 'log_density'}`,
      }).then(
        () => 'nothing',
        (error: Error) => error.message,
      )
    const noise = node('noise', 'GaussianNoise', { like: 'points.x_0' })
    const mlp = node('mlp', 'MLP', {}, { hidden: 4 })
    const wide = node('line', 'Gaussian', { schedule: 'schedule.schedule' }, { dim: 3 })
    expect([
      await told(node('x', 'Reparametrize', { model: 'mlp.model', noise: 'noise.noise' }), [
        noise,
        mlp,
      ]),
      await told(node('x', 'Reparametrize', { model: 'line.model', noise: 'noise.noise' }), [
        noise,
        wide,
      ]),
      await told(density('x', 'mlp', 'points.x_0'), [mlp]),
      await told(density('x', 'line', 'points.x_0'), [wide]),
    ]).toMatchInlineSnapshot(`
      [
        "x.model: Expected a Gaussian, got a model of kind "mlp". Connect Gaussian, or a trained one.",
        "x.noise: Expected noise of shape [b, 3], got [4000,2]. Draw the noise like the points, or set \`dim\` of Gaussian.",
        "x.model: Expected a model whose density is known in closed form, got a model of kind "mlp". Connect ExactModel or Gaussian. For a network, use BitsPerDim.",
        "x.x_t: Expected items of shape [3], got items of shape [2]. Set \`dim\` of the model to that of the data, or connect data that fits the model.",
      ]
    `)
  })
})
