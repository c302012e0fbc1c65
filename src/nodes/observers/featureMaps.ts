// FeatureMaps: the output of a layer of a model, with its statistics.
import { countElements } from '../../engine/base/shapes.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { computeStatistics } from '../../engine/base/statistics.ts'
import { runTidied } from '../../engine/base/memory.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import { toPictures } from '../../engine/images/pixels.ts'
import { toConditioning } from '../../engine/models/condition.ts'
import { featureLayers, layerFeatures } from '../../engine/models/featureMaps.ts'
import type { ImagesView, Pictures, View } from '../../engine/base/view.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'
import { defineNode, param, slot } from '../define.ts'
import { readTensor, shortNumber } from './read.ts'

const ranges = ['channel', 'layer'] as const

export const featureMaps = defineNode({
  type: 'diffusion/FeatureMaps',
  category: 'view',
  summary:
    'Shows the output of one layer of a model, a grey picture per channel, with its mean, standard deviation, share of zeros and range. Evaluates the model again, layer by layer, without dropout; the last bits may differ from those of Predict.',
  aliases: ['activations', 'forward hook', 'hidden states', 'intermediate layers'],
  room: { width: 420, height: 300 },
  inputs: {
    model: slot.model('Model with a network'),
    x_t: slot.samples('Noisy data'),
    t: slot.timestep('One per item, or one for all items; not -1'),
    condition: slot.optional(slot.condition('Condition of the model; none if not connected')),
  },
  outputs: {},
  params: {
    layer: param.text(
      '',
      'Name of the layer, such as conv_in; empty: lists all layers and their shapes',
    ),
    item: param.integer(0, { min: 0, max: 65_535 }, 'Item of the batch that is shown, from 0'),
    count: param.integer(64, { min: 1, max: 1024 }, 'Most channels that are shown: the first ones'),
    range: param.advanced(
      param.choice(ranges, 'Range from black to white', {
        channel: 'From the smallest to the largest value of each channel',
        layer: 'From the smallest to the largest value of the layer, to compare channels',
      }),
    ),
  },
  view: async ({ model, x_t, t, condition }, { layer, ...shown }, { label }): Promise<View> => {
    if (layer === '') return { kind: 'rows', rows: layerRows(featureLayers(model)) }
    const given = condition && toConditioning(condition)
    const { tensor, image } = runTidied(() => layerFeatures(model, layer, x_t.tensor, t, given))
    try {
      const numbers = await readTensor(tensor)
      const shape = tensor.shape
      if (shown.item >= shape[0]) throw itemFault(shape[0], shown.item)
      const all = { numbers, shape, image }
      const parts = [...(label === undefined ? [] : [label]), ...describeMapNumbers(numbers)]
      return { kind: 'images', ...channelGrid(all, shown), caption: parts.join(', ') }
    } finally {
      tensor.dispose()
    }
  },
})

const layerRows = (layers: ReturnType<typeof featureLayers>): [string, string][] =>
  layers.map(({ name, shape }) => [name, shape.join(' x ')])

const itemFault = (count: number, item: number) =>
  new NodeError({
    param: 'item',
    message: evaluateMessages.itemOfBatch({ last: count - 1, got: item }),
    cure: evaluateMessages.chooseItem({ last: count - 1 }),
  })

/** Statistics of all numbers, in words. */
function describeMapNumbers(numbers: Float32Array): string[] {
  const { mean, std, min, max, nan, infinite } = computeStatistics(numbers)
  const broken = nan + infinite
  const zeros = numbers.reduce((count, value) => count + (value === 0 ? 1 : 0), 0)
  const share = shortNumber((100 * zeros) / numbers.length)
  return [
    ...(broken === numbers.length
      ? []
      : [
          viewText('meanIs', shortNumber(mean)),
          viewText('deviationIs', shortNumber(std)),
          viewText('zeroShare', share),
          viewText('rangeIs', shortNumber(min), shortNumber(max)),
        ]),
    ...(broken > 0 ? [viewText(broken === 1 ? 'oneNonFinite' : 'nonFinite', broken)] : []),
    viewText('evaluatedAgain'),
  ]
}

interface Features {
  numbers: Float32Array
  /** Shape of the whole batch. */
  shape: readonly number[]
  image: readonly [number, number] | undefined
}

interface Shown {
  item: number
  count: number
  range: (typeof ranges)[number]
}

/**
 * A picture per channel of an image, or of tokens of one. Other tokens are one picture with a row
 * per token, and vectors one with a row per item; a column is a channel.
 */
function channelGrid(
  { numbers, shape, image }: Features,
  { item, count, range }: Shown,
): Pick<ImagesView, 'groups' | 'columns'> {
  const channels = shape.at(-1)!
  if (shape.length === 2) {
    const table = toPictures(numbers, [1, shape[0], channels, 1], 'auto')
    return { groups: [{ ...table, name: '' }], columns: 1 }
  }
  const size = countElements(shape.slice(1))
  const own = numbers.subarray(item * size, (item + 1) * size)
  const [height, width] = shape.length === 4 ? [shape[1], shape[2]] : (image ?? [0, 0])
  if (height === 0) {
    const table = toPictures(own, [1, size / channels, channels, 1], 'auto')
    return { groups: [{ ...table, name: '' }], columns: 1 }
  }
  const maps = Array.from({ length: Math.min(channels, count) }, (_, channel) =>
    Float32Array.from({ length: height * width }, (_, i) => own[i * channels + channel]),
  )
  return { groups: [{ ...toGreyMap(maps, [height, width], range), name: '' }], columns: 0 }
}

/** Grey pictures of maps, each with its own range or all with one. */
function toGreyMap(
  maps: readonly Float32Array[],
  [height, width]: readonly [number, number],
  range: Shown['range'],
): Pictures {
  const count = maps.length
  const joined = new Float32Array(count * height * width)
  maps.forEach((map, i) => joined.set(map, i * map.length))
  if (range === 'layer') return toPictures(joined, [count, height, width, 1], 'auto')
  const pixels = new Uint8ClampedArray(joined.length)
  maps.forEach((map, i) =>
    pixels.set(toPictures(map, [1, height, width, 1], 'auto').pixels, i * map.length),
  )
  return { width, height, channels: 1, count, pixels }
}
