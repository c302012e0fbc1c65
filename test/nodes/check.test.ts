// The node Check: rules, quantities, references, and its view.
import { beforeAll, describe, expect, test } from 'vitest'
import { startBackend } from '../../src/engine/backends/backends.ts'
import { readCheckView } from '../../src/nodes/tools/checkRules.ts'
import { check } from '../../src/nodes/tools/check.ts'
import { evaluate, node } from './evaluate.ts'

beforeAll(async () => void (await startBackend({ prefer: 'cpu' })))

const number = async (params: Record<string, unknown>, value = 2.5) => {
  const { passed, measured } = await evaluate(
    [
      node('n', 'Number', {}, { value }),
      node('c', 'Check', { value: 'n.number' }, params),
      node('show', 'Numbers', { numbers_1: 'c.passed', numbers_2: 'c.measured' }),
    ],
    { passed: 'c.passed', measured: 'c.measured' },
  )
  return [passed.tensor.data[0], measured.tensor.data[0]]
}

describe('a number', () => {
  test.each([
    [{ rule: 'at_most', bound: 2.5 }, 1],
    [{ rule: 'at_most', bound: 2 }, 0],
    [{ rule: 'at_least', bound: 2.5 }, 1],
    [{ rule: 'at_least', bound: 3 }, 0],
    [{ rule: 'between', bound: 2, upper: 3 }, 1],
    [{ rule: 'between', bound: 3, upper: 4 }, 0],
    [{ rule: 'carries', kind: 'number' }, 1],
    [{ rule: 'carries', kind: 'samples' }, 0],
  ])('%o: %s', async (params, expected) => expect((await number(params))[0]).toBe(expected))
})

test('quantities of points', async () => {
  const quantities = { mean: 0, largest: 0, smallest: 0, largest_size: 0, first: 0, last: 0 }
  const points = [node('p', 'Points', {}, { count: 50, seed: 3 })]
  const { x } = await evaluate(points, { x: 'p.x_0' })
  const all = Array.from(x.tensor.data)
  const expected: typeof quantities = {
    mean: all.reduce((a, b) => a + b) / all.length,
    largest: Math.max(...all),
    smallest: Math.min(...all),
    largest_size: Math.max(...all.map(Math.abs)),
    first: all[0],
    last: all.at(-1)!,
  }
  for (const [quantity, value] of Object.entries(expected)) {
    const { measured } = await evaluate(
      [
        ...points,
        node('c', 'Check', { value: 'p.x_0' }, { quantity }),
        node('show', 'Numbers', { numbers_1: 'c.measured' }),
      ],
      { measured: 'c.measured' },
    )
    expect(measured.tensor.data[0], quantity).toBeCloseTo(value, 5)
  }
})

test('differences to a reference, and a reference of another size', async () => {
  const nodes = (count: number) => [
    node('a', 'Points', {}, { count: 20, seed: 1 }),
    node('b', 'Points', {}, { count, seed: 1 }),
    node('c', 'Check', { value: 'a.x_0', reference: 'b.x_0' }, { quantity: 'largest_size' }),
    node('show', 'Numbers', { numbers_1: 'c.measured' }),
  ]
  const { measured } = await evaluate(nodes(20), { measured: 'c.measured' })
  expect(measured.tensor.data[0]).toBe(0)
  await expect(evaluate(nodes(30), { measured: 'c.measured' })).rejects.toThrow(
    'Expected one number or 40 numbers in the reference, got 60.',
  )
})

test('shows the result with the number, and the hint only if it fails', async () => {
  const view = (bound: number) =>
    check.view(
      { value: { type: 'timestep', t: Float64Array.of(2) } } as never,
      {
        quantity: 'mean',
        index: 0,
        rule: 'at_most',
        bound,
        upper: 1,
        kind: '',
        hint: 'Lower the learning rate, or train for longer than that.',
      } as never,
      {} as never,
    )
  expect(readCheckView(await view(3))).toEqual({ passed: true, described: '2; at most 3' })
  const failed = await view(1)
  expect(readCheckView(failed)).toEqual({ passed: false, described: '2; at most 1' })
  expect(failed).toMatchObject({
    kind: 'rows',
    rows: [
      ['not passed yet', '2; at most 1'],
      ['Lower the learning rate, or train for longer than', ''],
      ['that.', ''],
    ],
  })
  expect(readCheckView(undefined)).toBeUndefined()
})
