// Power spectrum of samples, from coarse to fine structure.
import { countElements } from '../../engine/base/shapes.ts'
import type { RadialSpectrum } from '../../engine/images/spectrum.ts'
import { pointHistogram, radialSpectrum } from '../../engine/images/spectrum.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { ChartView } from '../../engine/base/view.ts'
import type { Noise, Prediction, Samples } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { readFirst, wiredSlots } from './read.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

/** Side of the grid that points are counted in. */
const SIDE = 128
const MAX_POINTS = 65_536
const MAX_IMAGES = 64
/** Most pixels of all images together; larger images are fewer. */
const MAX_PIXELS = 65_536

type SpectrumInput = Samples | Noise | Prediction | Dataset

export const spectrum = defineNode({
  type: 'diffusion/Spectrum',
  category: 'view',
  summary:
    'Radial power spectrum of images, or of the density of points. Noise is flat; structure falls off with frequency.',
  aliases: ['fft', 'power spectrum', 'fourier transform'],
  source:
    'Discrete Fourier transform, without a window: at the edges a picture goes on with its other side',
  inputs: {
    samples: slot.many(slot.oneOf(['samples', 'noise', 'dataset', 'prediction'], 'A line')),
  },
  outputs: {},
  params: {
    names: param.advanced(param.text('', 'Names of the lines, separated by commas')),
    range: param.advanced(
      param.choice(['auto', 'fixed'], 'Range of the y axis', {
        auto: 'Fits the lines',
        fixed: 'Stays the same, to compare lines while a loop runs',
      }),
    ),
    y_min: param.when(
      'range',
      'fixed',
      param.advanced(
        param.real(0.001, { min: 1e-12, max: 1e12, step: 0.001 }, 'Lowest power if fixed'),
      ),
    ),
    y_max: param.when(
      'range',
      'fixed',
      param.advanced(
        param.real(1000, { min: 1e-12, max: 1e12, step: 1 }, 'Highest power if fixed'),
      ),
    ),
    extent: param.advanced(
      param.real(
        4,
        { min: 0.01, max: 1e6, step: 0.1 },
        'For points: the density is measured from -extent to extent',
      ),
    ),
  },
  view: async (inputs, { names, range, y_min, y_max, extent }, { label }) => {
    const given = names.split(',').map((name) => name.trim())
    const lines = await Promise.all(
      wiredSlots<SpectrumInput>(inputs, 'samples').map(async ([slot, value], i) => {
        const { radius, power } = await readSpectrum(slot, value, extent)
        return { name: given[i] || slot, x: radius, y: power }
      }),
    )
    const view: ChartView = {
      kind: 'chart',
      title: label === undefined ? 'power spectrum' : `power spectrum, ${label}`,
      xLabel: 'cycles across the picture',
      yLabel: 'power',
      yLog: true,
      ...(range === 'fixed' && { yRange: heightRange(y_min, y_max) }),
      lines,
    }
    return view
  },
})

function heightRange(min: number, max: number): [number, number] {
  if (min < max) return [min, max]
  throw new NodeError({
    param: 'y_max',
    message: evaluateMessages.powerRange({ max, min }),
    cure: evaluateMessages.raisePower(),
  })
}

async function readSpectrum(
  slot: string,
  value: SpectrumInput,
  extent: number,
): Promise<RadialSpectrum> {
  const { shape, numbers } = await readItems(value)
  if (shape.length === 1 && shape[0] === 2)
    return radialSpectrum(pointHistogram(numbers, SIDE, extent), SIDE, SIDE)
  if (shape.length === 3) return meanSpectrum(numbers, shape as [number, number, number])
  throw new NodeError({
    slot,
    message: evaluateMessages.imagesOrPoints({ shape }),
    cure: evaluateMessages.connectImagesOrPoints(),
  })
}

async function readItems(
  value: SpectrumInput,
): Promise<{ shape: number[]; numbers: Float32Array }> {
  const shape = value.type === 'dataset' ? value.shape : value.tensor.shape.slice(1)
  const length = countElements(shape)
  const most =
    shape.length === 3
      ? Math.max(1, Math.min(MAX_IMAGES, Math.floor(MAX_PIXELS / length)))
      : MAX_POINTS
  const numbers =
    value.type === 'dataset'
      ? value.data.subarray(0, most * length)
      : await readFirst(value.tensor, most)
  return { shape, numbers }
}

/** Mean spectrum over images and channels. */
function meanSpectrum(
  numbers: Float32Array,
  [height, width, channels]: [number, number, number],
): RadialSpectrum {
  const pixels = height * width
  const planes = Array.from({ length: numbers.length / pixels }, (_, plane) => {
    const start = Math.floor(plane / channels) * pixels * channels + (plane % channels)
    return radialSpectrum(
      Float32Array.from({ length: pixels }, (_, i) => numbers[start + i * channels]),
      height,
      width,
    )
  })
  const power = planes[0].power.map(
    (_, ring) => planes.reduce((sum, plane) => sum + plane.power[ring], 0) / planes.length,
  )
  return { radius: planes[0].radius, power }
}
