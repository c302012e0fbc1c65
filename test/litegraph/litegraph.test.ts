import { readFileSync } from 'node:fs'
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Param } from '../../src/engine/plan/op.ts'
import type { DiffusionNode } from '../../src/litegraph/diffusionNode.ts'
import { createNodeClass } from '../../src/litegraph/node.ts'
import type { Registration } from '../../src/litegraph/register.ts'
import { brushAlong, brushAt, discRadius, eraserSize } from '../../src/litegraph/pointDrawing.ts'
import { advanceSeeds } from '../../src/litegraph/seeds.ts'
import { toWorkflowFile, toPlanGraph, showWorkflow } from '../../src/litegraph/graph.ts'
import { showEvent } from '../../src/litegraph/runEvents.ts'
import { slotStyles } from '../../src/litegraph/palette.ts'
import { registerNodes } from '../../src/litegraph/register.ts'
import { paramTooltip } from '../../src/litegraph/tooltips.ts'
import { loopPartner, typeRefusal } from '../../src/litegraph/wires.ts'
import { parseWorkflow, stringifyWorkflow } from '../../src/workflow/index.ts'
import { toys } from '../nodes/toys.ts'

const refused: string[] = []
let registration: Registration
let graph: LGraph

beforeEach(() => {
  refused.length = 0
  registration = registerNodes(LiteGraph, toys, { refused: (reason) => refused.push(reason) })
  graph = new LGraph()
})
afterEach(() => registration.unregister())

/** Creates a node and adds it to the graph, as a user does. */
function add(type: string, into = graph): DiffusionNode {
  const node = LiteGraph.createNode(`diffusion/${type}`) as DiffusionNode
  into.add(node)
  return node
}
const afterTimers = () => new Promise((done) => setTimeout(done))
const names = (slots: readonly { name: string }[]) => slots.map(({ name }) => name)
const reload = (data: unknown): LGraph => {
  const other = new LGraph()
  other.configure(JSON.parse(JSON.stringify(data)))
  return other
}

test('a new node is wide enough for its title; a loaded node keeps its size', () => {
  const made = createNodeClass({
    lite: LiteGraph,
    declaration: { ...toys[0], title: 'A title of thirty-four characters' },
    hooks: {},
    registeredType: (type) => type,
  })
  const node = new made() as DiffusionNode
  expect(node.size[0]).toBeGreaterThan(330)
  node.configure({ ...node.serialize(), size: [280, 120] })
  expect(node.size[0]).toBe(280)
})

test('the tooltip of a param explains the current choice', () => {
  const node = add('Toy')
  expect(paramTooltip(node, 'mode')).toBe('mode: how')
  const declaration = node.diffusion.declaration
  const mode = { ...declaration.params.mode, each: { fast: 'in a hurry' } } as Param
  const chosen = {
    properties: { mode: 'fast' },
    diffusion: { declaration: { ...declaration, params: { mode } } },
  }
  expect(paramTooltip(chosen as unknown as DiffusionNode, 'mode')).toBe(
    'mode: how. fast: in a hurry',
  )
})

describe('registration', () => {
  test('replaces existing types without logging; unregistering removes all', () => {
    const log = vi.spyOn(console, 'log')
    const again = registerNodes(LiteGraph, toys)
    expect(log).not.toHaveBeenCalled()
    registration.unregister()
    expect(LiteGraph.registered_node_types['diffusion/Toy']).toBeDefined()
    again.unregister()
    expect(
      Object.keys(LiteGraph.registered_node_types).filter((type) => type.startsWith('diffusion/')),
    ).toEqual([])
    expect(Object.keys(LiteGraph.Nodes).filter((name) => name.startsWith('diffusion/'))).toEqual([])
  })

  test('keeps class names distinct in minified code, and sets categories by purpose', () => {
    expect(LiteGraph.Nodes['diffusion/Toy']).not.toBe(LiteGraph.Nodes['diffusion/Join'])
    const { title, desc, category } = LiteGraph.registered_node_types['diffusion/Toy']
    expect([title, desc, category]).toEqual(['Toy', 'Scales samples.', 'diffusion/process'])
  })

  test('rejects a title with markup, which litegraph would show as HTML', () => {
    expect(() =>
      registerNodes(LiteGraph, [{ ...toys[0], type: 'diffusion/Bad', title: '<img src=x>' }]),
    ).toThrow(/markup/)
  })

  test('adds a prefix to types, but not in files', async () => {
    const prefixed = registerNodes(LiteGraph, toys, { prefix: 'my/' })
    const start = LiteGraph.createNode('my/diffusion/LoopStart') as DiffusionNode
    graph.add(start)
    await afterTimers()
    expect(loopPartner(start)?.type).toBe('my/diffusion/LoopEnd')
    const file = toWorkflowFile(graph)
    expect(file.nodes.map(({ type }) => type)).toEqual(['diffusion/LoopStart', 'diffusion/LoopEnd'])
    const other = new LGraph()
    showWorkflow(LiteGraph, other, file, { prefix: 'my/' })
    expect(other._nodes.map(({ type }) => type)).toEqual([
      'my/diffusion/LoopStart',
      'my/diffusion/LoopEnd',
    ])
    prefixed.unregister()
  })
})

describe('a node', () => {
  test('has the slots and values of its declaration', () => {
    const node = add('Toy')
    expect(node.inputs.map(({ name, type, color_off }) => [name, type, color_off])).toEqual([
      ['x', 'samples,noise', slotStyles.samples.colour],
      ['schedule', 'schedule', '#2a2d30'],
    ])
    expect(node.outputs.map(({ name, type, color_on }) => [name, type, color_on])).toEqual([
      ['y', 'samples', slotStyles.samples.colour],
    ])
    expect(node.properties).toEqual({ scale: 1, mode: 'exact', clip: false })
    expect(node.widgets!.map(({ type, name }) => [type, name])).toEqual([
      ['diffusion/number', 'scale'],
      ['combo', 'mode'],
      ['toggle', 'clip'],
    ])
  })

  test('shows advanced params only if changed, and dependent params only with an effect', () => {
    const { declared, rare, drawn } = {
      declared: toys.find(({ type }) => type === 'diffusion/Toy')!,
      rare: { kind: 'boolean', default: false, about: '', advanced: true },
      drawn: {
        kind: 'text',
        default: '',
        multiline: false,
        about: '',
        when: { param: 'mode', is: 'fast' },
      },
    } as const
    const own = registerNodes(LiteGraph, [
      { ...declared, type: 'diffusion/Rare', params: { ...declared.params, rare, drawn } },
    ])
    const node = add('Rare')
    const shown = () => node.widgets!.map(({ name }) => name)
    const height = node.size[1]
    expect(shown()).toEqual(['scale', 'mode', 'clip'])
    node.setProperty('rare', true)
    node.setProperty('mode', 'fast')
    expect(shown()).toEqual(['scale', 'mode', 'clip', 'rare', 'drawn'])
    expect(node.size[1]).toBeGreaterThan(height)
    expect(names(reload(graph.serialize())._nodes[0].widgets as { name: string }[])).toEqual(
      shown(),
    )
    node.setProperty('rare', false)
    node.setProperty('mode', 'exact')
    expect(shown()).toEqual(['scale', 'mode', 'clip'])
    expect(node.size[1]).toBe(height)
    own.unregister()
  })

  test('keeps numbers on their step and in their range, and never evaluates typed text', () => {
    const node = add('Toy')
    const widget = node.widgets![0]
    const at = (type: string, x: number, detail = 1) =>
      widget.mouse!({ type, detail, shiftKey: false } as MouseEvent, [x, 0], node)
    at('mousedown', node.size[0] - 20)
    at('mouseup', node.size[0] - 20)
    expect(node.properties.scale).toBe(1.1)
    expect(widget.value).toBe(1.1)
    at('mousedown', 100)
    at('mousemove', 20)
    at('mouseup', 20)
    expect(node.properties.scale).toBe(0)
    at('mousedown', 100)
    at('mousemove', 103)
    at('mouseup', 103)
    expect(node.properties.scale).toBe(0) // a click
  })

  test('saves values by name, but not its run status', () => {
    const node = add('Toy')
    node.diffusion.state = 'running'
    node.setProperty('scale', 3)
    expect(JSON.parse(JSON.stringify(node.serialize()))).toEqual({
      id: 1,
      type: 'diffusion/Toy',
      pos: [0, 0],
      size: [node.size[0], node.size[1]],
      flags: {},
      order: 0,
      mode: 0,
      inputs: [
        { name: 'x', type: 'samples,noise', link: null },
        { name: 'schedule', type: 'schedule', link: null },
      ],
      outputs: [{ name: 'y', type: 'samples', links: null }],
      properties: { scale: 3, mode: 'exact', clip: false },
    })
  })

  test("is restored by the host's serialize and configure", () => {
    const [noise, toy] = [add('Noise'), add('Toy')]
    noise.connect('noise', toy, 'x')
    toy.setProperty('mode', 'fast')
    const before = toPlanGraph(graph)
    const other = reload(graph.serialize())
    expect(toPlanGraph(other)).toEqual(before)
    expect(other.serialize()).toEqual(JSON.parse(JSON.stringify(graph.serialize())))
  })

  test('reads only known fields of a file, also if the host loads it', () => {
    const other = reload(
      JSON.parse(
        readFileSync(
          new URL('../fixtures/hostile/class_of_known_node.json', import.meta.url),
          'utf8',
        ),
      ),
    )
    const [node] = other._nodes
    expect(typeof node.connect).toBe('function')
    expect(node.graph).toBe(other)
    expect(node.properties).toEqual({ scale: 2, mode: 'exact', clip: false })
    expect((LiteGraph.registered_node_types['diffusion/Toy'] as { title: string }).title).toBe(
      'Toy',
    )
    expect((add('Join') as unknown as { polluted?: string }).polluted).toBeUndefined()
  })

  test('matches the slots of an older file by name, with their wires', () => {
    const other = reload({
      last_node_id: 2,
      last_link_id: 2,
      nodes: [
        {
          id: 2,
          type: 'diffusion/Toy',
          inputs: [
            { name: 'gone', type: 'x', link: null },
            { name: 'schedule', type: 'schedule', link: 2 },
            { name: 'x', type: 'samples', link: 1 },
          ],
          outputs: [],
        },
        {
          id: 1,
          type: 'diffusion/Noise',
          outputs: [
            { name: 'schedule', type: 'schedule', links: [2] },
            { name: 'noise', type: 'noise', links: [1] },
          ],
        },
      ],
      links: [
        [1, 1, 1, 2, 2, 'noise'],
        [2, 1, 0, 2, 1, 'schedule'],
      ],
    })
    const [toy] = other._nodes as [LGraphNode]
    expect(names(toy.inputs)).toEqual(['x', 'schedule'])
    expect(toPlanGraph(other).nodes.find(({ id }) => id === '2')!.inputs).toEqual({
      x: { node: '1', slot: 'noise' },
      schedule: { node: '1', slot: 'schedule' },
    })
    expect(other.links[1]).toMatchObject({ origin_slot: 0, target_slot: 0 })
  })
})

describe('wires', () => {
  test('are rejected with a reason if the types do not match', () => {
    const [noise, toy] = [add('Noise'), add('Toy')]
    expect(noise.connect('schedule', toy, 'x')).toBeNull()
    expect(refused).toEqual(['x needs samples or noise, but you are connecting schedule.'])
    expect(typeRefusal('noise', { name: 'x', type: 'samples,noise' })).toBeUndefined()
    expect(typeRefusal('*', { name: 'x', type: 'samples' })).toBeUndefined()
  })

  test('are rejected if they would form a cycle', () => {
    const [a, b, c] = [add('Toy'), add('Toy'), add('Toy')]
    a.connect('y', b, 'x')
    b.connect('y', c, 'x')
    expect(c.connect('y', a, 'x')).toBeNull()
    expect(refused).toEqual([
      'This link would form a cycle. To feed a value back, connect it to the End of a loop; its Start outputs it in the next iteration.',
    ])
  })

  test('of type loop connect a Start only to its own, single End', async () => {
    const [start, toy] = [add('LoopStart'), add('Toy')]
    await afterTimers()
    expect(start.connect('loop', toy, 'x')).toBeNull()
    const end = LiteGraph.createNode('diffusion/LoopEnd') as DiffusionNode
    graph.add(end)
    expect(start.connect('loop', end, 'loop')).toBeNull()
    expect(refused).toEqual([
      'The loop output of Loop Start connects only to its own End.',
      'Loop Start already has an End. Disconnect it first.',
    ])
  })

  test('have the colour of their type', () => {
    const [noise, toy] = [add('Noise'), add('Toy')]
    const link = noise.connect('noise', toy, 'x')!
    expect(link).toMatchObject({ type: 'noise', color: slotStyles.noise.colour })
  })

  test('set the type of outputs that are like an input, along chains and after loading', () => {
    const [noise, first, second] = [add('Noise'), add('Join'), add('Join')]
    first.connect('whole', second, 'before')
    expect(second.outputs[0].type).toBe('*')
    noise.connect('noise', first, 'before')
    expect([first.outputs[0].type, second.outputs[0].type]).toEqual(['noise', 'noise'])
    const other = reload(graph.serialize())
    expect(other._nodes.map((node) => node.outputs[0].type)).toEqual(['noise', 'noise', 'noise'])
    first.disconnectInput('before')
    return afterTimers().then(() => expect(second.outputs[0].type).toBe('*'))
  })
})

describe('many-slots', () => {
  test('add a slot and its output when the last one is wired, and remove free ones', async () => {
    const [noise, join, toy] = [add('Noise'), add('Join'), add('Toy')]
    expect(names(join.inputs)).toEqual(['before', 'item_1', 'after'])
    noise.connect('noise', join, 'item_1')
    noise.connect('schedule', join, 'item_2')
    noise.connect('noise', join, 'after')
    expect(names(join.inputs)).toEqual(['before', 'item_1', 'item_2', 'item_3', 'after'])
    expect(join.outputs.map(({ name, type }) => [name, type])).toEqual([
      ['whole', '*'],
      ['item_1', 'noise'],
      ['item_2', 'schedule'],
    ])
    expect(graph.links[join.inputs[4].link!].target_slot).toBe(4)
    join.connect('item_1', toy, 'x')
    join.disconnectInput('item_2')
    await afterTimers()
    expect(names(join.inputs)).toEqual(['before', 'item_1', 'item_2', 'after'])
    expect(names(join.outputs)).toEqual(['whole', 'item_1'])
    expect(toPlanGraph(graph).nodes[1].inputs).toEqual({
      item_1: { node: '1', slot: 'noise' },
      after: { node: '1', slot: 'noise' },
    })
  })

  test('keep their wires when loaded, and lose them when the node is removed', async () => {
    const [noise, join] = [add('Noise'), add('Join')]
    for (const slot of ['item_1', 'item_2', 'item_3', 'after']) noise.connect('noise', join, slot)
    const other = reload(graph.serialize())
    expect(toPlanGraph(other)).toEqual(toPlanGraph(graph))
    expect(reload(other.serialize()).serialize()).toEqual(
      JSON.parse(JSON.stringify(other.serialize())),
    )
    graph.remove(join)
    await afterTimers()
    expect(graph.links).toEqual({})
    expect(noise.outputs.every(({ links }) => !links?.length)).toBe(true)
  })

  test('keep their wires when copied', async () => {
    const [noise, join] = [add('Noise'), add('Join')]
    noise.connect('noise', join, 'item_1')
    noise.connect('noise', join, 'item_2')
    // litegraph pastes in this order: configure, add, connect by slot index.
    const data = JSON.parse(JSON.stringify(join.clone()!.serialize()))
    const copy = LiteGraph.createNode('diffusion/Join')!
    copy.configure(data)
    graph.add(copy)
    for (const input of join.inputs) {
      const link = input.link === null ? undefined : graph.links[input.link]
      if (link) noise.connect(link.origin_slot, copy, link.target_slot)
    }
    await afterTimers()
    expect(toPlanGraph(graph).nodes[2].inputs).toEqual(toPlanGraph(graph).nodes[1].inputs)
  })
})

describe('ends of a loop', () => {
  test('are added as a wired pair for a new Start, but not for a loaded or wired one', async () => {
    const start = add('LoopStart')
    await afterTimers()
    const end = loopPartner(start)!
    expect(end.type).toBe('diffusion/LoopEnd')
    expect(end.pos[0]).toBeGreaterThan(start.pos[0] + start.size[0])
    expect(reload(graph.serialize())._nodes).toHaveLength(2)

    const lonely = reload({
      nodes: [{ id: 1, type: 'diffusion/LoopStart', pos: [0, 0] }],
      links: [],
      version: 0.4,
    })
    await afterTimers()
    expect(lonely._nodes).toHaveLength(1)

    const byHand = new LGraph()
    const [from, to] = [add('LoopStart', byHand), add('LoopEnd', byHand)]
    from.connect('loop', to, 'loop')
    await afterTimers()
    expect(byHand._nodes).toHaveLength(2)
  })

  test('are added where they cover no other node', async () => {
    const first = add('LoopStart')
    await afterTimers()
    const second = add('LoopStart')
    await afterTimers()
    const [above, below] = [loopPartner(first)!, loopPartner(second)!]
    expect(below.pos[0]).toBe(above.pos[0])
    expect(below.pos[1] - LiteGraph.NODE_TITLE_HEIGHT).toBeGreaterThan(above.pos[1] + above.size[1])
  })

  test('are added as a pair for a new End, unless an unpaired Start exists', async () => {
    const end = add('LoopEnd')
    await afterTimers()
    expect(loopPartner(end)?.type).toBe('diffusion/LoopStart')
    end.disconnectInput('loop')
    await afterTimers()
    add('LoopEnd').setProperty('note', 'second')
    await afterTimers()
    expect(graph._nodes).toHaveLength(3)
  })

  test('are removed, muted and copied together', async () => {
    const start = add('LoopStart')
    await afterTimers()
    const end = loopPartner(start)!
    end.setProperty('note', 'kept')
    start.setProperty('seed', 41)
    start.changeMode(2)
    expect(end.mode).toBe(2)
    expect(toPlanGraph(graph).nodes).toEqual([])
    expect(start.changeMode(3)).toBe(false)
    end.changeMode(0)
    expect(start.mode).toBe(0)

    const copy = LiteGraph.createNode('diffusion/LoopStart') as DiffusionNode
    copy.configure(JSON.parse(JSON.stringify(start.clone()!.serialize())))
    graph.add(copy)
    await afterTimers()
    expect(loopPartner(copy)?.properties.note).toBe('kept')
    expect(copy.properties.seed).toBe(41)
    expect(JSON.stringify(graph.serialize())).not.toContain('copied_partner')

    graph.remove(end)
    expect(graph._nodes).toHaveLength(2)
    expect(graph._nodes).not.toContain(start)
  })

  test('are independent after their wire is disconnected', async () => {
    const start = add('LoopStart')
    await afterTimers()
    const end = loopPartner(start)!
    end.disconnectInput('loop')
    await afterTimers()
    graph.remove(start)
    expect(graph._nodes).toEqual([end])
  })
})

describe('seeds', () => {
  test('are unused ones for new nodes; loaded and copied nodes keep theirs', async () => {
    const [a, b] = [add('Noise'), add('Noise')]
    await afterTimers()
    expect([a.properties.seed, b.properties.seed]).toEqual([1, 0])
    const copy = b.clone()!
    graph.add(copy)
    await afterTimers()
    expect(copy.properties.seed).toBe(0)
  })

  test('change before a run according to their control', async () => {
    const [a, b, c] = [add('Noise'), add('Noise'), add('Noise')]
    await afterTimers()
    b.setProperty('seed', 2 ** 32 - 1)
    b.setProperty('seed_control', 'increment')
    c.setProperty('seed_control', 'randomize')
    const before = a.properties.seed
    expect(advanceSeeds(graph, () => 77)).toBe(true)
    expect([a.properties.seed, b.properties.seed, c.properties.seed]).toEqual([before, 0, 77])
    expect(toPlanGraph(graph).nodes[2].params).toEqual({ seed: 77 })
  })
})

test('rejects more nodes than the host allows without a change of the graph', () => {
  add('Noise')
  const length = LiteGraph.MAX_NUMBER_OF_NODES + 1
  const nodes = Array.from({ length }, (_, i) => ({
    id: i + 1,
    type: 'Noise',
    pos: [0, 0],
    size: [1, 1],
  }))
  const { workflow } = parseWorkflow(JSON.stringify({ nodes, links: [] }), toys)
  expect(() => showWorkflow(LiteGraph, graph, workflow)).toThrow(
    'Raise LiteGraph.MAX_NUMBER_OF_NODES',
  )
  expect(graph._nodes).toHaveLength(1)
})

test('a node whose type is an inherited name is a placeholder', () => {
  const graph = new LGraph()
  const text = '{"nodes":[{"id":1,"type":"constructor"},{"id":2,"type":"toString"}]}'
  showWorkflow(LiteGraph, graph, parseWorkflow(text, toys).workflow)
  expect(toWorkflowFile(graph).nodes.map(({ type }) => type)).toEqual(['constructor', 'toString'])
})

test('placeholders can be moved, rewired and saved, and keep all their data', () => {
  const text = readFileSync(
    new URL('../fixtures/foreign/look_alike_comfyui_0.4.json', import.meta.url),
    'utf8',
  )
  showWorkflow(LiteGraph, graph, parseWorkflow(text, toys).workflow)
  const expected = JSON.parse(text)
  expect(JSON.parse(stringifyWorkflow(toWorkflowFile(graph)))).toEqual(expected)
  const sampler = graph.getNodeById(3)!
  expect(sampler.getTitle()).toBe('Sampler')
  expect(graph.getNodeById(5)!.getTitle()).toBe('EmptyLatentImage')
  sampler.pos = [7, 8]
  sampler.disconnectInput(1)
  expected.nodes[1].pos = [7, 8]
  expected.nodes[1].inputs[1].link = null
  expected.nodes[2].outputs[0].links = null
  expected.links.pop()
  expect(JSON.parse(stringifyWorkflow(toWorkflowFile(graph)))).toEqual(expected)
})

test('events of a run are shown on their nodes', async () => {
  const start = add('LoopStart')
  await afterTimers()
  const end = loopPartner(start)!
  const toy = add('Toy')
  const run = 1
  showEvent(graph, { type: 'started', run, nodes: ['1', '2', '3'] })
  showEvent(graph, { type: 'cached', run, node: '3' })
  showEvent(graph, {
    type: 'progress',
    run,
    node: '1',
    end: '2',
    index: 3,
    count: 9,
    label: 't = 5',
    rate: 1,
    secondsLeft: 6,
  })
  expect(
    [start, end, toy].map(({ diffusion: { state, progress } }) => [state, progress?.label]),
  ).toEqual([
    ['running', 't = 5'],
    ['running', 't = 5'],
    ['cached', undefined],
  ])
  showEvent(graph, {
    type: 'faults',
    run,
    faults: [{ node: '3/inner', slot: 'x', message: 'No.', cure: 'Do.' }],
  })
  showEvent(graph, { type: 'finished', run, seconds: 1, stopped: false })
  expect([start, end, toy].map(({ diffusion }) => diffusion.state)).toEqual([
    'done',
    'done',
    'fault',
  ])
})

const [pen, rubber] = [
  { erase: false, size: 0 },
  { erase: true, size: 0 },
]

test('the pen draws points at the pointer, and the eraser removes them', () => {
  const square = { x: 10, y: 20, size: 200 }
  const one = brushAt([], square, 110, 120, pen)
  expect(one).toEqual([[0, 0]])
  const two = brushAt(one, square, 160, 70, pen)
  expect(two).toEqual([
    [0, 0],
    [1, 1],
  ])
  expect(brushAt(two, square, 160.2, 70, pen)).toBe(two)
  expect(brushAt(two, square, 9, 70, pen)).toBe(two)
  expect(brushAt(two, square, 158, 71, rubber)).toEqual([[0, 0]])
})

test('points that stand for discs have the radius of a param, and so has the eraser', () => {
  const square = { x: 0, y: 0, size: 200 }
  const properties = { brush: 0.1, text: 'x' }
  expect(discRadius(properties, 'brush', square)).toBeCloseTo(20)
  expect(eraserSize(properties, 'brush')).toBeCloseTo(0.4)
  for (const name of [undefined, 'missing', 'text']) {
    expect(discRadius(properties, name, square)).toBe(1.6)
    expect(eraserSize(properties, name)).toBe(0)
  }
})

test('a quick stroke leaves no gaps', () => {
  const square = { x: 10, y: 20, size: 200 }
  const line = brushAlong([], square, [60, 120], [160, 120], pen)
  expect(line.length).toBeGreaterThan(30)
  expect(line.at(-1)).toEqual([1, 0])
  expect(brushAlong(line, square, [160, 120], [60, 120], rubber)).toEqual([])
})

test('a brush draws the same points each time over its area, and erases the same area', () => {
  const square = { x: 0, y: 0, size: 400 }
  const brush = { erase: false, size: 0.3 }
  const dab = brushAt([], square, 200, 200, brush)
  expect(dab.length).toBeGreaterThan(15)
  expect(dab).toEqual(brushAt([], square, 200, 200, brush))
  expect(Math.max(...dab.map(([x, y]) => Math.hypot(x, y)))).toBeLessThanOrEqual(0.301)
  const stroke = brushAlong([], square, [100, 100], [300, 300], brush)
  for (const quarter of [0, 1, 2, 3]) {
    expect(
      stroke.filter(([x, y]) => (x > 0 ? 1 : 0) + (y > 0 ? 2 : 0) === quarter).length,
    ).toBeGreaterThan(5)
  }
  expect(brushAt([...dab, [0.5, 0]], square, 200, 200, { erase: true, size: 0.31 })).toEqual([
    [0.5, 0],
  ])
  // All points are inside the square.
  expect(
    brushAt([], square, 1, 1, brush).every(([x, y]) => Math.abs(x) <= 2 && Math.abs(y) <= 2),
  ).toBe(true)
})
