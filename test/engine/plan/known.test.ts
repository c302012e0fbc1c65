// Values known before a run, and faults found with them, on toy nodes.
import { expect, test } from 'vitest'
import { tryCompile } from '../../../src/engine/plan/compile.ts'
import { NodeError } from '../../../src/engine/messages/fault.ts'
import type { GraphNode } from '../../../src/engine/plan/graph.ts'
import { input, wire } from '../../../src/engine/plan/graph.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { defineNode, param, slot } from '../../../src/nodes/define.ts'
import { graph, node, toNumberValue, ops } from './toy.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { withoutIds } from '../../withoutIds.ts'

const base = { category: 'tools', summary: 'A toy.' } as const
const tooMany = (param: string, most: number, got: number) =>
  new NodeError({
    param,
    message: `Expected at most ${most}, got ${got}.`,
    cure: `Lower ${param}.`,
  })

/** The list 0 ... count - 1. */
const list = defineNode({
  ...base,
  type: 'toy/List',
  inputs: {},
  outputs: { list: slot.timesteps() },
  params: { count: param.integer(2, {}, '') },
  plain: true,
  run: (_, { count }) => {
    if (count > 9) throw tooMany('count', 9, count)
    const t = Float64Array.from({ length: count }, (_, i) => i)
    return { list: { type: 'timesteps', t, tPrev: t } }
  },
})

const pass = defineNode({
  ...base,
  type: 'toy/Pass',
  inputs: { list: slot.timesteps() },
  outputs: { list: slot.timesteps() },
  params: {},
  staticOutputs: (_, { list }) => ({ list }),
  run: ({ list }) => ({ list }),
})

/** Declares nothing about its output. */
const hide = defineNode({
  ...base,
  type: 'toy/Hide',
  inputs: { list: slot.timesteps() },
  outputs: { list: slot.timesteps() },
  params: {},
  run: ({ list }) => ({ list }),
})

const take = defineNode({
  ...base,
  type: 'toy/Take',
  inputs: { list: slot.timesteps(), other: slot.optional(slot.timesteps()) },
  outputs: { count: slot.number() },
  params: { most: param.integer(3, {}, ''), deep: param.integer(0, {}, '') },
  check: ({ most, deep }, { list }) => {
    if (deep > 0) throw tooMany('deep', 0, deep)
    if (list && list.t.length > most) throw tooMany('most', most, list.t.length)
  },
  notices: (_, __, { other }) => (other ? [`other has ${other.t.length}`] : []),
  run: ({ list }) => ({ count: toNumberValue(tf.scalar(list.t.length)) }),
})

/** Take inside a closed node with a renamed param, and that inside another closed node. */
const inner = defineNode({
  ...base,
  type: 'toy/Inner',
  inputs: { long: slot.timesteps() },
  outputs: { count: slot.number() },
  params: { limit: param.integer(3, { min: -1 }, '') },
  expand: ({ limit }) => ({
    nodes: [
      {
        id: 'take',
        op: 'toy/Take',
        params: { most: Math.max(limit, 0), deep: limit < 0 ? 1 : 0 },
        inputs: { list: input('long') },
      },
    ],
    outputs: { count: wire('take', 'count') },
    called: { 'take.most': 'limit' },
  }),
})

const outer = defineNode({
  ...base,
  type: 'toy/Outer',
  inputs: { lines: slot.timesteps() },
  outputs: { count: slot.number() },
  params: { limit: param.integer(3, {}, '') },
  expand: ({ limit }) => ({
    nodes: [{ id: 'box', op: 'toy/Inner', params: { limit }, inputs: { long: input('lines') } }],
    outputs: { count: wire('box', 'count') },
  }),
})

const all = opTable([...ops.values(), list, pass, hide, take, inner, outer])
const compiled = (...nodes: GraphNode[]) =>
  tryCompile(graph(...nodes, node('show', 'Show', { value: 'end.count' })), undefined, all)
const compileFaults = (...nodes: GraphNode[]) => compiled(...nodes).faults

const refused = (id: string, param: string) => [
  { node: id, param, message: 'Expected at most 3, got 5.', cure: `Lower ${param}.` },
]
const five = node('list', 'List', {}, { count: 5 })
const end = (list: string) => node('end', 'Take', { list })

test('computes plain nodes and propagates values of the others', () => {
  expect(compileFaults(five, end('list.list'))).toEqual(refused('end', 'most'))
  expect(compileFaults(five, node('way', 'Pass', { list: 'list.list' }), end('way.list'))).toEqual(
    refused('end', 'most'),
  )
  expect(compileFaults(five, node('way', 'Hide', { list: 'list.list' }), end('way.list'))).toEqual(
    [],
  )
  expect(compileFaults(node('list', 'List'), end('list.list'))).toEqual([])
})

test('reports errors of plain nodes before the run, and only there', () => {
  expect(compileFaults(node('list', 'List', {}, { count: 12 }), end('list.list'))).toEqual([
    { node: 'list', param: 'count', message: 'Expected at most 9, got 12.', cure: 'Lower count.' },
  ])
})

test('wrong wires and wrong params are one fault each', () => {
  expect(compileFaults(node('one', 'Constant'), end('one.value'))).toHaveLength(1)
  expect(
    compileFaults(five, node('end', 'Take', { list: 'list.list' }, { most: 'none' })),
  ).toMatchObject([{ param: 'most' }])
})

test('notices use known values', () => {
  const { plan } = compiled(
    node('short', 'List'),
    node('end', 'Take', { list: 'short.list', other: 'short.list' }),
  )
  expect(plan!.notices).toMatchObject([{ node: 'end', message: 'other has 2' }])
})

test('an error in a declaration is not a fault of the graph', () => {
  const broken = defineNode({
    ...base,
    type: 'toy/Take',
    inputs: {},
    outputs: { count: slot.number() },
    params: {},
    check: () => {
      throw new TypeError('broken')
    },
    run: () => ({ count: toNumberValue(tf.scalar(0)) }),
  })
  const some = graph(node('end', 'Take'), node('show', 'Show', { value: 'end.count' }))
  expect(() => tryCompile(some, undefined, opTable([...ops.values(), broken]))).toThrow(TypeError)
})

test('faults inside nested closed nodes are reported with the names of each level', () => {
  expect(compileFaults(five, node('end', 'Inner', { long: 'list.list' }))).toMatchObject([
    { node: 'end', param: 'limit' },
  ])
  expect(compileFaults(five, node('end', 'Outer', { lines: 'list.list' }))).toMatchObject([
    { node: 'end', param: 'limit' },
  ])
  expect(
    compileFaults(node('one', 'Constant'), node('end', 'Outer', { lines: 'one.value' })),
  ).toMatchObject([{ node: 'end', slot: 'lines' }])
  // A param of the inner node only.
  expect(
    withoutIds(
      compileFaults(five, {
        ...node('end', 'Inner', { long: 'list.list' }, { limit: -1 }),
        title: 'My box',
      }),
    ),
  ).toEqual([
    {
      node: 'end',
      message: 'Expected at most 0, got 1.',
      cure: 'Lower deep. To change `deep`, open My box.',
    },
  ])
})
