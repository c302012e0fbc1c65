// Slots of Formula: a row of inputs that grows, and an output whose type a param chooses.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { expect, test } from 'vitest'
import { chooseOutputType, findFittingSlot } from '../../src/editor/graph/nodeSearch.ts'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import type { DiffusionNode } from '../../src/litegraph/diffusionNode.ts'
import { registerNodes } from '../../src/litegraph/register.ts'
import { nodes } from '../../src/nodes/table.ts'
import { formula } from '../../src/nodes/tools/formula.ts'
import { inputSpecs, outputSpecs } from '../../src/workflow/slots.ts'

const declaration = toDeclaration(formula)
const inputs = (...wired: string[]) =>
  inputSpecs(declaration, new Set(wired)).map(({ name }) => name)
const output = (params: Record<string, unknown>) =>
  outputSpecs(declaration, params, new Set(), new Set()).map(({ type, like }) => ({ type, like }))

test('one free input follows the last wired one', () => {
  expect(inputs()).toEqual(['t', 'schedule', 'a'])
  expect(inputs('a', 't')).toEqual(['t', 'schedule', 'a', 'b'])
  expect(inputs('c')).toEqual(['t', 'schedule', 'a', 'b', 'c', 'd'])
  expect(inputs('p')).toHaveLength(18)
})

test('the output has the chosen type, or that of a', () => {
  expect(output({})).toEqual([{ type: '*', like: 'a' }])
  expect(output({ output: 'like a' })).toEqual([{ type: '*', like: 'a' }])
  expect(output({ output: 'weights' })).toEqual([{ type: 'weights', like: undefined }])
  expect(output({ output: 'constructor' })).toEqual([{ type: '*', like: 'a' }])
})

test('the node search offers it for an input, with the type that fits', () => {
  const end = { from: 'input', accepts: ['weights'] } as const
  expect(findFittingSlot(declaration, end)).toBe('result')
  expect(chooseOutputType(declaration, 'result', end.accepts)).toEqual({
    param: 'output',
    value: 'weights',
  })
  expect(findFittingSlot(declaration, end, { output: 'labels' })).toBeUndefined()
  expect(findFittingSlot(declaration, { from: 'input', accepts: ['model'] })).toBeUndefined()
  expect(findFittingSlot(declaration, { from: 'output', type: 'timestep' })).toBe('t')
  expect(findFittingSlot(declaration, { from: 'output', type: 'samples' })).toBe('a')
})

test('on a canvas, inputs grow and a change of the param reaches the nodes behind', () => {
  const registration = registerNodes(LiteGraph, nodes.map(toDeclaration), {})
  const graph = new LGraph()
  const add = (type: string) => {
    const node = LiteGraph.createNode(`diffusion/${type}`) as DiffusionNode
    graph.add(node)
    return node
  }
  const [grid, own, next] = [add('Grid'), add('Formula'), add('Formula')]
  grid.connect(0, own, 'a')
  own.connect(0, next, 'a')
  const types = () => [own, next].map(({ outputs }) => outputs[0].type)
  expect(own.inputs.map(({ name }) => name)).toEqual(['t', 'schedule', 'a', 'b'])
  expect(types()).toEqual(['samples', 'samples'])
  own.setProperty('output', 'loss')
  expect(types()).toEqual(['loss', 'loss'])
  own.setProperty('output', 'like a')
  expect(types()).toEqual(['samples', 'samples'])
  registration.unregister()
})
