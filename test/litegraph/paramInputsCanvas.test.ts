// Params as inputs on a litegraph canvas: converting, wiring, saving, copying.
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toDeclaration } from '../../src/engine/plan/op.ts'
import type { DiffusionNode } from '../../src/litegraph/diffusionNode.ts'
import { showWorkflow, toPlanGraph, toWorkflowFile } from '../../src/litegraph/graph.ts'
import {
  convertToInput,
  convertToParam,
  inputParams,
  paramTakingWire,
} from '../../src/litegraph/paramInputs.ts'
import { advanceSeeds } from '../../src/litegraph/seeds.ts'
import { registerNodes, type Registration } from '../../src/litegraph/register.ts'
import { slotTooltip } from '../../src/litegraph/tooltips.ts'
import { nodes } from '../../src/nodes/table.ts'
import { parseWorkflow, stringifyWorkflow } from '../../src/workflow/index.ts'

const declarations = nodes.map(toDeclaration)
const refused: string[] = []
let registration: Registration
let graph: LGraph

beforeEach(() => {
  refused.length = 0
  registration = registerNodes(LiteGraph, declarations, { refused: (why) => refused.push(why) })
  graph = new LGraph()
})
afterEach(() => registration.unregister())

function add(type: string, into = graph): DiffusionNode {
  const node = LiteGraph.createNode(`diffusion/${type}`) as DiffusionNode
  into.add(node)
  return node
}
const afterTimers = () => new Promise((done) => setTimeout(done))
const slotNames = ({ inputs }: DiffusionNode) => inputs.map(({ name }) => name)
const widgetNames = ({ widgets = [] }: DiffusionNode) => widgets.map(({ name }) => name)
const sourceOf = (type: string, into = graph) =>
  toPlanGraph(into).nodes.find(({ op }) => op === `diffusion/${type}`)?.inputs

test('a param becomes an input without a widget, and back', async () => {
  const [number, noise] = [add('Number'), add('GaussianNoise')]
  await afterTimers()
  const before = { slots: slotNames(noise), widgets: widgetNames(noise), size: [...noise.size] }
  const slot = convertToInput(noise, 'seed')
  expect(noise.inputs[slot]).toMatchObject({ name: 'seed', type: 'number', link: null })
  expect(widgetNames(noise)).not.toContain('seed')
  expect(widgetNames(noise).length).toBe(before.widgets.length - 1)
  number.connect(0, noise, slot)
  expect(sourceOf('GaussianNoise')).toEqual({ seed: { node: '1', slot: 'number' } })
  convertToParam(noise, 'seed')
  await afterTimers()
  expect({ slots: slotNames(noise), widgets: widgetNames(noise), size: [...noise.size] }).toEqual(
    before,
  )
  expect(sourceOf('GaussianNoise')).toEqual({})
  expect(number.outputs[0].links ?? []).toEqual([])
})

test('it stays an input when its wire is removed, the graph saved and the node copied', async () => {
  const [number, noise] = [add('Number'), add('GaussianNoise')]
  number.connect(0, noise, convertToInput(noise, 'batch_size'))
  await afterTimers()
  const text = stringifyWorkflow(toWorkflowFile(graph))
  const other = new LGraph()
  showWorkflow(LiteGraph, other, parseWorkflow(text, declarations).workflow)
  expect(sourceOf('GaussianNoise', other)).toEqual({ batch_size: { node: '1', slot: 'number' } })
  expect(stringifyWorkflow(toWorkflowFile(other))).toBe(text)

  noise.disconnectInput(noise.findInputSlot('batch_size'))
  await afterTimers()
  expect(inputParams(noise)).toEqual(new Set(['batch_size']))
  const copy = noise.clone() as DiffusionNode
  graph.add(copy)
  await afterTimers()
  expect(inputParams(copy)).toEqual(new Set(['batch_size']))
  expect(widgetNames(copy)).not.toContain('batch_size')
})

test('only params of some kinds become inputs, with wires of their types', () => {
  const [number, text, schedule] = [add('Number'), add('Text'), add('NoiseSchedule')]
  const noise = add('GaussianNoise')
  expect(convertToInput(noise, 'shape')).toBe(-1)
  expect(convertToInput(noise, 'nothing')).toBe(-1)
  const choice = convertToInput(schedule, 'beta_schedule')
  expect(number.connect(0, schedule, choice)).toBeNull()
  expect(refused).toEqual(['beta_schedule needs text, but you are connecting number.'])
  expect(text.connect(0, schedule, choice)).not.toBeNull()
  expect(slotTooltip(schedule, 'inputs', 'beta_schedule')).toContain('beta_schedule: ')
})

test('a wire dropped on a widget turns its param into an input', () => {
  const [number, noise] = [add('Number'), add('GaussianNoise')]
  noise.pos = [400, 100]
  noise.widgets?.forEach((widget, i) => (widget.last_y = 40 + 24 * i))
  const index = widgetNames(noise).indexOf('seed')
  const at: [number, number] = [440, 100 + 40 + 24 * index + 10]
  expect(paramTakingWire(noise, at, 'number')).toBe('seed')
  expect(paramTakingWire(noise, at, 'samples')).toBeUndefined()
  expect(paramTakingWire(noise, [440, 95], 'number')).toBeUndefined()
  graph.list_of_graphcanvas = [{ graph_mouse: at }] as never
  number.connectByType(0, noise, 'number')
  graph.list_of_graphcanvas = null as never
  expect(sourceOf('GaussianNoise')).toEqual({ seed: { node: '1', slot: 'number' } })
})

test('a wired seed does not change before a run', () => {
  const [number, noise] = [add('Number'), add('GaussianNoise')]
  noise.setProperty('seed_control', 'increment')
  expect(advanceSeeds(graph)).toBe(true)
  number.connect(0, noise, convertToInput(noise, 'seed'))
  expect(advanceSeeds(graph)).toBe(false)
})

test('the menu of a plain litegraph host converts params', () => {
  const noise = add('GaussianNoise') as DiffusionNode & {
    getExtraMenuOptions(): { content: string; callback(): void }[]
  }
  const choose = (content: string) =>
    noise
      .getExtraMenuOptions()
      .find((item) => item.content === content)
      ?.callback()
  expect(noise.getExtraMenuOptions().map(({ content }) => content)).not.toContain(
    'Convert shape to input',
  )
  choose('Convert seed to input')
  expect(inputParams(noise)).toEqual(new Set(['seed']))
  choose('Convert seed to widget')
  expect(inputParams(noise)).toEqual(new Set())
})
