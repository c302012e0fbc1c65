// Faults of closed nodes whose params are invalid.
import { describe, expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import { wire } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { nodes } from '../../src/nodes/table.ts'
import { node } from './evaluate.ts'

const ops = opTable(nodes)

const graph = (params: Record<string, unknown>) => ({
  nodes: [
    node('schedule', 'NoiseSchedule'),
    node('exact', 'ExactModel', { schedule: 'schedule.schedule' }),
    node('x_T', 'GaussianNoise', {}, { batch_size: 4 }),
    node(
      '4',
      'Sampler',
      { model: 'exact.model', x_T: 'x_T.noise', schedule: 'schedule.schedule' },
      params,
    ),
    node('scatter', 'Scatter', { samples_1: '4.x_0' }),
    node('see', 'Inspect', { value: '4.x_0' }),
  ],
})

const faults = (params: Record<string, unknown>, targets?: Parameters<typeof tryCompile>[1]) =>
  tryCompile(graph(params), targets, ops).faults.map(({ node: id, param, message }) => ({
    id,
    param,
    message,
  }))

describe('an invalid param of a closed node is the only fault', () => {
  const fault = {
    id: '4',
    param: 'num_inference_steps',
    message: expect.stringContaining('Expected num_inference_steps to be'),
  }
  const params = { num_inference_steps: -3 }

  test('of all nodes', () => expect(faults(params)).toEqual([fault]))
  test('of a target behind it', () => expect(faults(params, ['see'])).toEqual([fault]))
  test('of its own output', () => {
    expect(faults(params, ['4'])).toEqual([fault])
    expect(faults(params, [wire('4', 'x_0')])).toEqual([fault])
  })
  test('of no node with a valid param', () =>
    expect(faults({ num_inference_steps: 3 })).toEqual([]))
})

test('a wire to a node that does not exist is still a fault', () => {
  const { nodes: all } = graph({ num_inference_steps: -3 })
  const lost = node('lost', 'Inspect', { value: 'gone.x_0' })
  const found = tryCompile({ nodes: [...all, lost] }, undefined, ops).faults
  expect(found.map(({ node: id }) => id)).toEqual(['4', 'lost'])
})
