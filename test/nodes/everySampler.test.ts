// Every sampler on every kind of schedule: samples near the data, or a fault before the run.
import { expect, test } from 'vitest'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { closedSampler } from './samplingLoop.ts'

const { sampler: param } = nodes.find(({ type }) => type === 'diffusion/Sampler')!.params
const samplers = param.kind === 'choice' ? param.choices : []

/** Solvers in terms of ε cannot start from pure noise (zero SNR). */
const inNoise = ['deis', 'dpm_solver']

const zeroSnr = node('schedule', 'NoiseSchedule', {}, { rescale_betas_zero_snr: true })

const kinds: [name: string, schedule: GraphNode, predicts: string, refused: readonly string[]][] = [
  ['a table with zero terminal SNR', zeroSnr, 'epsilon', samplers],
  ['a table with zero terminal SNR', zeroSnr, 'v_prediction', inNoise],
  ['a table', node('schedule', 'NoiseSchedule'), 'epsilon', []],
  ['a flow', node('schedule', 'FlowSchedule'), 'epsilon', samplers],
  ['a flow', node('schedule', 'FlowSchedule'), 'flow_prediction', inNoise],
  ['sigmas', node('schedule', 'SigmaSchedule'), 'epsilon', []],
  ['the continuous VP', node('schedule', 'VPSchedule'), 'epsilon', []],
]

/** Builds a graph that runs all these samplers in parallel. */
const graphOf = (schedule: GraphNode, predicts: string, names: readonly string[]): GraphNode[] => [
  schedule,
  node(
    'model',
    'ExactModel',
    { schedule: 'schedule.schedule' },
    { mixture: 'eight_gaussians', std: 0.1, predicts },
  ),
  node('noise', 'GaussianNoise', {}, { batch_size: 2, seed: 3 }),
  ...names.flatMap((sampler) => [
    closedSampler({ sampler, num_inference_steps: 6, timestep_spacing: 'trailing' }, sampler),
    node(`${sampler} shown`, 'Inspect', { value: `${sampler}.x_0` }),
  ]),
]

onCpu(() => {
  test.each(kinds)('samples or reports faults: $0, $2', async (_, schedule, predicts, refused) => {
    const session = createSession({ ops: opTable(nodes), onEvent: () => {} })
    const faults = session.check({ nodes: graphOf(schedule, predicts, samplers) })
    await session.dispose()
    expect(faults.map(({ node }) => node).sort()).toEqual([...refused].sort())
    const left = samplers.filter((sampler) => !refused.includes(sampler))
    if (left.length === 0) return

    const wanted = Object.fromEntries(left.map((sampler) => [sampler, `${sampler}.x_0`]))
    const sampled = await evaluate(graphOf(schedule, predicts, left), wanted)
    // The eight Gaussians are within 2 of the origin. The comparison also excludes NaN.
    const far = left.filter(
      (sampler) => !sampled[sampler].tensor.data.every((value) => Math.abs(value) < 6),
    )
    expect(far).toEqual([])
  })
})
