// Reroutes: dots on wires that nothing of a run depends on.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, type LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rerouted, withoutNodes } from '../../src/editor/splice.ts'
import { fileOf as fileOn, graphOf } from '../../src/nodes/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../src/nodes/litegraph/register.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../../src/nodes/workflow.ts'
import { onCpu } from '../backends.ts'
import { declarations, fileOf, wiresOf } from '../editor/fileOf.ts'
import { evaluate, node } from './evaluate.ts'

const plain = () =>
  fileOf({ 1: 'GaussianNoise', 2: 'NoiseSchedule', 3: 'ForwardNoise', 4: 'Inspect', 5: 'Points', 6: 'StopGradient' }, [
    [5, 'x_0', 3, 'x_0'],
    [1, 'noise', 3, 'noise'],
    [2, 'schedule', 3, 'schedule'],
    [3, 'x_t', 6, 'value'],
    [6, 'value', 4, 'value'],
  ])

const meaning = (file: ReturnType<typeof plain>) => toGraph(file, [...declarations.values()])

describe('in a file', () => {
  test('the graph means what it meant without', () => {
    let file = plain()
    for (const [id] of plain().links) file = rerouted(file, id, [100, 50])!.file
    file = rerouted(file, 2, [120, 60])!.file // two in a row
    expect(file.nodes.filter(({ type }) => type === 'diffusion/Reroute')).toHaveLength(6)
    expect(meaning(file)).toEqual(meaning(plain()))
  })

  test('it is where it was put, and its wire keeps its type', () => {
    const { file, id } = rerouted(plain(), 2, [100, 50])!
    expect(wiresOf(file)).toContain('1.noise > 7.value')
    expect(wiresOf(file)).toContain('7.value > 3.noise')
    expect(file.nodes.at(-1)).toMatchObject({ id, pos: [90, 40], size: [20, 20] })
  })

  test('it is saved and read back as it was', () => {
    const { file } = rerouted(plain(), 2, [100, 50])!
    const text = stringifyWorkflow(file)
    expect(stringifyWorkflow(parseWorkflow(text, declarations).workflow)).toBe(text)
  })

  test('deleted, its wire can go on without it, past one that stays too', () => {
    const { file, id } = rerouted(rerouted(plain(), 2, [100, 50])!.file, 2, [50, 50])!
    expect(wiresOf(withoutNodes(file, new Set([id]), declarations)).sort()).toEqual(
      wiresOf(rerouted(plain(), 2, [100, 50])!.file).sort(),
    )
  })

  test('the wire of a loop is not led by one', () => {
    const loop = fileOf({ 1: 'SamplingStart', 2: 'SamplingEnd' }, [[1, 'loop', 2, 'loop']])
    loop.links[0]![5] = 'loop'
    expect(rerouted(loop, 1, [0, 0])).toBeUndefined()
  })

  test('what comes through one that is muted does not run', () => {
    const { file } = rerouted(plain(), 2, [100, 50])!
    file.nodes.at(-1)!.mode = 2
    expect(meaning(file).nodes.map(({ id }) => id)).not.toContain('3')
  })

  test('those of ComfyUI are left as they came', () => {
    const foreign = {
      last_node_id: 3,
      last_link_id: 2,
      nodes: [
        { id: 1, type: 'VAELoader', pos: [0, 0], size: [200, 60], flags: {}, order: 0, mode: 0, outputs: [{ name: 'VAE', type: 'VAE', links: [1], slot_index: 0 }], properties: { 'Node name for S&R': 'VAELoader' }, widgets_values: ['a.pt'] },
        { id: 2, type: 'Reroute', pos: [300, 0], size: [75, 26], flags: {}, order: 1, mode: 0, inputs: [{ name: '', type: '*', link: 1 }], outputs: [{ name: 'VAE', type: 'VAE', links: [2], slot_index: 0 }], properties: { showOutputText: true, horizontal: false } },
        { id: 3, type: 'VAEDecode', pos: [500, 0], size: [140, 50], flags: {}, order: 2, mode: 0, inputs: [{ name: 'samples', type: 'LATENT', link: null }, { name: 'vae', type: 'VAE', link: 2 }], outputs: [{ name: 'IMAGE', type: 'IMAGE', links: null }], properties: { 'Node name for S&R': 'VAEDecode' } },
      ],
      links: [
        [1, 1, 0, 2, 0, '*'],
        [2, 2, 0, 3, 1, 'VAE'],
      ],
      groups: [],
      config: {},
      extra: {},
      version: 0.4,
    } // prettier-ignore
    const { workflow } = parseWorkflow(JSON.stringify(foreign), declarations)
    expect(JSON.parse(stringifyWorkflow(workflow))).toEqual(foreign)
  })
})

onCpu(() => {
  test('in a graph that was not read from a file it passes on what it gets', async () => {
    const graph = [node('x', 'Grid', {}, { count: 2 }), node('dot', 'Reroute', { value: 'x.x' })]
    const { before, after } = await evaluate(graph, { before: 'x.x', after: 'dot.value' })
    expect(after).toEqual(before)
  })
})

describe('on a canvas', () => {
  let graph: LGraph
  let registration: Registration
  const refused: string[] = []
  beforeEach(() => {
    refused.length = 0
    registration = registerNodes(LiteGraph, [...declarations.values()], { refused: (reason) => refused.push(reason) })
    graph = new LGraph()
  })
  afterEach(() => registration.unregister())

  const add = (name: string) => {
    const node = LiteGraph.createNode(`diffusion/${name}`) as LGraphNode
    graph.add(node)
    return node
  }
  const typeOf = ({ outputs }: LGraphNode) => outputs[0]!.type

  test('it has the type of what is wired to it, and of what it leads to before that', async () => {
    const [schedule, first, second, forward] = [add('NoiseSchedule'), add('Reroute'), add('Reroute'), add('ForwardNoise')]
    first.connect(0, second, 0)
    expect(typeOf(second)).toBe('*')
    second.connect(0, forward, 'schedule')
    expect([typeOf(first), typeOf(second)]).toEqual(['schedule', 'schedule'])
    schedule.connect(0, first, 0)
    expect([typeOf(first), typeOf(second)]).toEqual(['schedule', 'schedule'])
    expect(graphOf(graph).nodes.map(({ op }) => op)).toEqual(['diffusion/NoiseSchedule', 'diffusion/ForwardNoise'])
    expect(graphOf(graph).nodes[1]!.inputs).toEqual({ schedule: { node: String(schedule.id), slot: 'schedule' } })
  })

  test('what does not fit is refused through it, either way', () => {
    const [noise, dot, forward] = [add('GaussianNoise'), add('Reroute'), add('ForwardNoise')]
    dot.connect(0, forward, 'schedule')
    expect(noise.connect(0, dot, 0)).toBeNull()
    expect(dot.connect(0, forward, 't')).toBeNull()
    forward.disconnectInput('schedule')
    noise.connect(0, dot, 0)
    expect(dot.connect(0, forward, 'schedule')).toBeNull()
    expect(refused).toEqual([
      'schedule takes schedule, not noise.',
      't takes nothing that schedule takes, and both would get the same.',
      'schedule takes schedule, not noise.',
    ])
  })

  test('no circle goes through it, and no loop wire', () => {
    const [dot, stop, start] = [add('Reroute'), add('StopGradient'), add('SamplingStart')]
    dot.connect(0, stop, 0)
    expect(stop.connect(0, dot, 0)).toBeNull()
    expect(dot.connect(0, dot, 0)).toBeNull()
    expect(start.connect('loop', dot, 0)).toBeNull()
    expect(refused).toEqual([
      'This wire would close a circle. To feed a value back, put it into the End of a loop; it comes out of its Start.',
      'Reroute cannot take what it gives itself. To feed a value back, use a loop.',
      'A loop wire joins Sampling Start with its own End, nothing else.',
    ])
  })

  test('it stays small and open, is pressed where it is, and comes back as it was', () => {
    const dot = add('Reroute') as LGraphNode & { isPointInside(x: number, y: number): boolean }
    dot.pos = [100, 100]
    dot.setSize([300, 200])
    dot.collapse()
    expect([...dot.size].slice(0, 2)).toEqual([20, 20])
    expect(dot.flags.collapsed).toBeUndefined()
    expect([dot.isPointInside(110, 110), dot.isPointInside(110, 90)]).toEqual([true, false])
    expect(fileOn(graph).nodes[0]).toMatchObject({ type: 'diffusion/Reroute', size: [20, 20] })
  })
})
