// Settings that the texts of cures ask for.
import { expect, test } from 'vitest'
import { byType } from '../../../src/editor/graph/declarations.ts'
import { findSettings } from '../../../src/editor/panel/cures.ts'
import type { DiffusionNode } from '../../../src/litegraph/diffusionNode.ts'

const settings = (type: string, cure: string, param?: string, values: object = {}) => {
  const declaration = byType.get(`diffusion/${type}`)!
  const properties = Object.fromEntries(
    Object.entries(declaration.params).map(([name, spec]) => [name, spec.default]),
  )
  const node = { properties: { ...properties, ...values }, diffusion: { declaration } }
  return findSettings(
    { cure, ...(param && { param }) },
    node as unknown as Pick<DiffusionNode, 'properties' | 'diffusion'>,
  ).map((each) => Object.fromEntries(each.map(({ param, value }) => [param, value])))
}

test('a cure that sets a param is recognised', () => {
  expect(settings('GaussianNoise', 'Set batch_size to 64, or connect `like`.')).toEqual([
    { batch_size: 64 },
  ])
  expect(
    settings('GaussianNoise', 'Set noise_offset to 0.', undefined, { noise_offset: 1 }),
  ).toEqual([{ noise_offset: 0 }])
  expect(settings('MLP', 'Set `predicts` to flow_prediction.')).toEqual([
    { predicts: 'flow_prediction' },
  ])
  expect(
    settings('Timesteps', 'Set it to 50, for example.', 'num_inference_steps', {
      num_inference_steps: 0,
    }),
  ).toEqual([{ num_inference_steps: 50 }])
})

test('settings that belong together are one cure, and alternatives are several', () => {
  const cure = 'Set hidden to 64 and layers to 2, the usual values, or set `predicts` to sample.'
  expect(settings('MLP', cure)).toEqual([{ hidden: 64, layers: 2 }, { predicts: 'sample' }])
})

test('a cure with another node, another param or an invalid value is left to the user', () => {
  const none = [
    'Set `predicts` of the model to flow_prediction.',
    'Set num_classes of Classifier to that of the data, or connect the data set to Classifier.',
    'Set steps to a multiple of 4.',
    'Set hidden to 1e9.',
    'Set predicts to something.',
    'Lower lr.',
  ]
  expect(none.flatMap((cure) => settings('MLP', cure))).toEqual([])
})

test('an invalid param can be set to its default', () => {
  const cure = 'Set it to an integer from 1 to 4096. The default is 128.'
  expect(settings('MLP', cure, 'hidden', { hidden: -3 })).toEqual([
    { hidden: byType.get('diffusion/MLP')!.params.hidden.default },
  ])
})
