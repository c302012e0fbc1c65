// Differences between states of a workflow: as data, as texts, and those that affect runs.
import { en } from '../../../src/editor/texts/en/index.ts'
import { describe, expect, test } from 'vitest'
import { findChanges, findRunChanges, findDifferences } from '../../../src/editor/graph/changes.ts'
import { describeChange, summarizeChanges } from '../../../src/editor/graph/changeText.ts'
import { describeSubgraph, promoteParam } from '../../../src/editor/graph/border.ts'
import { packNodes } from '../../../src/editor/graph/pack.ts'
import type { FileNode, WorkflowFile } from '../../../src/workflow/index.ts'
import { declarations, fileOf } from '../fileOf.ts'

const nodeIn = ({ nodes }: WorkflowFile, id: number): FileNode =>
  nodes.find((node) => node.id === id)!

test('finds all changes, describes each, and summarises them in a line', () => {
  const before = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'ScheduleChart' }, [
    [1, 'schedule', 3, 'schedules_1'],
  ])
  const after = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 4: 'Points' }, [
    [1, 'schedule', 2, 'schedule'],
  ])
  nodeIn(after, 1).properties = { num_train_timesteps: 500 }
  Object.assign(nodeIn(after, 2), { title: 'Steps', mode: 2, pos: [40, 90] })
  before.extra.diffusion = { format: 1, title: 'One' }
  after.extra.diffusion = { format: 1, title: 'Two', about: 'more' }
  const changes = findChanges(before, after, declarations)
  expect(changes.map(describeChange)).toEqual([
    'renamed “One” to “Two”',
    'Noise Schedule.num_train_timesteps 1000 → 500',
    'added Points',
    'removed Schedule Chart',
    'Steps.schedule: none → Noise Schedule.schedule',
    'renamed Timesteps to Steps',
    'Steps muted',
    en.changes.about,
    'moved or resized 1 node',
  ])
  expect(summarizeChanges(changes, 5)).toBe(
    'renamed “One” to “Two”; Noise Schedule.num_train_timesteps 1000 → 500; added Points; removed Schedule Chart; reconnected Steps.schedule; and 3 more',
  )
  expect(summarizeChanges(changes)).toMatch(
    /; renamed Timesteps to Steps; Steps muted; changed description$/,
  )
  expect(summarizeChanges(findChanges(before, before, declarations))).toBe('')
  const moved = structuredClone(before)
  nodeIn(moved, 1).pos = [40, 90]
  expect(summarizeChanges(findChanges(before, moved, declarations))).toBe('moved or resized 1 node')
})

describe('changes that affect a run', () => {
  const training = (...params: Record<string, unknown>[]) => {
    const file = fileOf({ 1: 'GaussianNoise', 2: 'Optimizer', 3: 'Note' }, [])
    for (const [i, properties] of params.entries())
      Object.assign(nodeIn(file, i + 1).properties, properties)
    return file
  }

  test('include params with an effect, but no titles, positions or notes', () => {
    const after = training({}, { lr: 0.2, momentum: 0.5 }, { text: 'Look.' })
    Object.assign(nodeIn(after, 1), { title: 'Noise', pos: [40, 90] })
    expect(findRunChanges(training(), after, declarations)).toEqual([
      {
        kind: 'param',
        node: '2 diffusion/Optimizer',
        title: 'Optimizer',
        param: 'lr',
        from: 0.001,
        to: 0.2,
      },
    ])
    const other = training({}, { algorithm: 'sgd', momentum: 0.5 })
    expect(findRunChanges(training(), other, declarations).map(describeChange)).toContain(
      'Optimizer.momentum 0.9 → 0.5',
    )
    expect(findChanges(training(), after, declarations).map(describeChange)).toContain(
      'Optimizer.momentum 0.9 → 0.5',
    )
  })

  test('include wires, and added, removed and bypassed nodes, but no reroutes', () => {
    const direct = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, [[1, 'schedule', 2, 'schedule']])
    const led = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 3: 'Reroute' }, [
      [1, 'schedule', 3, 'value'],
      [3, 'value', 2, 'schedule'],
    ])
    expect(findRunChanges(direct, led, declarations)).toEqual([])
    expect(summarizeChanges(findChanges(direct, led, declarations))).toBe('added Reroute')
    const other = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps', 4: 'NoiseSchedule' }, [
      [4, 'schedule', 2, 'schedule'],
    ])
    Object.assign(nodeIn(other, 1), { mode: 4 })
    Object.assign(nodeIn(other, 4), { title: 'Another' })
    expect(findRunChanges(led, other, declarations).map(describeChange)).toEqual([
      'added Another',
      'Timesteps.schedule: Noise Schedule.schedule → Another.schedule',
      'Noise Schedule bypassed',
    ])
  })

  test('list each param that differs between several workflows once, with all values', () => {
    const several = [
      training({ seed: 7 }),
      training({ seed: 7 }, { lr: 0.2 }),
      training({ seed: 8 }, { lr: 0.3 }),
    ]
    const without = fileOf({ 1: 'GaussianNoise' }, [])
    nodeIn(without, 1).properties = { seed: 7 }
    const { params, others } = findDifferences([...several, without], declarations)
    expect(params).toEqual([
      {
        node: '2 diffusion/Optimizer',
        title: 'Optimizer',
        param: 'lr',
        values: [0.001, 0.2, 0.3, undefined],
      },
      {
        node: '1 diffusion/GaussianNoise',
        title: 'Gaussian Noise',
        param: 'seed',
        values: [7, 7, 8, 7],
      },
    ])
    expect(others.map((some) => summarizeChanges(some))).toEqual(['', '', '', 'removed Optimizer'])
  })
})

test('lists changes inside a subgraph once, after its name, if both states have it', () => {
  const flat = fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'GaussianNoise' }, [
    [1, 'noise', 2, 'a'],
    [3, 'noise', 2, 'b'],
  ])
  const before = packNodes(
    flat,
    new Set([2, 3]),
    { id: 'some-subgraph', name: 'Blend' },
    declarations,
  ).file
  const after = structuredClone(before)
  const [subgraph] = after.subgraphs!
  subgraph.name = 'Blended'
  nodeIn(subgraph.inside, 2).properties = { w: 0.25 }
  expect(findChanges(before, after, declarations).map(describeChange)).toEqual([
    'Blended › Mix.w 0.5 → 0.25',
    'renamed Blend to Blended',
  ])
  const outside = promoteParam(
    describeSubgraph(before, 'some-subgraph', { description: 'half of each' }),
    'some-subgraph',
    2,
    'w',
  )
  expect(summarizeChanges(findChanges(before, outside, declarations))).toBe(
    'changed slots or parameters of Blend; changed description of Blend',
  )
  const { params } = findDifferences([before, after], declarations)
  expect(params.map(({ title, values }) => [title, values])).toEqual([
    ['Blended › Mix', [0.5, 0.25]],
  ])
  expect(findRunChanges(flat, before, declarations).map(describeChange)).toEqual([
    'added Blend',
    'removed Mix',
    'removed Gaussian Noise',
  ])
})
