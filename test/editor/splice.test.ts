import { describe, expect, test } from 'vitest'
import { fitting, inserted, withoutNodes } from '../../src/editor/splice.ts'
import { declarations, fileOf, wiresOf } from './fileOf.ts'

const chain = () =>
  fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'GaussianNoise', 5: 'StopGradient' }, [
    [1, 'noise', 2, 'a'],
    [4, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])

describe('deleted and reconnected', () => {
  test('what went through a node goes on without it', () => {
    const left = withoutNodes(chain(), new Set([2]), declarations)
    expect(wiresOf(left)).toEqual(['1.noise > 3.images_1'])
    expect(left.nodes.map(({ id }) => id)).toEqual([1, 3, 4, 5])
    expect(left.nodes[0]!.outputs[0]!.links).toEqual([3])
  })

  test('muting has nothing to do with it', () => {
    const file = chain()
    file.nodes[0]!.mode = 2
    expect(wiresOf(withoutNodes(file, new Set([2]), declarations))).toEqual(['1.noise > 3.images_1'])
  })

  test('nothing goes on from where nothing came in', () => {
    expect(wiresOf(withoutNodes(chain(), new Set([1]), declarations))).toEqual(['4.noise > 2.b', '2.mix > 3.images_1'])
  })
})

describe('inserted into a wire', () => {
  test('takes what came and gives it on', () => {
    const file = inserted(chain(), 5, 1, declarations)
    expect(wiresOf(file).sort()).toEqual(['1.noise > 5.value', '2.mix > 3.images_1', '4.noise > 2.b', '5.value > 2.a'].sort())
    expect(file.nodes[4]!.inputs[0]!.link).toBe(1)
  })

  test('not where types do not fit, nor a node that is in a wire already', () => {
    const file = fileOf({ 1: 'NoiseSchedule', 2: 'Sampler', 3: 'Mix', 4: 'GaussianNoise', 5: 'GaussianNoise' }, [
      [1, 'schedule', 2, 'schedule'],
      [4, 'noise', 3, 'a'],
      [5, 'noise', 2, 'x_T'],
    ])
    expect(fitting(file, file.nodes[2]!, file.links[0]!, declarations)).toBeUndefined()
    expect(fitting(file, file.nodes[2]!, file.links[2]!, declarations)).toEqual({ input: 'b', output: 'mix' })
    expect(fitting(file, file.nodes[1]!, file.links[2]!, declarations)).toBeUndefined()
    expect(inserted(file, 3, 1, declarations)).toBe(file)
  })
})
