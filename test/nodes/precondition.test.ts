// A preconditioned network as a node: trained through, sampled with, and what it refuses.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { keptIn } from '../../src/nodes/kept.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'

/** The node `id` with another wire, if this is it. */
const from = (id: string, slot: string, wire: string) => (own: GraphNode) =>
  own.id === id ? { ...own, inputs: { ...own.inputs, ...node('', '', { [slot]: wire }).inputs } } : own

/** The small training of points, with the network preconditioned; the Loss by the weights of EDM. */
const preconditioned = (steps: number) => [
  ...trainingGraph(steps)
    .nodes.filter(({ id }) => !['Picture', 'Numbers', 'Keep'].includes(id))
    .map(from('Start', 'model', 'Outer.model')),
  node('Outer', 'Precondition', { model: 'Net.model', schedule: 'Schedule.schedule' }, { sigma_data: 0.7 }),
]

onCpu(() => {
  test('training it trains the network inside', async () => {
    const { history, x } = await evaluate(preconditioned(40), { history: 'End.history', x: 'Samples.x_0' })
    const losses = (history as unknown as { losses: { data: Float32Array }[] }).losses.flatMap(({ data }) => [...data])
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)))
    expect(x.tensor.data.every(Number.isFinite)).toBe(true)
  })

  test('saved and loaded it samples the same bits, and goes on training with the same bits', async () => {
    const schedule = { schedule: 'Schedule.schedule' }
    const saving = (steps: number) => [
      ...preconditioned(steps),
      node('Keep', 'SaveCheckpoint', { model: 'End.model', training: 'End.training', ...schedule }, { name: 'moons' }),
    ]
    const kept = keptIn(memoryStore())
    const checkpoint = await kept.put('moons.zip', await fileOf(saving(6)))
    const load = node('File', 'LoadCheckpoint', {}, { checkpoint })
    const [whole, half, loaded, further] = [
      await evaluate(preconditioned(9), { x: 'Samples.x_0' }),
      await evaluate(preconditioned(6), { x: 'Samples.x_0' }),
      await evaluate(
        [...preconditioned(6).map(from('Samples', 'model', 'File.model')), load],
        { x: 'Samples.x_0' },
        { checkpoints: kept },
      ),
      await evaluate(
        [
          ...preconditioned(9)
            .map(from('Start', 'model', 'File.model'))
            .map(from('Start', 'training', 'File.training')),
          load,
        ],
        { x: 'Samples.x_0' },
        { checkpoints: kept },
      ),
    ]
    expect(loaded.x.tensor).toEqual(half.x.tensor)
    expect(further.x.tensor).toEqual(whole.x.tensor)
    expect(whole.x.tensor).not.toEqual(half.x.tensor)
  })

  async function fileOf(graph: GraphNode[]): Promise<Uint8Array> {
    const files: Uint8Array[] = []
    const session = createSession({
      ops: opTable(nodes),
      onEvent: (event) => event.type === 'file' && files.push(event.file.bytes),
    })
    await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
    await session.dispose()
    return files[0]!
  }

  test('before it is trained it knows the data by their spread: nothing of them in pure noise, all in clean data', async () => {
    const graph = [
      node('schedule', 'NoiseSchedule', {}, { num_train_timesteps: 1000 }),
      node('net', 'MLP', {}, { hidden: 8, layers: 1, time_embedding_dim: 8, seed: 2 }),
      node('outer', 'Precondition', { model: 'net.model', schedule: 'schedule.schedule' }),
      node('x', 'GaussianNoise', {}, { batch_size: 5, shape: '2', seed: 1 }),
      ...[0, 999].flatMap((t) => [
        node(`t${t}`, 'Timestep', {}, { t }),
        node(`said${t}`, 'Predict', { model: 'outer.model', x_t: 'x.noise', t: `t${t}.t` }),
      ]),
    ]
    const { clean, noisy, x } = await evaluate(graph, { clean: 'said0.prediction', noisy: 'said999.prediction', x: 'x.noise' })
    expect(clean).toMatchObject({ type: 'prediction', predicts: 'sample' })
    const largest = (values: Float32Array) => Math.max(...values.map(Math.abs))
    const gap = clean.tensor.data.map((value, i) => value - x.tensor.data[i]!)
    expect(largest(gap)).toBeLessThan(0.05)
    // Nothing but F, times c_out = 0.5.
    expect(largest(noisy.tensor.data)).toBeLessThan(1)
  })

  test('a model that says a variance is refused', async () => {
    const graph = [
      node('schedule', 'NoiseSchedule'),
      node('net', 'MLP', {}, { learned_variance: 'learned_range' }),
      node('outer', 'Precondition', { model: 'net.model', schedule: 'schedule.schedule' }),
    ]
    await expect(evaluate(graph, { x: 'outer.model' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: outer.model: This model says a variance too, which a preconditioned model has no place for. Set \`learned_variance\` of the model to none.]`,
    )
  })
})
