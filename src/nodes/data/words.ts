// Words: a data set of words, whose tokens are their characters.
import { englishWords } from '../../engine/datasets/englishWords.ts'
import { listWords, MOST_CHARACTERS, wordSet } from '../../engine/datasets/words.ts'
import { defineNode, param, slot } from '../define.ts'

interface WordParams {
  list: 'english' | 'own'
  words: string
  length: number
}

const chosenWords = ({ list, words }: WordParams) =>
  listWords(list === 'english' ? englishWords : words)

export const words = defineNode({
  type: 'diffusion/Words',
  category: 'data',
  summary:
    'Data set of words, spelled by tokens: one per character. TrainingStart with further_slots outputs the tokens of each batch, for CorruptTokens.',
  aliases: ['text data', 'corpus', 'names'],
  inputs: {},
  outputs: {
    dataset: slot.dataset(
      'Words as tokens and captions. As data, one-hot vectors [n, places, tokens + 1], the shape that ModelInput needs',
    ),
    vocabulary: slot.vocabulary('The characters'),
  },
  params: {
    list: param.choice(['english', 'own'], 'Words of the data set', {
      english: '1,813 common English words of three to six letters',
      own: 'A list of your own, such as names',
    }),
    words: param.when(
      'list',
      'own',
      param.text(
        'anna, ben, clara, david',
        'The words, separated by commas, spaces or lines',
        true,
      ),
    ),
    length: param.advanced(
      param.integer(
        0,
        { min: 0, max: MOST_CHARACTERS },
        'Places per word; longer words are left out. 0: as many as the longest word has',
      ),
    ),
  },
  staticOutputs(params) {
    const { dataset, vocabulary } = wordSet(chosenWords(params), params.length)
    const { shape, captions } = dataset
    return { dataset: { type: 'dataset', shape, captions }, vocabulary }
  },
  run: (_, params) => ({ ...wordSet(chosenWords(params), params.length) }),
})
