// Distances: several sets of samples compared with one reference.
import { slicedWasserstein } from '../../engine/metrics/distributions.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Noise, Samples } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { readTensor, wiredSlots } from '../observers/read.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

export const distances = defineNode({
  type: 'diffusion/Distances',
  category: 'evaluate',
  summary:
    'Distances of several sets of samples to a reference: item by item, for example of samplers that start from the same noise, or between distributions.',
  aliases: ['pairwise distance', 'rmse'],
  equation: '\\sqrt{\\mathrm{mean} \\, |x - x_{ref}|^2} \\quad \\text{over all numbers}',
  source: 'Sliced Wasserstein distance: Bonneel et al. 2015',
  inputs: {
    samples: slot.many(slot.oneOf(['samples', 'noise'], 'A row')),
    reference: slot.oneOf(['samples', 'noise'], 'Reference samples'),
  },
  outputs: {},
  room: { width: 320, height: 220 },
  params: {
    measure: param.choice(['rms', 'sliced_wasserstein'], 'Kind of distance', {
      rms: 'Root mean square difference of items with the same number',
      sliced_wasserstein: 'Sliced Wasserstein distance between point distributions',
    }),
    names: param.advanced(param.text('', 'Names of the rows, separated by commas')),
  },
  view: async (inputs, { measure, names }) => {
    const dim = inputs.reference.tensor.shape[1] ?? 1
    const given = names.split(',').map((name) => name.trim())
    const reference = await readTensor(inputs.reference.tensor)
    const rows = wiredSlots<Samples | Noise>(inputs, 'samples').map(async ([slot, value], i) => {
      checkComparable(measure, value, inputs.reference, slot)
      return {
        name: given[i] || slot,
        value: measures[measure](await readTensor(value.tensor), reference, dim),
      }
    })
    return { kind: 'numbers', rows: await Promise.all(rows) }
  },
})

const measures = {
  rms: (a: Float32Array, b: Float32Array) =>
    Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length),
  sliced_wasserstein: (a: Float32Array, b: Float32Array, dim: number) =>
    slicedWasserstein(a, b, 64, 0, dim),
}

function checkComparable(
  measure: keyof typeof measures,
  { tensor }: Samples | Noise,
  reference: Samples | Noise,
  slot: string,
) {
  const expected = reference.tensor.shape
  if (
    measure === 'rms'
      ? String(tensor.shape) === String(expected)
      : tensor.rank === 2 && expected.length === 2 && tensor.shape[1] === expected[1]
  )
    return
  throw new NodeError({
    slot,
    message:
      measure === 'rms'
        ? evaluateMessages.sameItems({ expected, got: tensor.shape })
        : evaluateMessages.pointsToCompare({ got: tensor.shape, expected }),
    cure: measure === 'rms' ? evaluateMessages.connectSameNoise() : evaluateMessages.measureRms(),
  })
}
