// The Precondition node: training, sampling and rejected models.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'

/** Returns a mapping of nodes that connects `wire` to `slot` of the node `id`. */
const from = (id: string, slot: string, wire: string) => (own: GraphNode) =>
  own.id === id
    ? { ...own, inputs: { ...own.inputs, ...node('', '', { [slot]: wire }).inputs } }
    : own

/** The small training on points with a preconditioned network. */
const preconditioned = (steps: number) => [
  ...trainingGraph(steps)
    .nodes.filter(({ id }) => !['Picture', 'Numbers', 'Keep'].includes(id))
    .map(from('Start', 'model', 'Outer.model')),
  node(
    'Outer',
    'Precondition',
    { model: 'Net.model', schedule: 'Schedule.schedule' },
    { sigma_data: 0.7 },
  ),
]

onCpu(() => {
  test('training it trains the inner network', async () => {
    const { history, x } = await evaluate(preconditioned(40), {
      history: 'End.history',
      x: 'Samples.x_0',
    })
    const losses = (history as unknown as { losses: { data: Float32Array }[] }).losses.flatMap(
      ({ data }) => [...data],
    )
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)))
    expect(x.tensor.data.every(Number.isFinite)).toBe(true)
  })

  test('samples and resumes training with identical bits after saving and loading', async () => {
    const schedule = { schedule: 'Schedule.schedule' }
    const saving = (steps: number) => [
      ...preconditioned(steps),
      node(
        'Keep',
        'SaveCheckpoint',
        { model: 'End.model', training: 'End.training', ...schedule },
        { name: 'moons' },
      ),
    ]
    const kept = createStoredFiles(memoryStore())
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
    return files[0]
  }

  test('untrained, it returns its input at low noise and ignores it at high noise', async () => {
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
    const { clean, noisy, x } = await evaluate(graph, {
      clean: 'said0.prediction',
      noisy: 'said999.prediction',
      x: 'x.noise',
    })
    expect(clean).toMatchObject({ type: 'prediction', predicts: 'sample' })
    const largest = (values: Float32Array) => Math.max(...values.map(Math.abs))
    const gap = clean.tensor.data.map((value, i) => value - x.tensor.data[i])
    expect(largest(gap)).toBeLessThan(0.05)
    // The output is only that of F, times c_out = 0.5.
    expect(largest(noisy.tensor.data)).toBeLessThan(1)
  })

  test('rejects a model that predicts a variance', async () => {
    const graph = [
      node('schedule', 'NoiseSchedule'),
      node('net', 'MLP', {}, { learned_variance: 'learned_range' }),
      node('outer', 'Precondition', { model: 'net.model', schedule: 'schedule.schedule' }),
    ]
    await expect(evaluate(graph, { x: 'outer.model' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[GraphError: outer.model: Expected a model without a variance to precondition, got one that predicts it. Set learned_variance of the model to none.]`,
    )
  })
})
