// Nodes that read tensors back to the CPU before they run.
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import { tryCompile } from '../../../src/engine/plan/compile.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import type { StatisticsView } from '../../../src/engine/base/view.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { defineNode, slot } from '../../../src/nodes/define.ts'
import { graph, node, ops, toNumberValue } from './toy.ts'

/** Rounds a number, which the CPU has to know. */
const round = defineNode({
  category: 'tools',
  summary: 'A toy.',
  type: 'toy/Round',
  inputs: { a: slot.number() },
  outputs: { rounded: slot.number() },
  params: {},
  reads: ({ a }) => [a.tensor],
  run: (_, __, { read = [] }) => ({ rounded: toNumberValue(tf.scalar(Math.round(read[0][0]))) }),
})
const withRound = opTable([...ops.values(), round])

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
beforeEach(() => void (tensors = tf.memory().numTensors))
afterEach(() => expect(tf.memory().numTensors).toBe(tensors))

const lastMean = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'view' ? [event.view as StatisticsView] : [])).at(-1)
    ?.mean

test('a node receives the contents of tensors, inside loops as well', async () => {
  const events: Event[] = []
  const session = createSession({ ops: withRound, onEvent: (event) => events.push(event) })
  const counting = graph(
    node('one', 'Constant', {}, { value: 1.4 }),
    node('start', 'SamplingStart', { x: 'one.value' }, { steps: 4 }),
    node('step', 'Add', { a: 'start.x', b: 'one.value' }),
    node('round', 'Round', { a: 'step.sum' }),
    node('end', 'SamplingEnd', { loop: 'start.loop', x: 'round.rounded' }),
    node('show', 'Show', { value: 'end.x' }),
  )
  await session.run({ type: 'run', run: 1, graph: counting })
  // 1.4 -> 3 -> 4 -> 5 -> 6
  expect(lastMean(events)).toBe(6)
  await session.dispose()
})

test('a node that reads values back is a fault inside a training step', () => {
  const { faults } = tryCompile(
    graph(
      node('net', 'Net', {}, { weight: 0.5 }),
      node('start', 'TrainingStart', { model: 'net.model' }, { steps: 1 }),
      node('apply', 'Apply', { model: 'start.model', x: 'start.x' }),
      node('round', 'Round', { a: 'apply.y' }),
      node('loss', 'SquaredError', { a: 'apply.y', b: 'round.rounded' }),
      node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
      node('show', 'Show', { value: 'round.rounded' }),
    ),
    undefined,
    withRound,
  )
  expect(faults).toMatchInlineSnapshot(`
    [
      {
        "also": [
          "start",
        ],
        "cure": "Take its values from outside the body of Training Start, such as from the outputs of its End.",
        "message": "Round reads tensors back to the CPU, which is not possible while Training Start records gradients.",
        "messages": {
          "cure": {
            "id": "plan.readAfter",
            "text": "Take its values from outside the body of Training Start, such as from the outputs of its End.",
            "values": {
              "start": "Training Start",
            },
          },
          "message": {
            "id": "plan.readsInUnit",
            "text": "Round reads tensors back to the CPU, which is not possible while Training Start records gradients.",
            "values": {
              "node": "Round",
              "start": "Training Start",
            },
          },
        },
        "node": "round",
      },
    ]
  `)
})
