// Points as comma-separated values: parsing, hostile texts, round trips, nodes.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { EngineError } from '../../src/engine/base/errors.ts'
import type { GraphError } from '../../src/engine/messages/fault.ts'
import { writeImages } from '../../src/engine/datasets/file.ts'
import { writePoints } from '../../src/engine/datasets/pointsFile.ts'
import {
  parsePointTable,
  standardisePoints,
  writePointTable,
} from '../../src/engine/datasets/pointTable.ts'
import type { OutputFile, OutputOp } from '../../src/engine/plan/op.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Dataset } from '../../src/engine/datasets/dataset.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import { saveTable } from '../../src/nodes/index.ts'
import { onCpu } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'

const read = (text: string) => {
  const { data, dim, labels, classNames } = parsePointTable(text)
  return { data: [...data], dim, ...(labels && { labels: [...labels], classNames }) }
}

describe('parsing', () => {
  test.each([
    ['1,2\n3,4', { data: [1, 2, 3, 4], dim: 2 }],
    ['x;y\r\n1;-2e1\r\n\r\n# a comment\r\n.5;+4.\r\n', { data: [1, -20, 0.5, 4], dim: 2 }],
    ['1\t2\t3', { data: [1, 2, 3], dim: 3 }],
    ['  1 2  \n 3   4', { data: [1, 2, 3, 4], dim: 2 }],
    ['7', { data: [7], dim: 1 }],
    [
      '1,2,cat\n3,4,ant\n5,6,cat',
      { data: [1, 2, 3, 4, 5, 6], dim: 2, labels: [1, 0, 1], classNames: ['ant', 'cat'] },
    ],
    ['Label,x\n10,1\n9,2', { data: [1, 2], dim: 1, labels: [1, 0], classNames: ['9', '10'] }],
    ['1,"a, ""b"""\n2,"c"', { data: [1, 2], dim: 1, labels: [0, 1], classNames: ['a, "b"', 'c'] }],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test.each([
    ['', 'Expected a table with at least one point, got none.'],
    ['x,y\n', 'Expected a table with at least one point, got none.'],
    ['1,2\n3', 'Expected 2 cells in every line, got 1 in line 2.'],
    ['1,2\n3,4,5', 'Expected 2 cells in every line, got 3 in line 2.'],
    ['x,y\n1,2\n\nb,4', 'Expected a number in line 4, column 1, got "b".'],
    ['1,2\n0x10,4', 'Expected a number in line 2, column 1, got "0x10".'],
    ['1,2\n1e999,4', 'Expected a number in line 2, column 1, got "1e999".'],
    ['1,2\nNaN,4', 'Expected a number in line 2, column 1, got "NaN".'],
    ['label,x,y\n1,2,3\n2,3,c', 'Expected a number in line 3, column 3, got "c".'],
    ['label\na', 'Expected from 1 to 4096 coordinates per point, got 0.'],
    ['0,'.repeat(5000) + '0', 'Expected from 1 to 4096 coordinates per point, got 5001.'],
    ['1,2\n,4', 'Expected a number in line 2, column 1, got "".'],
  ])('rejects table %#', (text, message) => {
    expect(() => parsePointTable(text)).toThrow(message)
  })

  test('rejects texts that are too long before it splits them', () => {
    expect(() => parsePointTable('1,2\n'.repeat(1_000_001))).toThrow('at most 4000000 characters')
  })

  test('never throws other errors', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'1,;"\n\t -.e#a\u{1f600}') }), (text) => {
        try {
          const { data, dim, labels } = parsePointTable(text)
          expect(data.every(Number.isFinite)).toBe(true)
          expect(data.length % dim).toBe(0)
          if (labels) expect(labels).toHaveLength(data.length / dim)
        } catch (error) {
          expect(error).toBeInstanceOf(EngineError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('writing and reading gives equal bits', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(float, float, fc.constantFrom('a', 'b c', 'd,"e"', '7')), { minLength: 1 }),
      (points) => {
        const names = [...new Set(points.map(([, , name]) => name))].sort()
        const table = {
          data: Float32Array.from(points.flatMap(([x, y]) => [x + 0, y + 0])),
          dim: 2,
          labels: Int32Array.from(points, ([, , name]) => names.indexOf(name)),
          classNames: names,
        }
        const back = parsePointTable(writePointTable(table))
        expect(back.data).toEqual(table.data.map((value) => value + 0))
        const nameOf = ({ labels, classNames }: typeof back) =>
          Array.from(labels ?? [], (label) => classNames?.[label])
        expect(nameOf(back)).toEqual(nameOf(table))
      },
    ),
  )
})

test('formulas of spreadsheets become text', () => {
  const table = writePointTable({
    data: Float32Array.of(1, -2),
    dim: 1,
    labels: Int32Array.of(0, 1),
    classNames: ['=1+1', '-5'],
  })
  expect(table).toBe("x_1,label\r\n1,'=1+1\r\n-2,-5\r\n")
})

test('standardised points have mean 0 and one standard deviation over all axes', () => {
  const data = standardisePoints({ data: Float32Array.of(1, 10, 3, 30, 5, 20), dim: 2 })
  for (const axis of [0, 1])
    expect(data.filter((_, i) => i % 2 === axis).reduce((a, b) => a + b)).toBeCloseTo(0, 5)
  expect(data.reduce((sum, value) => sum + value ** 2, 0) / 6).toBeCloseTo(1, 5)
  expect([...standardisePoints({ data: Float32Array.of(4, 4), dim: 1 })]).toEqual([0, 0])
})

onCpu(() => {
  test('PointTable is a data set with the classes of its table', async () => {
    const table = 'x,y,class\n0,0,a\n2,0,b\n0,2,b\n2,2,a'
    const graph = [node('t', 'PointTable', {}, { table })]
    const { dataset, x } = await evaluate(graph, { dataset: 't.dataset', x: 't.x_0' })
    expect(dataset as unknown as Dataset).toMatchObject({
      shape: [2],
      size: 4,
      classes: 2,
      classNames: ['a', 'b'],
    })
    expect([...x.tensor.data]).toEqual([-1, -1, 1, -1, -1, 1, 1, 1])
    const raw = [node('t', 'PointTable', {}, { table, normalize: false })]
    expect([...(await evaluate(raw, { x: 't.x_0' })).x.tensor.data]).toEqual([
      0, 0, 2, 0, 0, 2, 2, 2,
    ])
    await expect(evaluate([node('t', 'PointTable')], { x: 't.x_0' })).rejects.toThrow(
      'Expected a table with at least one point, got none. Paste one point per line',
    )
  })

  test('StoredPoints is the data set that PointTable reads from the same table', async () => {
    const table = 'x,y,class\n0,0,a\n2,0,b\n0,2,b\n2,2,a'
    const datasets = createStoredFiles(memoryStore())
    const file = await datasets.put(
      'mine',
      writePoints({ name: 'mine', ...parsePointTable(table) }),
    )
    const images = await datasets.put(
      'images',
      writeImages({ name: 'a', images: Uint8Array.of(0), shape: [1, 1, 1, 1], max: 255 }),
    )
    for (const normalize of [true, false]) {
      const graph = [
        node('t', 'PointTable', {}, { table, normalize }),
        node('s', 'StoredPoints', {}, { points: file, normalize }),
      ]
      const wanted = { t: 't.dataset', s: 's.dataset', tx: 't.x_0', sx: 's.x_0' }
      const { t, s, tx, sx } = await evaluate(graph, wanted, { datasets })
      expect(s).toEqual(t)
      expect(sx).toEqual(tx)
    }
    const faultOf = async (points: unknown, type = 'StoredPoints') => {
      const param = type === 'Images' ? 'images' : 'points'
      const run = evaluate(
        [node('s', type, {}, { [param]: points })],
        { d: 's.dataset' },
        { datasets },
      )
      return run.then(
        () => undefined,
        (error: GraphError) =>
          error.faults.map((fault) => [fault.param, fault.message, fault.cure]),
      )
    }
    const cure = 'Drop a CSV file on the page, or choose a stored data set of points.'
    expect(await faultOf(null)).toEqual([['points', 'No data set is chosen.', cure]])
    expect(await faultOf({ ...file, sha256: 'f'.repeat(64) })).toEqual([
      ['points', 'The data set "mine" (SHA-256 ffffffffffff...) is not stored here.', cure],
    ])
    expect(await faultOf(images)).toEqual([
      [
        'points',
        'The data set "images" cannot be read. Expected a data set of points, got one of images. Choose it in Images.',
        cure,
      ],
    ])
    expect(String(await faultOf(file, 'Images'))).toContain(
      'got one of points. Choose it in StoredPoints.',
    )
  })

  test('SaveTable writes samples and data sets that PointTable reads', async () => {
    const save = async (inputs: object): Promise<OutputFile> =>
      (await (saveTable as OutputOp).files(inputs as never, { name: 'mine' } as never))[0]
    const tensor = tf.tensor2d([0.1, -2, 3, 1e-9], [2, 2])
    const samples = { type: 'samples', tensor, space: 'point' }
    const file = await save({
      points: samples,
      labels: { type: 'labels', labels: Int32Array.of(3) },
    })
    expect(file).toMatchObject({ name: 'mine.csv', mime: 'text/csv' })
    const text = new TextDecoder().decode(file.bytes)
    expect(text).toBe('x_1,x_2,label\r\n0.100000001,-2,3\r\n3,9.99999972e-10,3\r\n')
    expect(parsePointTable(text).data).toEqual(await tensor.data())
    await expect(
      save({ points: samples, labels: { type: 'labels', labels: Int32Array.of(1, 2, 3) } }),
    ).rejects.toThrow('Expected one label for each of 2 points, or one for all, got 3.')
    const images = tf.zeros([1, 2, 2, 1])
    await expect(save({ points: { type: 'samples', tensor: images } })).rejects.toThrow(
      'Expected points, which are items of shape [d], got items of shape [2,2,1].',
    )
    tf.dispose([tensor, images])
  })
})
