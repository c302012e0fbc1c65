// What is different between states of a workflow, as data and in words; and what of it makes another run.
import { describe, expect, test } from 'vitest'
import { changesOf, changesThatRun, differencesOf } from '../../src/editor/changes.ts'
import { changeInWords, inALine } from '../../src/editor/changeWords.ts'
import { describe as describeSubgraph, promote } from '../../src/editor/subgraph/border.ts'
import { packed } from '../../src/editor/subgraph/pack.ts'
import type { FileNode, WorkflowFile } from '../../src/nodes/workflow.ts'
import { declarations, fileOf } from './fileOf.ts'

const nodeIn = ({ nodes }: WorkflowFile, id: number): FileNode => nodes.find((node) => node.id === id)!

test('all of it, in words and in a line', () => {
  const before = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'ScheduleChart' }, [[1, 'schedule', 3, 'schedules_1']])
  const after = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 4: 'Points' }, [[1, 'schedule', 2, 'schedule']])
  nodeIn(after, 1).properties = { num_train_timesteps: 500 }
  Object.assign(nodeIn(after, 2), { title: 'Steps', mode: 2, pos: [40, 90] })
  before.extra.diffusion = { format: 1, title: 'One' }
  after.extra.diffusion = { format: 1, title: 'Two', about: 'more' }
  const changes = changesOf(before, after, declarations)
  expect(changes.map(changeInWords)).toEqual([
    '“One” is called “Two”',
    'Noise Schedule.num_train_timesteps 1000 → 500',
    'added Points',
    'removed Schedule Chart',
    'Steps.schedule: none → Noise Schedule.schedule',
    'Timesteps is titled Steps',
    'Steps is muted',
    'another description',
    '1 node moved or resized',
  ])
  expect(inALine(changes, 5)).toBe(
    '“One” is called “Two”; Noise Schedule.num_train_timesteps 1000 → 500; added Points; removed Schedule Chart; rewired Steps.schedule; and 3 more',
  )
  expect(inALine(changes)).toMatch(/; Timesteps is titled Steps; Steps is muted; another description$/)
  expect(inALine(changesOf(before, before, declarations))).toBe('')
  const moved = structuredClone(before)
  nodeIn(moved, 1).pos = [40, 90]
  expect(inALine(changesOf(before, moved, declarations))).toBe('1 node moved or resized')
})

describe('what makes another run', () => {
  const training = (...params: Record<string, unknown>[]) => {
    const file = fileOf({ 1: 'GaussianNoise', 2: 'Optimizer', 3: 'Note' }, [])
    for (const [i, properties] of params.entries()) Object.assign(nodeIn(file, i + 1).properties, properties)
    return file
  }

  test('params, but for those that mean nothing as the others stand; no titles, places or notes', () => {
    const after = training({}, { lr: 0.2, momentum: 0.5 }, { text: 'Look.' })
    Object.assign(nodeIn(after, 1), { title: 'Noise', pos: [40, 90] })
    expect(changesThatRun(training(), after, declarations)).toEqual([
      { kind: 'param', node: '2 diffusion/Optimizer', title: 'Optimizer', param: 'lr', from: 0.001, to: 0.2 },
    ])
    const other = training({}, { algorithm: 'sgd', momentum: 0.5 })
    expect(changesThatRun(training(), other, declarations).map(changeInWords)).toContain('Optimizer.momentum 0.9 → 0.5')
    expect(changesOf(training(), after, declarations).map(changeInWords)).toContain('Optimizer.momentum 0.9 → 0.5')
  })

  test('nodes that came, went or do not take part, and wires; past reroutes, for these are for the eye', () => {
    const direct = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, [[1, 'schedule', 2, 'schedule']])
    const led = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'Reroute' }, [
      [1, 'schedule', 3, 'value'],
      [3, 'value', 2, 'schedule'],
    ])
    expect(changesThatRun(direct, led, declarations)).toEqual([])
    expect(inALine(changesOf(direct, led, declarations))).toBe('added Reroute')
    const other = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 4: 'NoiseSchedule' }, [[4, 'schedule', 2, 'schedule']])
    Object.assign(nodeIn(other, 1), { mode: 4 })
    Object.assign(nodeIn(other, 4), { title: 'Another' })
    expect(changesThatRun(led, other, declarations).map(changeInWords)).toEqual([
      'added Another',
      'Timesteps.schedule: Noise Schedule.schedule → Another.schedule',
      'Noise Schedule is bypassed',
    ])
  })

  test('of several, each place once, with the value of each', () => {
    const several = [training({ seed: 7 }), training({ seed: 7 }, { lr: 0.2 }), training({ seed: 8 }, { lr: 0.3 })]
    const without = fileOf({ 1: 'GaussianNoise' }, [])
    nodeIn(without, 1).properties = { seed: 7 }
    const { params, others } = differencesOf([...several, without], declarations)
    expect(params).toEqual([
      { node: '2 diffusion/Optimizer', title: 'Optimizer', param: 'lr', values: [0.001, 0.2, 0.3, undefined] },
      { node: '1 diffusion/GaussianNoise', title: 'Gaussian Noise', param: 'seed', values: [7, 7, 8, 7] },
    ])
    expect(others.map((some) => inALine(some))).toEqual(['', '', '', 'removed Optimizer'])
  })
})

test('what is in a subgraph is told once, after its name, while both have it', () => {
  const flat = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'GaussianNoise' }, [
    [1, 'noise', 2, 'a'],
    [3, 'noise', 2, 'b'],
  ])
  const before = packed(flat, new Set([2, 3]), { id: 'some-subgraph', name: 'Blend' }, declarations).file
  const after = structuredClone(before)
  const [subgraph] = after.subgraphs!
  subgraph!.name = 'Blended'
  nodeIn(subgraph!.inside, 2).properties = { w: 0.25 }
  expect(changesOf(before, after, declarations).map(changeInWords)).toEqual([
    'Blended › Mix.w 0.5 → 0.25',
    'Blend is titled Blended',
  ])
  const outside = promote(describeSubgraph(before, 'some-subgraph', { description: 'half of each' }), 'some-subgraph', 2, 'w')
  expect(inALine(changesOf(before, outside, declarations))).toBe(
    'Blend has other slots or parameters outside; another description of Blend',
  )
  const { params } = differencesOf([before, after], declarations)
  expect(params.map(({ title, values }) => [title, values])).toEqual([['Blended › Mix', [0.5, 0.25]]])
  expect(changesThatRun(flat, before, declarations).map(changeInWords)).toEqual([
    'added Blend',
    'removed Mix',
    'removed Gaussian Noise',
  ])
})
