// Subgraphs: equivalence with the flat graph, reading and writing, and safe handling of untrusted
// files.
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packNodes, findPackingProblem, unpackSubgraph } from '../../src/editor/graph/pack.ts'
import type { Graph, GraphNode } from '../../src/engine/plan/graph.ts'
import { toDeclaration, opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import { applySettings, applyChangedValues } from '../../src/workflow/settings.ts'
import { nodes } from '../../src/nodes/table.ts'
import type { NodeId, WorkflowFile } from '../../src/workflow/index.ts'
import {
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  withFixedSeeds,
} from '../../src/workflow/index.ts'
import { withSubgraphs } from '../../src/workflow/subgraphDeclarations.ts'
import { findNamedFiles } from '../../src/workflow/bundle.ts'
import { flattenSubgraphs } from '../../src/workflow/flatten.ts'
import type { Json, JsonObject } from '../../src/workflow/json.ts'
import { nodeActivities } from '../../src/workflow/planGraph.ts'
import { BYPASSED, MUTED } from '../../src/workflow/activity.ts'
import { evaluate } from '../nodes/evaluate.ts'
import { toys } from '../nodes/toys.ts'

const declarations = nodes.map(toDeclaration)
const known = new Map(declarations.map((declaration) => [declaration.type, declaration]))
const ready = (name: string) =>
  parseWorkflow(readFileSync(`workflows/${name}.json`, 'utf8'), declarations).workflow
const HEUN = [6, 7, 8, 9, 10]
const ID = '0a1b2c3d-0000-4000-8000-00000000000'

const pack = (file: WorkflowFile, ids: readonly NodeId[], n = 1) => {
  expect(findPackingProblem(file, new Set(ids))).toBeUndefined()
  return packNodes(
    file,
    new Set(ids),
    { id: ID + n, name: `Block ${n}` },
    withSubgraphs(file, known),
  )
}
const again = (file: WorkflowFile) => parseWorkflow(stringifyWorkflow(file), declarations).workflow

/** Returns a description of each node with all nodes it depends on, without ids and positions. */
function meaning({ nodes }: Graph): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const known = new Map<string, string>()
  const inWords = ({ id, op, params, inputs, title }: GraphNode): string => {
    if (!known.has(id)) {
      const wired = Object.entries(inputs).map(([slot, from]) => [
        slot,
        from.slot,
        inWords(byId.get(from.node)!),
      ])
      known.set(id, JSON.stringify([op, title, params, wired.sort()]))
    }
    return known.get(id)!
  }
  return nodes.map(inWords).sort()
}

describe('a subgraph', () => {
  test('preserves the meaning of a workflow when nested, saved and unpacked', () => {
    const file = ready('own-sampler')
    const flat = meaning(toGraph(file, declarations))
    const one = pack(file, HEUN)
    const two = pack(one.file, [5, one.node, 11], 2)
    const three = pack(two.file, [3, 4, two.node], 3)
    for (const { file } of [one, two, three]) {
      expect(meaning(toGraph(again(file), declarations))).toEqual(flat)
      expect(stringifyWorkflow(again(file))).toBe(stringifyWorkflow(file))
    }
    expect(toGraph(three.file, declarations).nodes.map(({ id }) => id)).toContain(
      `${three.node}:${two.node}:${one.node}:7`,
    )
    const back = unpackSubgraph(
      unpackSubgraph(three.file, three.node).file,
      three.file.last_node_id + 3,
    )
    expect(meaning(toGraph(back.file, declarations))).toEqual(flat)
  })

  test('has the cache keys, results and random numbers of the flat graph', async () => {
    const file = ready('own-sampler')
    const settings = {
      'Noise.batch_size': 16,
      'Timesteps.num_inference_steps': 3,
      'Data.count': 16,
    }
    const flat = applySettings(toGraph(file, declarations), settings, declarations)
    const { file: one, node } = pack(file, HEUN)
    const { file: two } = pack(one, [5, node, 11, 2], 2)
    const graph = applySettings(toGraph(two, declarations), settings, declarations)
    const id = graph.nodes.find(({ title }) => title === 'Heun')!.id
    const [a, b] = [
      await evaluate(flat.nodes, { x: '11.x_0' }),
      await evaluate(graph.nodes, { x: `${id}.x_0` }),
    ]
    expect(b.x.tensor).toEqual(a.x.tensor)
    const cached: string[] = []
    const session = createSession({
      ops: opTable(nodes),
      onEvent: (event) => event.type === 'cached' && cached.push(event.node),
    })
    await session.run({ type: 'run', run: 1, graph: flat, targets: ['11'] })
    cached.length = 0
    await session.run({ type: 'run', run: 2, graph, targets: [id] })
    await session.dispose()
    expect(cached).toContain(id.replace(/:11$/, ':5'))
  })

  test('can be shared by two nodes with different params', () => {
    const { file, node } = pack(ready('own-sampler'), [13, 14])
    const [shared] = file.subgraphs!
    shared.promoted.push({ node: 14, param: 'eta', as: 'eta' })
    const first = file.nodes.find(({ id }) => id === node)!
    first.properties.eta = 0.5
    file.nodes.push({ ...structuredClone(first), id: 99, properties: {} })
    const read = again(file)
    expect(withSubgraphs(read, known).get(ID + 1)!.params.eta).toMatchObject({
      kind: 'number',
      default: 0,
    })
    const steps = toGraph(read, declarations).nodes.filter(({ id }) => id.endsWith(':14'))
    expect(steps.map(({ id, params }) => [id, params.eta])).toEqual([
      [`${node}:14`, 0.5],
      ['99:14', 0],
    ])
  })

  test('is muted or bypassed as one node; nodes that depend on a muted inner node wait', () => {
    const { file, node } = pack(ready('own-sampler'), [13, 14])
    const block = file.nodes.find(({ id }) => id === node)!
    const wires = () =>
      toGraph(file, declarations).nodes.find(({ id }) => id === '15')?.inputs.x_prev
    expect(wires()).toEqual({ node: `${node}:14`, slot: 'x_prev' })
    block.mode = BYPASSED
    expect(wires()).toEqual({ node: '12', slot: 'x_t' })
    block.mode = MUTED
    expect(wires()).toBeUndefined()
    expect(nodeActivities(file, known)(`${node}:14`)).toBe('muted')
    block.mode = 0
    file.subgraphs![0].inside.nodes.find(({ id }) => id === 13)!.mode = MUTED
    expect([nodeActivities(file, known)(`${node}:13`), nodeActivities(file, known)('15')]).toEqual([
      'muted',
      'waits',
    ])
  })

  test('is included when finding files, fixing seeds and applying settings', () => {
    const { file, node } = pack(ready('repaint'), [1])
    expect(findNamedFiles(file, declarations).map(({ file }) => file.name)).toEqual(['digits.zip'])
    const { file: sampler } = pack(ready('own-sampler'), [13, 14])
    sampler.subgraphs![0].inside.nodes.find(({ id }) => id === 14)!.properties.seed_control =
      'randomize'
    expect(stringifyWorkflow(withFixedSeeds(sampler, declarations))).not.toContain('randomize')
    const graph = toGraph(sampler, declarations)
    const changed = applySettings(graph, { [`${sampler.last_node_id}:14.eta`]: 0.25 }, declarations)
    const text = stringifyWorkflow(applyChangedValues(sampler, graph, changed))
    expect(meaning(toGraph(parseWorkflow(text, declarations).workflow, declarations))).toEqual(
      meaning(changed),
    )
    expect(node).toBe(15)
  })
})

describe('packing nodes', () => {
  const titlesIn = (ids: readonly NodeId[], name = 'own-sampler') => {
    const refusal = findPackingProblem(ready(name), new Set(ids))
    return refusal && [refusal.kind, ...refusal.nodes.map(({ title, type }) => title ?? type)]
  }
  test('rejects half of a loop', () => expect(titlesIn([5, 6])).toEqual(['splitLoop', 'Heun']))
  test('rejects a loop if part of its body is outside', () => {
    expect(titlesIn([5, 6, 7, 9, 10, 11])).toEqual(['cycle', 'Second prediction'])
  })
  test('accepts the body of a loop, or a loop with its observers', () => {
    expect(titlesIn(HEUN)).toBeUndefined()
    expect(titlesIn([8, 10, 11], 'repaint')).toBeUndefined()
  })
})

describe('untrusted files', () => {
  interface Parts {
    [key: string]: Json
  }
  const definition = (
    n: number | string,
    types: readonly string[],
    parts: Parts = {},
  ): JsonObject => ({
    id: ID + n,
    name: `Block ${n}`,
    nodes: types.map((type, i) => ({ id: i + 1, type })),
    links: [],
    extra: { diffusion: { format: 1 } },
    ...parts,
  })
  const fileWith = (subgraphs: Json[], nodes: Json[] = []) =>
    JSON.stringify({ version: 0.4, nodes, links: [], definitions: { subgraphs } })
  const refusal = (text: string) => {
    try {
      parseWorkflow(text, toys)
    } catch (error) {
      return String(error)
    }
    return 'read'
  }

  test('with cyclic, deep or too many subgraphs or invalid names are rejected', () => {
    const tower = (height: number, width: number) =>
      Array.from({ length: height }, (_, i) =>
        definition(
          `${i}`.padStart(4, 'x'),
          i ? Array(width).fill(ID + `${i - 1}`.padStart(4, 'x')) : ['a'],
        ),
      )
    const slot = (name: Json) =>
      refusal(fileWith([definition(1, [], { inputs: [{ name, type: 'samples' }] })]))
    expect({
      itself: refusal(fileWith([definition(1, [ID + 1])])),
      circle: refusal(fileWith([definition(1, [ID + 2]), definition(2, ['a', ID + 1])])),
      deep: refusal(fileWith(tower(18, 1))),
      deepFirst: refusal(fileWith(tower(30, 1).toReversed())),
      many: refusal(fileWith(Array.from({ length: 501 }, (_, i) => definition(`x${i}`, [])))),
      bomb: refusal(fileWith(tower(12, 9), [{ id: 1, type: ID + 'xx11' }])),
      twice: refusal(fileWith([definition(1, []), definition(1, [])])),
      known: refusal(fileWith([{ ...definition(1, []), id: 'diffusion/Toy' }])),
      noId: refusal(fileWith([{ ...definition(1, []), id: 'x' }])),
      noNodes: refusal(fileWith([{ ...definition(1, []), nodes: 7 }])),
      edge: refusal(fileWith([definition(1, [], { nodes: [{ id: 'inputs', type: 'a' }] })])),
      colon: refusal(fileWith([definition(1, ['a'])], [{ id: '1:2', type: 'a' }])),
      loop: slot('loop'),
      prototype: slot('__proto__'),
      method: slot('toString'),
      number: slot(7),
    }).toMatchInlineSnapshot(`
      {
        "bomb": "WorkflowError: nodes: expected at most 5000 nodes with those in subgraphs, got 31381059609.",
        "circle": "WorkflowError: definitions.subgraphs[0]: it contains itself: Block 1 > Block 2 > Block 1.",
        "colon": "WorkflowError: nodes: the id 1:2 has a colon, which separates the ids of nodes in subgraphs.",
        "deep": "WorkflowError: definitions.subgraphs[16]: expected subgraphs at most 16 deep in one another, got more.",
        "deepFirst": "WorkflowError: definitions.subgraphs[16]: expected subgraphs at most 16 deep in one another, got more.",
        "edge": "WorkflowError: definitions.subgraphs[0].nodes[2].id: two nodes have the id inputs.",
        "itself": "WorkflowError: definitions.subgraphs[0]: it contains itself: Block 1 > Block 1.",
        "known": "WorkflowError: definitions.subgraphs[0].id: expected a UUID, got "diffusion/Toy".",
        "loop": "WorkflowError: definitions.subgraphs[0].inputs[0].name: expected a short name, got "loop".",
        "many": "WorkflowError: definitions.subgraphs: expected at most 500 subgraphs, got 501.",
        "method": "WorkflowError: definitions.subgraphs[0].inputs[0].name: expected a short name, got "toString".",
        "noId": "WorkflowError: definitions.subgraphs[0].id: expected a UUID, got "x".",
        "noNodes": "WorkflowError: definitions.subgraphs[0].nodes: expected a list of nodes, got 7.",
        "number": "WorkflowError: definitions.subgraphs[0].inputs[0].name: expected a short name, got 7.",
        "prototype": "WorkflowError: definitions.subgraphs[0].inputs[0].name: expected a short name, got "__proto__".",
        "twice": "WorkflowError: definitions.subgraphs[1].id: there is another 0a1b2c3d-0000-4000-8000-000000000001.",
      }
    `)
  })

  test('lose widgets and wires without a target, and markup in names becomes text', () => {
    const { workflow, notices } = parseWorkflow(
      fileWith(
        [
          definition(1, ['diffusion/Toy'], {
            name: '<img src=x onerror=alert(1)>&"',
            inputs: [{ name: 'x', type: 'samples' }],
            links: [
              {
                id: 1,
                origin_id: -10,
                origin_slot: 0,
                target_id: 1,
                target_slot: 0,
                type: 'samples',
              },
              {
                id: 2,
                origin_id: -10,
                origin_slot: 4,
                target_id: 1,
                target_slot: 1,
                type: 'samples',
              },
              {
                id: 3,
                origin_id: 1,
                origin_slot: 0,
                target_id: -20,
                target_slot: 3,
                type: 'samples',
              },
            ],
            widgets: [
              { id: 1, name: 'scale', as: 'factor' },
              { id: 1, name: 'constructor' },
              { id: 9, name: 'scale' },
              7,
            ],
          }),
        ],
        [{ id: 4, type: ID + 1, properties: { factor: 3, other: 1 } }],
      ),
      toys,
    )
    const [subgraph] = workflow.subgraphs!
    expect(subgraph.name).toBe('‹img src=x onerror=alert(1)›＆”')
    expect(subgraph.promoted).toEqual([{ node: 1, param: 'scale', as: 'factor' }])
    expect(subgraph.inside.links).toEqual([[1, 'inputs', 0, 1, 0, 'samples']])
    expect(notices).toHaveLength(6)
    expect(toGraph(workflow, toys).nodes).toMatchObject([
      { id: '4:1', op: 'diffusion/Toy', params: { scale: 3 }, inputs: {} },
    ])
  })

  test('lose wires from a subgraph to itself', () => {
    const through = definition(1, [], {
      inputs: [{ name: 'x', type: '*' }],
      outputs: [{ name: 'y', type: '*' }],
      links: [{ id: 1, origin_id: -10, origin_slot: 0, target_id: -20, target_slot: 0, type: '*' }],
    })
    const node = { id: 1, type: ID + 1, inputs: [{ name: 'x' }], outputs: [{ name: 'y' }] }
    const text = JSON.stringify({
      nodes: [node, { id: 2, type: 'diffusion/Show' }],
      links: [
        [1, 1, 0, 1, 0, '*'],
        [2, 1, 0, 2, 0, '*'],
      ],
      version: 0.4,
      definitions: { subgraphs: [through] },
    })
    expect(toGraph(parseWorkflow(text, toys).workflow, toys).nodes).toMatchObject([
      { id: '2', inputs: {} },
    ])
  })

  test('keep subgraphs of ComfyUI unchanged, next to ours', () => {
    const text = readFileSync('test/fixtures/foreign/look_alike_comfyui_1.json', 'utf8')
    const theirs = JSON.parse(text)
    const { workflow } = parseWorkflow(text, toys)
    expect(workflow.subgraphs).toBeUndefined()
    const [ours] = parseWorkflow(
      fileWith([definition(1, ['diffusion/Toy'])], [{ id: 4, type: ID + 1 }]),
      toys,
    ).workflow.subgraphs!
    const saved = stringifyWorkflow({ ...workflow, subgraphs: [ours] })
    expect(JSON.parse(saved).definitions.subgraphs[0]).toEqual(theirs.definitions.subgraphs[0])
    const read = parseWorkflow(saved, toys).workflow
    expect(read.subgraphs!.map(({ name }) => name)).toEqual(['Block 1'])
    expect(stringifyWorkflow(read)).toBe(saved)
    expect(JSON.parse(stringifyWorkflow({ ...read, subgraphs: [] })).definitions).toEqual(
      theirs.definitions,
    )
  })
})

test('flattening does not change workflows without subgraphs', () => {
  for (const name of readdirSync('workflows')
    .filter((file) => file.endsWith('.json'))
    .slice(0, 3)) {
    const file = ready(name.replace('.json', ''))
    if (!file.subgraphs) expect(flattenSubgraphs(file).file).toEqual(file)
  }
})
