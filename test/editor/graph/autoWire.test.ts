// Wires proposed between nodes: those of ready workflows, from nodes without wires.
import { describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { readUsage } from '../../../src/build/usage.ts'
import { proposeWires } from '../../../src/editor/graph/autoWire.ts'
import { findViewer } from '../../../src/editor/graph/findViewer.ts'
import { WireGraph } from '../../../src/editor/graph/wireGraph.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { parseWorkflow, type WorkflowFile } from '../../../src/workflow/index.ts'
import { fileOf } from '../fileOf.ts'

const byType = new Map(nodes.map(toDeclaration).map((each) => [each.type, each]))
const usage = readUsage()

const readReady = (name: string): WorkflowFile =>
  parseWorkflow(readFileSync(`workflows/${name}.json`, 'utf8'), byType).workflow

/** Wires by node ids and slot names, without those of loops. */
const wiresIn = ({ nodes, links }: WorkflowFile): string[] =>
  links
    .filter(([, , , , , type]) => type !== 'loop')
    .map(([, from, output, to, input]) => {
      const [source, target] = [from, to].map((id) => nodes.find((each) => each.id === id)!)
      return `${from}.${source.outputs[output].name} > ${to}.${target.inputs[input].name}`
    })

/** A workflow whose nodes have no wires but those between the ends of loops. */
function withoutWires(file: WorkflowFile): WorkflowFile {
  const links = file.links.filter(([, , , , , type]) => type === 'loop')
  const kept = new Set(links.map(([id]) => id))
  return {
    ...file,
    links,
    nodes: file.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((slot) => ({
        ...slot,
        link: slot.link !== null && kept.has(slot.link) ? slot.link : null,
      })),
    })),
  }
}

const proposed = (file: WorkflowFile, ids = file.nodes.map(({ id }) => id)) =>
  proposeWires(file, new Set(ids), byType, usage).map(
    ({ from, output, to, input }) => `${from}.${output} > ${to}.${input}`,
  )

describe('auto-wiring', () => {
  test('wires the training of points as its ready workflow does', () => {
    const file = readReady('points')
    const [wanted, got] = [wiresIn(file), proposed(withoutWires(file))]
    const right = wanted.filter((wire) => got.includes(wire))
    // Views may be wired in several sensible ways.
    expect(right.length).toBeGreaterThanOrEqual(0.85 * wanted.length)
    expect(got.filter((wire) => !wanted.includes(wire)).length).toBeLessThanOrEqual(3)
  })

  test('leaves wired inputs, and nodes that are not chosen, as they are', () => {
    const file = readReady('points')
    expect(proposed(file).filter((wire) => wiresIn(file).includes(wire))).toEqual([])
    const [first, second] = file.nodes
    expect(proposed(withoutWires(file), [first.id, second.id])).toEqual([])
  })

  test('wires what fits only in one way, also if no ready workflow does', () => {
    const file = fileOf({ 1: 'NoiseSchedule', 2: 'Timesteps' }, [])
    expect(proposed(file)).toEqual(['1.schedule > 2.schedule'])
  })

  test('never closes a cycle or leads from one loop into another', () => {
    const file = fileOf(
      { 1: 'SamplingStart', 2: 'SamplingEnd', 3: 'StopGradient', 5: 'RepeatStart', 6: 'RepeatEnd' },
      [
        [1, 'loop', 2, 'loop'],
        [1, 'x_t', 3, 'value'],
        [5, 'loop', 6, 'loop'],
      ],
    )
    const graph = new WireGraph(file, byType)
    expect(graph.allows(3, 2)).toBe(true)
    expect(graph.allows(3, 1)).toBe(false)
    expect(graph.allows(3, 6)).toBe(false)
    expect(graph.allows(3, 5)).toBe(false)
    expect(graph.allows(2, 5)).toBe(true)
    graph.add(2, 5)
    expect(graph.allows(6, 1)).toBe(false)
  })
})

describe('a viewer', () => {
  test('is what ready workflows wire, at a free place to the right', () => {
    const file = fileOf({ 1: 'Sampler', 2: 'NoiseSchedule' }, [])
    const found = findViewer(file, 1, byType, usage)
    expect(found).toMatchObject({ type: expect.stringMatching(/Scatter|Preview/) as string })
    expect(findViewer(file, 2, byType, usage)).toMatchObject({
      type: expect.stringMatching(/ScheduleChart|Inspect/) as string,
    })
  })

  test('is selected if every output has one', () => {
    const file = fileOf({ 1: 'NoiseSchedule', 2: 'ScheduleChart' }, [
      [1, 'schedule', 2, 'schedules_1'],
    ])
    expect(findViewer(file, 1, byType, usage)).toEqual({ id: 2 })
    expect(findViewer(file, 2, byType, usage)).toBeUndefined()
  })
})
