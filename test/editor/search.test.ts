// Finding nodes: what people type brings up what they mean, and a wire only what it fits.
import { describe, expect, test } from 'vitest'
import { categories, findNodes, slotFor, takes, type Search } from '../../src/editor/search.ts'
import { declarationOf } from '../../src/engine/plan/op.ts'
import { nodes } from '../../src/nodes/table.ts'
import { acceptsOf } from '../../src/nodes/workflow/slots.ts'

const declarations = nodes.map(declarationOf)
const declarationNamed = (name: string) => declarations.find(({ type }) => type === `diffusion/${name}`)!
const titles = (search: Search) => findNodes(declarations, search).map(({ declaration }) => declaration.title)

describe('what is typed', () => {
  test.each([
    ['noise sch', 'Noise Schedule'],
    ['ddpm', 'DDPM Step'],
    ['ns', 'Noise Schedule'],
    ['training', 'Training Start'],
    ['forward n', 'Forward Noise'],
    ['scat', 'Scatter'],
    ['ForwardStep', 'Forward Step'],
  ])('%s finds %s first', (query, title) => expect(titles({ query })[0]).toBe(title))

  test('a choice of a node finds it: a sampler by its name, a schedule by its curve', () => {
    expect(titles({ query: 'dpmpp_2m' })).toEqual(['Sampler'])
    expect(titles({ query: 'squaredcos' })).toEqual(['Noise Schedule'])
  })

  test('every category has its place in the list', () => {
    expect([...new Set(declarations.map(({ category }) => category))].filter((name) => !categories.includes(name))).toEqual([])
  })

  test('letters in order are enough', () => expect(titles({ query: 'smplr' })).toContain('Sampler'))

  test('letters strewn about are not', () => expect(titles({ query: 'nde' })).not.toContain('Noise Schedule'))

  test('a word of the summary finds a node after those of that name', () => {
    const found = titles({ query: 'noise' })
    expect(found[0]).toBe('Noise Schedule')
    expect(found).toContain('Forward Noise')
  })

  test('nothing for nonsense', () => expect(titles({ query: 'qqqqzz' })).toEqual([]))

  test('matched letters are marked', () => {
    const [first] = findNodes(declarations, { query: 'sche' })
    expect([...first!.matched].map((i) => first!.declaration.title[i]).join('')).toBe('Sche')
  })

  test('recent nodes come first when nothing is typed', () => {
    expect(titles({ query: '', recent: ['diffusion/Mix', 'diffusion/Loss'] }).slice(0, 2)).toEqual(['Mix', 'Loss'])
  })

  test('everything is there when nothing is typed', () => expect(titles({ query: '' })).toHaveLength(declarations.length))
})

describe('what is wired', () => {
  test('a wire brings up only what takes it', () => {
    const found = findNodes(declarations, { query: '', looseEnd: { from: 'output', type: 'optimizer' } })
    expect(found.find(({ declaration }) => declaration.title === 'Training Start')?.slot).toBe('optimizer')
    expect(found.every(({ slot }) => slot !== undefined)).toBe(true)
    expect(found.map(({ declaration }) => declaration.title)).not.toContain('Forward Noise')
  })

  test('from an input, only what gives it', () => {
    expect(titles({ query: '', looseEnd: { from: 'input', accepts: ['optimizer'] } })).toEqual(['Optimizer'])
  })

  test('the input of exactly that type is taken rather than one that also accepts it', () => {
    expect(slotFor(declarationNamed('ForwardNoise'), { from: 'output', type: 'noise' })).toBe('noise')
    expect(slotFor(declarationNamed('ForwardNoise'), { from: 'output', type: 'samples' })).toBe('x_0')
  })

  test('many-slots are named with their number', () => {
    expect(slotFor(declarationNamed('Chart'), { from: 'output', type: 'loss' })).toBe('values_1')
  })

  test('loops are not looked for', () => {
    expect(
      findNodes(declarations, { query: '', looseEnd: { from: 'output', type: 'loop' } }).map(({ slot }) => slot),
    ).not.toContain('loop')
  })

  test("litegraph's types are read", () => {
    expect(acceptsOf('samples,noise')).toEqual(['samples', 'noise'])
    expect(acceptsOf('*')).toBe('any')
    expect(['samples,noise', 'loss', '*'].map((type) => takes(acceptsOf('noise,labels'), type))).toEqual([true, false, true])
  })
})
