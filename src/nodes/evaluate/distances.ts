// Several sets of samples held against one.
import { slicedWasserstein } from '../../engine/metrics/distributions.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Noise, Samples } from '../../engine/values.ts'
import { advanced, choice, defineNode, many, oneOf, text } from '../define.ts'
import { read, wired } from '../view/read.ts'

export const distances = defineNode({
  type: 'diffusion/Distances',
  category: 'evaluate',
  summary:
    'How far several sets of samples are from one, each by its name: item by item, as of samplers that began with the same noise and should end at the same place, or as distributions.',
  equation: '\\sqrt{\\mathrm{mean} \\, |x - x_{ref}|^2} \\quad \\text{over all numbers}',
  source: 'Sliced Wasserstein distance: Bonneel et al. 2015',
  inputs: {
    samples: many(oneOf(['samples', 'noise'], 'a row')),
    reference: oneOf(['samples', 'noise'], 'where they should be'),
  },
  outputs: {},
  room: { width: 320, height: 220 },
  params: {
    measure: choice(
      ['rms', 'sliced_wasserstein'],
      'rms: the root of the mean squared difference to the item of the same number; sliced_wasserstein: how far points of the plane have to be moved to be spread alike, whichever is which',
    ),
    names: advanced(text('', 'of the rows, with commas between')),
  },
  view: async (inputs, { measure, names }) => {
    const given = names.split(',').map((name) => name.trim())
    const reference = await read(inputs.reference.tensor)
    const rows = wired<Samples | Noise>(inputs, 'samples').map(async ([slot, value], i) => {
      checkComparable(measure, value, inputs.reference, slot)
      return { name: given[i] || slot, value: measures[measure](await read(value.tensor), reference) }
    })
    return { kind: 'numbers', rows: await Promise.all(rows) }
  },
})

const measures = {
  rms: (a: Float32Array, b: Float32Array) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length),
  sliced_wasserstein: (a: Float32Array, b: Float32Array) => slicedWasserstein(a, b),
}

function checkComparable(measure: keyof typeof measures, { tensor }: Samples | Noise, reference: Samples | Noise, slot: string) {
  const expected = reference.tensor.shape
  if (measure === 'rms' ? String(tensor.shape) === String(expected) : isPlane(tensor.shape) && isPlane(expected)) return
  throw new NodeError({
    slot,
    message:
      measure === 'rms'
        ? `Expected as many items of the same shape as the reference, [${expected}], got [${tensor.shape}].`
        : `Expected points in the plane, [n, 2], got [${tensor.shape}] against [${expected}].`,
    cure:
      measure === 'rms'
        ? 'Wire what came of the same noise as the reference, or measure distributions.'
        : 'Wire points, or set `measure` to rms.',
  })
}

const isPlane = (shape: number[]) => shape.length === 2 && shape[1] === 2
