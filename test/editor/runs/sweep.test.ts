// Sweeps: parsing of values, and the resulting graphs.
import { describe, expect, test } from 'vitest'
import type { Declaration, Param } from '../../../src/engine/plan/op.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { parseWorkflow } from '../../../src/workflow/index.ts'
import {
  sweepCells,
  initialValues,
  gridPositions,
  parseValues,
  sweepParams,
  type SweepValues,
} from '../../../src/editor/runs/sweep.ts'
import { packNodes } from '../../../src/editor/graph/pack.ts'
import { promoteParam } from '../../../src/editor/graph/border.ts'
import { en } from '../../../src/editor/texts/en/index.ts'
import { trainingGraph } from '../../trainingGraph.ts'
import { workflowOf } from '../../workflowOf.ts'

const declared = new Map<string, Declaration>(nodes.map((node) => [node.type, toDeclaration(node)]))
const file = parseWorkflow(workflowOf(trainingGraph(4)), declared).workflow
const varied = (title: string, param: string) =>
  sweepParams(file, declared).find((each) => each.title === title && each.param === param)!

const number = (more: Partial<Extract<Param, { kind: 'number' }>> = {}): Param => ({
  kind: 'number',
  default: 1,
  min: 0,
  max: 10,
  step: 0.1,
  integer: false,
  slider: false,
  about: '',
  ...more,
})
const list = (text: string, spec = number()) =>
  parseValues({ kind: 'list', text }, spec, en.runs.sweep.reasons)
const range = (from: string, to: string, count: string, log = false, spec = number()) =>
  parseValues(
    { kind: 'range', from, to, count, log } satisfies SweepValues,
    spec,
    en.runs.sweep.reasons,
  )

describe('values', () => {
  test('are parsed from a list, without duplicates', () => {
    expect(list('1e-4, 3e-4 1e-3; 1e-4')).toEqual({ values: [1e-4, 3e-4, 1e-3] })
    expect(
      list('one\n two, three\n', { kind: 'text', default: '', multiline: false, about: '' }),
    ).toEqual({
      values: ['one', 'two, three'],
    })
    expect(list('true', { kind: 'boolean', default: false, about: '' })).toEqual({ values: [true] })
  })

  test('are computed from a range, in equal steps or factors, as integers where needed', () => {
    expect(range('0', '1', '5')).toEqual({ values: [0, 0.25, 0.5, 0.75, 1] })
    expect(range('1e-4', '1e-1', '4', true)).toEqual({ values: [1e-4, 1e-3, 1e-2, 1e-1] })
    expect(range('1', '4', '7', false, number({ integer: true }))).toEqual({ values: [1, 2, 3, 4] })
    expect(range('3', '9', '1')).toEqual({ values: [3] })
  })

  test('are rejected with a reason', () => {
    expect(list('0.5, 11')).toEqual({ wrong: '11: expected a number from 0 to 10.' })
    expect(list('0.5, x')).toEqual({ wrong: en.runs.sweep.reasons.notANumber('x') })
    expect(list(' , ')).toEqual({ wrong: en.runs.sweep.reasons.none })
    expect(range('1', '', '3')).toEqual({ wrong: en.runs.sweep.reasons.notANumber('') })
    expect(range('0', '1', '3', true)).toEqual({ wrong: en.runs.sweep.reasons.notPositive })
    expect(
      list('red', { kind: 'choice', choices: ['moons'], default: 'moons', about: '' }),
    ).toEqual({
      wrong: 'red: expected one of moons.',
    })
  })

  test('are suggested: the current one and its neighbours', () => {
    const first = (title: string, param: string) =>
      (initialValues(varied(title, param)) as { text: string }).text
    expect(first('Adam', 'lr')).toBe('0.001, 0.01, 0.1')
    expect(first('Start', 'batch_size')).toBe('16, 32, 64')
    expect(first('x_T', 'seed')).toBe('5, 6, 7')
    expect(first('Data', 'distribution')).toContain('moons')
  })
})

test('params without effect cannot be swept', () => {
  expect(varied('Adam', 'lr')).toMatchObject({ value: 0.01, spec: { kind: 'number' } })
  const momentum = sweepParams(file, declared).filter(({ param }) => param === 'points')
  expect(momentum).toEqual([])
})

test('each cell of the grid is the graph with only the swept values changed', () => {
  const [adam, noise] = [varied('Adam', 'lr'), varied('x_T', 'seed')]
  const axes = [
    { ...adam, values: [0.1, 0.2] },
    { ...noise, values: [1, 2, 3] },
  ]
  expect(gridPositions(axes)).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ])
  const cells = sweepCells(file, axes, declared)
  expect(cells.map(({ at }) => at)).toEqual(gridPositions(axes))
  const paramsOf = (i: number, title: string) =>
    cells[i].graph.nodes.find((node) => node.title === title)!.params
  expect([paramsOf(5, 'Adam').lr, paramsOf(5, 'x_T').seed, paramsOf(0, 'Adam').lr]).toEqual([
    0.2, 3, 0.1,
  ])
  const same = sweepCells(file, [{ ...adam, values: [0.01] }], declared)[0]
  const before = sweepCells(file, [], declared)[0]
  expect(same.graph).toEqual(before.graph)
  expect(parseWorkflow(cells[5].text, declared).notices).toEqual([])
})

test('params in a subgraph are swept in all its nodes; promoted params are swept outside', () => {
  const noises = file.nodes.filter(({ type }) => type === 'diffusion/GaussianNoise')
  const noise = noises.find(({ title }) => title === 'x_T')!
  const whole = packNodes(
    file,
    new Set([noise.id]),
    { id: 'noise-subgraph', name: 'Block' },
    declared,
  ).file
  const block = whole.nodes.find(({ type }) => type === 'noise-subgraph')!
  whole.nodes.push({ ...structuredClone(block), id: 99, outputs: [], inputs: [], title: 'Other' })
  const of = (within?: string, graph = whole) =>
    sweepParams(graph, declared, within).filter(({ param }) => param === 'seed')
  const inside = of().find(({ title }) => title === 'Block › x_T')!
  expect(inside).toMatchObject({ node: `${block.id}:${noise.id}`, value: 5, count: 2 })
  expect(of('99')[0]).toMatchObject({ title: 'Other › x_T', node: `99:${noise.id}` })
  expect(of().filter(({ title }) => title.endsWith('x_T'))).toHaveLength(1)
  const cells = sweepCells(whole, [{ ...inside, values: [1, 2] }], declared)
  const seeds = cells.map(({ graph }) =>
    graph.nodes.filter(({ title }) => title === 'x_T').map(({ params }) => params.seed),
  )
  expect(seeds).toEqual([
    [1, 1],
    [2, 2],
  ])
  const outside = promoteParam(whole, 'noise-subgraph', noise.id, 'seed')
  expect(of(undefined, outside).map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Block', 'Other']),
  )
  expect(of(undefined, outside).map(({ title }) => title)).not.toContain('Block › x_T')
})

test('a wired param is varied at its source', () => {
  const number = { id: 1, type: 'diffusion/Number', outputs: [{ name: 'number', type: 'number' }] }
  const noise = {
    id: 2,
    type: 'diffusion/GaussianNoise',
    inputs: [{ name: 'seed', type: 'number', link: 1, widget: { name: 'seed' } }],
  }
  const links = [[1, 1, 0, 2, 0, 'number']]
  const text = JSON.stringify({ nodes: [number, noise], links, version: 0.4 })
  const params = sweepParams(parseWorkflow(text, declared).workflow, declared)
  expect(params.map(({ node, param }) => `${node}.${param}`)).toEqual([
    '1.value',
    '2.batch_size',
    '2.shape',
    '2.noise_offset',
  ])
})
