// Planned iterations: counted before a run, and refused or asked about beyond a limit.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tryCompile } from '../../../src/engine/plan/compile.ts'
import type { GraphNode } from '../../../src/engine/plan/graph.ts'
import { opTable, toDeclaration } from '../../../src/engine/plan/op.ts'
import { MOST_ITERATIONS } from '../../../src/engine/plan/plannedWork.ts'
import { createSession } from '../../../src/engine/plan/session.ts'
import type { Event, RunRequest } from '../../../src/engine/protocol.ts'
import { LESSON_ITERATIONS } from '../../../src/hosts/cli/lessons/limits.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../../../src/workflow/index.ts'
import { node } from '../../nodes/evaluate.ts'
import { withoutIds } from '../../withoutIds.ts'

const ops = opTable(nodes)
const declarations = nodes.map(toDeclaration)

/** Nested loops Repeat, the outermost first, each with so many iterations. */
function nested(...times: number[]): GraphNode[] {
  const inner = times.length
  const starts = times.map((count, i) =>
    node(
      `start${i}`,
      'RepeatStart',
      { value_1: i ? `start${i - 1}.value_1` : 'x.number' },
      {
        times: count,
      },
    ),
  )
  const ends = times.map((_, i) =>
    node(`end${i}`, 'RepeatEnd', {
      loop: `start${i}.loop`,
      value_1: i + 1 < inner ? `end${i + 1}.value_1` : `start${i}.value_1`,
    }),
  )
  return [
    node('x', 'Number', {}, { value: 1 }),
    ...starts,
    ...ends,
    node('shown', 'Numbers', { numbers_1: 'end0.value_1' }),
  ]
}

const planned = (graph: GraphNode[]) => {
  const { plan, faults } = tryCompile({ nodes: graph }, undefined, ops)
  return plan ? plan.work : faults
}

test('nested loops multiply', () => {
  expect(planned(nested(7))).toEqual({ iterations: 7, loop: 'start0' })
  expect(planned(nested(3, 4, 5))).toEqual({ iterations: 3 * (1 + 4 * (1 + 5)), loop: 'start0' })
})

test('a list is counted before its elements exist, and its node is named', () => {
  const loop = (list: string) => [
    node('each', 'ForEachStart', {}, { list }),
    node('end', 'ForEachEnd', { loop: 'each.loop', number_1: 'each.number' }),
    node('chart', 'Chart', { values_1: 'end.history_1' }),
  ]
  expect(planned(loop('0:100, 7'))).toEqual({ iterations: 101, loop: 'each' })
  expect(planned(loop('0:10000:1,'.repeat(8000)))).toMatchObject([
    {
      node: 'each',
      param: 'list',
      message: 'Expected at most 10000 elements, got at least 20000.',
    },
  ])
})

describe('a run', () => {
  const run = async (graph: GraphNode[], more: Partial<RunRequest> = {}, answer?: 'cancel') => {
    const events: Event[] = []
    const session = createSession({
      ops,
      onEvent(event) {
        events.push(event)
        if (event.type === 'question') session.answer(1, answer ?? 'restart')
        if (event.type === 'progress') session.control('stop', 1)
      },
    })
    await session.run({ type: 'run', run: 1, graph: { nodes: graph }, ...more })
    await session.dispose()
    const find = <T extends Event['type']>(type: T) =>
      events.find((event): event is Extract<Event, { type: T }> => event.type === type)
    return { faults: find('faults')?.faults, question: find('question'), started: find('started') }
  }
  const huge = nested(10_000, 10_000)
  const iterations = 10_000 * 10_001

  test('beyond the limit is refused, with its loop, its number and the limit', async () => {
    const { faults, started } = await run(huge)
    expect(withoutIds(faults)).toEqual([
      {
        node: 'start0',
        message: `Expected at most ${MOST_ITERATIONS} planned iterations, got ${iterations}.`,
        cure: 'Lower the numbers of nested loops: they multiply.',
      },
    ])
    expect(started).toBeUndefined()
  })

  test('is asked about where somebody can answer', async () => {
    const declined = await run(huge, { asks: true }, 'cancel')
    expect(declined.question).toEqual({ type: 'question', run: 1, node: 'start0', iterations })
    expect([declined.faults, declined.started]).toEqual([undefined, undefined])
    const accepted = await run(huge, { asks: true })
    expect(accepted.faults).toBeUndefined()
    expect(accepted.started).toBeDefined()
  })

  test('starts with a higher limit', async () => {
    const { faults, question, started } = await run(huge, { iterations: 2e8 })
    expect([faults, question]).toEqual([undefined, undefined])
    expect(started).toBeDefined()
    expect((await run(nested(100), { iterations: 99 })).faults).toHaveLength(1)
  })
})

test('no ready workflow or lesson comes near the limits', () => {
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name))
  const most = (folder: string) =>
    Math.max(
      ...files(folder).map((file) => {
        const { workflow } = parseWorkflow(readFileSync(file, 'utf8'), declarations)
        return (
          tryCompile(toGraph(workflow, declarations), undefined, ops).plan?.work.iterations ?? 0
        )
      }),
    )
  expect(most('workflows')).toBeGreaterThan(1000)
  expect(most('workflows')).toBeLessThan(MOST_ITERATIONS / 100)
  expect(most('lessons')).toBeLessThan(LESSON_ITERATIONS / 100)
})
