// Keys of stored results. They must not change with new versions of the editor: stored trainings
// and results are found by them.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { compile } from '../../../src/engine/plan/compile.ts'
import { wire } from '../../../src/engine/plan/graph.ts'
import { computeKeys } from '../../../src/engine/plan/keys.ts'
import { opTable } from '../../../src/engine/plan/op.ts'
import { defineNode, param, slot } from '../../../src/nodes/define.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { readWorkflow, testGraph, workflowNames } from '../../readyWorkflows.ts'
import { graph, node, toNumberValue } from './toy.ts'
import { tf } from '../../../src/engine/base/tf.ts'

const ready = opTable(nodes)

test.each(workflowNames)('results of %s keep their keys', (name) => {
  const { values, loops, observers } = computeKeys(
    compile(testGraph(readWorkflow(name)), undefined, ready),
    ready,
  )
  const all = JSON.stringify([[...values], [...loops], [...observers]])
  expect(createHash('sha256').update(all).digest('hex').slice(0, 16)).toMatchSnapshot()
})

test('arithmetic other than the default is part of the keys of loops and of what follows them', () => {
  const plan = compile(testGraph(readWorkflow('points')), undefined, ready)
  const [first, fused] = [undefined, 'fused'].map((arithmetic) =>
    computeKeys(plan, ready, new Map(), arithmetic),
  )
  for (const [id, key] of first.loops) expect(fused.loops.get(id), id).not.toBe(key)
  const changed = [...first.values].filter(([id, key]) => fused.values.get(id) !== key)
  expect(changed.map(([id]) => id).some((id) => id.endsWith('.x_0'))).toBe(true)
  expect(changed.length).toBeLessThan(first.values.size)
})

const constant = (params: Parameters<typeof defineNode>[0]['params']) =>
  defineNode({
    category: 'tools',
    summary: 'A toy.',
    type: 'toy/Versioned',
    inputs: {},
    outputs: { value: slot.number() },
    params,
    run: () => ({ value: toNumberValue(tf.scalar(1)) }),
  })

test('the default of an added param is not part of a key, other values are', () => {
  const keyOf = (
    params: Parameters<typeof constant>[0],
    set: Record<string, unknown> = {},
  ): string | undefined => {
    const ops = opTable([constant(params)])
    const plan = compile(graph(node('a', 'Versioned', {}, set)), [wire('a', 'value')], ops)
    return computeKeys(plan, ops).values.get('a.value' as never)
  }
  const before = { size: param.real(1, {}, 'Size') }
  const after = { ...before, shift: param.added(param.real(0, {}, 'Shift')) }
  expect(keyOf(before)).toBeTypeOf('string')
  expect(keyOf(after)).toBe(keyOf(before))
  expect(keyOf(after, { shift: 1 })).not.toBe(keyOf(before))
  expect(keyOf({ ...before, shift: param.real(0, {}, 'Shift') })).not.toBe(keyOf(before))
})
