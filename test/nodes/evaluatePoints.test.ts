// Metrics of points in the plane, for real points and for points with known errors.
import { expect, test } from 'vitest'
import { slicedWasserstein } from '../../src/engine/metrics/distributions.ts'
import { manifoldScores } from '../../src/engine/metrics/manifold.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import type { NumbersView } from '../../src/engine/base/view.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { lastView, rowsOf } from './shown.ts'

const points = (id: string, seed: number, params: Record<string, unknown> = {}) =>
  node(id, 'Points', {}, { distribution: 'eight_gaussians', count: 1000, seed, ...params })

const data = [
  points('real', 1),
  points('others', 2),
  points('moved', 2, { distribution: 'drawn', points: [[1, 0]] }),
  node('noise', 'GaussianNoise', { like: 'others.x_0' }, { seed: 3 }),
]

/** Returns the rows of a metric that compares samples with the real points. */
const judged = async (type: string, samples: string, params: Record<string, unknown> = {}) =>
  rowsOf(
    await lastView<NumbersView>(
      [...data, node('measure', type, { samples, reference: 'real.dataset' }, params)],
      'measure',
    ),
  )

onCpu(() => {
  test('KernelDistance is zero within its error for real points, not for moved ones', async () => {
    const { rows } = await lastView<NumbersView>(
      [...data, measure('KernelDistance', 'others.x_0')],
      'measure',
    )
    expect(rows.map(({ name }) => name)).toEqual([
      'kernel distance',
      'between halves of the reference',
      'samples',
      'reference',
    ])
    const error = rows.map(({ note }) => Number(/^± ([\d.e-]+);/.exec(note ?? '')?.[1]))
    for (const i of [0, 1]) expect(Math.abs(rows[i].value)).toBeLessThan(4 * error[i])
    const moved = await judged('KernelDistance', 'moved.x_0')
    expect(moved['kernel distance']).toBeGreaterThan(40 * error[0])
  })

  test('PrecisionRecall matches the engine and shows scores between reference halves', async () => {
    const graph = [
      ...data,
      node('measure', 'PrecisionRecall', { samples: 'noise.noise', reference: 'real.dataset' }),
    ]
    const { rows } = await lastView<NumbersView>(graph, 'measure')
    const { real, noise } = await evaluate(data, { real: 'real.x_0', noise: 'noise.noise' })
    const expected = manifoldScores(noise.tensor.data, real.tensor.data, { dim: 2, k: 3 })
    for (const [i, value] of Object.values(expected).entries())
      expect(rows[i].value).toBeCloseTo(value, 2)
    expect(expected.precision).toBeLessThan(0.4)
    expect(rows[0].note).toMatch(/halves of the reference: (0\.9\d\d|1\.000)$/)
  })

  test('SlicedWasserstein matches the engine and is larger for noise', async () => {
    const { real, others } = await evaluate(data, { real: 'real.x_0', others: 'others.x_0' })
    const rows = await judged('SlicedWasserstein', 'others.x_0', { seed: 4 })
    expect(rows['sliced Wasserstein']).toBe(
      slicedWasserstein(others.tensor.data, real.tensor.data, 64, 4),
    )
    expect(rows['between halves of the reference']).toBeLessThan(0.15)
    const noise = await judged('SlicedWasserstein', 'noise.noise')
    expect(noise['sliced Wasserstein']).toBeGreaterThan(2 * rows['sliced Wasserstein'])
  })

  test('Distances compares each set with the reference, by item or by distribution', async () => {
    const wires = {
      samples_1: 'real.x_0',
      samples_2: 'others.x_0',
      samples_3: 'noise.noise',
      reference: 'others.x_0',
    }
    const rows = async (measure: string) =>
      (
        await lastView<NumbersView>(
          [...data, node('all', 'Distances', wires, { measure, names: 'real, same' })],
          'all',
        )
      ).rows
    const { real, others } = await evaluate(data, { real: 'real.x_0', others: 'others.x_0' })
    const [a, b] = [real.tensor.data, others.tensor.data]
    const [first, second, third] = await rows('rms')
    expect(first.name).toBe('real')
    expect(first.value).toBeCloseTo(
      Math.hypot(...a.map((value, i) => value - b[i])) / Math.sqrt(a.length),
      5,
    )
    expect(second).toEqual({ name: 'same', value: 0 })
    expect(third.name).toBe('samples_3')
    expect((await rows('sliced_wasserstein')).map(({ value }) => value)[0]).toBe(
      slicedWasserstein(a, b),
    )
    // The items are unpaired: their distance is large, but the distributions are close.
    expect((await rows('sliced_wasserstein'))[0].value).toBeLessThan(0.15 * first.value)
  })

  test('ModeCoverage finds all modes in real points, and few near samples in noise', async () => {
    const real = await judged('ModeCoverage', 'others.x_0')
    expect(real['modes hit']).toBe(8)
    expect(real['samples within 3 σ of a mode']).toBeGreaterThan(0.97)
    const noise = await judged('ModeCoverage', 'noise.noise')
    expect(noise['samples within 3 σ of a mode']).toBeLessThan(0.2)
    // No sample is close to a mode, so every fraction is 0.
    const far = rowsOf(
      await lastView<NumbersView>(
        [
          ...data,
          points('far', 1, { distribution: 'drawn', points: [[9, 9]] }),
          coverage('far.x_0', 'real.dataset'),
        ],
        'measure',
      ),
    )
    expect(far).toEqual({
      'modes hit': 0,
      'samples within 3 σ of a mode': 0,
      'samples in the emptiest mode': 0,
      samples: 1000,
    })
  })

  test('metrics reject invalid inputs with a cure', async () => {
    const images = [node('images', 'Digits', {}, { split: 'test' })]
    const few = points('few', 1, { count: 3 })
    const told = (graph: GraphNode[]) =>
      lastView([...data, ...graph], 'measure').then(String, (error: Error) => error.message)
    expect([
      await told([...images, measure('SlicedWasserstein', 'images.dataset', 'real.dataset')]),
      await told([few, measure('PrecisionRecall', 'few.x_0', 'real.dataset')]),
      await told([
        points('whole', 1, { distribution: 'gaussian' }),
        coverage('others.x_0', 'whole.dataset'),
      ]),
      await told([...images, measure('KernelDistance', 'images.dataset', 'real.dataset')]),
      await told([
        few,
        node('measure', 'Distances', { samples_1: 'few.x_0', reference: 'real.x_0' }),
      ]),
      await told([
        ...images,
        node('digits', 'Batch', { dataset: 'images.dataset' }),
        node(
          'measure',
          'Distances',
          { samples_1: 'digits.x_0', reference: 'real.x_0' },
          { measure: 'sliced_wasserstein' },
        ),
      ]),
    ]).toMatchInlineSnapshot(`
      [
        "Expected points, which are items of shape [d], got items of shape [8,8,1]. Connect points. For images, use FrechetDistance.",
        "Expected more than 3 samples and more than twice as many reference items to find the neighbour number 3, got 3 and 1000. Connect more, or lower k.",
        "Expected data with labels, which are its modes, got none. Connect data with classes, such as eight_gaussians of Points.",
        "Expected items of the shape of the reference, [2], got [8,8,1]. Connect the training data of the model to \`reference\`.",
        "Expected as many items as the reference, of the same shape, [1000,2], got [3,2]. Connect samples from the same noise as the reference, or measure distributions.",
        "Expected points of one dimension, [n, d], got [16,8,8,1] and the reference [1000,2]. Connect points, or set \`measure\` to rms.",
      ]
    `)
  })
})

const measure = (type: string, samples: string, reference = 'real.dataset') =>
  node('measure', type, { samples, reference })
const coverage = (samples: string, reference: string) =>
  node('measure', 'ModeCoverage', { samples, reference })
