// The workflow files that tests write contain the graphs that they were written from.
import { expect, test } from 'vitest'
import type { GraphNode } from '../src/engine/plan/graph.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'
import { node } from './nodes/evaluate.ts'
import { declarations, readWorkflow, workflowNames } from './readyWorkflows.ts'
import { workflowOf } from './workflowOf.ts'

/** Writes a graph and reads it. Returns its wires by the titles of the nodes, which are the ids. */
function writeAndRead(nodes: readonly GraphNode[]) {
  const { workflow, notices } = parseWorkflow(workflowOf({ nodes: [...nodes] }), declarations)
  const read = toGraph(workflow, declarations).nodes
  const titles = new Map(read.map(({ id, title }) => [id, title ?? id]))
  return {
    notices,
    wires: read.map(({ op, title, inputs }) => ({ op, title, inputs: nameWires(inputs, titles) })),
  }
}

const nameWires = (inputs: GraphNode['inputs'], titles?: ReadonlyMap<string, string>) =>
  Object.fromEntries(
    Object.entries(inputs).map(([slot, from]) => [
      slot,
      `${titles?.get(from.node) ?? from.node}.${from.slot}`,
    ]),
  )

const expectKept = (nodes: readonly GraphNode[]) =>
  expect(writeAndRead(nodes)).toEqual({
    notices: [],
    wires: nodes.map(({ id, op, inputs }) => ({ op, title: id, inputs: nameWires(inputs) })),
  })

test.each(workflowNames)('the graph of %s is read as it was written', (name) =>
  expectKept(toGraph(readWorkflow(name), declarations).nodes),
)

test('outputs of many-slots and further outputs are read as they were written', () =>
  expectKept([
    node('net', 'MLP'),
    node('data', 'Points'),
    node('adam', 'Optimizer'),
    node('one', 'Number', {}, { value: 1 }),
    node('start', 'TrainingStart', {
      model: 'net.model',
      model_2: 'net.model',
      dataset: 'data.dataset',
      dataset_2: 'data.dataset',
      optimizer: 'adam.optimizer',
      value_1: 'one.number',
      value_3: 'one.number',
      value_12: 'one.number',
    }),
    node('end', 'TrainingEnd', {
      loop: 'start.loop',
      value_12: 'start.value_3',
      value_1: 'start.value_1',
      value_3: 'start.value_12',
    }),
    node('charts', 'Chart', { values_1: 'end.history_2', values_2: 'end.history' }),
    node('numbers', 'Numbers', {
      numbers_1: 'end.value_3',
      numbers_2: 'end.value_12',
      numbers_3: 'start.step',
    }),
    node('batches', 'Inspect', { value: 'start.x_0_2' }),
    node('each', 'ForEachStart'),
    node('all', 'ForEachEnd', {
      loop: 'each.loop',
      number_2: 'one.number',
      number_1: 'each.index',
    }),
    node('curve', 'Chart', { values_1: 'all.history_2', values_2: 'all.history_1' }),
  ]))

test('a wire from an output that does not exist is an error, not a file without it', () => {
  const see = node('see', 'Inspect', { value: 'net.nothing' })
  expect(() => workflowOf({ nodes: [node('net', 'MLP'), see] })).toThrow(
    'There is no output nothing of node net.',
  )
})
