// Long iterations: a stop may end the engine during one, so the state before it is stored first.
import { beforeAll, expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { graph, node, ops } from './toy.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

const STEPS = 6

const training = graph(
  node('net', 'Net', {}, { weight: 0.5 }),
  node('start', 'TrainingStart', { model: 'net.model' }, { steps: STEPS, seed: 7 }),
  node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
  node('goal', 'Constant', {}, { value: 1 }),
  node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
  node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
  node('x', 'Constant', {}, { value: 1 }),
  node('y', 'Apply', { model: 'end.model', x: 'x.value' }),
  node('show', 'Show', { value: 'y.y' }),
)

/** Trains with iterations of some milliseconds. Returns the reached and the stored steps in order. */
async function trainWithSlowStore(iteration: number): Promise<string[]> {
  let time = 0
  const order: string[] = []
  const note = (event: Event) => {
    if (event.type === 'progress') time += iteration
    if (event.type === 'progress' || event.type === 'saved')
      order.push(`${event.type} ${event.index}`)
  }
  const store = memoryStore()
  const put: typeof store.put = async (...entry) => {
    // Short iterations reach the last step before the first state is stored.
    const isStored = () => iteration >= 1000 || order.includes(`progress ${STEPS}`)
    do await new Promise((resolve) => setTimeout(resolve))
    while (!isStored())
    await store.put(...entry)
  }
  const session = createSession({
    ops,
    store: { ...store, put },
    onEvent: note,
    now: () => time,
  })
  await session.run({ type: 'run', run: 1, graph: training })
  await session.dispose()
  return order
}

test('a state is stored before the next long iteration', async () => {
  const steps = Array.from({ length: 6 }, (_, i) => i + 1)
  const expected = steps.flatMap((step) => [`progress ${step}`, `saved ${step}`])
  expect((await trainWithSlowStore(3000)).slice(0, expected.length)).toEqual(expected)
})

test('short iterations do not wait for a state that is being stored', async () => {
  const order = await trainWithSlowStore(100)
  expect(order.filter((each) => each.startsWith('saved'))).not.toContain('saved 3')
})
