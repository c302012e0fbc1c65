import { readFileSync } from 'node:fs'
import type { LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { LGraph, LiteGraph } from 'litegraph.js/build/litegraph.core.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Param } from '../../src/engine/plan/op.ts'
import type { DiffusionNode } from '../../src/nodes/litegraph/node.ts'
import { nodeClass } from '../../src/nodes/litegraph/node.ts'
import type { Registration } from '../../src/nodes/litegraph/register.ts'
import { pointAt, pointsAlong } from '../../src/nodes/litegraph/drawing.ts'
import { advanceSeeds, fileOf, graphOf, showEvent, showWorkflow } from '../../src/nodes/litegraph/graph.ts'
import { slotStyles } from '../../src/nodes/litegraph/palette.ts'
import { registerNodes } from '../../src/nodes/litegraph/register.ts'
import { aboutParam } from '../../src/nodes/litegraph/tooltips.ts'
import { parseNumber } from '../../src/nodes/litegraph/widgets.ts'
import { pairOf, reasonAgainst } from '../../src/nodes/litegraph/wires.ts'
import { parseWorkflow, stringifyWorkflow } from '../../src/nodes/workflow.ts'
import { toys } from './toys.ts'

const refused: string[] = []
let registration: Registration
let graph: LGraph

beforeEach(() => {
  refused.length = 0
  registration = registerNodes(LiteGraph, toys, { refused: (reason) => refused.push(reason) })
  graph = new LGraph()
})
afterEach(() => registration.unregister())

/** As a user adds one: made, then put into the graph. */
function add(type: string, into = graph): DiffusionNode {
  const node = LiteGraph.createNode(`diffusion/${type}`) as DiffusionNode
  into.add(node)
  return node
}
const settled = () => new Promise((done) => setTimeout(done))
const names = (slots: readonly { name: string }[]) => slots.map(({ name }) => name)
const reloaded = (data: unknown): LGraph => {
  const other = new LGraph()
  other.configure(JSON.parse(JSON.stringify(data)))
  return other
}

test('a new node is wide enough for its title; one of a file is as it was saved', () => {
  const made = nodeClass(LiteGraph, { ...toys[0]!, title: 'A title of thirty-four characters' }, {}, (type) => type)
  const node = new made() as DiffusionNode
  expect(node.size[0]).toBeGreaterThan(330)
  node.configure({ ...node.serialize(), size: [280, 120] })
  expect(node.size[0]).toBe(280)
})

test('a tip on a param says what the choice that is taken is for', () => {
  const node = add('Toy')
  expect(aboutParam(node, 'mode')).toBe('mode: how')
  const declaration = node.diffusion.declaration
  const mode = { ...declaration.params.mode!, each: { fast: 'in a hurry' } } as Param
  const chosen = { properties: { mode: 'fast' }, diffusion: { declaration: { ...declaration, params: { mode } } } }
  expect(aboutParam(chosen as unknown as DiffusionNode, 'mode')).toBe('mode: how. fast: in a hurry')
})

describe('registering', () => {
  test('again is silent and takes effect; unregistering leaves nothing', () => {
    const log = vi.spyOn(console, 'log')
    const again = registerNodes(LiteGraph, toys)
    expect(log).not.toHaveBeenCalled()
    registration.unregister()
    expect(LiteGraph.registered_node_types['diffusion/Toy']).toBeDefined()
    again.unregister()
    expect(Object.keys(LiteGraph.registered_node_types).filter((type) => type.startsWith('diffusion/'))).toEqual([])
    expect(Object.keys(LiteGraph.Nodes).filter((name) => name.startsWith('diffusion/'))).toEqual([])
  })

  test('names stay apart when code is minified; categories are what nodes are for', () => {
    expect(LiteGraph.Nodes['diffusion/Toy']).not.toBe(LiteGraph.Nodes['diffusion/Join'])
    const { title, desc, category } = LiteGraph.registered_node_types['diffusion/Toy']!
    expect([title, desc, category]).toEqual(['Toy', 'Scales samples.', 'diffusion/process'])
  })

  test('a title with markup is refused: litegraph would show it as HTML', () => {
    expect(() => registerNodes(LiteGraph, [{ ...toys[0]!, type: 'diffusion/Bad', title: '<img src=x>' }])).toThrow(/markup/)
  })

  test('with a prefix, files still have the own types', async () => {
    const prefixed = registerNodes(LiteGraph, toys, { prefix: 'my/' })
    const start = LiteGraph.createNode('my/diffusion/LoopStart') as DiffusionNode
    graph.add(start)
    await settled()
    expect(pairOf(start)?.type).toBe('my/diffusion/LoopEnd')
    const file = fileOf(graph)
    expect(file.nodes.map(({ type }) => type)).toEqual(['diffusion/LoopStart', 'diffusion/LoopEnd'])
    const other = new LGraph()
    showWorkflow(LiteGraph, other, file, { prefix: 'my/' })
    expect(other._nodes.map(({ type }) => type)).toEqual(['my/diffusion/LoopStart', 'my/diffusion/LoopEnd'])
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

  test('shows a rare param only when it was changed, and one that depends on another only with it', () => {
    const { declared, rare, drawn } = {
      declared: toys.find(({ type }) => type === 'diffusion/Toy')!,
      rare: { kind: 'boolean', default: false, about: '', advanced: true },
      drawn: { kind: 'text', default: '', multiline: false, about: '', when: { param: 'mode', is: 'fast' } },
    } as const
    const own = registerNodes(LiteGraph, [{ ...declared, type: 'diffusion/Rare', params: { ...declared.params, rare, drawn } }])
    const node = add('Rare')
    const shown = () => node.widgets!.map(({ name }) => name)
    const height = node.size[1]
    expect(shown()).toEqual(['scale', 'mode', 'clip'])
    node.setProperty('rare', true)
    node.setProperty('mode', 'fast')
    expect(shown()).toEqual(['scale', 'mode', 'clip', 'rare', 'drawn'])
    expect(node.size[1]).toBeGreaterThan(height)
    expect(names(reloaded(graph.serialize())._nodes[0]!.widgets as { name: string }[])).toEqual(shown())
    node.setProperty('rare', false)
    node.setProperty('mode', 'exact')
    expect(shown()).toEqual(['scale', 'mode', 'clip'])
    expect(node.size[1]).toBe(height)
    own.unregister()
  })

  test('numbers move by their step, stay in their range, and typed text is never evaluated', () => {
    const node = add('Toy')
    const widget = node.widgets![0]!
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
    expect([parseNumber('1e-4'), parseNumber(' 0,5 '), parseNumber('alert(1)+1.5'), parseNumber('')]).toEqual([
      1e-4,
      0.5,
      undefined,
      undefined,
    ])
  })

  test('saves values by name and nothing of what it shows', () => {
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

  test("survives a host's own serialize and configure", () => {
    const [noise, toy] = [add('Noise'), add('Toy')]
    noise.connect('noise', toy, 'x')
    toy.setProperty('mode', 'fast')
    const before = graphOf(graph)
    const other = reloaded(graph.serialize())
    expect(graphOf(other)).toEqual(before)
    expect(other.serialize()).toEqual(JSON.parse(JSON.stringify(graph.serialize())))
  })

  test('takes only known fields from a file, whoever loads it', () => {
    const other = reloaded(
      JSON.parse(readFileSync(new URL('../fixtures/hostile/class_of_known_node.json', import.meta.url), 'utf8')),
    )
    const [node] = other._nodes
    expect(typeof node!.connect).toBe('function')
    expect(node!.graph).toBe(other)
    expect(node!.properties).toEqual({ scale: 2, mode: 'exact', clip: false })
    expect((LiteGraph.registered_node_types['diffusion/Toy'] as { title: string }).title).toBe('Toy')
    expect((add('Join') as unknown as { polluted?: string }).polluted).toBeUndefined()
  })

  test('a file of an older version: slots are matched by name, wires follow', () => {
    const other = reloaded({
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
    expect(graphOf(other).nodes.find(({ id }) => id === '2')!.inputs).toEqual({
      x: { node: '1', slot: 'noise' },
      schedule: { node: '1', slot: 'schedule' },
    })
    expect(other.links[1]).toMatchObject({ origin_slot: 0, target_slot: 0 })
  })
})

describe('wires', () => {
  test('of the wrong type are refused with a reason', () => {
    const [noise, toy] = [add('Noise'), add('Toy')]
    expect(noise.connect('schedule', toy, 'x')).toBeNull()
    expect(refused).toEqual(['x takes samples or noise, not schedule.'])
    expect(reasonAgainst('noise', { name: 'x', type: 'samples,noise' })).toBeUndefined()
    expect(reasonAgainst('*', { name: 'x', type: 'samples' })).toBeUndefined()
  })

  test('that would close a circle are refused', () => {
    const [a, b, c] = [add('Toy'), add('Toy'), add('Toy')]
    a.connect('y', b, 'x')
    b.connect('y', c, 'x')
    expect(c.connect('y', a, 'x')).toBeNull()
    expect(refused).toEqual([
      'This wire would close a circle. To feed a value back, put it into the End of a loop; it comes out of its Start.',
    ])
  })

  test('of a loop join a Start with its own End, and one only', async () => {
    const [start, toy] = [add('LoopStart'), add('Toy')]
    await settled()
    expect(start.connect('loop', toy, 'x')).toBeNull()
    const end = LiteGraph.createNode('diffusion/LoopEnd') as DiffusionNode
    graph.add(end)
    expect(start.connect('loop', end, 'loop')).toBeNull()
    expect(refused).toEqual([
      'A loop wire joins Loop Start with its own End, nothing else.',
      'Loop Start has its End already: unplug that one first.',
    ])
  })

  test('have the colour of what runs through them', () => {
    const [noise, toy] = [add('Noise'), add('Toy')]
    const link = noise.connect('noise', toy, 'x')!
    expect(link).toMatchObject({ type: 'noise', color: slotStyles.noise.colour })
  })

  test('give outputs the type of what they are like, along chains and after loading', () => {
    const [noise, first, second] = [add('Noise'), add('Join'), add('Join')]
    first.connect('whole', second, 'before')
    expect(second.outputs[0]!.type).toBe('*')
    noise.connect('noise', first, 'before')
    expect([first.outputs[0]!.type, second.outputs[0]!.type]).toEqual(['noise', 'noise'])
    const other = reloaded(graph.serialize())
    expect(other._nodes.map((node) => node.outputs[0]!.type)).toEqual(['noise', 'noise', 'noise'])
    first.disconnectInput('before')
    return settled().then(() => expect(second.outputs[0]!.type).toBe('*'))
  })
})

describe('many-slots', () => {
  test('grow with the last one wired, with their outputs, and shrink again', async () => {
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
    expect(graph.links[join.inputs[4]!.link!]!.target_slot).toBe(4)
    join.connect('item_1', toy, 'x')
    join.disconnectInput('item_2')
    await settled()
    expect(names(join.inputs)).toEqual(['before', 'item_1', 'item_2', 'after'])
    expect(names(join.outputs)).toEqual(['whole', 'item_1'])
    expect(graphOf(graph).nodes[1]!.inputs).toEqual({ item_1: { node: '1', slot: 'noise' }, after: { node: '1', slot: 'noise' } })
  })

  test('come through loading and removing', async () => {
    const [noise, join] = [add('Noise'), add('Join')]
    for (const slot of ['item_1', 'item_2', 'item_3', 'after']) noise.connect('noise', join, slot)
    const other = reloaded(graph.serialize())
    expect(graphOf(other)).toEqual(graphOf(graph))
    expect(reloaded(other.serialize()).serialize()).toEqual(JSON.parse(JSON.stringify(other.serialize())))
    graph.remove(join)
    await settled()
    expect(graph.links).toEqual({})
    expect(noise.outputs.every(({ links }) => !links?.length)).toBe(true)
  })

  test('keep their wires when copied', async () => {
    const [noise, join] = [add('Noise'), add('Join')]
    noise.connect('noise', join, 'item_1')
    noise.connect('noise', join, 'item_2')
    // As litegraph pastes: configured, added, then wired by number.
    const data = JSON.parse(JSON.stringify(join.clone()!.serialize()))
    const copy = LiteGraph.createNode('diffusion/Join')!
    copy.configure(data)
    graph.add(copy)
    for (const input of join.inputs) {
      const link = input.link === null ? undefined : graph.links[input.link]
      if (link) noise.connect(link.origin_slot, copy, link.target_slot)
    }
    await settled()
    expect(graphOf(graph).nodes[2]!.inputs).toEqual(graphOf(graph).nodes[1]!.inputs)
  })
})

describe('ends of a loop', () => {
  test('a Start brings its End, wired; a loaded or wired one does not', async () => {
    const start = add('LoopStart')
    await settled()
    const end = pairOf(start)!
    expect(end.type).toBe('diffusion/LoopEnd')
    expect(end.pos[0]).toBeGreaterThan(start.pos[0] + start.size[0])
    expect(reloaded(graph.serialize())._nodes).toHaveLength(2)

    const lonely = reloaded({ nodes: [{ id: 1, type: 'diffusion/LoopStart', pos: [0, 0] }], links: [], version: 0.4 })
    await settled()
    expect(lonely._nodes).toHaveLength(1)

    const byHand = new LGraph()
    const [from, to] = [add('LoopStart', byHand), add('LoopEnd', byHand)]
    from.connect('loop', to, 'loop')
    await settled()
    expect(byHand._nodes).toHaveLength(2)
  })

  test('an End brings its Start, or takes the one that waits', async () => {
    const end = add('LoopEnd')
    await settled()
    expect(pairOf(end)?.type).toBe('diffusion/LoopStart')
    end.disconnectInput('loop')
    await settled()
    add('LoopEnd').setProperty('note', 'second')
    await settled()
    expect(graph._nodes).toHaveLength(3)
  })

  test('are removed, muted and copied together', async () => {
    const start = add('LoopStart')
    await settled()
    const end = pairOf(start)!
    end.setProperty('note', 'kept')
    start.setProperty('seed', 41)
    start.changeMode(2)
    expect(end.mode).toBe(2)
    expect(graphOf(graph).nodes).toEqual([])
    expect(start.changeMode(3)).toBe(false)
    end.changeMode(0)
    expect(start.mode).toBe(0)

    const copy = LiteGraph.createNode('diffusion/LoopStart') as DiffusionNode
    copy.configure(JSON.parse(JSON.stringify(start.clone()!.serialize())))
    graph.add(copy)
    await settled()
    expect(pairOf(copy)?.properties.note).toBe('kept')
    expect(copy.properties.seed).toBe(41)
    expect(JSON.stringify(graph.serialize())).not.toContain('copied_partner')

    graph.remove(end)
    expect(graph._nodes).toHaveLength(2)
    expect(graph._nodes).not.toContain(start)
  })

  test('unplugged, each goes its own way', async () => {
    const start = add('LoopStart')
    await settled()
    const end = pairOf(start)!
    end.disconnectInput('loop')
    await settled()
    graph.remove(start)
    expect(graph._nodes).toEqual([end])
  })
})

describe('seeds', () => {
  test('new nodes take one that is free; loaded and copied ones keep theirs', async () => {
    const [a, b] = [add('Noise'), add('Noise')]
    await settled()
    expect([a.properties.seed, b.properties.seed]).toEqual([1, 0])
    const copy = b.clone()!
    graph.add(copy)
    await settled()
    expect(copy.properties.seed).toBe(0)
  })

  test('advance before a run as their control says', async () => {
    const [a, b, c] = [add('Noise'), add('Noise'), add('Noise')]
    await settled()
    b.setProperty('seed', 2 ** 32 - 1)
    b.setProperty('seed_control', 'increment')
    c.setProperty('seed_control', 'randomize')
    const before = a.properties.seed
    expect(advanceSeeds(graph, () => 77)).toBe(true)
    expect([a.properties.seed, b.properties.seed, c.properties.seed]).toEqual([before, 0, 77])
    expect(graphOf(graph).nodes[2]!.params).toEqual({ seed: 77 })
  })
})

test('more nodes than the litegraph of a host takes are refused before any is shown', () => {
  add('Noise')
  const length = LiteGraph.MAX_NUMBER_OF_NODES + 1
  const nodes = Array.from({ length }, (_, i) => ({ id: i + 1, type: 'Noise', pos: [0, 0], size: [1, 1] }))
  const { workflow } = parseWorkflow(JSON.stringify({ nodes, links: [] }), toys)
  expect(() => showWorkflow(LiteGraph, graph, workflow)).toThrow('Raise LiteGraph.MAX_NUMBER_OF_NODES')
  expect(graph._nodes).toHaveLength(1)
})

test('placeholders can be moved, rewired and saved, and keep what they came with', () => {
  const text = readFileSync(new URL('../fixtures/foreign/look_alike_comfyui_0.4.json', import.meta.url), 'utf8')
  showWorkflow(LiteGraph, graph, parseWorkflow(text, toys).workflow)
  const expected = JSON.parse(text)
  expect(JSON.parse(stringifyWorkflow(fileOf(graph)))).toEqual(expected)
  const sampler = graph.getNodeById(3)!
  expect(sampler.getTitle()).toBe('Sampler')
  expect(graph.getNodeById(5)!.getTitle()).toBe('EmptyLatentImage')
  sampler.pos = [7, 8]
  sampler.disconnectInput(1)
  expected.nodes[1].pos = [7, 8]
  expected.nodes[1].inputs[1].link = null
  expected.nodes[2].outputs[0].links = null
  expected.links.pop()
  expect(JSON.parse(stringifyWorkflow(fileOf(graph)))).toEqual(expected)
})

test('what a run says is shown on the nodes it is about', async () => {
  const start = add('LoopStart')
  await settled()
  const end = pairOf(start)!
  const toy = add('Toy')
  const run = 1
  showEvent(graph, { type: 'started', run, nodes: ['1', '2', '3'] })
  showEvent(graph, { type: 'cached', run, node: '3' })
  showEvent(graph, { type: 'progress', run, node: '1', end: '2', index: 3, count: 9, label: 't = 5', rate: 1, secondsLeft: 6 })
  expect([start, end, toy].map(({ diffusion: { state, progress } }) => [state, progress?.label])).toEqual([
    ['running', 't = 5'],
    ['running', 't = 5'],
    ['cached', undefined],
  ])
  showEvent(graph, { type: 'faults', run, faults: [{ node: '3/inner', slot: 'x', message: 'No.', cure: 'Do.' }] })
  showEvent(graph, { type: 'finished', run, seconds: 1, stopped: false })
  expect([start, end, toy].map(({ diffusion }) => diffusion.state)).toEqual(['done', 'done', 'fault'])
})

const [pen, rubber] = [
  { erase: false, size: 0 },
  { erase: true, size: 0 },
]

test('points are drawn where the pointer is, and rubbed out', () => {
  const square = { x: 10, y: 20, size: 200 }
  const one = pointAt([], square, 110, 120, pen)
  expect(one).toEqual([[0, 0]])
  const two = pointAt(one, square, 160, 70, pen)
  expect(two).toEqual([
    [0, 0],
    [1, 1],
  ])
  expect(pointAt(two, square, 160.2, 70, pen)).toBe(two)
  expect(pointAt(two, square, 9, 70, pen)).toBe(two)
  expect(pointAt(two, square, 158, 71, rubber)).toEqual([[0, 0]])
})

test('a quick stroke leaves no gaps', () => {
  const square = { x: 10, y: 20, size: 200 }
  const line = pointsAlong([], square, [60, 120], [160, 120], pen)
  expect(line.length).toBeGreaterThan(30)
  expect(line.at(-1)).toEqual([1, 0])
  expect(pointsAlong(line, square, [160, 120], [60, 120], rubber)).toEqual([])
})

test('a brush sets points all over it, the same each time, and rubs out as much', () => {
  const square = { x: 0, y: 0, size: 400 }
  const brush = { erase: false, size: 0.3 }
  const dab = pointAt([], square, 200, 200, brush)
  expect(dab.length).toBeGreaterThan(15)
  expect(dab).toEqual(pointAt([], square, 200, 200, brush))
  expect(Math.max(...dab.map(([x, y]) => Math.hypot(x, y)))).toBeLessThanOrEqual(0.301)
  const stroke = pointsAlong([], square, [100, 100], [300, 300], brush)
  for (const quarter of [0, 1, 2, 3]) {
    expect(stroke.filter(([x, y]) => (x > 0 ? 1 : 0) + (y > 0 ? 2 : 0) === quarter).length).toBeGreaterThan(5)
  }
  expect(pointAt([...dab, [0.5, 0]], square, 200, 200, { erase: true, size: 0.31 })).toEqual([[0.5, 0]])
  // Nothing beyond the square.
  expect(pointAt([], square, 1, 1, brush).every(([x, y]) => Math.abs(x) <= 2 && Math.abs(y) <= 2)).toBe(true)
})
