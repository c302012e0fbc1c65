// How much of samples is coarse and how much is fine.
import type { RadialSpectrum } from '../../engine/spectrum.ts'
import { densityOf, radialSpectrum } from '../../engine/spectrum.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { ChartView } from '../../engine/plan/view.ts'
import type { Dataset, Noise, Samples } from '../../engine/values.ts'
import { advanced, defineNode, many, oneOf, real, text } from '../define.ts'
import { readFirst, wired } from './read.ts'

/** Side of the picture that a density of points is counted in. */
const SIDE = 128
const MOST_POINTS = 65_536
const MOST_IMAGES = 64

export const spectrum = defineNode({
  type: 'diffusion/Spectrum',
  category: 'view',
  summary:
    'Draws the radial power spectrum of images, or of the density of points: noise is flat, structure falls with frequency.',
  inputs: { samples: many(oneOf(['samples', 'noise', 'dataset'], 'a line')) },
  outputs: {},
  params: {
    names: advanced(text('', 'of the lines, with commas between')),
    extent: advanced(real(4, { min: 0.01, max: 1e6, step: 0.1 }, 'points: the density is counted from -extent to extent')),
  },
  view: async (inputs, { names, extent }) => {
    const given = names.split(',').map((name) => name.trim())
    const lines = await Promise.all(
      wired<Samples | Noise | Dataset>(inputs, 'samples').map(async ([slot, value], i) => {
        const { radius, power } = await spectrumOf(slot, value, extent)
        return { name: given[i] || slot, x: radius, y: power }
      }),
    )
    const view: ChartView = {
      kind: 'chart',
      title: 'power spectrum',
      xLabel: 'cycles across the picture',
      yLabel: 'power',
      yLog: true,
      lines,
    }
    return view
  },
})

async function spectrumOf(slot: string, value: Samples | Noise | Dataset, extent: number): Promise<RadialSpectrum> {
  const { shape, numbers } = await itemsOf(value)
  if (shape.length === 1 && shape[0] === 2) return radialSpectrum(densityOf(numbers, SIDE, extent), SIDE, SIDE)
  if (shape.length === 3) return meanSpectrum(numbers, shape as [number, number, number])
  throw new NodeError({
    slot,
    message: `Expected images [b, h, w, c] or points [b, 2], got items of shape [${shape}].`,
    cure: 'Wire samples of one of these shapes.',
  })
}

async function itemsOf(value: Samples | Noise | Dataset): Promise<{ shape: number[]; numbers: Float32Array }> {
  const shape = value.type === 'dataset' ? value.shape : value.tensor.shape.slice(1)
  const most = shape.length === 3 ? MOST_IMAGES : MOST_POINTS
  const length = shape.reduce((product, size) => product * size, 1)
  const numbers = value.type === 'dataset' ? value.data.subarray(0, most * length) : await readFirst(value.tensor, most)
  return { shape, numbers }
}

/** The mean over images and channels. */
function meanSpectrum(numbers: Float32Array, [height, width, channels]: [number, number, number]): RadialSpectrum {
  const pixels = height * width
  const planes = Array.from({ length: numbers.length / pixels }, (_, plane) => {
    const start = Math.floor(plane / channels) * pixels * channels + (plane % channels)
    return radialSpectrum(
      Float32Array.from({ length: pixels }, (_, i) => numbers[start + i * channels]!),
      height,
      width,
    )
  })
  const power = planes[0]!.power.map((_, ring) => planes.reduce((sum, plane) => sum + plane.power[ring]!, 0) / planes.length)
  return { radius: planes[0]!.radius, power }
}
