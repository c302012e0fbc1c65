import { readFileSync, readdirSync } from 'node:fs'
import { zlibSync } from 'fflate'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileNode, WorkflowFile } from '../../src/workflow/index.ts'
import {
  emptyWorkflow,
  parseWorkflow,
  pngWithWorkflow,
  stringifyWorkflow,
  toGraph,
  readSerialized,
} from '../../src/workflow/index.ts'
import { limits } from '../../src/workflow/json.ts'
import { toys } from '../nodes/toys.ts'
import { pngChunk } from '../../src/engine/images/pngChunk.ts'
import { readPngWorkflow } from '../../src/workflow/pngRead.ts'

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

/** Returns a copy of the value with the types of JSON. */
const normal = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('files of other programs', () => {
  const foreign = readdirSync(new URL('foreign', folder)).filter((name) => name.endsWith('.json'))

  test.each(foreign.filter((name) => /comfy/.test(name) && !/Subgraphs|prompt/.test(name)))(
    'ComfyUI: %s is saved unchanged',
    (name) => {
      const text = fixture(`foreign/${name}`)
      const { workflow } = read(text)
      expect(normal(JSON.parse(stringifyWorkflow(workflow)))).toEqual(normal(JSON.parse(text)))
    },
  )

  test.each(foreign.filter((name) => name.startsWith('litegraph')))(
    'litegraph: unknown nodes of %s are saved unchanged',
    (name) => {
      const before = JSON.parse(fixture(`foreign/${name}`))
      const text = stringifyWorkflow(read(JSON.stringify(before)).workflow)
      const after = JSON.parse(text)
      for (const node of before.nodes)
        expect(after.nodes.find((other: FileNode) => other.id === node.id)).toEqual(node)
      expect(stringifyWorkflow(read(text).workflow)).toBe(text)
    },
  )

  test('saving an edited ComfyUI workflow changes only the edited parts', () => {
    const text = fixture('foreign/look_alike_comfyui_0.4.json')
    const { workflow } = read(text)
    workflow.nodes.find(({ id }) => id === 3)!.pos = [1, 2]
    const latent = workflow.nodes.find(({ id }) => id === 5)!
    latent.outputs[0].links = null
    workflow.nodes.find(({ id }) => id === 3)!.inputs[1].link = null
    workflow.links = workflow.links.filter(([id]) => id !== 2)
    const expected = JSON.parse(text)
    expected.nodes[1].pos = [1, 2]
    expected.nodes[1].inputs[1].link = null
    expected.nodes[2].outputs[0].links = null
    expected.links.pop()
    expect(JSON.parse(stringifyWorkflow(workflow))).toEqual(expected)
  })

  test('a wire to a slot that the ComfyUI workflow omits is saved once', () => {
    const text = JSON.stringify({
      revision: 0,
      nodes: [
        { id: 1, type: 'diffusion/Noise' },
        { id: 2, type: 'diffusion/Toy' },
      ],
      links: [[5, 1, 0, 2, 0, 'noise']],
    })
    const { workflow } = read(text)
    expect(workflow.links).toHaveLength(1)
    expect(JSON.parse(stringifyWorkflow(workflow)).links).toEqual([[5, 1, 0, 2, 0, 'noise']])
  })

  test('of two links with one id in a ComfyUI workflow, the first is read and saved', () => {
    const first = [1, 1, 0, 2, 0, 'T']
    const text = JSON.stringify({
      revision: 0,
      nodes: [
        { id: 1, type: 'a', outputs: [{ name: 'o', type: [''] }] },
        {
          id: 2,
          type: 'b',
          inputs: [
            { name: 'i', type: 'T' },
            { name: 'j', type: 'T' },
          ],
        },
      ],
      links: [first, [1, 1, 0, 2, 1, 'T']],
    })
    const saved = stringifyWorkflow(read(text).workflow)
    expect(JSON.parse(saved).links).toEqual([first])
    expect(stringifyWorkflow(read(saved).workflow)).toBe(saved)
  })

  test('our nodes in a ComfyUI workflow of version 1 are saved in its format', () => {
    const { workflow } = read(fixture('foreign/look_alike_comfyui_1.json'))
    workflow.nodes.push({
      ...read(file({ nodes: [{ id: 7, type: 'diffusion/Noise' }] })).workflow.nodes[0],
    })
    workflow.last_node_id = 7
    const saved = JSON.parse(stringifyWorkflow(workflow))
    expect(saved.version).toBe(1)
    expect(saved.nodes.map((node: FileNode) => node.id)).toEqual([1, 2, 7])
    expect(saved.state.lastNodeId).toBe(7)
    expect(saved.definitions.subgraphs[0].name).toBe('Blur twice')
  })

  test('an unquoted NaN is read as null, with a notice', () => {
    const { workflow, notices } = read(
      '{"nodes":[{"id":1,"type":"x","properties":{"a":NaN,"b":"NaN"}}],"links":[],"version":0.4}',
    )
    expect(workflow.nodes[0].properties).toEqual({ a: null, b: 'NaN' })
    expect(notices).toEqual(['NaN and Infinity are not JSON. They are read as null.'])
  })
})

describe('untrusted files', () => {
  // The numbered files are in test/hostile/files.test.ts: some of them are rejected.
  const hostile = readdirSync(new URL('hostile', folder)).filter((name) => !/^\d/.test(name))

  test.each(hostile)('%s cannot inject code or markup', (name) => {
    const { workflow } = read(fixture(`hostile/${name}`))
    const keys = (value: unknown): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, item]) => [key, ...keys(item)])
        : []
    const { foreign, ...about } = workflow.extra.diffusion ?? { format: 1 }
    const shown = { ...workflow, extra: { ...workflow.extra, diffusion: about } }
    for (const key of [
      '__proto__',
      'constructor',
      'prototype',
      'runStep',
      'configure',
      'connect',
      'graph',
      'onRemoved',
    ]) {
      expect(keys(shown)).not.toContain(key)
    }
    expect(JSON.stringify(shown)).not.toMatch(/[<>]|javascript:|;x/)
    expect(foreign?.text ?? '').not.toMatch(/__proto__|"constructor"|"prototype"/)
    expect(Object.getPrototypeOf(workflow)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect((globalThis as Record<string, unknown>).PWNED).toBeUndefined()
  })

  test('report ignored parts', () => {
    expect(read(fixture('hostile/class_of_known_node.json')).notices).toMatchInlineSnapshot(`
      [
        "nodes[0].constructor was ignored: a file must not set it.",
        "nodes[0].__proto__ was ignored: a file must not set it.",
        "nodes[0].properties.__proto__ was ignored: a file must not set it.",
      ]
    `)
    expect(read(fixture('hostile/methods_of_graph.json')).notices).toMatchInlineSnapshot(`
      [
        "Ignored, because they are not part of a workflow: configure, runStep, add, list_of_graphcanvas.",
      ]
    `)
    expect(read(fixture('hostile/markup.json')).notices).toMatchInlineSnapshot(`
      [
        "nodes[0].type contains markup, which is shown as text.",
        "nodes[0].inputs[0].name contains markup, which is shown as text.",
        "nodes[0].inputs[0].type contains markup, which is shown as text.",
        "nodes[0].inputs[0].label contains markup, which is shown as text.",
        "nodes[0].properties contains markup, which is shown as text.",
        "nodes[0].title contains markup, which is shown as text.",
        "groups[0].title contains markup, which is shown as text.",
      ]
    `)
  })

  test('are rejected with a message if they are invalid', () => {
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
      emptyType: refusal(file({ nodes: [{ id: 1, type: '' }] })),
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
      manyNodes: refusal(
        file({ nodes: Array.from({ length: 5001 }, (_, id) => ({ id, type: 'x' })) }),
      ),
      longName: refusal(file({ nodes: [{ id: 1, type: 'x'.repeat(500) }] })),
      deep: refusal(`{"nodes":[],"extra":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`).slice(0, 20),
      large: refusal(' '.repeat(limits.bytes + 1)),
    }).toMatchInlineSnapshot(`
      {
        "badGroup": "WorkflowError: groups[0].bounding: expected four numbers, got a list of 1.",
        "badId": "WorkflowError: nodes[0].id: expected an integer or a short name, got "toString".",
        "badLink": "WorkflowError: links[0]: expected [id, from node, slot, to node, slot, type], got a list of 1.",
        "badPos": "WorkflowError: nodes[0].pos: expected two numbers, got a list of 2.",
        "deep": "WorkflowError: extra",
        "emptyType": "WorkflowError: nodes[0].type: expected text, got nothing.",
        "infinite": "WorkflowError: nodes[0].pos[0]: expected a finite number, got Infinity.",
        "large": "WorkflowError: Expected a file of at most 8.0 MB, got 8.0 MB.",
        "list": "WorkflowError: Expected a workflow, got a JSON list.",
        "longName": "WorkflowError: nodes[0].type: a name of 500 characters is too long.",
        "manyNodes": "WorkflowError: nodes: expected at most 5000 nodes, got 5001.",
        "newer": "WorkflowError: extra.diffusion.format: written by a newer version (format 99; this one reads up to 1). Update to open it.",
        "noJson": "WorkflowError: The file is not JSON: Unexpected token '}', "{"nodes": [}" is not valid JSON",
        "noType": "WorkflowError: nodes[0].type: expected text, got nothing.",
        "nodes": "WorkflowError: nodes: expected a list of nodes.",
        "nullNode": "WorkflowError: nodes[0]: expected a node, got null.",
        "other": "WorkflowError: Expected a workflow, got JSON without nodes.",
        "prompt": "WorkflowError: Expected a workflow, got ComfyUI's API format (a prompt), which has no positions. Save the workflow itself ("Save", not "Export (API)").",
        "scheduler": "WorkflowError: Expected a workflow, got a configuration of diffusers. Open a checkpoint with LoadCheckpoint.",
        "subgraphs": "WorkflowError: Expected one workflow, got a collection of 5 graphs (simpleSubgraph, complexSubgraph, nestedSubgraphLevel1, emptySubgraph).",
        "text": "WorkflowError: Expected a workflow, got a JSON string.",
        "twice": "WorkflowError: nodes[1].id: two nodes have the id 1.",
        "version": "WorkflowError: version: expected a number, got "banana".",
      }
    `)
  })

  test('lose a title, description or topic that is no text', () => {
    const { workflow } = read(file({ extra: { diffusion: { title: {}, about: 1, topic: 'x' } } }))
    expect(workflow.extra.diffusion).toEqual({ format: 1, topic: 'x' })
  })

  test('lose invalid wires, with a notice', () => {
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
    expect(
      workflow.nodes.map(({ inputs, outputs }) => [inputs[0]?.link, outputs[0]?.links]),
    ).toEqual([
      [undefined, [1]],
      [1, undefined],
    ])
    expect(notices).toMatchInlineSnapshot(`
      [
        "links[2] was ignored: there is another link 1.",
        "links[3] was ignored: its input is connected already.",
        "links[4] was ignored: there is no output 5 of node 1.",
        "links[5] was ignored: there is no output 0 of node 9.",
      ]
    `)
  })
})

describe('known nodes', () => {
  const wired = file({
    nodes: [
      { id: 1, type: 'diffusion/Noise', properties: { seed: 3, seed_control: 'increment' } },
      // From an older version with `schedule` as the first input and another input `gone`.
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

  test('have slots matched by name, with their links', () => {
    const { workflow, notices } = read(wired)
    expect(workflow.nodes[1].inputs).toEqual([
      { name: 'x', type: 'samples,noise', link: 1 },
      { name: 'schedule', type: 'schedule', link: 2 },
      { name: 'gone', type: 'noise', link: 3 },
    ])
    expect(workflow.links.map((link) => link[4])).toEqual([0, 1, 2])
    expect(notices).toEqual([
      'diffusion/Toy (node 2) has no old: kept in the file, without effect.',
      'diffusion/Toy (node 2) has no slot gone any more. Its wire is kept so that you can see it.',
    ])
  })

  test('have inputs by name in the graph, unchecked values, and defaults if missing', () => {
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

  test('are omitted with their wires if muted; unknown types are not', () => {
    const { workflow } = read(wired)
    workflow.nodes[0].mode = 2
    workflow.nodes[1].type = 'nobody/knows'
    expect(toGraph(workflow, toys).nodes).toEqual([
      { id: '2', op: 'nobody/knows', title: 'Mine', params: {}, inputs: {} },
    ])
  })

  test('ignore values with the name of an inherited property', () => {
    const { workflow } = read(
      file({ nodes: [{ id: 1, type: 'diffusion/Toy', properties: { hasOwnProperty: 1 } }] }),
    )
    expect(toGraph(workflow, toys).nodes[0].params).toEqual({
      scale: 1,
      mode: 'exact',
      clip: false,
    })
  })

  test('have one free slot after the last connected one of a many-slot', () => {
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
    expect(workflow.nodes[1].inputs.map(({ name }) => name)).toEqual([
      'before',
      'item_1',
      'item_2',
      'item_3',
      'item_4',
      'after',
    ])
    expect(workflow.nodes[1].outputs.map(({ name }) => name)).toEqual(['whole', 'item_3'])
    expect(workflow.links).toEqual([[1, 1, 0, 2, 3, '*']])
  })
})

describe('writing', () => {
  test('sorts keys, rounds positions, and writes lists of plain values on one line', () => {
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
  const values = fc.dictionary(
    name,
    fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 })),
  )
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

  test('parsing inverts writing', () => {
    fc.assert(
      fc.property(graphs, (text) => {
        const { workflow } = read(text)
        const printed = stringifyWorkflow(workflow)
        const again = read(printed).workflow
        expect(stringifyWorkflow(again)).toBe(printed)
        expect(toGraph(again, toys)).toEqual(toGraph(workflow, toys))
        // Unknown nodes keep unknown fields.
        for (const before of JSON.parse(text).nodes) {
          if (before.type !== 'else/where' || !before.strange) continue
          expect(
            JSON.parse(printed).nodes.find((after: FileNode) => after.id === before.id).strange,
          ).toEqual(before.strange)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('any JSON is either rejected with a WorkflowError or written again unchanged', () => {
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

  test('accepts typed arrays, as serialized by litegraph', () => {
    const { workflow } = readSerialized(
      {
        nodes: [
          { id: 1, type: 'x', pos: new Float32Array([3, 4, 0, 0]), size: new Float32Array([5, 6]) },
        ],
      },
      toys,
    )
    expect([workflow.nodes[0].pos, workflow.nodes[0].size]).toEqual([
      [3, 4],
      [5, 6],
    ])
  })
})

describe('PNG', () => {
  // Image of 1 x 1 pixel, created with Python's zlib and struct.
  const pixel = Uint8Array.from(
    atob(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
    ),
    (c) => c.charCodeAt(0),
  )
  const withChunk = (type: string, data: number[]) => {
    const chunk = pngChunk(type, Uint8Array.from(data))
    return Uint8Array.from([...pixel.subarray(0, 33), ...chunk, ...pixel.subarray(33)])
  }
  const bytes = (text: string) => [...new TextEncoder().encode(text)]

  test('contains one workflow, which replaces an earlier one', () => {
    const once = pngWithWorkflow(pixel, '{"ä": "€"}')
    const twice = pngWithWorkflow(once, '{"b": 1}')
    expect(readPngWorkflow(once)).toBe('{"ä": "€"}')
    expect(readPngWorkflow(twice)).toBe('{"b": 1}')
    expect(readPngWorkflow(pngWithWorkflow(twice, '{"ä": "€"}'))).toBe('{"ä": "€"}')
    expect(twice.length).toBeLessThan(once.length + 1)
  })

  test('is read from plain, compressed and international text chunks', () => {
    expect(readPngWorkflow(withChunk('tEXt', bytes('workflow\0{}')))).toBe('{}')
    expect(
      readPngWorkflow(
        withChunk('zTXt', [
          ...bytes('workflow\0\0'),
          ...zlibSync(new TextEncoder().encode('{"z":1}')),
        ]),
      ),
    ).toBe('{"z":1}')
    expect(
      readPngWorkflow(
        withChunk('iTXt', [
          ...bytes('workflow\0'),
          1,
          0,
          ...bytes('en\0x\0'),
          ...zlibSync(new TextEncoder().encode('{"i":1}')),
        ]),
      ),
    ).toBe('{"i":1}')
  })

  test('is rejected with a message if it contains no workflow', () => {
    const why = (image: Uint8Array) => {
      try {
        return readPngWorkflow(image)
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
        "Expected a workflow in this image, got none. Many sites and messengers remove it: ask for the original file.",
        "Expected a PNG image, got another file.",
        "Expected a workflow in this image, got a prompt in ComfyUI's API format, which has no positions.",
        "PNG: the image is damaged: its end is missing from chunk 2 on. Download or copy the file again: it was cut short or changed.",
        "The text inside the image is too long.",
      ]
    `)
  })
})
