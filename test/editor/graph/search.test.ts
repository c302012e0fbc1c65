// Node search, by a query and by the loose end of a wire.
import { describe, expect, test } from 'vitest'
import {
  categories,
  findNodes,
  findFittingSlot,
  acceptsType,
  type Search,
} from '../../../src/editor/graph/nodeSearch.ts'
import { toDeclaration } from '../../../src/engine/plan/op.ts'
import { nodes } from '../../../src/nodes/table.ts'
import { parseAccepts } from '../../../src/workflow/slots.ts'
import { countUsage, readUsage } from '../../../src/build/usage.ts'

const declarations = nodes.map(toDeclaration)
const declarationNamed = (name: string) =>
  declarations.find(({ type }) => type === `diffusion/${name}`)!
const titles = (search: Search) =>
  findNodes(declarations, search).map(({ declaration }) => declaration.title)

describe('a query', () => {
  test.each([
    ['noise sch', 'Noise Schedule'],
    ['ddpm', 'DDPM Step'],
    ['ns', 'Noise Schedule'],
    ['training', 'Training Start'],
    ['forward n', 'Forward Noise'],
    ['scat', 'Scatter'],
    ['ForwardStep', 'Forward Step'],
  ])('%s finds %s first', (query, title) => expect(titles({ query })[0]).toBe(title))

  test('finds a node by a choice: a sampler by its name, a schedule by its curve', () => {
    expect(titles({ query: 'dpmpp_2m' })).toEqual(['Sampler'])
    expect(titles({ query: 'squaredcos' })).toEqual(['Noise Schedule'])
  })

  test('sorts by a list of all categories', () => {
    expect(
      [...new Set(declarations.map(({ category }) => category))].filter(
        (name) => !categories.includes(name),
      ),
    ).toEqual([])
  })

  test('matches letters in order', () => expect(titles({ query: 'smplr' })).toContain('Sampler'))

  test('does not match widely scattered letters', () =>
    expect(titles({ query: 'nde' })).not.toContain('Noise Schedule'))

  test('ranks a match in the summary after a match in the title', () => {
    const found = titles({ query: 'noise' })
    expect(found[0]).toBe('Noise Schedule')
    expect(found).toContain('Forward Noise')
  })

  test('without a match finds nothing', () => expect(titles({ query: 'qqqqzz' })).toEqual([]))

  test('marks the matched letters', () => {
    const [first] = findNodes(declarations, { query: 'sche' })
    expect([...first.matched].map((i) => first.declaration.title[i]).join('')).toBe('Sche')
  })

  test('lists recent nodes first if it is empty', () => {
    expect(titles({ query: '', recent: ['diffusion/Mix', 'diffusion/Loss'] }).slice(0, 2)).toEqual([
      'Mix',
      'Loss',
    ])
  })

  test('lists all nodes if it is empty', () =>
    expect(titles({ query: '' })).toHaveLength(declarations.length))
})

describe('usage by the ready workflows', () => {
  const usage = readUsage()
  const from = (type: string, slot: string, output: string) =>
    titles({
      query: '',
      usage,
      looseEnd: { from: 'output', type: output, of: { type: `diffusion/${type}`, slot } },
    })

  test('counts nodes and wires at every level, and slots of one many-slot as one', () => {
    const node = (id: number, type: string, inputs: string[], outputs: string[]) => ({
      id,
      type,
      inputs: inputs.map((name) => ({ name })),
      outputs: outputs.map((name) => ({ name })),
    })
    const inside = {
      nodes: [node(1, 'diffusion/A', [], ['x']), node(2, 'diffusion/B', ['y_2'], [])],
      links: [{ origin_id: 1, origin_slot: 0, target_id: 2, target_slot: 0 }],
    }
    const file = {
      nodes: [
        node(1, 'diffusion/A', [], ['x']),
        node(2, 'diffusion/B', ['y_1'], []),
        node(3, 'a-subgraph', ['y_1'], []),
      ],
      links: [
        [1, 1, 0, 2, 0],
        [2, 1, 0, 3, 0],
      ] as [number, number, number, number, number][],
      definitions: { subgraphs: [inside] },
    }
    expect(countUsage([file])).toEqual({
      nodes: { 'diffusion/A': 2, 'diffusion/B': 2 },
      wires: { 'A.x>B.y': 2 },
    })
  })

  test('“forward” finds Forward Noise first', () =>
    expect(titles({ query: 'forward', usage })[0]).toBe('Forward Noise'))

  test('an empty query begins with what is used most', () => {
    const first = titles({ query: '', usage }).slice(0, 6)
    expect(first).toContain('Gaussian Noise')
    expect(first).toContain('Predict')
    expect(first).not.toContain('Batch')
  })

  test('x_0 of Training Start offers Forward Noise and Gaussian Noise first', () => {
    const first = from('TrainingStart', 'x_0', 'samples').slice(0, 4)
    expect(first).toEqual(expect.arrayContaining(['Forward Noise', 'Gaussian Noise']))
    expect(first).not.toContain('Depth To Space')
  })

  test('x_T of Sampling Start offers Gaussian Noise first', () => {
    const looseEnd = {
      from: 'input',
      accepts: ['samples', 'noise'],
      of: { type: 'diffusion/SamplingStart', slot: 'x_T' },
    } as const
    expect(titles({ query: '', usage, looseEnd })[0]).toBe('Gaussian Noise')
  })

  test('a full title comes before titles that begin with it, however often they are used', () => {
    const found = declarations.map(({ title }) => titles({ query: title, usage })[0])
    expect(found).toEqual(declarations.map(({ title }) => title))
  })

  test('a typed title is found whatever ready workflows use', () =>
    expect(titles({ query: 'batch', usage })[0]).toBe('Batch'))
})

describe('the loose end of a wire', () => {
  test('finds only nodes that accept its type', () => {
    const found = findNodes(declarations, {
      query: '',
      looseEnd: { from: 'output', type: 'optimizer' },
    })
    expect(found.find(({ declaration }) => declaration.title === 'Training Start')?.slot).toBe(
      'optimizer',
    )
    expect(found.every(({ slot }) => slot !== undefined)).toBe(true)
    expect(found.map(({ declaration }) => declaration.title)).not.toContain('Forward Noise')
  })

  test('finds only nodes with an output of its type, from an input', () => {
    expect(titles({ query: '', looseEnd: { from: 'input', accepts: ['optimizer'] } })).toEqual([
      'Optimizer',
    ])
  })

  test('goes to the input of exactly its type rather than one that also accepts it', () => {
    expect(
      findFittingSlot(declarationNamed('ForwardNoise'), { from: 'output', type: 'noise' }),
    ).toBe('noise')
    expect(
      findFittingSlot(declarationNamed('ForwardNoise'), { from: 'output', type: 'samples' }),
    ).toBe('x_0')
  })

  test('goes to a numbered slot of an input with many slots', () => {
    expect(findFittingSlot(declarationNamed('Chart'), { from: 'output', type: 'loss' })).toBe(
      'values_1',
    )
  })

  test('does not go to `loop` slots', () => {
    expect(
      findNodes(declarations, { query: '', looseEnd: { from: 'output', type: 'loop' } }).map(
        ({ slot }) => slot,
      ),
    ).not.toContain('loop')
  })

  test("is matched by litegraph's lists of types", () => {
    expect(parseAccepts('samples,noise')).toEqual(['samples', 'noise'])
    expect(parseAccepts('*')).toBe('any')
    expect(
      ['samples,noise', 'loss', '*'].map((type) => acceptsType(parseAccepts('noise,labels'), type)),
    ).toEqual([true, false, true])
  })
})
