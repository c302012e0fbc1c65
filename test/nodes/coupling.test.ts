// OptimalTransportCoupling: pairs, faults, and trainings, whose batches it knows on the CPU.
import { describe, expect, test } from 'vitest'
import { GraphError } from '../../src/engine/messages/fault.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { planMessages } from '../../src/engine/messages/plan.ts'
import { generateScript } from '../../src/hosts/script/write.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'

/** Data on the line with noise of the same size. */
const line = (count: number) => [
  node('data', 'Points', {}, { distribution: 'mixture_1d', count }),
  node('noise', 'GaussianNoise', { like: 'data.x_0' }, { seed: 3 }),
  node('coupling', 'OptimalTransportCoupling', { x_0: 'data.x_0', noise: 'noise.noise' }),
]

/** A training with coupled noise, which `through` may compute from the drawn one. */
const coupledTraining = (through: ReturnType<typeof node>[] = [], noise = 'Noise.noise') => [
  ...trainingGraph(3)
    .nodes.filter(({ op }) => !/Scatter|Inspect|SaveCheckpoint/.test(op))
    .map((each) =>
      each.id === 'Forward' || each.id === 'Truth'
        ? { ...each, inputs: { ...each.inputs, noise: { node: 'Coupling', slot: 'noise' } } }
        : each,
    ),
  ...through,
  node('Coupling', 'OptimalTransportCoupling', { x_0: 'Start.x_0', noise }),
]

onEachBackend(() => {
  test('pairs points on the line with noise in the same order', async () => {
    const { data, noise, coupled, cost } = await evaluate(line(200), {
      data: 'data.x_0',
      noise: 'noise.noise',
      coupled: 'coupling.noise',
      cost: 'coupling.cost',
    })
    const [x, before, after] = [data, noise, coupled].map(({ tensor }) => [...tensor.data])
    const sort = (values: number[]) => values.toSorted((a, b) => a - b)
    expect(coupled).toMatchObject({ type: 'noise', space: 'point', tensor: { shape: [200, 1] } })
    expect(sort(after)).toEqual(sort(before))
    const order = x.map((_, i) => i).sort((i, j) => x[i] - x[j])
    expect(order.map((i) => after[i])).toEqual(sort(before))
    const squares = x.map((value, i) => (value - after[i]) ** 2)
    expect(cost.tensor.data[0]).toBeCloseTo(squares.reduce((a, b) => a + b) / 200, 5)
  })

  test('couples the batches of a training without waiting', async () => {
    const { loss, cost, noise, coupled } = await evaluate(coupledTraining(), {
      loss: 'End.history',
      cost: 'Coupling.cost',
      noise: 'Noise.noise',
      coupled: 'Coupling.noise',
    })
    expect(loss.losses[0].data.every(Number.isFinite)).toBe(true)
    // Independent pairs of two distributions with variance 1 are 4 apart in the plane.
    expect(cost.tensor.data[0]).toBeGreaterThan(0)
    expect(cost.tensor.data[0]).toBeLessThan(1.5)
    expect([...coupled.tensor.data].sort()).toEqual([...noise.tensor.data].sort())
  })
})

onCpu(() => {
  describe('faults', () => {
    const failures = async (graph: ReturnType<typeof node>[], wire: string) => {
      const error: unknown = await evaluate(graph, { value: wire }).catch(
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(GraphError)
      return (error as GraphError).faults
    }

    test('computed noise inside a training', async () => {
      const through = [node('Twice', 'Formula', { a: 'Noise.noise' }, { expression: '2 * a' })]
      expect(await failures(coupledTraining(through, 'Twice.result'), 'End.history')).toMatchObject(
        [{ node: 'Coupling', message: planMessages.unknownInUnit().text }],
      )
    })

    test('batches of other shapes, and too large ones', async () => {
      const [data, , coupling] = line(40)
      const few = node('noise', 'GaussianNoise', { like: 'data.x_0' }, { batch_size: 8 })
      expect(await failures([data, few, coupling], 'coupling.noise')).toMatchObject([
        { node: 'coupling', slot: 'noise' },
      ])
      expect(await failures(line(1025), 'coupling.noise')).toMatchObject([
        { node: 'coupling', slot: 'x_0' },
      ])
    })
  })

  test('computed samples are read back outside of a training', async () => {
    const graph = [
      ...line(50),
      node('moved', 'Formula', { a: 'data.x_0' }, { expression: '3 * a + 1' }),
      node('other', 'OptimalTransportCoupling', { x_0: 'moved.result', noise: 'noise.noise' }),
    ]
    const { same, other } = await evaluate(graph, { same: 'coupling.noise', other: 'other.noise' })
    expect([...other.tensor.data]).toEqual([...same.tensor.data])
  })

  test('a script runs it in a training step, and loads it elsewhere', () => {
    const graph = { nodes: [...coupledTraining(), ...line(8)] }
    const shown = ['End.history', 'coupling.noise'].map((from, i) =>
      node(`Inspect ${i}`, 'Inspect', { value: from }),
    )
    const text = generateScript({ nodes: [...graph.nodes, ...shown] }, opTable(nodes))
    expect(text).toMatch(/= run\('diffusion\/OptimalTransportCoupling'/)
    expect(text).toMatch(/= await load\('diffusion\/OptimalTransportCoupling'/)
  })
})
