// Workflows of other programs: opening and saving preserves everything that was not edited.
import { readdirSync, readFileSync } from 'node:fs'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toWorkflowFile, showWorkflow } from '../../src/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../src/litegraph/register.ts'
import { parseWorkflow, stringifyWorkflow } from '../../src/workflow/index.ts'
import { toys } from '../nodes/toys.ts'

const folder = new URL('../fixtures/foreign/', import.meta.url)
const names = readdirSync(folder).filter(
  (name) => name.endsWith('.json') && !/Subgraphs|prompt/.test(name),
)

let registration: Registration
beforeAll(() => void (registration = registerNodes(LiteGraph, toys)))
afterAll(() => registration.unregister())

const opened = (text: string) => {
  const graph = new LGraph()
  showWorkflow(LiteGraph, graph, parseWorkflow(text, toys).workflow)
  return graph
}
const saved = (graph: LGraph) => JSON.parse(stringifyWorkflow(toWorkflowFile(graph))) as unknown

describe.each(names)('%s', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8')

  test('round-trips unchanged', () => {
    expect(saved(opened(text))).toEqual(JSON.parse(text))
    // Opens and saves the saved file again.
    const again = stringifyWorkflow(
      toWorkflowFile(opened(stringifyWorkflow(toWorkflowFile(opened(text))))),
    )
    expect(JSON.parse(again)).toEqual(JSON.parse(text))
  })

  test('moving a node changes only its position', () => {
    const graph = opened(text)
    graph._nodes[0].pos = [1234, 567]
    const expected = JSON.parse(text) as { nodes: { id: unknown; pos: unknown }[] }
    expected.nodes.find(({ id }) => String(id) === String(graph._nodes[0].id))!.pos = [1234, 567]
    expect(saved(graph)).toEqual(expected)
  })
})

describe('slots keep the fields of other programs', () => {
  const file = (inputs: object[]) => ({
    links: [],
    nodes: [{ id: 1, type: 'Unknown', pos: [0, 0], size: [100, 60], inputs }],
  })
  const printedInputs = (inputs: object[]) => {
    const { workflow } = parseWorkflow(JSON.stringify(file(inputs)), toys)
    const printed = JSON.parse(stringifyWorkflow(workflow)) as ReturnType<typeof file>
    return printed.nodes[0].inputs
  }

  test('without a name', () => {
    const inputs = [
      { type: 'MASK', link: null, color_on: 'red' },
      { name: 'b', type: 'MASK', link: null, color_on: 'blue' },
    ]
    expect(printedInputs(inputs)).toMatchObject(inputs)
  })

  test('with the same name', () => {
    const inputs = ['red', 'blue'].map((color_on) => ({
      name: 'a',
      type: 'MASK',
      link: null,
      color_on,
    }))
    expect(printedInputs(inputs)).toMatchObject(inputs)
  })
})
