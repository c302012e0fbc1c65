// A small network that tells classes apart.
import { classifier as makeClassifier, classifierRows } from '../../engine/models/classifier.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Dataset } from '../../engine/values.ts'
import { advanced, choice, dataset, defineNode, integer, model, optional, seed, text, toggle, unless } from '../define.ts'
import { numbersIn } from '../model/numbers.ts'

export const classifier = defineNode({
  type: 'diffusion/Classifier',
  category: 'evaluate',
  summary: 'A new network that says which class a picture is of: trained on real pictures, it judges generated ones.',
  inputs: { dataset: optional(dataset('gives size, channels and classes of the pictures')) },
  outputs: { model: model('untrained; for Classify, and for TrainingStart') },
  params: {
    num_classes: unless('dataset', integer(10, { min: 2, max: 100_000 }, 'how many classes it tells apart')),
    sample_size: unless('dataset', integer(8, { min: 1, max: 1024 }, 'height and width of the pictures, in pixels')),
    channels: unless('dataset', integer(1, { min: 1, max: 4096 }, 'of the pictures: 1 grey, 3 colours')),
    block_out_channels: text(
      '16, 32',
      'width of each level, with commas between; each has half the resolution of the one before',
    ),
    norm_num_groups: advanced(integer(8, { min: 1, max: 4096 }, 'groups of channels that are normalised together')),
    activation: advanced(choice(['silu', 'relu', 'tanh'], 'after each normalisation')),
    noised: toggle(false, 'for noised pictures: it is told their t, and can guide a sampler'),
    seed: advanced(seed('equal seeds start with equal weights')),
  },
  room: { width: 230, height: 96 },
  run: (
    { dataset },
    { num_classes, sample_size, channels, block_out_channels, norm_num_groups, activation, noised },
    { random },
  ) => {
    const sizes = dataset ? sizesOf(dataset) : { height: sample_size, width: sample_size, in_channels: channels, num_classes }
    const widths = numbersIn(block_out_channels, 'block_out_channels')
    checkLevels(sizes, widths)
    checkGroups(widths, norm_num_groups)
    return {
      model: makeClassifier(
        { ...sizes, block_out_channels: widths, norm_num_groups, activation, time_embedding_dim: noised ? 32 : 0 },
        random,
      ),
    }
  },
  show: ({ model }) => model && { kind: 'rows', rows: classifierRows(model) },
})

function sizesOf({ shape, classes }: Dataset) {
  if (shape.length !== 3) {
    throw new NodeError({
      slot: 'dataset',
      message: `Expected pictures, items of shape [h, w, c], got items of shape [${shape}].`,
      cure: 'Wire a data set of pictures.',
    })
  }
  if (!classes) {
    throw new NodeError({
      slot: 'dataset',
      message: 'This data set has no classes, so there is nothing to tell apart.',
      cure: 'Wire a data set with labels; for own pictures, folders give them.',
    })
  }
  const [height, width, in_channels] = shape as [number, number, number]
  return { height, width, in_channels, num_classes: classes }
}

const MOST_CHANNELS = 4096

/** Between two levels the pixels are averaged two by two. */
function checkLevels({ height, width }: { height: number; width: number }, widths: number[]) {
  if (widths.length === 0) {
    throw new NodeError({ param: 'block_out_channels', message: 'There is no level.', cure: 'Write one or more, as in 16, 32.' })
  }
  const wide = widths.find((width) => width > MOST_CHANNELS)
  if (wide !== undefined) {
    throw new NodeError({
      param: 'block_out_channels',
      message: `A level has ${wide} channels, more than ${MOST_CHANNELS}.`,
      cure: 'A classifier is small: take some dozens, as in 16, 32.',
    })
  }
  let halvings = 0
  while ((height >> halvings) % 2 === 0 && (width >> halvings) % 2 === 0) halvings++
  if (widths.length <= halvings + 1) return
  throw new NodeError({
    param: 'block_out_channels',
    message: `${widths.length} levels halve the picture ${widths.length - 1} times, but ${height} x ${width} can be halved ${halvings} times.`,
    cure: `Take ${halvings + 1} or fewer levels.`,
  })
}

function checkGroups(widths: number[], groups: number) {
  const uneven = widths.find((width) => width % groups)
  if (uneven === undefined) return
  throw new NodeError({
    param: 'norm_num_groups',
    message: `${uneven} channels do not divide into ${groups} groups.`,
    cure: 'Take widths that are multiples of norm_num_groups, or fewer groups.',
  })
}
