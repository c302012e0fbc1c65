// How much of samples is coarse and how much is fine.
import type { RadialSpectrum } from '../../engine/spectrum.ts'
import { densityOf, radialSpectrum } from '../../engine/spectrum.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { ChartView } from '../../engine/plan/view.ts'
import type { Dataset, Noise, Prediction, Samples } from '../../engine/values.ts'
import { advanced, choice, defineNode, many, oneOf, real, text, when } from '../define.ts'
import { readFirst, wired } from './read.ts'

/** Side of the picture that a density of points is counted in. */
const SIDE = 128
const MOST_POINTS = 65_536
const MOST_IMAGES = 64
/** Of all images together: larger ones are fewer. */
const MOST_PIXELS = 65_536

type Shown = Samples | Noise | Prediction | Dataset

export const spectrum = defineNode({
  type: 'diffusion/Spectrum',
  category: 'view',
  summary:
    'Draws the radial power spectrum of images, or of the density of points: noise is flat, structure falls with frequency.',
  source: 'Discrete Fourier transform, without a window: at the edges a picture goes on with its other side',
  inputs: { samples: many(oneOf(['samples', 'noise', 'dataset', 'prediction'], 'a line')) },
  outputs: {},
  params: {
    names: advanced(text('', 'of the lines, with commas between')),
    range: advanced(choice(['auto', 'fixed'], 'of the height; fixed, lines can be compared while a loop goes on')),
    y_min: when('range', 'fixed', advanced(real(0.001, { min: 1e-12, max: 1e12, step: 0.001 }, 'fixed: the lowest power'))),
    y_max: when('range', 'fixed', advanced(real(1000, { min: 1e-12, max: 1e12, step: 1 }, 'fixed: the highest power'))),
    extent: advanced(real(4, { min: 0.01, max: 1e6, step: 0.1 }, 'points: the density is counted from -extent to extent')),
  },
  view: async (inputs, { names, range, y_min, y_max, extent }, { label }) => {
    const given = names.split(',').map((name) => name.trim())
    const lines = await Promise.all(
      wired<Shown>(inputs, 'samples').map(async ([slot, value], i) => {
        const { radius, power } = await spectrumOf(slot, value, extent)
        return { name: given[i] || slot, x: radius, y: power }
      }),
    )
    const view: ChartView = {
      kind: 'chart',
      title: label === undefined ? 'power spectrum' : `power spectrum, ${label}`,
      xLabel: 'cycles across the picture',
      yLabel: 'power',
      yLog: true,
      ...(range === 'fixed' && { yRange: orderly(y_min, y_max) }),
      lines,
    }
    return view
  },
})

function orderly(min: number, max: number): [number, number] {
  if (min < max) return [min, max]
  throw new NodeError({
    param: 'y_max',
    message: `The highest power, ${max}, does not lie above the lowest, ${min}.`,
    cure: 'Raise y_max, or lower y_min.',
  })
}

async function spectrumOf(slot: string, value: Shown, extent: number): Promise<RadialSpectrum> {
  const { shape, numbers } = await itemsOf(value)
  if (shape.length === 1 && shape[0] === 2) return radialSpectrum(densityOf(numbers, SIDE, extent), SIDE, SIDE)
  if (shape.length === 3) return meanSpectrum(numbers, shape as [number, number, number])
  throw new NodeError({
    slot,
    message: `Expected images [b, h, w, c] or points [b, 2], got items of shape [${shape}].`,
    cure: 'Wire samples of one of these shapes.',
  })
}

async function itemsOf(value: Shown): Promise<{ shape: number[]; numbers: Float32Array }> {
  const shape = value.type === 'dataset' ? value.shape : value.tensor.shape.slice(1)
  const length = shape.reduce((product, size) => product * size, 1)
  const most = shape.length === 3 ? Math.max(1, Math.min(MOST_IMAGES, Math.floor(MOST_PIXELS / length))) : MOST_POINTS
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
