// Sessions of many runs: results that are not used any more are dropped.
import { beforeAll, expect, test } from 'vitest'
import { createSession } from '../../../src/engine/plan/session.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { graph, node, ops, ran } from './toy.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

const training = (rate: number) =>
  graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps: 3, seed: 7 }),
    node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
    node('goal', 'Constant', {}, { value: rate }),
    node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }, { emit_every: 0 }),
    node('x', 'Constant', {}, { value: 1 }),
    node('y', 'Apply', { model: 'end.model', x: 'x.value' }),
    node('save', 'Save', { value: 'y.y' }),
  )

test('the cached results of many different runs do not accumulate', async () => {
  const before = tf.memory().numTensors
  const session = createSession({ ops, onEvent: () => {} })
  const counts: number[] = []
  for (let run = 1; run <= 40; run++) {
    await session.run({ type: 'run', run, graph: training(run) })
    counts.push(tf.memory().numTensors - before)
  }
  expect(counts[5]).toBeGreaterThan(counts[0])
  expect(counts[39]).toBe(counts[19])
  const trained = () => ran.filter((what) => what === 'train').length
  const steps = trained()
  await session.run({ type: 'run', run: 41, graph: training(35) })
  expect(trained()).toBe(steps)
  await session.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
