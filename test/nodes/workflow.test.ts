import { readFileSync, readdirSync } from 'node:fs'
import { zlibSync } from 'fflate'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileNode, WorkflowFile } from '../../src/nodes/workflow.ts'
import {
  emptyWorkflow,
  parseWorkflow,
  pngWithWorkflow,
  stringifyWorkflow,
  toGraph,
  workflowOf,
  workflowOfPng,
} from '../../src/nodes/workflow.ts'
import { limits } from '../../src/nodes/workflow/json.ts'
import { toys } from './toys.ts'

const folder = new URL('../fixtures/', import.meta.url)
const fixture = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const read = (text: string) => parseWorkflow(text, toys)
const file = (parts: object) => JSON.stringify({ nodes: [], links: [], version: 0.4, ...parts })
const refusal = (text: string) => {
  try {
    read(text)
  } catch (error) {
    return String(error)
  }
  return 'read'
}

/** JSON that does not tell a list of numbers from the object a typed array becomes, nor "5" from 5. */
const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('files of other programs', () => {
  const foreign = readdirSync(new URL('foreign', folder)).filter((name) => name.endsWith('.json'))

  test.each(foreign.filter((name) => /comfy/.test(name) && !/Subgraphs|prompt/.test(name)))(
    'ComfyUI: %s comes out as it came in',
    (name) => {
      const text = fixture(`foreign/${name}`)
      const { workflow } = read(text)
      expect(normal(JSON.parse(stringifyWorkflow(workflow)))).toEqual(normal(JSON.parse(text)))
    },
  )

  test.each(foreign.filter((name) => name.startsWith('litegraph')))('litegraph: %s keeps its unknown nodes', (name) => {
    const before = JSON.parse(fixture(`foreign/${name}`))
    const text = stringifyWorkflow(read(JSON.stringify(before)).workflow)
    const after = JSON.parse(text)
    for (const node of before.nodes) expect(after.nodes.find((other: FileNode) => other.id === node.id)).toEqual(node)
    expect(stringifyWorkflow(read(text).workflow)).toBe(text)
  })

  test('what was changed in a ComfyUI workflow changes, and nothing else', () => {
    const text = fixture('foreign/look_alike_comfyui_0.4.json')
    const { workflow } = read(text)
    workflow.nodes.find(({ id }) => id === 3)!.pos = [1, 2]
    const latent = workflow.nodes.find(({ id }) => id === 5)!
    latent.outputs[0]!.links = null
    workflow.nodes.find(({ id }) => id === 3)!.inputs[1]!.link = null
    workflow.links = workflow.links.filter(([id]) => id !== 2)
    const expected = JSON.parse(text)
    expected.nodes[1].pos = [1, 2]
    expected.nodes[1].inputs[1].link = null
    expected.nodes[2].outputs[0].links = null
    expected.links.pop()
    expect(JSON.parse(stringifyWorkflow(workflow))).toEqual(expected)
  })

  test('a node of ours put into a ComfyUI 1 workflow is saved in its format', () => {
    const { workflow } = read(fixture('foreign/look_alike_comfyui_1.json'))
    workflow.nodes.push({ ...read(file({ nodes: [{ id: 7, type: 'diffusion/Noise' }] })).workflow.nodes[0]! })
    workflow.last_node_id = 7
    const saved = JSON.parse(stringifyWorkflow(workflow))
    expect(saved.version).toBe(1)
    expect(saved.nodes.map((node: FileNode) => node.id)).toEqual([1, 2, 7])
    expect(saved.state.lastNodeId).toBe(7)
    expect(saved.definitions.subgraphs[0].name).toBe('Blur twice')
  })

  test('bare NaN is read as null, and said', () => {
    const { workflow, notices } = read(
      '{"nodes":[{"id":1,"type":"x","properties":{"a":NaN,"b":"NaN"}}],"links":[],"version":0.4}',
    )
    expect(workflow.nodes[0]!.properties).toEqual({ a: null, b: 'NaN' })
    expect(notices).toEqual(['NaN and Infinity are no JSON; they are read as null.'])
  })
})

describe('strangers', () => {
  test.each(readdirSync(new URL('hostile', folder)))('%s does no harm', (name) => {
    const { workflow } = read(fixture(`hostile/${name}`))
    const keys = (value: unknown): string[] =>
      typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => [key, ...keys(item)]) : []
    const { foreign, ...about } = workflow.extra.diffusion ?? { format: 1 }
    const shown = { ...workflow, extra: { ...workflow.extra, diffusion: about } }
    for (const key of ['__proto__', 'constructor', 'prototype', 'runStep', 'configure', 'connect', 'graph', 'onRemoved']) {
      expect(keys(shown)).not.toContain(key)
    }
    expect(JSON.stringify(shown)).not.toMatch(/[<>]|javascript:|;x/)
    expect(foreign?.text ?? '').not.toMatch(/__proto__|"constructor"|"prototype"/)
    expect(Object.getPrototypeOf(workflow)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect((globalThis as Record<string, unknown>).PWNED).toBeUndefined()
  })

  test('says what was left out', () => {
    expect(read(fixture('hostile/class_of_known_node.json')).notices).toMatchInlineSnapshot(`
      [
        "nodes[0].constructor was left out: a file must not set it.",
        "nodes[0].__proto__ was left out: a file must not set it.",
        "nodes[0].properties.__proto__ was left out: a file must not set it.",
      ]
    `)
    expect(read(fixture('hostile/methods_of_graph.json')).notices).toMatchInlineSnapshot(`
      [
        "Left out, not part of a workflow: configure, runStep, add, list_of_graphcanvas.",
      ]
    `)
    expect(read(fixture('hostile/markup.json')).notices).toMatchInlineSnapshot(`
      [
        "nodes[0].type holds markup; it is shown as text.",
        "nodes[0].inputs[0].name holds markup; it is shown as text.",
        "nodes[0].inputs[0].type holds markup; it is shown as text.",
        "nodes[0].inputs[0].label holds markup; it is shown as text.",
        "nodes[0].properties holds markup; it is shown as text.",
        "nodes[0].title holds markup; it is shown as text.",
        "groups[0].title holds markup; it is shown as text.",
      ]
    `)
  })

  test('what cannot be opened is refused in words', () => {
    expect({
      list: refusal('[]'),
      text: refusal('"x"'),
      noJson: refusal('{"nodes": [}'),
      other: refusal('{"a": 1}'),
      prompt: refusal(fixture('foreign/look_alike_comfyui_prompt.json')),
      subgraphs: refusal(fixture('foreign/comfy_litegraph_testSubgraphs.json')),
      scheduler: refusal('{"_class_name": "DDPMScheduler"}'),
      nodes: refusal('{"nodes": {}}'),
      version: refusal(file({ version: 'banana' })),
      newer: refusal(file({ extra: { diffusion: { format: 99 } } })),
      nullNode: refusal(file({ nodes: [null] })),
      noType: refusal(file({ nodes: [{ id: 1 }] })),
      twice: refusal(
        file({
          nodes: [
            { id: 1, type: 'x' },
            { id: '1', type: 'x' },
          ],
        }),
      ),
      badId: refusal(file({ nodes: [{ id: 'toString', type: 'x' }] })),
      badPos: refusal(file({ nodes: [{ id: 1, type: 'x', pos: ['a', 2] }] })),
      infinite: refusal('{"nodes":[{"id":1,"type":"x","pos":[1e999,0]}],"version":0.4}'),
      badLink: refusal(file({ links: [[2]] })),
      badGroup: refusal(file({ groups: [{ bounding: [1] }] })),
      manyNodes: refusal(file({ nodes: Array.from({ length: 5001 }, (_, id) => ({ id, type: 'x' })) })),
      longName: refusal(file({ nodes: [{ id: 1, type: 'x'.repeat(500) }] })),
      deep: refusal(`{"nodes":[],"extra":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`).slice(0, 20),
      large: refusal(' '.repeat(limits.bytes + 1)),
    }).toMatchInlineSnapshot(`
      {
        "badGroup": "WorkflowError: groups[0].bounding: expected four numbers, got a list of 1.",
        "badId": "WorkflowError: nodes[0].id: expected a whole number or a short name, got "toString".",
        "badLink": "WorkflowError: links[0]: expected [id, from node, slot, to node, slot, type], got a list of 1.",
        "badPos": "WorkflowError: nodes[0].pos: expected two numbers, got a list of 2.",
        "deep": "WorkflowError: extra",
        "infinite": "WorkflowError: nodes[0].pos[0]: expected a finite number, got Infinity.",
        "large": "WorkflowError: The file has 8.0 MB; at most 8.0 MB are read.",
        "list": "WorkflowError: This is a JSON list, not a workflow.",
        "longName": "WorkflowError: nodes[0].type: a name of 500 characters is too long.",
        "manyNodes": "WorkflowError: nodes: 5001 nodes; at most 5000 are read.",
        "newer": "WorkflowError: extra.diffusion.format: written by a newer version (format 99; this one reads up to 1). Update to open it.",
        "noJson": "WorkflowError: The file is not JSON: Unexpected token '}', "{"nodes": [}" is not valid JSON",
        "noType": "WorkflowError: nodes[0].type: expected a text, got nothing.",
        "nodes": "WorkflowError: nodes: expected a list of nodes.",
        "nullNode": "WorkflowError: nodes[0]: expected a node, got null.",
        "other": "WorkflowError: This JSON has no nodes: it is not a workflow.",
        "prompt": "WorkflowError: This is ComfyUI's API format (a prompt): it has no positions and cannot be shown. Save the workflow itself ("Save", not "Export (API)").",
        "scheduler": "WorkflowError: This is a configuration of diffusers, not a workflow; a checkpoint is opened with LoadCheckpoint.",
        "subgraphs": "WorkflowError: This is a collection of 5 graphs (simpleSubgraph, complexSubgraph, nestedSubgraphLevel1, emptySubgraph), not one workflow.",
        "text": "WorkflowError: This is a JSON string, not a workflow.",
        "twice": "WorkflowError: nodes[1].id: two nodes have the id 1.",
        "version": "WorkflowError: version: expected a number, got "banana".",
      }
    `)
  })

  test('wires that lead nowhere are left out, and said', () => {
    const { workflow, notices } = read(
      file({
        nodes: [
          { id: 1, type: 'a', outputs: [{ name: 'o', type: 'T', links: [1, 7] }] },
          { id: 2, type: 'b', inputs: [{ name: 'i', type: 'T', link: 99 }] },
        ],
        links: [
          null,
          [1, 1, 0, 2, 0, 'T'],
          [1, 1, 0, 2, 0, 'T'],
          [2, 1, 0, 2, 0, 'T'],
          [3, 1, 5, 2, 0, 'T'],
          [4, 9, 0, 2, 0, 'T'],
        ],
      }),
    )
    expect(workflow.links).toEqual([[1, 1, 0, 2, 0, 'T']])
    expect(workflow.nodes.map(({ inputs, outputs }) => [inputs[0]?.link, outputs[0]?.links])).toEqual([
      [undefined, [1]],
      [1, undefined],
    ])
    expect(notices).toMatchInlineSnapshot(`
      [
        "links[2] was left out: there is another link 1.",
        "links[3] was left out: its input has a wire already.",
        "links[4] was left out: there is no output 5 of node 1.",
        "links[5] was left out: there is no output 0 of node 9.",
      ]
    `)
  })
})

describe('known nodes', () => {
  const wired = file({
    nodes: [
      { id: 1, type: 'diffusion/Noise', properties: { seed: 3, seed_control: 'increment' } },
      // Written when `schedule` came first and there was an input `gone`.
      {
        id: 2,
        type: 'diffusion/Toy',
        mode: 0,
        inputs: [
          { name: 'gone', type: 'noise', link: 3 },
          { name: 'schedule', type: 'schedule', link: 2 },
          { name: 'x', type: 'samples', link: 1 },
          { name: 'unused', type: 'samples', link: null },
        ],
        properties: { scale: 99, mode: 'unheard of', old: 1 },
        title: 'Mine',
        widgets_values: [5, 6],
      },
    ],
    links: [
      [1, 1, 0, 2, 2, 'noise'],
      [2, 1, 1, 2, 1, 'schedule'],
      [3, 1, 0, 2, 0, 'noise'],
    ],
  })

  test('slots are matched by name, and the links follow', () => {
    const { workflow, notices } = read(wired)
    expect(workflow.nodes[1]!.inputs).toEqual([
      { name: 'x', type: 'samples,noise', link: 1 },
      { name: 'schedule', type: 'schedule', link: 2 },
      { name: 'gone', type: 'noise', link: 3 },
    ])
    expect(workflow.links.map((link) => link[4])).toEqual([0, 1, 2])
    expect(notices).toEqual([
      'diffusion/Toy (node 2) has no old; kept in the file, without effect.',
      'diffusion/Toy (node 2) has no slot gone any more; its wire is kept so that you can see it.',
    ])
  })

  test('the graph is by name; wrong values pass, missing ones take their defaults', () => {
    expect(toGraph(read(wired).workflow, toys)).toEqual({
      nodes: [
        { id: '1', op: 'diffusion/Noise', params: { seed: 3 }, inputs: {} },
        {
          id: '2',
          op: 'diffusion/Toy',
          title: 'Mine',
          params: { scale: 99, mode: 'unheard of', clip: false },
          inputs: {
            x: { node: '1', slot: 'noise' },
            schedule: { node: '1', slot: 'schedule' },
            gone: { node: '1', slot: 'noise' },
          },
        },
      ],
    })
  })

  test('muted nodes are left out with their wires; unknown types stay', () => {
    const { workflow } = read(wired)
    workflow.nodes[0]!.mode = 2
    workflow.nodes[1]!.type = 'nobody/knows'
    expect(toGraph(workflow, toys).nodes).toEqual([{ id: '2', op: 'nobody/knows', title: 'Mine', params: {}, inputs: {} }])
  })

  test('a value of the class is no value of the node', () => {
    const { workflow } = read(file({ nodes: [{ id: 1, type: 'diffusion/Toy', properties: { hasOwnProperty: 1 } }] }))
    expect(toGraph(workflow, toys).nodes[0]!.params).toEqual({ scale: 1, mode: 'exact', clip: false })
  })

  test('many-slots: as many as are wired, and one more', () => {
    const { workflow } = read(
      file({
        nodes: [
          { id: 1, type: 'diffusion/Noise' },
          {
            id: 2,
            type: 'diffusion/Join',
            inputs: [1, 2, 3, 4, 5].map((i) => ({ name: `item_${i}`, type: '*', link: null })),
            outputs: [
              { name: 'item_3', type: '*', links: null },
              { name: 'whole', type: '*', links: null },
            ],
          },
        ],
        links: [[1, 1, 0, 2, 2, '*']],
      }),
    )
    expect(workflow.nodes[1]!.inputs.map(({ name }) => name)).toEqual(['before', 'item_1', 'item_2', 'item_3', 'item_4', 'after'])
    expect(workflow.nodes[1]!.outputs.map(({ name }) => name)).toEqual(['whole', 'item_3'])
    expect(workflow.links).toEqual([[1, 1, 0, 2, 3, '*']])
  })
})

describe('writing', () => {
  test('sorted, rounded, two spaces, lists of plain values on one line', () => {
    const workflow: WorkflowFile = {
      ...emptyWorkflow(),
      nodes: [
        {
          id: 2,
          type: 'diffusion/Noise',
          pos: [10.4, 20.6],
          size: [140.2, 60],
          flags: {},
          mode: 0,
          inputs: [],
          outputs: [{ name: 'noise', type: 'noise', links: null }],
          properties: { seed: 1 },
        },
      ],
      extra: { diffusion: { title: 'One node', format: 1 } },
    }
    expect(stringifyWorkflow(workflow)).toMatchInlineSnapshot(`
      "{
        "config": {},
        "extra": {
          "diffusion": {
            "format": 1,
            "title": "One node"
          }
        },
        "groups": [],
        "last_link_id": 0,
        "last_node_id": 0,
        "links": [],
        "nodes": [
          {
            "flags": {},
            "id": 2,
            "inputs": [],
            "mode": 0,
            "outputs": [
              {
                "links": null,
                "name": "noise",
                "type": "noise"
              }
            ],
            "pos": [10, 21],
            "properties": {
              "seed": 1
            },
            "size": [140, 60],
            "type": "diffusion/Noise"
          }
        ],
        "version": 0.4
      }
      "
    `)
  })

  const name = fc.stringMatching(/^[a-z_]{1,8}$/)
  const values = fc.dictionary(name, fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 })))
  const size = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 }))
  const node = fc.record({
    type: fc.oneof(fc.constantFrom(...toys.map(({ type }) => type)), fc.constant('else/where')),
    pos: size,
    size,
    mode: fc.constantFrom(0, 2),
    properties: values,
    title: fc.option(name, { nil: undefined }),
    strange: fc.option(values, { nil: undefined }),
    slots: fc.array(name, { maxLength: 3 }),
  })
  const graphs = fc
    .record({
      nodes: fc.array(node, { maxLength: 8 }),
      wires: fc.array(fc.tuple(fc.nat(99), fc.nat(9), fc.nat(99), fc.nat(9)), { maxLength: 12 }),
    })
    .map(({ nodes, wires }) =>
      JSON.stringify({
        nodes: nodes.map(({ slots, ...rest }, i) => ({
          ...JSON.parse(JSON.stringify(rest)),
          id: i + 1,
          ...(rest.type === 'else/where' && {
            inputs: slots.map((slot) => ({ name: slot, type: 'T', link: null, odd: 1 })),
            outputs: slots.map((slot) => ({ name: slot, type: 'T', links: null })),
          }),
        })),
        links: wires.map(([from, output, to, input], i) => [
          i + 1,
          (from % (nodes.length || 1)) + 1,
          output % 3,
          (to % (nodes.length || 1)) + 1,
          input % 3,
          'T',
        ]),
        version: 0.4,
      }),
    )

  test('print and parse are inverse', () => {
    fc.assert(
      fc.property(graphs, (text) => {
        const { workflow } = read(text)
        const printed = stringifyWorkflow(workflow)
        const again = read(printed).workflow
        expect(stringifyWorkflow(again)).toBe(printed)
        expect(toGraph(again, toys)).toEqual(toGraph(workflow, toys))
        // Unknown nodes keep even what is not understood.
        for (const before of JSON.parse(text).nodes) {
          if (before.type !== 'else/where' || !before.strange) continue
          expect(JSON.parse(printed).nodes.find((after: FileNode) => after.id === before.id).strange).toEqual(before.strange)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('whatever is read is never more than was allowed', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          const printed = stringifyWorkflow(read(text).workflow)
          expect(stringifyWorkflow(read(printed).workflow)).toBe(printed)
        } catch (error) {
          expect((error as Error).name).toBe('WorkflowError')
        }
      }),
    )
  })

  test('objects with typed arrays, as litegraph has them', () => {
    const { workflow } = workflowOf(
      { nodes: [{ id: 1, type: 'x', pos: new Float32Array([3, 4, 0, 0]), size: new Float32Array([5, 6]) }] },
      toys,
    )
    expect([workflow.nodes[0]!.pos, workflow.nodes[0]!.size]).toEqual([
      [3, 4],
      [5, 6],
    ])
  })
})

describe('PNG', () => {
  // 1 x 1 pixel, by Python's zlib and struct.
  const pixel = Uint8Array.from(
    atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='),
    (c) => c.charCodeAt(0),
  )
  const withChunk = (type: string, data: number[]) => {
    const chunk = [
      ...[24, 16, 8, 0].map((shift) => (data.length >>> shift) & 255),
      ...[...type].map((c) => c.charCodeAt(0)),
      ...data,
      0,
      0,
      0,
      0,
    ]
    return Uint8Array.from([...pixel.subarray(0, 33), ...chunk, ...pixel.subarray(33)])
  }
  const bytes = (text: string) => [...new TextEncoder().encode(text)]

  test('a workflow goes in and comes out, once', () => {
    const once = pngWithWorkflow(pixel, '{"ä": "€"}')
    const twice = pngWithWorkflow(once, '{"b": 1}')
    expect(workflowOfPng(once)).toBe('{"ä": "€"}')
    expect(workflowOfPng(twice)).toBe('{"b": 1}')
    expect(workflowOfPng(pngWithWorkflow(twice, '{"ä": "€"}'))).toBe('{"ä": "€"}')
    expect(twice.length).toBeLessThan(once.length + 1)
  })

  test('plain, compressed and international texts', () => {
    expect(workflowOfPng(withChunk('tEXt', bytes('workflow\0{}')))).toBe('{}')
    expect(workflowOfPng(withChunk('zTXt', [...bytes('workflow\0\0'), ...zlibSync(new TextEncoder().encode('{"z":1}'))]))).toBe(
      '{"z":1}',
    )
    expect(
      workflowOfPng(
        withChunk('iTXt', [...bytes('workflow\0'), 1, 0, ...bytes('en\0x\0'), ...zlibSync(new TextEncoder().encode('{"i":1}'))]),
      ),
    ).toBe('{"i":1}')
  })

  test('what holds none is refused in words', () => {
    const why = (image: Uint8Array) => {
      try {
        return workflowOfPng(image)
      } catch (error) {
        return (error as Error).message
      }
    }
    expect([
      why(pixel),
      why(new Uint8Array(20)),
      why(withChunk('tEXt', bytes('prompt\0{}'))),
      why(pixel.subarray(0, 40)),
      why(withChunk('zTXt', [...bytes('workflow\0\0'), ...zlibSync(new Uint8Array(3e7))])),
    ]).toMatchInlineSnapshot(`
      [
        "This image holds no workflow. Many sites and messengers remove it; ask for the original file.",
        "This is not a PNG image.",
        "This image holds a prompt in ComfyUI's API format only: it has no positions and cannot be shown.",
        "This image holds no workflow. Many sites and messengers remove it; ask for the original file.",
        "The text inside the image is too long.",
      ]
    `)
  })
})
