// Trainings of several models, with carried values, averages as targets and early ends.
import { expect, test } from 'vitest'
import {
  computeSha256,
  readCheckpoint,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import { GraphError } from '../../src/engine/messages/fault.ts'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession, type Session } from '../../src/engine/plan/session.ts'
import { memoryStore, type StateStore } from '../../src/engine/plan/store.ts'
import type { ChartView } from '../../src/engine/base/view.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { describeFile } from '../../src/storage/storedFiles.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { run } from './resuming.ts'
import { shownBy } from './shown.ts'

const ops = opTable(nodes)

const changed =
  (id: string, change: (node: GraphNode) => Partial<GraphNode>) => (node: GraphNode) =>
    node.id === id ? { ...node, ...change(node) } : node

/** A loss of the prediction of one of the models, at noise of a seed, and the nodes before it. */
const lossOf = (model: string, number: number): GraphNode[] => [
  node(`noise${number}`, 'GaussianNoise', { like: 'start.x_0' }, { seed: 10 + number }),
  node(`t${number}`, 'RandomTimesteps', { like: 'start.x_0', schedule: 'schedule.schedule' }),
  node(`forward${number}`, 'ForwardNoise', {
    x_0: 'start.x_0',
    t: `t${number}.t`,
    noise: `noise${number}.noise`,
    schedule: 'schedule.schedule',
  }),
  node(`predict${number}`, 'Predict', {
    model,
    x_t: `forward${number}.x_t`,
    t: `t${number}.t`,
  }),
  node(`target${number}`, 'Target', {
    model,
    x_0: 'start.x_0',
    noise: `noise${number}.noise`,
    t: `t${number}.t`,
    schedule: 'schedule.schedule',
  }),
  node(`loss${number}`, 'Loss', {
    prediction: `predict${number}.prediction`,
    target: `target${number}.target`,
  }),
]

const net = (id: string, seed: number) =>
  node(id, 'MLP', {}, { hidden: 8, layers: 1, time_embedding_dim: 4, seed })

const common = (steps: number): GraphNode[] => [
  node('data', 'Points', {}, { distribution: 'moons', count: 64 }),
  node('schedule', 'FlowSchedule'),
  net('net1', 1),
  net('net2', 2),
  node('adam', 'Optimizer', {}, { lr: 0.01 }),
  node('sgd', 'Optimizer', {}, { algorithm: 'sgd', lr: 0.1 }),
  node('ema', 'EMA', {}, { kind: 'constant', decay: 0.5 }),
  node(
    'start',
    'TrainingStart',
    { model: 'net1.model', dataset: 'data.dataset', optimizer: 'adam.optimizer' },
    { steps, batch_size: 16 },
  ),
]

/** Two models, each with its optimizer, average and loss, and a carried value. */
const two = (steps: number): GraphNode[] => [
  ...common(steps).map(
    changed('start', ({ inputs }) => ({
      inputs: {
        ...inputs,
        model_2: { node: 'net2', slot: 'model' },
        optimizer_2: { node: 'sgd', slot: 'optimizer' },
        ema_2: { node: 'ema', slot: 'ema' },
        value_1: { node: 'zero', slot: 'loss' },
      },
    })),
  ),
  // A number to begin with: the loss of equal predictions.
  node('rest', 'GaussianNoise', {}, { batch_size: 2, shape: '2' }),
  node('at', 'Timestep', {}, { t: 500 }),
  node('still', 'Predict', { model: 'net1.model', x_t: 'rest.noise', t: 'at.t' }),
  node('zero', 'Loss', { prediction: 'still.prediction', target: 'still.prediction' }),
  ...lossOf('start.model', 1),
  ...lossOf('start.model_2', 2),
  node('mean', 'Mix', { a: 'start.value_1', b: 'loss1.loss' }, { w: 0.25 }),
  node(
    'end',
    'TrainingEnd',
    { loop: 'start.loop', loss: 'loss1.loss', loss_2: 'loss2.loss', value_1: 'mean.mix' },
    { emit_every: 0 },
  ),
]

/** A training of one model with one of the losses of {@link two}. */
const alone = (steps: number, number: 1 | 2): GraphNode[] => [
  ...common(steps).map(
    changed('start', ({ inputs }) =>
      number === 1
        ? {}
        : {
            inputs: {
              ...inputs,
              model: { node: 'net2', slot: 'model' },
              optimizer: { node: 'sgd', slot: 'optimizer' },
              ema: { node: 'ema', slot: 'ema' },
            },
          },
    ),
  ),
  ...lossOf('start.model', number),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: `loss${number}.loss` }, { emit_every: 0 }),
]

/** The prediction of a model at fixed noise, after a training. */
const probe = (model: string): GraphNode[] => [
  node('probe noise', 'GaussianNoise', {}, { batch_size: 4, shape: '2', seed: 3 }),
  node('probe t', 'Timestep', {}, { t: 300 }),
  node('probe', 'Predict', { model, x_t: 'probe noise.noise', t: 'probe t.t' }),
]

const predicted = async (graph: GraphNode[], model: string) =>
  (await evaluate([...graph, ...probe(model)], { out: 'probe.prediction' })).out.tensor.data

onEachBackend(() => {
  test('two models with losses of their own have the bits of two trainings', async () => {
    for (const number of [1, 2] as const) {
      const suffix = number === 1 ? '' : '_2'
      for (const output of ['model', 'ema']) {
        const expected = await predicted(alone(8, number), `end.${output}`)
        expect(await predicted(two(8), `end.${output}${suffix}`)).toEqual(expected)
      }
    }
  })

  test('10 steps, a checkpoint and 10 more steps save the same bits as 20 steps', async () => {
    const saved = (graph: GraphNode[]) => [
      ...graph,
      node(
        'save',
        'SaveCheckpoint',
        { model: 'end.model', training: 'end.training' },
        { name: 'moons' },
      ),
    ]
    const whole = await run(saved(two(20)))
    const half = await run(saved(two(10)))
    const resumed = [
      ...saved(two(20)).map(
        changed('start', ({ inputs }) => ({
          inputs: { ...inputs, training: { node: 'load', slot: 'training' } },
        })),
      ),
      node('load', 'LoadCheckpoint', {}, { checkpoint: describeFile('moons.zip', half.file) }),
    ]
    const rest = await run(resumed, half.file)
    expect([whole, half, rest].flatMap(({ faults }) => faults)).toEqual([])
    expect(computeSha256(half.file)).not.toBe(computeSha256(whole.file))
    expect(computeSha256(rest.file)).toBe(computeSha256(whole.file))
    expect(readCheckpoint(half.file).training?.more?.length).toBeGreaterThan(100)
  })
}, ['cpu', 'wasm'])

onCpu(() => {
  test('a checkpoint with damaged further models is refused', async () => {
    const save = node(
      'save',
      'SaveCheckpoint',
      { model: 'end.model', training: 'end.training' },
      { name: 'two' },
    )
    const { file } = await run([...two(1), save])
    const stored = readCheckpoint(file)
    const withMore = (more: Uint8Array) =>
      writeCheckpoint({ ...stored, training: stored.training && { ...stored.training, more } })
    expect(computeSha256(withMore(stored.training?.more ?? new Uint8Array()))).toBe(
      computeSha256(file),
    )
    for (const more of [new Uint8Array(3), stored.training?.more?.slice(0, -8) ?? new Uint8Array()])
      expect(() => readCheckpoint(withMore(more))).toThrow(
        'training/more.pack does not contain the further models of a training.',
      )
  })

  test('a joint loss trains both models, as a loss of each that is equal', async () => {
    const joint = two(5).map(
      changed('end', ({ inputs }) => ({
        inputs: { loop: inputs.loop, loss: { node: 'both', slot: 'mix' } },
      })),
    )
    const sum = node('both', 'Mix', { a: 'loss1.loss', b: 'loss2.loss' }, { w: 0.5 })
    const before = await predicted(two(5), 'net2.model')
    expect(await predicted([...joint, sum], 'end.model_2')).not.toEqual(before)
    expect(await predicted([...joint, sum], 'end.model')).not.toEqual(
      await predicted(two(5), 'net1.model'),
    )
  })

  test('AveragedModel takes the averages of one of the models', async () => {
    const averaged = node(
      'averaged',
      'AveragedModel',
      { model: 'end.model_2', training: 'end.training' },
      { learner: 2 },
    )
    expect(await predicted([...two(5), averaged], 'averaged.model')).toEqual(
      await predicted(two(5), 'end.ema_2'),
    )
    const missing = { ...averaged, params: { learner: 3 } }
    await expect(predicted([...two(1), missing], 'averaged.model')).rejects.toThrow(
      'Expected the number of a model from 1 to 2, as the training has 2, got 3.',
    )
  })

  test('models that depend on each other differ between updates together and in turn', async () => {
    // The second model is trained to predict what the first one does.
    const follow = (updates: string) =>
      two(3).map((one): GraphNode => {
        if (one.id === 'loss2')
          return node('loss2', 'Loss', {
            prediction: 'predict2.prediction',
            target: 'guide.value',
          })
        return one.id === 'end' ? { ...one, params: { ...one.params, updates } } : one
      })
    const guide = [
      node('guess', 'Predict', { model: 'start.model', x_t: 'forward2.x_t', t: 't2.t' }),
      node('guide', 'StopGradient', { value: 'guess.prediction' }),
    ]
    const model = async (updates: string, name: string) =>
      predicted([...follow(updates), ...guide], `end.${name}`)
    expect(await model('in_turn', 'model')).toEqual(await model('together', 'model'))
    expect(await model('in_turn', 'model_2')).not.toEqual(await model('together', 'model_2'))
  })

  test('the history of each loss, and values that steps pass on', async () => {
    const views = await shownBy([
      ...two(6),
      node('chart', 'Chart', { values_1: 'end.history', values_2: 'end.history_2' }),
      node('body', 'Chart', {
        values_1: 'loss1.loss',
        values_2: 'loss2.loss',
        values_3: 'mean.mix',
      }),
      node('last', 'Numbers', { numbers_1: 'end.value_1' }),
    ])
    const [first, second] = (views.get('chart')!.at(-1) as ChartView).lines
    const [loss, other, mean] = (views.get('body')!.at(-1) as ChartView).lines
    // Each iteration is observed once, although its body runs twice.
    expect(loss.x).toEqual(Float64Array.of(0, 1, 2, 3, 4, 5))
    expect(first.y).toEqual(loss.y)
    expect(second.y).toEqual(other.y)
    let expected = 0
    loss.y.forEach((value, i) => {
      expected += 0.25 * (value - expected)
      expect(mean.y[i]).toBeCloseTo(expected, 5)
    })
    expect(views.get('last')!.at(-1)).toMatchObject({ rows: [{ value: mean.y[5] }] })
  })

  test('the average at each step is that of the steps before', async () => {
    const steps = 4
    const graph = [
      ...alone(steps, 2).map(
        changed('start', ({ params }) => ({
          params: { ...params, batch_size: 64, shuffle: false },
        })),
      ),
      node('target', 'Predict', { model: 'start.ema', x_t: 'probe noise.noise', t: 'probe t.t' }),
    ]
    const now = await evaluate([...graph, ...probe('start.ema')], { out: 'probe.prediction' })
    const shorter = graph.map(
      changed('start', ({ params }) => ({ params: { ...params, steps: steps - 1 } })),
    )
    expect(now.out.tensor.data).toEqual(await predicted(shorter, 'end.ema'))
  })

  test('a training ends early, once `again` that is read is not positive', async () => {
    const ending = (from: string, slot: string, params: object) => [
      ...alone(30, 1).map(
        changed('end', (end) => ({
          inputs: { ...end.inputs, again: { node: from, slot } },
          params: { ...end.params, ...params },
        })),
      ),
      // 0, on the device.
      node('zero', 'Loss', { prediction: 'predict1.prediction', target: 'predict1.prediction' }),
    ]
    const made = async (from: string, slot: string, params: object) => {
      const chart = node('chart', 'Chart', { values_1: 'end.history' })
      const views = await shownBy([...ending(from, slot, params), chart])
      return (views.get('chart')!.at(-1) as ChartView).lines[0].x.length
    }
    expect(await made('zero', 'loss', { again_every: 1 })).toBe(1)
    expect(await made('zero', 'loss', { again_every: 7 })).toBe(7)
    expect(await made('zero', 'loss', {})).toBe(10)
    // The number of steps before is 0 at the first step, and known without reading.
    expect(await made('start', 'step', {})).toBe(1)
  })

  test('a second data set has its own order, or that of the first', async () => {
    const batch = async (pairs: boolean) => {
      const { a, b } = await evaluate(
        alone(3, 1).map(
          changed('start', ({ inputs, params }) => ({
            inputs: { ...inputs, dataset_2: { node: 'data', slot: 'dataset' } },
            params: { ...params, pairs },
          })),
        ),
        { a: 'start.x_0', b: 'start.x_0_2' },
      )
      return [a.tensor.data, b.tensor.data]
    }
    const [a, b] = await batch(true)
    expect(b).toEqual(a)
    const [first, own] = await batch(false)
    expect(first).toEqual(a)
    expect(own).not.toEqual(first)
    const uneven = alone(3, 1).map(
      changed('start', ({ inputs, params }) => ({
        inputs: { ...inputs, dataset_2: { node: 'few', slot: 'dataset' } },
        params: { ...params, pairs: true },
      })),
    )
    const few = node('few', 'Points', {}, { count: 32 })
    await expect(evaluate([...uneven, few], { b: 'start.x_0_2' })).rejects.toThrow(GraphError)
  })

  test('a model that its loss does not depend on is a fault', () => {
    const graph = two(2).map(
      changed('end', ({ inputs }) => ({
        inputs: { ...inputs, loss_2: { node: 'loss1', slot: 'loss' } },
      })),
    )
    expect(tryCompile({ nodes: graph }, undefined, ops).faults).toMatchObject([
      { node: 'end', slot: 'loss_2', message: expect.stringContaining('model_2') },
    ])
  })

  const last = node('last', 'Numbers', { numbers_1: 'end.value_1' })
  const show = node('chart', 'Chart', { values_1: 'end.history_2', values_2: 'end.history' })

  /** A training with all kinds of state, which never ends early. */
  const full = (): GraphNode[] => [
    ...two(12).map(
      changed('end', ({ inputs }) => ({
        inputs: { ...inputs, again: { node: 'loss1', slot: 'loss' } },
      })),
    ),
    show,
    last,
  ]

  /** Runs {@link full} on a store and returns its events. */
  async function runOn(
    store: StateStore,
    onEvent: (event: Event, session: Session) => void = () => {},
    paused = false,
  ) {
    const events: Event[] = []
    const session = createSession({
      ops,
      store,
      onEvent(event) {
        events.push(event)
        onEvent(event, session)
      },
    })
    session.saveEvery(0)
    await session.run({ type: 'run', run: 1, graph: { nodes: full() }, paused })
    await session.dispose()
    return events
  }

  /** Resumes {@link full} from a store after `index` steps, and checks its results. */
  async function expectResumed(store: StateStore, index: number) {
    const resumed = await runOn(store)
    const progress = resumed.flatMap((event) => (event.type === 'progress' ? [event.index] : []))
    expect(Math.min(...progress)).toBe(index + 1)
    const expected = await shownBy(full())
    for (const id of ['chart', 'last']) {
      const views = resumed.flatMap((event) =>
        event.type === 'view' && event.node === id ? [event.view] : [],
      )
      expect(views.at(-1)).toEqual(expected.get(id)?.at(-1))
    }
  }

  test('a training that was stopped is resumed with the bits of an uninterrupted one', async () => {
    const store = memoryStore()
    const step = (event: Event, session: Session) => {
      if (event.type === 'paused') session.control('step', 1)
      if (event.type === 'progress' && event.index === 5) session.control('stop', 1)
    }
    await runOn(store, step, true)
    await expectResumed(store, 5)
  })

  test('so is one that ended abruptly: only what was saved during it is left', async () => {
    const left = memoryStore()
    let saved: number | undefined
    const store = memoryStore()
    const copying: StateStore = {
      ...store,
      async put(key, bytes) {
        await store.put(key, bytes)
        if (saved === undefined && key.startsWith('state/')) await left.put(key, bytes.slice())
      },
    }
    await runOn(copying, (event, session) => {
      if (event.type === 'saved' && event.index >= 4) saved ??= event.index
      // Else the time that a save takes decides whether another one is made.
      if (event.type === 'progress' && event.index >= 4) session.save()
    })
    expect(saved).toBeLessThan(12)
    await expectResumed(left, saved ?? -1)
  })
})
