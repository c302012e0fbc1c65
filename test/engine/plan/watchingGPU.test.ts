// Measures on a GPU: by timestamps also inside training steps; without them, after the device has
// finished each node, with a training step as one unit.
import { expect, test, vi } from 'vitest'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import type { Event, Measure } from '../../../src/engine/protocol.ts'
import { onEachBackend } from '../../backends.ts'
import { graph, node, ops } from './toy.ts'

onEachBackend(() => {
  const training = graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps: 30, seed: 7 }),
    node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
    node('goal', 'Constant', {}, { value: 1 }),
    node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, {}),
    node('y', 'Apply', { model: 'end.model', x: 'goal.value' }),
    node('show', 'Show', { value: 'y.y' }),
  )

  /** Returns the last measures, and the losses as text. */
  async function run(measure: boolean) {
    const events: Event[] = []
    const session = createSession({ ops, onEvent: (event) => events.push(event) })
    await session.run({ type: 'run', run: 1, graph: training, measure })
    await session.dispose()
    const measured = events.findLast((event) => event.type === 'measured')
    const losses = events.findLast((event) => event.type === 'losses')?.losses.join()
    return { timing: measured?.timing, nodes: measured?.nodes ?? [], losses }
  }

  const isPositive = (nodes: Measure[], id: string) =>
    nodes.find((each) => each.node === id)!.seconds! > 0

  test('measures each node by timestamps, without a change of bits', async ({ skip }) => {
    const { device } = tf.backend() as unknown as WebGPUBackend
    if (!device.features.has('timestamp-query')) skip('This device has no timestamps')
    const { timing, nodes, losses } = await run(true)
    expect(timing).toBe('device')
    expect(nodes.find(({ node }) => node === 'apply')!.calls).toBe(30)
    // Timestamps are rounded to 100 µs, so that a node that runs once may have taken 0.
    const inside = ['apply', 'loss', 'end']
    expect(inside.map((id) => isPositive(nodes, id))).toEqual(inside.map(() => true))
    expect(nodes.find(({ node }) => node === 'y')!.seconds).toBeGreaterThanOrEqual(0)
    expect((await run(false)).losses).toBe(losses)
  })

  test('compiles a model outside of loops before its node runs', async () => {
    const backend = tf.backend() as unknown as WebGPUBackend
    const precompile = vi.spyOn(backend, 'precompile')
    const session = createSession({ ops, onEvent: () => {} })
    const applied = graph(
      node('net', 'Net', {}, { weight: 0.5 }),
      node('x', 'Constant', {}, { value: 1 }),
      node('y', 'Apply', { model: 'net.model', x: 'x.value' }),
      node('show', 'Show', { value: 'y.y' }),
    )
    await session.run({ type: 'run', run: 1, graph: applied })
    // Of these nodes, only Apply has a model; its result is cached in the second run.
    await session.run({ type: 'run', run: 2, graph: applied })
    await session.dispose()
    expect(precompile).toHaveBeenCalledTimes(1)
    precompile.mockRestore()
  })

  test('waits for a device without timestamps after each node', async () => {
    const backend = tf.backend() as unknown as WebGPUBackend
    const startTimer = vi.spyOn(backend, 'startTimer').mockReturnValue(undefined)
    const { timing, nodes } = await run(true)
    startTimer.mockRestore()
    const of = new Map(nodes.map((each) => [each.node, each]))
    expect(timing).toBe('waited')
    expect([of.get('apply'), of.get('loss')].map((each) => [each!.seconds, each!.calls])).toEqual([
      [undefined, 30],
      [undefined, 30],
    ])
    const waited = ['net', 'start', 'end', 'y']
    expect(waited.map((id) => isPositive(nodes, id))).toEqual(waited.map(() => true))
  })
}, ['webgpu'])
