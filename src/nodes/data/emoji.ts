// Emoji: small colour images with names.
import { computeSha256 } from '../../engine/checkpoint/pipeline.ts'
import { selectItems } from '../../engine/datasets/combine.ts'
import { DatasetError, readImages, sliceDataset, toDataset } from '../../engine/datasets/file.ts'
import { averageBlocks } from '../../engine/datasets/shrink.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Assets } from '../../engine/plan/op.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { decodeOnce } from './decoded.ts'
import { dataMessages } from '../../messages/data.ts'

/** Side of the images in the file, in pixels. */
const SIDE = 32

/** Names of the classes in the file, by choice. */
const categories = {
  activities: 'Activities',
  animals: 'Animals & Nature',
  flags: 'Flags',
  food: 'Food & Drink',
  objects: 'Objects',
  people: 'Smileys & People',
  symbols: 'Symbols',
  travel: 'Travel & Places',
} as const

type Category = 'all' | keyof typeof categories

const choices = ['all', ...(Object.keys(categories) as (keyof typeof categories)[])] as const

export const emoji = defineNode({
  type: 'diffusion/Emoji',
  category: 'data',
  summary:
    'Emoji as 32 x 32 or 16 x 16 colour images on white, with their short names as captions and their categories as labels, such as "heart eyes cat". 1,565 images without variants of skin tone; a small model can memorize them.',
  aliases: ['icons', 'sprites'],
  source:
    'Twemoji 2.3.1, copyright 2017 Twitter, Inc and other contributors, CC BY 4.0; names: emoji-data by Cal Henderson, MIT',
  inputs: {},
  outputs: {
    dataset: slot.dataset(
      'Images [n, 32, 32, 3] or [n, 16, 16, 3] in [-1, 1] with captions, nine classes',
    ),
  },
  params: {
    category: param.choice(choices, 'Part of the data', {
      all: 'All 1,565, also five skin tones',
      activities: '60 of activities',
      animals: '113 of animals and nature',
      flags: '267 flags',
      food: '102 of food and drink',
      objects: '162 objects',
      people: '446 smileys and people',
      symbols: '203 symbols',
      travel: '207 of travel and places',
    }),
    size: param.choice(['32', '16'], 'Side length in pixels', {
      '32': 'Original size',
      '16': 'Averages of 2 x 2 pixels',
    }),
    count: param.integer(0, { max: 2000, step: 100 }, 'Number of images, from the first; 0: all'),
  },
  prepare: ({ category, size, count }, assets) =>
    decodeOnce(assets, `emoji ${category} ${size} ${count}`, () =>
      decodeEmoji(assets, category, Number(size), count),
    ),
  staticOutputs({ size }, _, prepared) {
    const known = prepared as Dataset | undefined
    return {
      dataset: {
        type: 'dataset',
        shape: [Number(size), Number(size), 3],
        classes: CLASSES,
        captions: known?.captions,
      },
    }
  },
  run: (_, __, { prepared }) => ({ dataset: prepared as Dataset }),
})

/** Categories of the file: those above, and skin tones. */
const CLASSES = Object.keys(categories).length + 1

async function decodeEmoji(assets: Assets, category: Category, side: number, count: number) {
  const bytes = await assets.shipped('emoji')
  try {
    const all = toDataset(readImages(bytes))
    const part = category === 'all' ? all : selectClass(all, categories[category])
    const few = count > 0 ? sliceDataset(part, 0, Math.min(count, part.size)) : part
    return {
      key: computeSha256(bytes),
      data: side < SIDE ? averageBlocks(few, SIDE / side) : few,
    }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw new NodeError({
      message: dataMessages.emojiUnreadable({ problem: error.message }),
      cure: dataMessages.checkConnection(),
    })
  }
}

function selectClass(all: Dataset, name: string): Dataset {
  const { labels, classNames = [], size } = all
  const label = classNames.indexOf(name)
  const items = Array.from({ length: size }, (_, i) => i).filter((i) => labels?.[i] === label)
  return selectItems(all, Int32Array.from(items))
}
