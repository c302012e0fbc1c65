// Subset: a range or a fold of a data set, and the rest.
import { selectItems, splitPositions } from '../../engine/datasets/combine.ts'
import { defineNode, param, slot } from '../define.ts'

export const subset = defineNode({
  type: 'diffusion/Subset',
  category: 'data',
  summary:
    'Splits a data set into a part and the rest: training and held-out data, or the folds of a cross-validation.',
  aliases: [
    'train_test_split',
    'random_split',
    'split dataset',
    'holdout',
    'cross validation',
    'few shot',
  ],
  source: 'Cross-validation: Stone 1974',
  inputs: { dataset: slot.dataset('Data set to split') },
  outputs: {
    dataset: slot.dataset('The chosen part'),
    rest: slot.dataset('All other items'),
  },
  params: {
    by: param.choice(['range', 'fold'], 'Choice of the part', {
      range: 'Consecutive items',
      fold: 'One of several parts of equal size',
    }),
    start: param.when(
      'by',
      'range',
      param.integer(0, { max: 1_000_000_000 }, 'Position of the first item'),
    ),
    count: param.when(
      'by',
      'range',
      param.integer(1000, { max: 1_000_000_000 }, 'Number of items; 0: all from start'),
    ),
    fold: param.when(
      'by',
      'fold',
      param.integer(0, { max: 999_999 }, 'Number of the fold, from 0'),
    ),
    folds: param.when(
      'by',
      'fold',
      param.integer(5, { min: 1, max: 1_000_000 }, 'Number of folds'),
    ),
    shuffle: param.toggle(
      true,
      'Splits in random order, the same for all folds and ranges of one seed; off: in the order of the data set',
    ),
    seed: param.seed('Seed of the random order'),
  },
  staticOutputs(_, { dataset }) {
    // The captions of the parts are known only in a run.
    const part = dataset && { ...dataset, captions: undefined }
    return { dataset: part, rest: part }
  },
  run: ({ dataset }, { by, start, count, fold, folds, shuffle }, { random }) => {
    const order = shuffle ? random.permutation(dataset.size) : undefined
    const part = by === 'range' ? { by, start, count } : { by, fold, folds }
    const { chosen, rest } = splitPositions(dataset.size, part)
    const select = (positions: Int32Array) =>
      selectItems(dataset, order ? positions.map((position) => order[position]) : positions)
    return { dataset: select(chosen), rest: select(rest) }
  },
})
