// Configs of models of layers from files: valid ones are parsed as they are, others rejected.
import { expect, test } from 'vitest'
import { featuresBuilder as b, toLayerGraph } from '../../../src/engine/models/graph/features.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { layersModel } from '../../../src/engine/models/kinds/layers/layers.ts'
import {
  hasVarianceOutput,
  inputShape,
  parseLayersConfig,
} from '../../../src/engine/models/kinds/layers/graph.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { decodeLatents, encodeImages } from '../../../src/engine/models/kinds/vae/autoencoder.ts'
import { networkRows } from '../../../src/nodes/layers/networkRows.ts'

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

test('a model without a prediction has other functions, each with an input of its own', () => {
  const encode = b.conv(b.source('x', { shape: [4, 4, 3] }), 'encoder', 2, { stride: 2 })
  const decode = b.conv(b.add('upsample', [b.source('x', { shape: [2, 2, 2] })]), 'decoder', 3)
  const both = { format: 1, ...toLayerGraph({ encode, decode }) }
  const parsed = read(both)
  expect(parsed).toEqual(both)
  expect(inputShape(parsed)).toEqual([4, 4, 3])
  expect(inputShape(parsed, 'decode')).toEqual([2, 2, 2])
  expect(hasVarianceOutput(parsed)).toBe(false)
  const joined = b.add('add', [encode, b.source('x', { shape: [2, 2, 2] })])
  expect(() =>
    read({ format: 1, ...toLayerGraph({ encode: joined }) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected one ModelInput, or several of one shape, got shapes [4, 4, 3] and [2, 2, 2].]`,
  )
  for (const functions of [{}, { 'not a name': 0 }, { encode: -1 }, { encode: 1.5 }, []])
    expect(changed({ functions })).toThrow('Expected the positions of the layers')
})

test('the functions of a model of layers encode and decode, and do not predict', () => {
  const encode = b.conv(b.source('x', { shape: [4, 4, 3] }), 'encoder', 4, { stride: 2 })
  const decode = b.conv(b.add('upsample', [b.source('x', { shape: [2, 2, 2] })]), 'decoder', 3)
  const model = layersModel(toLayerGraph({ encode, decode }), 'sample', createRandom(1))
  expect(Object.keys(model.weights)).toEqual([
    'encoder.weight',
    'encoder.bias',
    'decoder.weight',
    'decoder.bias',
  ])
  expect(networkRows(model)?.slice(0, 3)).toEqual([
    ['input', '4 x 4 x 3'],
    ['encode', '2 x 2 x 4'],
    ['decode', '4 x 4 x 3'],
  ])
  const x = tf.ones([1, 4, 4, 3])
  const shapes = tf.tidy(() => {
    const { mean, logVariance } = encodeImages(model, x)
    return [mean, logVariance!, decodeLatents(model, mean)].map(({ shape }) => shape)
  })
  expect(shapes).toEqual([
    [1, 2, 2, 2],
    [1, 2, 2, 2],
    [1, 4, 4, 3],
  ])
  expect(() => predict(model, x, Float64Array.of(1))).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected a model that denoises, got one with other functions: encode, decode.]`,
  )
  const other = tf.ones([1, 8, 8, 3])
  expect(() => encodeImages(model, other)).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected images of 4 x 4, the only size of this autoencoder, got 8 x 8 (items of shape [8,8,3]).]`,
  )
  const denoiser = layersModel(
    toLayerGraph({ predict: b.conv(b.source('x', { shape: [4, 4, 3] }), 'conv', 3) }),
    'sample',
    createRandom(1),
  )
  expect(() => encodeImages(denoiser, x)).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected an autoencoder, got a model of kind "layers".]`,
  )
  tf.dispose([x, other, ...collectTensors(model), ...collectTensors(denoiser)])
})
