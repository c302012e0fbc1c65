// Replacing a node by one of another type.
import { describe, expect, test } from 'vitest'
import { replaceNodeType, findReplacements } from '../../../src/editor/graph/replace.ts'
import { declarations, fileOf, wiresOf } from '../fileOf.ts'

const all = [...declarations.values()]
const typesFor = (file: Parameters<typeof findReplacements>[0], id: number) =>
  findReplacements(file, id, all).map(({ type }) => type.replace('diffusion/', ''))

const sampling = () => {
  const file = fileOf(
    { 1: 'SamplingStart', 2: 'Predict', 3: 'DDPMStep', 4: 'SamplingEnd', 5: 'NoiseSchedule' },
    [
      [1, 'loop', 4, 'loop'],
      [1, 'x_t', 2, 'x_t'],
      [1, 'x_t', 3, 'x_t'],
      [1, 't', 3, 't'],
      [1, 't_prev', 3, 't_prev'],
      [2, 'prediction', 3, 'prediction'],
      [5, 'schedule', 3, 'schedule'],
      [3, 'x_prev', 4, 'x_prev'],
    ],
  )
  file.nodes[2].properties = {
    variance: 'fixed_large',
    clip: 'off',
    seed: 7,
    seed_control: 'increment',
  }
  return file
}

describe('a node of another type', () => {
  test('keeps all wires and the common params', () => {
    const file = sampling()
    const other = replaceNodeType(file, 3, 'diffusion/DDIMStep', declarations)
    expect(wiresOf(other)).toEqual(wiresOf(file))
    expect(other.nodes[2]).toMatchObject({
      id: 3,
      type: 'diffusion/DDIMStep',
      pos: file.nodes[2].pos,
      properties: { clip: 'off', seed: 7, seed_control: 'increment' },
    })
    expect(other.nodes[2].properties).not.toHaveProperty('variance')
    expect(other.nodes[0].outputs.find(({ name }) => name === 'x_t')!.links).toEqual([2, 3])
  })

  test('is offered only if no wire is lost', () => {
    const types = typesFor(sampling(), 3)
    expect(types).toContain('DDIMStep')
    expect(types).toContain('EulerStep')
    // HeunStep evaluates the model itself and has no input for the prediction.
    expect(types).not.toContain('HeunStep')
    expect(types).not.toContain('Mix')
    expect(types).not.toContain('DDPMStep')
    expect(replaceNodeType(sampling(), 3, 'diffusion/Mix', declarations)).toEqual(sampling())
  })

  test('does not exist for the ends of loops, which replace no node either', () => {
    expect(typesFor(sampling(), 1)).toEqual([])
    const free = fileOf({ 1: 'Mix' }, [])
    expect(typesFor(free, 1)).toContain('Grid')
    expect(typesFor(free, 1)).not.toContain('TrainingStart')
  })

  test('has the wires at slots of matching types, and keeps a custom title', () => {
    const file = fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Preview' }, [
      [1, 'noise', 2, 'value'],
      [2, 'value', 3, 'images_1'],
    ])
    file.nodes[1].title = 'Halfway'
    file.nodes[0].title = 'Gaussian Noise'
    const mixed = replaceNodeType(file, 2, 'diffusion/Mix', declarations)
    expect(wiresOf(mixed)).toEqual(['1.noise > 2.a', '2.mix > 3.images_1'])
    expect(mixed.nodes[1].title).toBe('Halfway')
    const from = findReplacements(file, 1, all).find(({ outputs }) => outputs.x_0)!
    expect(replaceNodeType(file, 1, from.type, declarations).nodes[0]).not.toHaveProperty('title')
  })

  test('replaces an unknown node if its slots have known types', () => {
    const file = fileOf({ 1: 'GaussianNoise', 2: 'StopGradient', 3: 'Preview' }, [
      [1, 'noise', 2, 'value'],
      [2, 'value', 3, 'images_1'],
    ])
    Object.assign(file.nodes[1], { type: 'other/Thing', title: 'other/Thing' })
    const known = replaceNodeType(file, 2, 'diffusion/StopGradient', declarations)
    expect(wiresOf(known)).toEqual(['1.noise > 2.value', '2.value > 3.images_1'])
    expect(known.nodes[1]).not.toHaveProperty('title')
  })
})
