// Removing nodes from wires and inserting nodes into wires.
import { describe, expect, test } from 'vitest'
import { findFittingSlots, insertNode, removeNodes } from '../../../src/editor/graph/splice.ts'
import { declarations, fileOf, wiresOf } from '../fileOf.ts'

const chain = () =>
  fileOf({ 1: 'GaussianNoise', 2: 'Mix', 3: 'Preview', 4: 'GaussianNoise', 5: 'StopGradient' }, [
    [1, 'noise', 2, 'a'],
    [4, 'noise', 2, 'b'],
    [2, 'mix', 3, 'images_1'],
  ])

describe('deleting and reconnecting', () => {
  test('reconnects the wires that a removed node would pass through', () => {
    const left = removeNodes(chain(), new Set([2]), declarations)
    expect(wiresOf(left)).toEqual(['1.noise > 3.images_1'])
    expect(left.nodes.map(({ id }) => id)).toEqual([1, 3, 4, 5])
    expect(left.nodes[0].outputs[0].links).toEqual([3])
  })

  test('ignores whether other nodes are muted', () => {
    const file = chain()
    file.nodes[0].mode = 2
    expect(wiresOf(removeNodes(file, new Set([2]), declarations))).toEqual(['1.noise > 3.images_1'])
  })

  test('removes the wires of a node without inputs', () => {
    expect(wiresOf(removeNodes(chain(), new Set([1]), declarations))).toEqual([
      '4.noise > 2.b',
      '2.mix > 3.images_1',
    ])
  })
})

describe('inserting into a wire', () => {
  test('connects the node to both ends of the wire', () => {
    const file = insertNode(chain(), 5, 1, declarations)
    expect(wiresOf(file).sort()).toEqual(
      ['1.noise > 5.value', '2.mix > 3.images_1', '4.noise > 2.b', '5.value > 2.a'].sort(),
    )
    expect(file.nodes[4].inputs[0].link).toBe(1)
  })

  test('rejects types that do not fit, and slots that are wired', () => {
    const file = fileOf(
      { 1: 'NoiseSchedule', 2: 'Sampler', 3: 'Mix', 4: 'GaussianNoise', 5: 'GaussianNoise' },
      [
        [1, 'schedule', 2, 'schedule'],
        [4, 'noise', 3, 'a'],
        [5, 'noise', 2, 'x_T'],
      ],
    )
    expect(findFittingSlots(file, file.nodes[2], file.links[0], declarations)).toBeUndefined()
    expect(findFittingSlots(file, file.nodes[2], file.links[2], declarations)).toEqual({
      input: 'b',
      output: 'mix',
    })
    expect(findFittingSlots(file, file.nodes[1], file.links[2], declarations)).toBeUndefined()
    expect(insertNode(file, 3, 1, declarations)).toBe(file)
  })
})
