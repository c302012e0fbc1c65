// Stop during an iteration: the iteration is discarded, so that the run is in the state of one that
// was stopped before it, and continues with the bits of an uninterrupted one. Nothing leaks.
import { describe, expect, test } from 'vitest'
import type { Graph } from '../../../src/engine/plan/graph.ts'
import { StopFlags } from '../../../src/engine/plan/stopFlags.ts'
import { onEachBackend } from '../../backends.ts'
import { expectSameBits, interruptibleSession } from '../../interruptions.ts'
import { node } from '../../nodes/evaluate.ts'
import { closedSampler } from '../../nodes/samplingLoop.ts'
import { trainingGraph } from '../../trainingGraph.ts'

/** Trains with averages and accumulated gradients, and samples during it. */
const training = (steps: number): Graph => ({
  nodes: trainingGraph(steps)
    .nodes.filter(({ op }) => !/SaveCheckpoint|Scatter/.test(op))
    .map((each) => {
      const params = { ...each.params }
      if (each.id === 'Start')
        Object.assign(params, { gradient_accumulation_steps: 2, ema_decay: 0.9 })
      if (each.id === 'End') params.emit_every = 2
      return { ...each, params }
    }),
})

/** Samples step by step, with a multistep solver. */
const sampling: Graph = {
  nodes: [
    node('schedule', 'NoiseSchedule'),
    node('model', 'ExactModel', { schedule: 'schedule.schedule' }, { mixture: 'eight_gaussians' }),
    node('noise', 'GaussianNoise', {}, { batch_size: 4, seed: 3 }),
    closedSampler({ sampler: 'dpmpp_2m', num_inference_steps: 5 }),
  ],
}

/** Compares two data sets by the features of an untrained classifier, in four batches. */
const evaluation: Graph = {
  nodes: [
    node('train', 'Digits', {}, { split: 'train' }),
    node('test', 'Digits', {}, { split: 'test' }),
    node('net', 'Classifier', { dataset: 'train.dataset' }, { block_out_channels: '8, 8' }),
    node(
      'distance',
      'FrechetDistance',
      { samples: 'test.dataset', reference: 'train.dataset', classifier: 'net.model' },
      { count: 350 },
    ),
  ],
}

onEachBackend(() => {
  test('a training continues with the same bits', async () => {
    await expectSameBits({ graph: training(6), wires: ['End.model', 'Samples.x_0'] }, 8)
  })

  test('the state is that of a training that was stopped before the iteration', async () => {
    const probed = (steps: number) => ({ graph: training(steps), wires: ['End.training'] })
    const session = interruptibleSession(probed(6))
    const { kernels } = await session.run()
    await session.close()
    const stopped = interruptibleSession(probed(6))
    const { losses } = await stopped.run(Math.floor(0.6 * kernels))
    const { index } = losses!
    expect(index).toBeGreaterThan(0)
    expect(index).toBeLessThan(6)
    // Shows the state that the stop left.
    const left = await stopped.run(Infinity, training(index))
    await stopped.close()
    const other = interruptibleSession(probed(index))
    expect(left.seen).toEqual((await other.run()).seen)
    await other.close()
  })

  test('an evaluation ends between two batches of the classifier', async () => {
    const wires = ['distance.distance']
    const session = interruptibleSession({ graph: evaluation, wires })
    const { kernels, seen } = await session.run()
    await session.close()
    expect(Object.keys(seen)).toEqual(wires)
    const interrupted = interruptibleSession({ graph: evaluation, wires })
    const stopped = await interrupted.run(Math.floor(kernels / 2))
    expect(stopped).toMatchObject({ stopped: true, faults: [], seen: {} })
    // The batch in progress is completed, but not all of them.
    expect(stopped.kernels).toBeLessThan(0.9 * kernels)
    expect((await interrupted.run()).seen).toEqual(seen)
    await interrupted.close()
  })

  test('a closed sampler continues with the same bits', async () => {
    await expectSameBits({ graph: sampling, wires: ['sampler.x_0'] }, 6)
  })
}, ['cpu', 'wasm'])

describe('stop flags', () => {
  test('remember the last stops, in any order', () => {
    const flags = new StopFlags(new SharedArrayBuffer(68))
    expect(flags.has(7)).toBe(false)
    for (let run = 1; run <= 20; run++) flags.add(run)
    const engine = new StopFlags(flags.memory)
    expect([4, 5, 20, 21].map((run) => engine.has(run))).toEqual([false, true, true, false])
  })
})
