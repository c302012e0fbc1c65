// Losses on a GPU, which are read in batches: all arrive, and a training that diverges still ends with
// its last good weights.
import { expect, test, vi } from 'vitest'
import { activeBackend } from '../../../src/engine/base/backend.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { MAX_UNKNOWN } from '../../../src/engine/plan/lossReader.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { onEachBackend } from '../../backends.ts'
import { graph, node, ops, ran } from './toy.ts'

/** Gradient descent, which diverges with a factor above 3. */
const training = (steps: number, weight: number): Graph =>
  graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
    node('factor', 'Net', {}, { weight }),
    node('x', 'Apply', { model: 'factor.model', x: 'start.x' }),
    node('apply', 'Apply', { model: 'start.model', x: 'x.y' }),
    node('goal', 'Constant', {}, { value: 1 }),
    node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
    node('y', 'Apply', { model: 'end.model', x: 'goal.value' }),
    node('show', 'Show', { value: 'y.y' }),
  )

onEachBackend(() => {
  async function run(session: ReturnType<typeof start>, what: Graph) {
    session.events.length = ran.length = 0
    await session.run({ type: 'run', run: 1, graph: what })
    return {
      faults: session.events.flatMap((event) => (event.type === 'faults' ? event.faults : [])),
      steps: ran.filter((what) => what === 'train').length,
    }
  }

  function start() {
    const events: Event[] = []
    return Object.assign(createSession({ ops, onEvent: (event) => events.push(event) }), { events })
  }

  test('every loss is read once, and the last report has the last one', async () => {
    const read = vi.spyOn(activeBackend(), 'readScalars')
    const session = start()
    expect(await run(session, training(50, 1))).toMatchObject({ faults: [] })
    expect(read.mock.calls.flatMap(([scalars]) => scalars)).toHaveLength(50)
    const batches = await Promise.all(
      read.mock.results.map(({ value }) => value as Promise<Float32Array>),
    )
    const losses = batches.flatMap((batch) => [...batch])
    expect(losses.every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true)
    const last = session.events.findLast((event) => event.type === 'progress')
    expect(last).toMatchObject({ index: 50, loss: losses[49] })
    read.mockRestore()
    await session.dispose()
  })

  test('at a pause, the last report has the loss of the step before it', async () => {
    const read = vi.spyOn(activeBackend(), 'readScalars')
    const reports: { index: number; loss?: number }[] = []
    const paused: typeof reports = []
    const session = createSession({
      ops,
      onEvent(event) {
        if (event.type === 'progress') reports.push(event)
        // Pauses after the fifth report, and after single steps.
        if (event.type === 'progress' && reports.length === 5) session.control('pause', 1)
        if (event.type !== 'paused') return
        paused.push(reports.at(-1)!)
        session.control(paused.length < 4 ? 'step' : 'stop', 1)
      },
    })
    await session.run({ type: 'run', run: 1, graph: training(10_000, 1) })
    const batches = await Promise.all(
      read.mock.results.map(({ value }) => value as Promise<Float32Array>),
    )
    const losses = batches.flatMap((batch) => [...batch])
    read.mockRestore()
    expect(paused.map(({ loss }) => loss)).toEqual(losses.slice(-4))
    expect(paused.at(-1)!.index).toBe(losses.length)
    await session.dispose()
  })

  test('a loss that explodes ends the training, and the weights of an earlier step are kept', async () => {
    const session = start()
    const { faults, steps } = await run(session, training(400, 8))
    expect(faults).toMatchObject([{ node: 'end', slot: 'loss' }])
    const [bad, good] = [
      /at step (\d+)/.exec(faults[0].message!),
      /after step (\d+)/.exec(faults[0].cure!),
    ]
    expect(steps - Number(bad![1])).toBeLessThanOrEqual(MAX_UNKNOWN + 1)
    expect(Number(good![1])).toBeLessThan(Number(bad![1]))
    // They are stored: a training of so many steps has nothing to do.
    expect(await run(session, training(Number(good![1]), 8))).toEqual({ faults: [], steps: 0 })
    await session.dispose()
  })
}, ['webgpu'])
