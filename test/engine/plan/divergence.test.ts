// Trainings that diverge: detected at once, with the last good weights kept.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { LossWatch } from '../../../src/engine/plan/lossWatch.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import { memoryStore } from '../../../src/engine/plan/store.ts'
import type { Event } from '../../../src/engine/protocol.ts'
import { graph, node, ops, ran } from './toy.ts'

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
beforeEach(() => {
  tensors = tf.memory().numTensors
  ran.length = 0
})
afterEach(() => expect(tf.memory().numTensors).toBe(tensors))

/** Gradient descent with inputs of 1 to 2 times the factors: it diverges above 3. */
const training = (steps: number, ...factors: number[]): Graph =>
  graph(
    node('net', 'Net', {}, { weight: 0.5 }),
    node('start', 'TrainingStart', { model: 'net.model' }, { steps, seed: 7 }),
    ...factors.flatMap((weight, i) => [
      node(`factor${i}`, 'Net', {}, { weight }),
      node(`x${i}`, 'Apply', { model: `factor${i}.model`, x: i ? `x${i - 1}.y` : 'start.x' }),
    ]),
    node('apply', 'Apply', {
      model: 'start.model',
      x: factors.length ? `x${factors.length - 1}.y` : 'start.x',
    }),
    node('goal', 'Constant', {}, { value: 1 }),
    node('loss', 'SquaredError', { a: 'apply.y', b: 'goal.value' }),
    node('end', 'TrainingEnd', { loop: 'start.loop', loss: 'loss.loss' }),
    node('one', 'Constant', {}, { value: 1 }),
    node('y', 'Apply', { model: 'end.model', x: 'one.value' }),
    node('show', 'Show', { value: 'y.y' }),
  )

function start(store = memoryStore()) {
  const events: Event[] = []
  const session = createSession({ ops, store, onEvent: (event) => events.push(event) })
  return {
    session,
    /** Runs a graph. Returns its faults, the value it shows, and its number of training steps. */
    async run(what: Graph) {
      events.length = ran.length = 0
      await session.run({ type: 'run', run: 1, graph: what })
      return {
        faults: events.flatMap((event) => (event.type === 'faults' ? event.faults : [])),
        shown: events.flatMap((event) =>
          event.type === 'view' && event.view.kind === 'statistics' ? [event.view.mean] : [],
        ),
        steps: ran.filter((what) => what === 'train').length,
      }
    },
  }
}

describe('a training that diverges', () => {
  test('ends when the loss explodes, and its last good weights are kept', async () => {
    const store = memoryStore()
    const { session, run } = start(store)
    const { faults, steps } = await run(training(100, 8))
    expect(faults).toMatchInlineSnapshot(`
      [
        {
          "cure": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1. The weights after step 2 are kept: set steps to 2 to use them.",
          "message": "Expected a loss below 5.0e+10, got 5.67e+10 at step 4: the training diverges.",
          "messages": {
            "cure": {
              "id": "faults.sentences",
              "text": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1. The weights after step 2 are kept: set steps to 2 to use them.",
              "values": {
                "first": {
                  "id": "plan.lowerRate",
                  "text": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1.",
                },
                "second": {
                  "id": "plan.goodWeights",
                  "text": "The weights after step 2 are kept: set steps to 2 to use them.",
                  "values": {
                    "step": "2",
                  },
                },
              },
            },
            "message": {
              "id": "plan.lossExploded",
              "text": "Expected a loss below 5.0e+10, got 5.67e+10 at step 4: the training diverges.",
              "values": {
                "limit": "5.0e+10",
                "step": "4",
                "value": "5.67e+10",
              },
            },
          },
          "node": "end",
          "slot": "loss",
        },
      ]
    `)
    expect(steps).toBeLessThanOrEqual(6)
    // The weights after step 3 gave the loss of step 4, so those after step 2 are good.
    const good = 2
    const kept = await run(training(good, 8))
    expect(kept).toMatchObject({ faults: [], steps: 0 })
    await session.dispose()
    const later = start(store)
    expect(await later.run(training(good, 8))).toEqual({ ...kept, steps: 0 })
    await later.session.dispose()
    const other = start()
    expect((await other.run(training(good, 8))).shown).toEqual(kept.shown)
    await other.session.dispose()
  })

  test('ends when the weights are infinite after the last step', async () => {
    const { session, run } = start()
    // The loss, about 1e38, is finite and the first one; its gradient is not.
    const { faults } = await run(training(1, 1.8e5, 1e7, 1e7))
    expect(faults).toMatchInlineSnapshot(`
      [
        {
          "cure": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1.",
          "message": "Expected finite weights, got others after step 1.",
          "messages": {
            "cure": {
              "id": "plan.lowerRate",
              "text": "Lower lr of Optimizer, set its clip_norm to 1, set activations of TrainingStart to float32, or check that the data lie between about -1 and 1.",
            },
            "message": {
              "id": "plan.weightsNotFinite",
              "text": "Expected finite weights, got others after step 1.",
              "values": {
                "step": "1",
              },
            },
          },
          "node": "end",
          "slot": "loss",
        },
      ]
    `)
    await session.dispose()
  })

  test('that does not diverge continues', async () => {
    const { session, run } = start()
    const first = await run(training(3))
    expect(first).toMatchObject({ faults: [], steps: 3 })
    expect(await run(training(5))).toMatchObject({ faults: [], steps: 2 })
    await session.dispose()
  })
})

describe('a loss', () => {
  const judge = (losses: number[]) => {
    const watch = new LossWatch()
    return losses.map((loss, i) => watch.judge(i + 1, loss))
  }

  test.each([
    ['falls by many orders of magnitude', [1e5, 1e3, 1, 1e-5, 1e-9, 1e-3]],
    ['is small first and then one', [1e-12, 1e-12, 1]],
    ['is large from the start', [1e13, 1e14, 1e12]],
    ['varies by a factor of 1e5', [1, 1e5, 1, 1e-5, 1e5]],
    ['is negative', [-1, -1e5, -3]],
  ])('that %s is sound', (_, losses) => {
    expect(judge(losses)).toEqual(losses.map(() => undefined))
  })

  test.each([
    ['NaN', [1, NaN], 'notFinite'],
    ['infinite', [1, Infinity], 'notFinite'],
    ['1e23 after losses near 1', [1, 2, 1, 1e23], 'exploded'],
    ['multiplied by 1e4 each time', [1, 1e4, 1e8, 1e12], 'exploded'],
    ['1e10 late in a training', [...Array.from({ length: 500 }, () => 0.1), 1e10], 'exploded'],
  ])('that is %s is not', (_, losses, problem) => {
    expect(judge(losses).at(-1)).toBe(problem)
  })
})
