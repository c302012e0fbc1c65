// Reroutes: points of a wire that do not affect a run.
import { LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, type LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addReroute, removeNodes } from '../../src/editor/graph/splice.ts'
import { toWorkflowFile as fileOn, toPlanGraph } from '../../src/litegraph/graph.ts'
import { registerNodes, type Registration } from '../../src/litegraph/register.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../../src/workflow/index.ts'
import { onCpu } from '../backends.ts'
import { declarations, fileOf, wiresOf } from '../editor/fileOf.ts'
import { evaluate, node } from '../nodes/evaluate.ts'

const createFile = () =>
  fileOf(
    {
      1: 'GaussianNoise',
      2: 'NoiseSchedule',
      3: 'ForwardNoise',
      4: 'Inspect',
      5: 'Points',
      6: 'StopGradient',
    },
    [
      [5, 'x_0', 3, 'x_0'],
      [1, 'noise', 3, 'noise'],
      [2, 'schedule', 3, 'schedule'],
      [3, 'x_t', 6, 'value'],
      [6, 'value', 4, 'value'],
    ],
  )

const toRunGraph = (file: ReturnType<typeof createFile>) =>
  toGraph(file, [...declarations.values()])

describe('a reroute in a file', () => {
  test('does not change the meaning of the graph', () => {
    let file = createFile()
    for (const [id] of createFile().links) file = addReroute(file, id, [100, 50])!.file
    file = addReroute(file, 2, [120, 60])!.file // two in a chain
    expect(file.nodes.filter(({ type }) => type === 'diffusion/Reroute')).toHaveLength(6)
    expect(toRunGraph(file)).toEqual(toRunGraph(createFile()))
  })

  test('has the position where it was added, and the type of its wire', () => {
    const { file, id } = addReroute(createFile(), 2, [100, 50])!
    expect(wiresOf(file)).toContain('1.noise > 7.value')
    expect(wiresOf(file)).toContain('7.value > 3.noise')
    expect(file.nodes.at(-1)).toMatchObject({ id, pos: [90, 40], size: [20, 20] })
  })

  test('is saved and loaded without a change', () => {
    const { file } = addReroute(createFile(), 2, [100, 50])!
    const text = stringifyWorkflow(file)
    expect(stringifyWorkflow(parseWorkflow(text, declarations).workflow)).toBe(text)
  })

  test('can be deleted with reconnection, also next to another reroute', () => {
    const { file, id } = addReroute(addReroute(createFile(), 2, [100, 50])!.file, 2, [50, 50])!
    expect(wiresOf(removeNodes(file, new Set([id]), declarations)).sort()).toEqual(
      wiresOf(addReroute(createFile(), 2, [100, 50])!.file).sort(),
    )
  })

  test('cannot be added to a loop wire', () => {
    const loop = fileOf({ 1: 'SamplingStart', 2: 'SamplingEnd' }, [[1, 'loop', 2, 'loop']])
    loop.links[0][5] = 'loop'
    expect(addReroute(loop, 1, [0, 0])).toBeUndefined()
  })

  test('stops the nodes after it if it is muted', () => {
    const { file } = addReroute(createFile(), 2, [100, 50])!
    file.nodes.at(-1)!.mode = 2
    expect(toRunGraph(file).nodes.map(({ id }) => id)).not.toContain('3')
  })

  test('from ComfyUI is saved unchanged', () => {
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
  test('a reroute in a graph that was not loaded from a file passes on its input', async () => {
    const graph = [node('x', 'Grid', {}, { count: 2 }), node('dot', 'Reroute', { value: 'x.x' })]
    const { before, after } = await evaluate(graph, { before: 'x.x', after: 'dot.value' })
    expect(after).toEqual(before)
  })
})

describe('a reroute on a canvas', () => {
  let graph: LGraph
  let registration: Registration
  const refused: string[] = []
  beforeEach(() => {
    refused.length = 0
    registration = registerNodes(LiteGraph, [...declarations.values()], {
      refused: (reason) => refused.push(reason),
    })
    graph = new LGraph()
  })
  afterEach(() => registration.unregister())

  const add = (name: string) => {
    const node = LiteGraph.createNode(`diffusion/${name}`) as LGraphNode
    graph.add(node)
    return node
  }
  const getType = ({ outputs }: LGraphNode) => outputs[0].type

  test('has the type of its source, or of its target while it has no source', async () => {
    const [schedule, first, second, forward] = [
      add('NoiseSchedule'),
      add('Reroute'),
      add('Reroute'),
      add('ForwardNoise'),
    ]
    first.connect(0, second, 0)
    expect(getType(second)).toBe('*')
    second.connect(0, forward, 'schedule')
    expect([getType(first), getType(second)]).toEqual(['schedule', 'schedule'])
    schedule.connect(0, first, 0)
    expect([getType(first), getType(second)]).toEqual(['schedule', 'schedule'])
    expect(toPlanGraph(graph).nodes.map(({ op }) => op)).toEqual([
      'diffusion/NoiseSchedule',
      'diffusion/ForwardNoise',
    ])
    expect(toPlanGraph(graph).nodes[1].inputs).toEqual({
      schedule: { node: String(schedule.id), slot: 'schedule' },
    })
  })

  test('rejects a source that does not match its target, and vice versa', () => {
    const [noise, dot, forward] = [add('GaussianNoise'), add('Reroute'), add('ForwardNoise')]
    dot.connect(0, forward, 'schedule')
    expect(noise.connect(0, dot, 0)).toBeNull()
    expect(dot.connect(0, forward, 't')).toBeNull()
    forward.disconnectInput('schedule')
    noise.connect(0, dot, 0)
    expect(dot.connect(0, forward, 'schedule')).toBeNull()
    expect(refused).toEqual([
      'schedule needs schedule, but you are connecting noise.',
      't and schedule need different types, but both would receive the same value.',
      'schedule needs schedule, but you are connecting noise.',
    ])
  })

  test('rejects cycles and loop wires', () => {
    const [dot, stop, start] = [add('Reroute'), add('StopGradient'), add('SamplingStart')]
    dot.connect(0, stop, 0)
    expect(stop.connect(0, dot, 0)).toBeNull()
    expect(dot.connect(0, dot, 0)).toBeNull()
    expect(start.connect('loop', dot, 0)).toBeNull()
    expect(refused).toEqual([
      'This link would form a cycle. To feed a value back, connect it to the End of a loop; its Start outputs it in the next iteration.',
      'Reroute cannot use its own output. To feed a value back, use a loop.',
      'The loop output of Sampling Start connects only to its own End.',
    ])
  })

  test('has a fixed size, cannot be collapsed, and is saved', () => {
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
