// Data sets of points as safetensors files. Parsed strictly, because files are untrusted.
//
//   points   F32 [n, dim]
//   labels   I32 or I64 [n], class of each point; optional
//   metadata name, classes (class names, a JSON list)
import type { StoredArray } from '../archive/safetensors.ts'
import { writeSafetensors } from '../archive/safetensors.ts'
import { quoteValue } from '../base/quote.ts'
import { datasetMessages } from '../messages/datasets.ts'
import {
  DatasetError,
  MAX_NUMBERS,
  readDatasetArrays,
  readImages,
  readLabels,
  type StoredImages,
} from './file.ts'
import { TABLE_LIMITS, type PointTable } from './pointTable.ts'

/** Contents of a data set file of points. */
export interface StoredPoints extends PointTable {
  name: string
}

/** Writes a file; equal data sets give equal bytes. */
export function writePoints({ name, data, dim, labels, classNames }: StoredPoints): Uint8Array {
  const shape = [data.length / dim, dim]
  const tensors = new Map<string, StoredArray>([['points', { shape, data }]])
  if (labels) tensors.set('labels', { shape: [labels.length], data: labels })
  return writeSafetensors(tensors, {
    name,
    ...(classNames && { classes: JSON.stringify(classNames) }),
  })
}

/** Reads a file. Throws DatasetError. */
export function readPoints(bytes: Uint8Array): StoredPoints {
  const { tensors, metadata } = readDatasetArrays(bytes)
  if (tensors.has('images')) throw new DatasetError(datasetMessages.imagesForPoints())
  const extra = [...tensors.keys()].find((name) => name !== 'points' && name !== 'labels')
  if (extra !== undefined)
    throw new DatasetError(datasetMessages.extraInPoints({ names: quoteValue(extra) }))
  const { data, dim } = checkPoints(tensors.get('points'))
  const classes = readLabels(tensors.get('labels'), metadata.classes, data.length / dim)
  return { name: metadata.name ?? '', data, dim, ...classes }
}

function checkPoints(points: StoredArray | undefined): { data: Float32Array; dim: number } {
  const { shape = [], data } = points ?? {}
  const [count = 0, dim = 0] = shape
  const most = TABLE_LIMITS.columns
  const fits = shape.length === 2 && count > 0 && dim > 0 && dim <= most
  if (!(data instanceof Float32Array) || !fits)
    throw new DatasetError(datasetMessages.pointShape({ most, shape }))
  if (data.length > MAX_NUMBERS)
    throw new DatasetError(datasetMessages.tooManyValues({ count: data.length, most: MAX_NUMBERS }))
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    const point = Math.floor(wrong / dim) + 1
    throw new DatasetError(datasetMessages.pointNumber({ value: data[wrong], point }))
  }
  return { data, dim }
}

/** Reads a file of images or points. Throws DatasetError. */
export const readDatasetFile = (bytes: Uint8Array): StoredImages | StoredPoints =>
  readDatasetArrays(bytes).tensors.has('points') ? readPoints(bytes) : readImages(bytes)
