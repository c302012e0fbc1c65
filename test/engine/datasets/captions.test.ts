// Captions: words, vocabularies, tables of captions, and captions in data set files and imports.
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import {
  captionPaths,
  readCaptionTable,
  unusedLines,
} from '../../../src/engine/datasets/captions.ts'
import { appendDatasets, pairDatasets, selectItems } from '../../../src/engine/datasets/combine.ts'
import {
  DatasetError,
  readImages,
  sliceDataset,
  toDataset,
  writeImages,
  type StoredImages,
} from '../../../src/engine/datasets/file.ts'
import { importImages } from '../../../src/engine/datasets/import.ts'
import { evenlyFrom, tokenCondition } from '../../../src/engine/datasets/items.ts'
import { averageBlocks } from '../../../src/engine/datasets/shrink.ts'
import {
  countTokens,
  encodeCaptions,
  learnWords,
  longestCaption,
  nearestWords,
  splitWords,
  unknownWords,
} from '../../../src/engine/datasets/vocabulary.ts'
import { writeSafetensors } from '../../../src/engine/archive/safetensors.ts'
import type { Vocabulary } from '../../../src/engine/base/values.ts'
import type { Dataset } from '../../../src/engine/datasets/dataset.ts'
import { withoutIds } from '../../withoutIds.ts'

const vocabulary = (words: string[], length = 3): Vocabulary => ({
  type: 'vocabulary',
  words,
  length,
})

describe('words', () => {
  test.each([
    ['Smiling_Cat-face', ['smiling', 'cat', 'face']],
    ['  two  words\tand\nmore ', ['two', 'words', 'and', 'more']],
    ['1st, 2nd; "3rd"!', ['1st', '2nd', '3rd']],
    ['Übermäßig naïve Ångström', ['übermäßig', 'naïve', 'ångström']],
    ['웃는 고양이', ['웃는', '고양이']],
    ['_-+!', []],
    ['', []],
  ])('%s', (text, words) => expect(splitWords(text)).toEqual(words))

  test('are equal for composed and decomposed accents', () =>
    expect(splitWords('cafe\u0301')).toEqual(splitWords('caf\u00e9')))

  test('are learned by frequency, and alphabetically for equal frequencies', () => {
    const captions = ['red cat', 'Cat sleeps', 'blue dog', 'a red-red cat']
    expect(learnWords(captions)).toEqual(['cat', 'red', 'a', 'blue', 'dog', 'sleeps'])
    expect(learnWords(captions, 2)).toEqual(['cat', 'red'])
    expect(learnWords(captions.toReversed())).toEqual(learnWords(captions))
    expect(learnWords(['', '?'])).toEqual([])
    expect(longestCaption(captions)).toBe(4)
  })
})

describe('tokens', () => {
  const known = vocabulary(['cat', 'red'])

  test('are ids of words, 1 for unknown ones, 0 for padding, and -1 without a caption', () => {
    const { ids } = encodeCaptions(['Red CAT', 'green cat', 'a b c d', '', '!?'], known)
    expect([...ids]).toEqual([3, 2, 0, 1, 2, 0, 1, 1, 1, -1, -1, -1, -1, -1, -1])
    expect(countTokens(known)).toBe(4)
  })

  test('of known words can be turned back into the caption', () => {
    const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}$/), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(words, fc.array(fc.nat(7), { minLength: 1, maxLength: 6 }), (words, picks) => {
        const caption = picks.map((i) => words[i % words.length])
        const { ids } = encodeCaptions([caption.join('_')], vocabulary(words, 6))
        const read = [...ids].filter((id) => id > 0).map((id) => words[id - 2])
        expect(read).toEqual(caption)
      }),
    )
  })

  test('of a batch are a condition of several labels per item', () => {
    const tokens = encodeCaptions(['red', 'cat', 'red cat'], known)
    expect(tokenCondition(tokens, Int32Array.of(2, 0))).toEqual({
      kind: 'labels',
      labels: Int32Array.of(3, 2, 0, 3, 0, 0),
      perItem: 3,
      vocabulary: known,
    })
  })

  test('unknown words are listed once, with the nearest known ones', () => {
    const animals = vocabulary(['cat', 'dog', 'smiling', 'smile', 'horse', 'mouse'])
    expect(unknownWords(['smilling cat', 'smilling hose zzz'], animals, 2)).toEqual([
      { word: 'smilling', nearest: ['smiling', 'smile'] },
      { word: 'hose', nearest: ['horse', 'mouse'] },
      { word: 'zzz', nearest: [] },
    ])
    expect(nearestWords('cot', ['dog', 'cat', 'cut'], 2)).toEqual(['cat', 'cut'])
  })
})

describe('data sets', () => {
  const known = vocabulary(['a', 'b', 'c', 'd'], 1)
  const set = (captions: string[] | undefined, used = known): Dataset => {
    const size = captions?.length ?? 2
    return {
      type: 'dataset',
      data: Float32Array.from({ length: size }, (_, i) => i),
      shape: [1, 1, 1],
      size,
      space: 'image',
      ...(captions && { captions, tokens: encodeCaptions(captions, used) }),
    }
  }
  const facts = ({ captions, tokens }: Dataset) => [captions?.join(), tokens?.ids.join()]

  test('keep captions and tokens with their items', () => {
    const all = set(['a', 'b', 'c', 'd'])
    expect(facts(selectItems(all, Int32Array.of(3, 1)))).toEqual(['d,b', '5,3'])
    expect(facts(sliceDataset(all, 1, 3))).toEqual(['b,c', '3,4'])
    expect(facts(evenlyFrom(all, 2))).toEqual(facts(selectItems(all, Int32Array.of(0, 3))))
  })

  test('have joined captions, and joined tokens of one vocabulary', () => {
    const [one, two] = [set(['a']), set(['b', 'c'])]
    expect(facts(appendDatasets([one, two], 'keep'))).toEqual(['a,b,c', '2,3,4'])
    expect(facts(appendDatasets([one, set(undefined)], 'keep'))).toEqual(['a,,', undefined])
    const other = set(['b'], vocabulary(['b'], 1))
    expect(facts(appendDatasets([one, other], 'keep'))).toEqual(['a,b', undefined])
    expect(facts(pairDatasets([set(undefined), two]))).toEqual(['b,c', '3,4'])
  })

  test('shrink by the mean of blocks', () => {
    const image: Dataset = {
      type: 'dataset',
      data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 8),
      shape: [2, 4, 1],
      size: 2,
      space: 'image',
    }
    const small = averageBlocks(image, 2)
    expect(small.shape).toEqual([1, 2, 1])
    expect([...small.data]).toEqual([3.5, 5.5, 0, 2])
  })
})

describe('files', () => {
  const stored: StoredImages = {
    name: '',
    images: Uint8Array.of(1, 2),
    shape: [2, 1, 1, 1],
    max: 255,
    captions: ['a cat', ''],
  }
  const withCaptions = (captions: string) =>
    writeSafetensors(new Map([['images', { shape: [2, 1, 1, 1], data: Uint8Array.of(1, 2) }]]), {
      captions,
    })

  test('contain captions', () => {
    expect(readImages(writeImages(stored))).toEqual(stored)
    expect(toDataset(stored).captions).toEqual(stored.captions)
  })

  test.each([
    ['no JSON', '[', 'The captions are not JSON.'],
    ['another number', '["a"]', 'for each of 2 images'],
    ['numbers', '[1, 2]', 'for each of 2 images'],
    ['a very long one', JSON.stringify(['a', 'b'.repeat(1001)]), 'at most 1000 characters'],
  ])('with %s are rejected', (_, captions, message) => {
    expect(() => readImages(withCaptions(captions))).toThrow(DatasetError)
    expect(() => readImages(withCaptions(captions))).toThrow(message)
  })
})

describe('tables of captions', () => {
  test('have columns in any order, quotes, and paths relative to their folder', () => {
    const table = readCaptionTable(
      'pets/captions.csv',
      '\uFEFFid,Caption,file\r\n1,"a cat, asleep",./cats/1.png\r\n\r\n2,"a ""dog""",dogs\\2.png\r\n',
    )
    expect(table).toEqual({
      path: 'pets/captions.csv',
      captions: new Map([
        ['pets/cats/1.png', 'a cat, asleep'],
        ['pets/dogs/2.png', 'a "dog"'],
      ]),
    })
  })

  test('may have the column names of Hugging Face', () => {
    const table = readCaptionTable('metadata.csv', 'file_name,text\n1.png,one\n')
    expect(table).toMatchObject({ captions: new Map([['1.png', 'one']]) })
  })

  test.each([
    ['x,y\n1,2', 'does not name the columns file and caption'],
    ['', 'does not name the columns file and caption'],
    ['file,caption\n1.png,a cat, asleep', 'line 2 has 3 cells instead of 2'],
  ])('of another form are refused: %j', (text, reason) =>
    expect(readCaptionTable('a.csv', text)).toHaveProperty('text', expect.stringContaining(reason)),
  )

  test('come before file names, and their unused lines are reported', () => {
    const paths = ['a/smiling_cat.png', 'a/b.c.png']
    expect(captionPaths(paths, [])).toEqual(['smiling_cat', 'b.c'])
    const table = readCaptionTable('a/t.csv', 'file,caption\nb.c.png,a dog\ngone.png,x\n')
    if (!('captions' in table)) throw new Error(table.text)
    expect(captionPaths(paths, [table])).toEqual(['', 'a dog'])
    expect(withoutIds(unusedLines(paths, [table]))).toEqual([
      { path: 'a/t.csv', reason: '1 lines name no image of this import, such as a/gone.png' },
    ])
  })
})

describe('imports', () => {
  /** The first bytes of a PNG of one pixel. */
  const png = Uint8Array.of(
    137,
    80,
    78,
    71,
    13,
    10,
    26,
    10,
    0,
    0,
    0,
    13,
    73,
    72,
    68,
    82,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
    8,
  )
  const text = (content: string) => new TextEncoder().encode(content)
  const importing = (files: Record<string, Uint8Array>, captions?: boolean) =>
    importImages({
      name: 'toys',
      files: Object.entries(files).map(([path, bytes]) => ({
        path,
        size: bytes.length,
        read: async () => bytes,
      })),
      options: {
        width: 1,
        height: 1,
        channels: 1,
        fit: 'stretch',
        labels: false,
        ...(captions !== undefined && { captions }),
      },
      decode: async () => ({
        width: 1,
        height: 1,
        rows: () => new Uint8ClampedArray(4),
        close() {},
      }),
    })

  test('take captions from file names', async () => {
    const { stored, report } = await importing({ 'x/red_car.png': png, 'x/10.png': png }, true)
    expect(stored.captions).toEqual(['10', 'red_car'])
    expect(report).toEqual({ count: 2, classes: [], captions: 2, skipped: [] })
  })

  test('take captions from a CSV file, also in a ZIP', async () => {
    const files = {
      '1.png': png,
      '2.png': png,
      'list.csv': text('file,caption\n2.png,a red car\n3.png,gone\n'),
      'other.csv': text('x,y\n1,2\n'),
    }
    for (const given of [
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`all/${name}`, bytes])),
      { 'all.zip': zipSync(files) },
    ]) {
      const { stored, report } = await importing(given, true)
      expect(stored.captions).toEqual(['', 'a red car'])
      expect(report.captions).toBe(1)
      expect(report.skipped.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
        'all/list.csv: 1 lines name no image of this import, such as all/3.png',
        'all/other.csv: its first line does not name the columns file and caption',
      ])
    }
  })

  test('have no captions unless asked for, and then skip tables like other files', async () => {
    const { stored, report } = await importing({ '1.png': png, 'list.csv': text('file,caption') })
    expect(stored).not.toHaveProperty('captions')
    expect(withoutIds(report)).toEqual({
      count: 1,
      classes: [],
      skipped: [{ path: 'list.csv', reason: expect.stringContaining('not an image') }],
    })
  })
})
