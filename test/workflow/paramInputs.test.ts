// Params as inputs in files: ComfyUI's format, subgraphs, and damaged files.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tryCompile } from '../../src/engine/plan/compile.ts'
import { opTable, toDeclaration } from '../../src/engine/plan/op.ts'
import { nodes } from '../../src/nodes/table.ts'
import { parseWorkflow, stringifyWorkflow, toGraph } from '../../src/workflow/index.ts'
import { packNodes, unpackSubgraph } from '../../src/editor/graph/pack.ts'
import { withSubgraphs } from '../../src/workflow/subgraphDeclarations.ts'

const ops = opTable(nodes)
const declarations = nodes.map(toDeclaration)
const known = new Map(declarations.map((declaration) => [declaration.type, declaration]))
const read = (text: string) => parseWorkflow(text, declarations).workflow

const number = {
  id: 1,
  type: 'diffusion/Number',
  outputs: [{ name: 'number', type: 'number', links: [1] }],
  properties: { value: 7 },
}
const param = (name: string, link: number | null = 1, more: object = { widget: { name } }) => ({
  name,
  type: 'INT',
  link,
  ...more,
})
const noise = (inputs: object[], properties = { batch_size: 3 }) => ({
  id: 2,
  type: 'diffusion/GaussianNoise',
  inputs,
  outputs: [{ name: 'noise', type: 'noise', links: null }],
  properties,
})
const file = (nodes: object[], links = [[1, 1, 0, 2, 0, 'number']]) =>
  JSON.stringify({ nodes, links, version: 0.4 })
const inputsOf = (text: string, id: number | string = 2) =>
  read(text).nodes.find((node) => node.id === id)?.inputs

describe('a file', () => {
  test('has wired params in the format of ComfyUI', () => {
    const text = stringifyWorkflow(read(file([number, noise([param('batch_size')])])))
    const { nodes: printed, extra } = JSON.parse(text)
    expect(extra.diffusion.format).toBe(1)
    expect(printed[1].inputs).toContainEqual({
      name: 'batch_size',
      type: 'number',
      link: 1,
      widget: { name: 'batch_size' },
    })
    expect(stringifyWorkflow(read(text))).toBe(text)
    const { nodes: graph } = toGraph(read(text), declarations)
    expect(graph.find(({ id }) => id === '2')?.inputs).toEqual({
      batch_size: { node: '1', slot: 'number' },
    })
  })

  test('keeps params that are inputs without a wire', () => {
    const text = file([number, noise([param('batch_size', null)])], [])
    expect(inputsOf(text)?.at(-1)).toMatchObject({ link: null, widget: { name: 'batch_size' } })
    expect(inputsOf(stringifyWorkflow(read(text)))).toEqual(inputsOf(text))
  })

  test('may have wired params without a mark, but no others', () => {
    expect(inputsOf(file([number, noise([param('batch_size', 1, {})])]))?.at(-1)).toMatchObject({
      name: 'batch_size',
      link: 1,
      widget: { name: 'batch_size' },
    })
    const unmarked = inputsOf(file([number, noise([param('batch_size', null, {})])], []))
    expect(unmarked?.map(({ name }) => name)).not.toContain('batch_size')
  })

  test('that wires a param which cannot be wired is a fault of the graph', () => {
    const text = file([number, noise([param('shape')])])
    const graph = toGraph(read(text), declarations)
    expect(tryCompile(graph, ['2'], ops).faults).toMatchObject([{ node: '2', slot: 'shape' }])
  })

  test('of ComfyUI with converted widgets is saved unchanged', () => {
    const original = {
      id: '8a1b2c3d-0000-4000-8000-000000000001',
      revision: 0,
      last_node_id: 2,
      last_link_id: 1,
      nodes: [
        {
          id: 1,
          type: 'PrimitiveNode',
          pos: [0, 0],
          size: [210, 82],
          flags: {},
          order: 0,
          mode: 0,
          outputs: [{ name: 'INT', type: 'INT', widget: { name: 'seed' }, links: [1] }],
          properties: { 'Run widget replace on values': false },
          widgets_values: [8566257, 'randomize'],
        },
        {
          id: 2,
          type: 'KSampler',
          pos: [300, 0],
          size: [315, 262],
          flags: {},
          order: 1,
          mode: 0,
          inputs: [
            { name: 'seed', type: 'INT', widget: { name: 'seed', config: ['INT', {}] }, link: 1 },
            { name: 'steps', type: 'INT', widget: { name: 'steps' }, link: null },
          ],
          outputs: [{ name: 'LATENT', type: 'LATENT', links: [] }],
          properties: { 'Node name for S&R': 'KSampler' },
          widgets_values: [8566257, 'randomize', 20, 8, 'euler', 'normal', 1],
        },
      ],
      links: [[1, 1, 0, 2, 0, 'INT']],
      groups: [],
      config: {},
      extra: {},
      version: 0.4,
    }
    expect(JSON.parse(stringifyWorkflow(read(JSON.stringify(original))))).toEqual(original)
  })

  test('with any marks is read, and written to one that reads the same', () => {
    const marks = fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.jsonValue() }),
      fc.record({
        name: fc.constantFrom('batch_size', 'seed', 'like', '__proto__', 'constructor', '<b>'),
      }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom('batch_size', 'seed', 'like', 'toString', '__proto__', 'x', 'seed_control'),
        marks,
        fc.constantFrom(1, null),
        (name, widget, link) => {
          const text = file(
            [number, noise([param(name, link, { widget })])],
            link === null ? [] : undefined,
          )
          const once = stringifyWorkflow(read(text))
          expect(stringifyWorkflow(read(once))).toBe(once)
          const inputs = inputsOf(once) ?? []
          expect(new Set(inputs.map((slot) => slot.name)).size).toBe(inputs.length)
          tryCompile(toGraph(read(once), declarations), ['2'], ops)
        },
      ),
    )
  })
})

const ID = '0a1b2c3d-0000-4000-8000-000000000001'
const flat = () =>
  read(
    file(
      [
        number,
        noise([param('batch_size')]),
        {
          id: 3,
          type: 'diffusion/Inspect',
          inputs: [{ name: 'value', type: '*', link: 2 }],
          properties: {},
        },
      ],
      [
        [1, 1, 0, 2, 0, 'number'],
        [2, 2, 0, 3, 0, 'noise'],
      ] as never,
    ),
  )

describe('a subgraph', () => {
  test('with a wired param inside keeps its meaning, packed and unpacked', () => {
    const packed = packNodes(flat(), new Set([2]), { id: ID, name: 'Block' }, known)
    const again = read(stringifyWorkflow(packed.file))
    const graph = toGraph(again, declarations)
    const inner = graph.nodes.find(({ op }) => op === 'diffusion/GaussianNoise')
    expect(inner?.inputs).toEqual({ batch_size: { node: '1', slot: 'number' } })
    const instance = again.nodes.find(({ type }) => type === ID)
    const declared = withSubgraphs(again, known).get(ID)
    expect(Object.values(declared?.inputs ?? {})).toMatchObject([{ optional: true }])
    const unpacked = unpackSubgraph(again, instance?.id ?? '')
    const opened = toGraph(unpacked.file, declarations)
    expect(opened.nodes.find(({ op }) => op === 'diffusion/GaussianNoise')?.inputs).toEqual({
      batch_size: { node: '1', slot: 'number' },
    })
  })

  test('passes the wire of a promoted param on to the inner node', () => {
    const packed = packNodes(flat(), new Set([2]), { id: ID, name: 'Block' }, known).file
    const [subgraph] = packed.subgraphs ?? []
    const promoted = [{ node: 2, param: 'seed', as: 'its seed' }]
    const inner = subgraph.inside.nodes.find(({ type }) => type === 'diffusion/GaussianNoise')
    promoted[0].node = inner?.id as number
    const instance = packed.nodes.find(({ type }) => type === ID)
    const index = instance?.inputs.length ?? 0
    instance?.inputs.push({
      name: 'its seed',
      type: 'number',
      link: 9,
      widget: { name: 'its seed' },
    })
    const wired = {
      ...packed,
      subgraphs: [{ ...subgraph, promoted }],
      links: [...packed.links, [9, 1, 0, instance?.id ?? 0, index, 'number'] as never],
    }
    const again = read(stringifyWorkflow(wired))
    expect(stringifyWorkflow(read(stringifyWorkflow(again)))).toBe(stringifyWorkflow(again))
    const graph = toGraph(again, declarations)
    expect(graph.nodes.find(({ op }) => op === 'diffusion/GaussianNoise')?.inputs).toEqual({
      batch_size: { node: '1', slot: 'number' },
      seed: { node: '1', slot: 'number' },
    })
    expect(tryCompile(graph, undefined, ops).faults).toEqual([])
    const unpacked = unpackSubgraph(again, instance?.id ?? '').file
    const opened = toGraph(unpacked, declarations)
    expect(opened.nodes.find(({ op }) => op === 'diffusion/GaussianNoise')?.inputs).toEqual({
      batch_size: { node: '1', slot: 'number' },
      seed: { node: '1', slot: 'number' },
    })
  })
})
