// Inspection of wires: summaries of their last values during and after a run.
import { describe, expect, test } from 'vitest'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession, type Session } from '../../src/engine/plan/session.ts'
import type { Inspection } from '../../src/engine/base/view.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { computeStatistics } from '../../src/engine/base/statistics.ts'
import { summariseTensor } from '../../src/engine/base/summary.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Value } from '../../src/engine/plan/slotValues.ts'
import { nodes } from '../../src/nodes/table.ts'
import { describeValue, describeOutline } from '../../src/nodes/observers/describeValue.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'

onEachBackend(() => {
  test('summarises a large tensor on its backend with the same results as on the CPU', async () => {
    const numbers = Float32Array.from(
      { length: 40_000 },
      (_, i) => Math.sin(i) * (1 + (i % 7)) + 0.25,
    )
    numbers[5] = NaN
    numbers[39_999] = Infinity
    const tensor = tf.tensor2d(numbers, [20_000, 2])
    const { histogram, first, sample, ...found } = await summariseTensor(tensor, 6)
    tensor.dispose()
    const expected = computeStatistics(numbers)
    for (const name of ['mean', 'std', 'min', 'max'] as const)
      expect(found[name]).toBeCloseTo(expected[name], 4)
    expect(found).toMatchObject({ nan: 1, infinite: 1 })
    expect(first).toEqual(numbers.subarray(0, 6))
    const counted = histogram.reduce((sum, count) => sum + count, 0)
    expect(counted).toBeGreaterThan((sample ?? 40_000) - 3)
  })

  test('gives no mean for a tensor without finite numbers', async () => {
    const tensor = tf.tidy(() => tf.zeros([30_000]).div(0))
    const { mean, nan } = await summariseTensor(tensor)
    tensor.dispose()
    expect([mean, nan]).toEqual([NaN, 30_000])
  })
})

onCpu(() => {
  const sessionOf = (onEvent: (event: Event, session: Session) => void = () => {}): Session => {
    const session: Session = createSession({
      ops: opTable(nodes),
      onEvent: (event) => onEvent(event, session),
      inspector: { inspect: describeValue, outline: describeOutline },
    })
    return session
  }
  const at = (node: string, slot: string) => ({ node, slot })

  test('inspects every wire after a run, also in loops and at closed nodes', async () => {
    const session = sessionOf()
    session.keepLast(true)
    await session.run({ type: 'run', run: 1, graph: trainingGraph(6) })
    const seen = await Promise.all(
      [
        at('Forward', 'x_t'),
        at('Error', 'loss'),
        at('Samples', 'x_0'),
        at('Schedule', 'schedule'),
        at('Start', 'model'),
        at('x_T', 'noise'),
      ].map((output) => session.inspect(output)),
    )
    await session.dispose()
    const [x_t, loss, samples, schedule, model, noise] = seen as Inspection[]
    expect(x_t).toMatchObject({
      type: 'samples',
      shape: [32, 2],
      index: 5,
      numbers: { nan: 0 },
      picture: { kind: 'scatter' },
    })
    expect(loss).toMatchObject({ type: 'loss', shape: [], index: 5 })
    expect(samples).toMatchObject({ type: 'samples', shape: [64, 2] })
    expect(samples.index).toBeUndefined()
    expect(schedule).toMatchObject({
      type: 'schedule',
      picture: { kind: 'chart', lines: [{ name: 'alpha' }, { name: 'sigma' }] },
    })
    expect(model.notes).toContainEqual(['kind', 'mlp'])
    expect(noise).toMatchObject({ type: 'noise', shape: [64, 2] })
  })

  test('returns no value of an earlier run for a wire of a changed graph', async () => {
    const session = sessionOf()
    session.keepLast(true)
    await session.run({ type: 'run', run: 1, graph: trainingGraph(2) })
    const graph = trainingGraph(2)
    graph.nodes.find(({ id }) => id === 'Noise')!.params.seed = 9
    await session.run({ type: 'run', run: 2, graph, targets: ['Schedule'] })
    expect(await session.inspect(at('Schedule', 'schedule'))).toBeDefined()
    expect(await session.inspect(at('Forward', 'x_t'))).toBeUndefined()
    await session.dispose()
  })

  test('returns the current value during a run', async () => {
    const seen: Promise<Inspection | undefined>[] = []
    const session = sessionOf((event, session) => {
      if (event.type === 'progress' && seen.length < 3)
        seen.push(session.inspect(at('Guess', 'prediction')))
    })
    session.keepLast(true)
    await session.run({ type: 'run', run: 1, graph: trainingGraph(40) })
    const indices = (await Promise.all(seen)).map((found) => found?.index)
    expect(indices.length).toBeGreaterThan(0)
    for (const index of indices) expect(index).toBeLessThan(40)
    await session.dispose()
  })

  test('stores values only on request and without changing results', async () => {
    const numbers = async (looks: boolean) => {
      const views: unknown[] = []
      const session = sessionOf(
        (event) => event.type === 'view' && event.node === 'Numbers' && views.push(event.view),
      )
      session.keepLast(looks)
      await session.run({ type: 'run', run: 1, graph: trainingGraph(4) })
      const found = await session.inspect(at('Forward', 'x_t'))
      await session.dispose()
      return { view: views.at(-1), found: found !== undefined }
    }
    const [with_, without] = [await numbers(true), await numbers(false)]
    expect([with_.found, without.found]).toEqual([true, false])
    expect(with_.view).toEqual(without.view)
  })

  describe('describeValue', () => {
    const images = () => tf.tidy(() => tf.linspace(-1, 1, 3 * 4 * 4).reshape([3, 4, 4, 1]))

    test('shows image samples as images', async () => {
      const tensor = images()
      const found = await describeValue({ type: 'samples', tensor, space: 'image' })
      tensor.dispose()
      expect(found.picture).toMatchObject({
        kind: 'images',
        groups: [{ width: 4, height: 4, count: 3 }],
      })
      expect(found.numbers!.max).toBeCloseTo(1, 5)
    })

    test('shows no image for latents and counts NaN', async () => {
      const tensor = tf.tensor4d([1, NaN, 3, 4], [1, 1, 1, 4])
      const found = await describeValue({ type: 'samples', tensor, space: 'latent' })
      tensor.dispose()
      expect(found.picture).toBeUndefined()
      expect(found.numbers).toMatchObject({ nan: 1, mean: 8 / 3 })
    })

    test.each<[string, Value, Partial<Inspection>]>([
      ['labels', { type: 'labels', labels: Int32Array.of(0, 1, 1) }, { shape: [3], notes: [['label 0', '1'], ['label 1', '2']] }],
      ['timesteps', { type: 'timesteps', t: Float64Array.of(9, 4), tPrev: Float64Array.of(4, -1) } as Value, { shape: [2], notes: [['first', '9 to 4'], ['last', '4 to -1']] }],
      ['weights', { type: 'weights', weights: Float64Array.of(1, 3) }, { shape: [2] }],
      ['loop', { type: 'loop' }, { shape: [], notes: [] }],
    ])('describes %s', async (_, value, expected) => expect(await describeValue(value)).toMatchObject(expected)) // prettier-ignore

    test('describeOutline describes a large value without reading it', () => {
      const tensor = images()
      expect(describeOutline({ type: 'samples', tensor, space: 'image' })).toEqual({
        type: 'samples',
        shape: [3, 4, 4, 1],
        notes: [],
        tooLarge: true,
      })
      tensor.dispose()
    })
  })
})
