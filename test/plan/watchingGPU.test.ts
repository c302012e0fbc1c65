// Measures on a GPU are complete after the device has finished; a training step is one unit.
import { expect, test } from 'vitest'
import { createSession } from '../../src/engine/plan/session.ts'
import type { Event } from '../../src/engine/protocol.ts'
import { onEachBackend } from '../backends.ts'
import { graph, node, ops } from './toy.ts'

onEachBackend(() => {
  test('waits for the device after each node, and reports a training step at its end', async () => {
    const events: Event[] = []
    const session = createSession({ ops, onEvent: (event) => events.push(event) })
    const training = graph(
      node('net', 'Net', {}, { weight: 0.5 }),
      node('start', 'TrainingStart', { model: 'net.model' }, { steps: 3, seed: 7 }),
      node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
      node('goal', 'Constant', {}, { value: 1 }),
      node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
      node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, {}),
      node('y', 'Apply', { model: 'end.model', x: 'goal.value' }),
      node('show', 'Show', { value: 'y.y' }),
    )
    await session.run({ type: 'run', run: 1, graph: training, measure: true })
    const told = events.findLast((event) => event.type === 'measured')!
    const of = new Map(told.nodes.map((each) => [each.node, each]))
    expect(told.timing).toBe('waited')
    expect([of.get('apply'), of.get('loss')].map((each) => [each!.seconds, each!.calls])).toEqual([
      [undefined, 3],
      [undefined, 3],
    ])
    expect(['net', 'start', 'end', 'y'].map((id) => of.get(id)!.seconds! > 0)).toEqual([
      true,
      true,
      true,
      true,
    ])
    await session.dispose()
  })
}, ['webgpu'])
