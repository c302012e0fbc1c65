// Properties of plans: any acyclic graph compiles, values exist when read, and each is freed
// exactly once.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  stepOutputs,
  stepInputs,
  type LoopStep,
  type Step,
} from '../../../src/engine/plan/steps.ts'
import { compile } from '../../../src/engine/plan/compile.ts'
import { valueId } from '../../../src/engine/base/ids.ts'
import { wire, type GraphNode } from '../../../src/engine/plan/graph.ts'
import { graph, node, ops } from './toy.ts'

/**
 * Random graphs of constants, sums and loops; `picks` select the inputs of each new node. Nodes see
 * the values of an open loop, and only the result of a closed one. An inner loop starts from a
 * value of the outer one; otherwise the loops would be siblings and could not be combined (rule c).
 */
const anyGraph = fc
  .array(
    fc.record({
      kind: fc.constantFrom('constant', 'add', 'open', 'close', 'show'),
      a: fc.nat(),
      b: fc.nat(),
    }),
    {
      maxLength: 40,
    },
  )
  .map((moves) => {
    const nodes: GraphNode[] = [node('n', 'Constant')]
    const scopes: string[][] = [['n.value']]
    const open: string[] = []
    /** Values of each scope that depend on its loop; constants do not. */
    const bound = [new Set(['n.value'])]
    const visible = () => scopes.flat()
    const pick = (index: number) => visible()[index % visible().length]
    const close = (a: number) => {
      const inside = scopes.pop()!
      const start = open.pop()!
      bound.pop()
      nodes.push(
        node(`${start}end`, 'SamplingEnd', { loop: `${start}.loop`, x: inside[a % inside.length] }),
      )
      scopes.at(-1)!.push(`${start}end.x`)
      bound.at(-1)!.add(`${start}end.x`)
    }
    const add = (made: GraphNode, ...values: string[]) => {
      nodes.push(made)
      scopes.at(-1)!.push(...values)
    }
    for (const [i, { kind, a, b }] of moves.entries()) {
      const id = `n${i}`
      const inside = scopes.at(-1)!
      if (kind === 'constant') add(node(id, 'Constant'), `${id}.value`)
      else if (kind === 'add') {
        const [left, right] = [pick(a), pick(b)]
        if (bound.at(-1)!.has(left) || bound.at(-1)!.has(right)) bound.at(-1)!.add(`${id}.sum`)
        add(node(id, 'Add', { a: left, b: right }), `${id}.sum`)
      } else if (kind === 'show') add(node(id, 'Show', { value: pick(a) }))
      else if (kind === 'open') {
        const around = open.length ? inside.filter((value) => bound.at(-1)!.has(value)) : inside
        add(node(id, 'SamplingStart', { x: around[a % around.length] }))
        open.push(id)
        scopes.push([`${id}.x`, `${id}.t`])
        bound.push(new Set([`${id}.x`, `${id}.t`]))
      } else if (open.length) close(a)
    }
    while (open.length) close(0)
    nodes.push(node('last', 'Show', { value: scopes[0].at(-1)! }))
    return graph(...nodes)
  })

/**
 * Simulates a plan on names: reading a missing value or freeing twice throws. Returns the remaining
 * values.
 */
function simulatePlan(
  steps: readonly Step[],
  around: ReadonlySet<string>,
  given: readonly string[] = [],
): Set<string> {
  const there = new Set(given)
  const read = (value: string) => {
    if (!there.has(value) && !around.has(value)) throw new Error(`${value} is read but not there`)
  }
  for (const step of steps) {
    if (step.kind === 'loop') pretendLoop(step, new Set([...around, ...there]))
    else Object.values(step.inputs).forEach(read)
    for (const value of stepOutputs(step)) there.add(value)
    for (const value of step.free)
      if (!there.delete(value)) throw new Error(`${value} is freed but not there`)
  }
  return there
}

function pretendLoop(step: LoopStep, around: ReadonlySet<string>) {
  const left = simulatePlan(
    step.body,
    around,
    step.each.map((slot) => valueId(wire(step.id, slot))),
  )
  for (const value of Object.values(step.next))
    if (!left.has(value) && !around.has(value)) throw new Error(`${value} is next but not there`)
  for (const value of step.freeNext)
    if (!left.delete(value)) throw new Error(`${value} is freed but not there`)
  expect([...left]).toEqual([])
}

describe('any graph without cycles', () => {
  test('compiles, and every value exists when it is read and is freed once', () => {
    fc.assert(
      fc.property(anyGraph, (some) => {
        const { steps } = compile(some, undefined, ops)
        expect([...simulatePlan(steps, new Set())]).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('contains no unneeded step', () => {
    fc.assert(
      fc.property(anyGraph, (some) => {
        const { steps } = compile(some, undefined, ops)
        const read = new Set(steps.flatMap(stepInputs))
        for (const step of steps) {
          if (step.kind === 'run')
            expect(stepOutputs(step).some((value) => read.has(value))).toBe(true)
        }
      }),
    )
  })
})
