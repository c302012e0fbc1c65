// Data set files of points: round trips, invalid files, and plots of them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choosePoints, fitPoints } from '../../../src/editor/datasets/pointsLayout.ts'
import { writeSafetensors } from '../../../src/engine/archive/safetensors.ts'
import { DatasetError, readImages, writeImages } from '../../../src/engine/datasets/file.ts'
import {
  readDatasetFile,
  readPoints,
  writePoints,
} from '../../../src/engine/datasets/pointsFile.ts'
import { parsePointTable } from '../../../src/engine/datasets/pointTable.ts'

const images = writeImages({ name: 'a', images: Uint8Array.of(0), shape: [1, 1, 1, 1], max: 255 })
const moons = {
  name: 'moons',
  data: Float32Array.of(1, 2, 3, 4, -5, 0.1),
  dim: 2,
  labels: Int32Array.of(1, 0, 1),
  classNames: ['ant', 'cat, "x"'],
}

test('points are read as they were written, with and without classes', () => {
  expect(readPoints(writePoints(moons))).toEqual(moons)
  const { labels: _labels, classNames: _classNames, ...bare } = moons
  expect(readPoints(writePoints(bare))).toEqual(bare)
  expect(readDatasetFile(writePoints(moons))).toEqual(moons)
  expect(readDatasetFile(images)).toEqual(readImages(images))
  expect(writePoints(moons)).toEqual(writePoints({ ...moons }))
})

test('each kind of file is refused for the other, with the node that reads it', () => {
  expect(() => readPoints(images)).toThrow(
    'Expected a data set of points, got one of images. Choose it in Images.',
  )
  expect(() => readImages(writePoints(moons))).toThrow(
    'Expected a data set of images, got one of points. Choose it in StoredPoints.',
  )
})

describe('invalid files', () => {
  const file = (
    tensors: Record<string, { shape: number[]; data: Float32Array | Int32Array | Uint8Array }>,
    metadata: Record<string, string> = {},
  ) => writeSafetensors(new Map(Object.entries(tensors)), metadata)
  const points = { shape: [2, 1], data: Float32Array.of(1, 2) }
  test.each([
    [file({ points: { shape: [2], data: Float32Array.of(1, 2) } }), 'Expected points of shape'],
    [file({ points: { shape: [2, 1], data: Int32Array.of(1, 2) } }), 'Expected points of shape'],
    [file({ points: { shape: [0, 2], data: new Float32Array() } }), 'got [0,2]'],
    [file({ points: { shape: [1, 4097], data: new Float32Array(4097) } }), 'dim from 1 to 4096'],
    [
      file({ points: { shape: [2, 2], data: Float32Array.of(1, 2, NaN, 4) } }),
      'Expected finite numbers, got NaN in point 2.',
    ],
    [file({ points, labels: { shape: [1], data: Int32Array.of(0) } }), 'got [1]'],
    [file({ points, labels: { shape: [2], data: Int32Array.of(0, -1) } }), 'Expected labels'],
    [
      file({ points, labels: { shape: [2], data: Int32Array.of(0, 1) } }, { classes: '["a"]' }),
      'Expected labels from 0 to 0, got 0 to 1.',
    ],
    [file({ points, weights: points }), 'Expected points and labels in the file, got'],
    [new Uint8Array(3), 'The file is too short'],
  ])('%#', (bytes, message) => {
    for (const read of [readPoints, readDatasetFile]) {
      expect(() => read(bytes)).toThrow(message)
      expect(() => read(bytes)).toThrow(DatasetError)
    }
  })

  test('a damaged file is an error of data sets, or still a data set', () => {
    const bytes = writePoints(moons)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = bytes.with(at, value)
        try {
          const set = readDatasetFile(damaged)
          expect('dim' in set && set.data.every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError)
        }
      }),
    )
  })
})

describe('the column of classes', () => {
  const classesOf = (text: string, column: 'auto' | 'last' | 'none') => {
    const { dim, labels, classNames } = parsePointTable(text, column)
    return { dim, labels: labels && [...labels], classNames }
  }
  test('last: numbers of the last column are classes', () => {
    expect(classesOf('1,2,7\n3,4,10\n5,6,7', 'last')).toEqual({
      dim: 2,
      labels: [0, 1, 0],
      classNames: ['7', '10'],
    })
    expect(classesOf('class,x,y\n1,2,3', 'last')).toMatchObject({ dim: 2, classNames: ['3'] })
    expect(() => classesOf('1\n2', 'last')).toThrow('Expected from 1 to 4096 coordinates')
  })
  test('none: all columns are coordinates, or an error with its line and column', () => {
    expect(classesOf('x,label\n1,2\n3,4', 'none')).toEqual({
      dim: 2,
      labels: undefined,
      classNames: undefined,
    })
    expect(() => classesOf('x,y\n1,2\n3,cat', 'none')).toThrow(
      'Expected a number in line 3, column 2, got "cat".',
    )
  })
  test('auto: a last column of numbers is a coordinate', () => {
    expect(classesOf('1,2,7\n3,4,10', 'auto')).toMatchObject({ dim: 3, labels: undefined })
  })
})

describe('plots', () => {
  test('show all points, one class, or some of many at even distances', () => {
    expect(choosePoints(moons)).toEqual([0, 1, 2])
    expect(choosePoints(moons, 1)).toEqual([0, 2])
    const many = choosePoints({ data: new Float32Array(24_000), dim: 2 })
    expect(many).toHaveLength(4000)
    expect(many.slice(0, 3)).toEqual([0, 3, 6])
  })

  test('keep the aspect ratio, with y up; points on a line are spread by their order', () => {
    const place = fitPoints({ data: Float32Array.of(0, 0, 4, 0, 4, 2), dim: 2 }, 100)
    expect([0, 1, 2].map((i) => place(i).map(Math.round))).toEqual([
      [6, 72],
      [94, 72],
      [94, 28],
    ])
    const line = fitPoints({ data: Float32Array.of(1, 2), dim: 1 }, 100)
    expect([0, 1].map((i) => line(i).map(Math.round))).toEqual([
      [6, 28],
      [94, 72],
    ])
    expect(fitPoints({ data: Float32Array.of(3, 3), dim: 2 }, 100)(0)).toEqual([50, 50])
  })
})
