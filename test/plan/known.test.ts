// What is known before a run, and what nodes refuse by it, with nodes made for that.
import { expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import { NodeError } from '../../src/engine/plan/fault.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { input, wire } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { defineNode, integer, number, optional, timesteps } from '../../src/nodes/define.ts'
import { graph, node, numberOf, ops } from './toy.ts'
import { tf } from '../../src/engine/tf.ts'

const base = { category: 'tools', summary: 'A toy.' } as const
const tooMany = (param: string, most: number, got: number) =>
  new NodeError({ param, message: `Expected at most ${most}, got ${got}.`, cure: `Lower ${param}.` })

/** A list 0 ... count - 1. */
const list = defineNode({
  ...base,
  type: 'toy/List',
  inputs: {},
  outputs: { list: timesteps() },
  params: { count: integer(2, {}, '') },
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
  inputs: { list: timesteps() },
  outputs: { list: timesteps() },
  params: {},
  foresees: (_, { list }) => ({ list }),
  run: ({ list }) => ({ list }),
})

/** Says nothing of what it makes. */
const hide = defineNode({
  ...base,
  type: 'toy/Hide',
  inputs: { list: timesteps() },
  outputs: { list: timesteps() },
  params: {},
  run: ({ list }) => ({ list }),
})

const take = defineNode({
  ...base,
  type: 'toy/Take',
  inputs: { list: timesteps(), other: optional(timesteps()) },
  outputs: { count: number() },
  params: { most: integer(3, {}, ''), deep: integer(0, {}, '') },
  check: ({ most, deep }, { list }) => {
    if (deep > 0) throw tooMany('deep', 0, deep)
    if (list && list.t.length > most) throw tooMany('most', most, list.t.length)
  },
  notices: (_, __, { other }) => (other ? [`other has ${other.t.length}`] : []),
  run: ({ list }) => ({ count: numberOf(tf.scalar(list.t.length)) }),
})

/** Take in a box, with one of its params under another name; and that in a box. */
const inner = defineNode({
  ...base,
  type: 'toy/Inner',
  inputs: { long: timesteps() },
  outputs: { count: number() },
  params: { limit: integer(3, { min: -1 }, '') },
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
  inputs: { lines: timesteps() },
  outputs: { count: number() },
  params: { limit: integer(3, {}, '') },
  expand: ({ limit }) => ({
    nodes: [{ id: 'box', op: 'toy/Inner', params: { limit }, inputs: { long: input('lines') } }],
    outputs: { count: wire('box', 'count') },
  }),
})

const all = opTable([...ops.values(), list, pass, hide, take, inner, outer])
const compiled = (...nodes: GraphNode[]) =>
  tryCompile(graph(...nodes, node('show', 'Show', { value: 'end.count' })), undefined, all)
const faultsOf = (...nodes: GraphNode[]) => compiled(...nodes).faults

const refused = (id: string, param: string) => [
  { node: id, param, message: 'Expected at most 3, got 5.', cure: `Lower ${param}.` },
]
const five = node('list', 'List', {}, { count: 5 })
const end = (list: string) => node('end', 'Take', { list })

test('a plain node is computed, and others pass on what they know', () => {
  expect(faultsOf(five, end('list.list'))).toEqual(refused('end', 'most'))
  expect(faultsOf(five, node('way', 'Pass', { list: 'list.list' }), end('way.list'))).toEqual(refused('end', 'most'))
  expect(faultsOf(five, node('way', 'Hide', { list: 'list.list' }), end('way.list'))).toEqual([])
  expect(faultsOf(node('list', 'List'), end('list.list'))).toEqual([])
})

test('what a plain node refuses is refused before the run, and says nothing further on', () => {
  expect(faultsOf(node('list', 'List', {}, { count: 12 }), end('list.list'))).toEqual([
    { node: 'list', param: 'count', message: 'Expected at most 9, got 12.', cure: 'Lower count.' },
  ])
})

test('a wire of a wrong kind, and params of a wrong kind, are one fault and not two', () => {
  expect(faultsOf(node('one', 'Constant'), end('one.value'))).toHaveLength(1)
  expect(faultsOf(five, node('end', 'Take', { list: 'list.list' }, { most: 'none' }))).toMatchObject([{ param: 'most' }])
})

test('notices speak of what is known', () => {
  const { plan } = compiled(node('short', 'List'), node('end', 'Take', { list: 'short.list', other: 'short.list' }))
  expect(plan!.notices).toMatchObject([{ node: 'end', message: 'other has 2' }])
})

test('what a mistake in a declaration throws is no fault of the graph', () => {
  const broken = defineNode({
    ...base,
    type: 'toy/Take',
    inputs: {},
    outputs: { count: number() },
    params: {},
    check: () => {
      throw new TypeError('broken')
    },
    run: () => ({ count: numberOf(tf.scalar(0)) }),
  })
  const some = graph(node('end', 'Take'), node('show', 'Show', { value: 'end.count' }))
  expect(() => tryCompile(some, undefined, opTable([...ops.values(), broken]))).toThrow(TypeError)
})

test('faults inside of closed nodes come out through each of them, under the names they have there', () => {
  expect(faultsOf(five, node('end', 'Inner', { long: 'list.list' }))).toMatchObject([{ node: 'end', param: 'limit' }])
  expect(faultsOf(five, node('end', 'Outer', { lines: 'list.list' }))).toMatchObject([{ node: 'end', param: 'limit' }])
  expect(faultsOf(node('one', 'Constant'), node('end', 'Outer', { lines: 'one.value' }))).toMatchObject([
    { node: 'end', slot: 'lines' },
  ])
  // A param that only the node inside has.
  expect(faultsOf(five, { ...node('end', 'Inner', { long: 'list.list' }, { limit: -1 }), title: 'My box' })).toEqual([
    { node: 'end', message: 'Expected at most 0, got 1.', cure: 'Lower deep. For `deep` open My box.' },
  ])
})
