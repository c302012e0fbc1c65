// Configs of models of layers from files: valid ones are parsed as they are, others rejected.
import { expect, test } from 'vitest'
import { featuresBuilder as b, toLayerGraph } from '../../src/engine/models/graph/features.ts'
import { hasVarianceOutput, parseLayersConfig } from '../../src/engine/models/layersConfig.ts'

/** A convolution of images to `out` channels. */
const config = (out: number) => ({
  format: 1,
  ...toLayerGraph({ predict: b.conv(b.source('x', { shape: [4, 4, 3] }), 'conv', out) }),
})
const read = (json: Record<string, unknown>) =>
  parseLayersConfig(JSON.parse(JSON.stringify(json)) as Record<string, unknown>)
const changed = (changes: Record<string, unknown>) => () => read({ ...config(3), ...changes })
const [image] = config(3).layers

test('a prediction, and a prediction with its variance', () => {
  expect(read(config(3))).toEqual(config(3))
  expect(hasVarianceOutput(read(config(3)))).toBe(false)
  expect(read(config(6))).toEqual(config(6))
  expect(hasVarianceOutput(read(config(6)))).toBe(true)
})

test('rejects what is no model, with what it got', () => {
  expect(changed({ format: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected the layers of a model in format 1, got format 2.]`,
  )
  expect(changed({ layers: 'conv' })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected a list of at most 4096 layers, got "conv".]`,
  )
  expect(changed({ layers: Array(4097).fill(image) })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected a list of at most 4096 layers, got 4097.]`,
  )
  expect(changed({ functions: { predict: 7 } })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected the positions of the layers that give the results of functions, got {"predict":7}.]`,
  )
  expect(changed({ layers: [image, { ...image, in: [1] }] })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected layer 2 of the model to be valid, got {"op":"x","in":[1],"attrs":{"shape":[4,4,3]}}.]`,
  )
  expect(() => read(config(9))).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected features of shape [4, 4, 3], as x of ModelInput has, got [4, 4, 9].]`,
  )
})

test('rejects a part that a split does not have', () => {
  const split = { op: 'split', in: [0], attrs: { count: 3, index: 3 } }
  expect(changed({ layers: [image, split] })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected index to be below the number of parts, 3, got 3.]`,
  )
})
