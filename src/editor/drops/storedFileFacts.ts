// Facts about the contents of stored files, which the worker reads.
import type { StoredImages } from '../../engine/datasets/file.ts'
import type { StoredPoints } from '../../engine/datasets/pointsFile.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { texts } from '../texts/texts.ts'

/** Facts about a file in a list. */
export interface FileFacts {
  /** One line. */
  text: string
  /** True for a data set of points. */
  hasPoints: boolean
}

export async function fileFacts(what: StoredFileKind, bytes: Uint8Array): Promise<FileFacts> {
  if (what === 'checkpoint')
    return { text: (await readFileWith('describeCheckpoint', bytes)).title, hasPoints: false }
  const set = await readFileWith('readDataset', bytes)
  return { text: datasetFacts(set), hasPoints: isPointSet(set) }
}

export const isPointSet = (set: StoredImages | StoredPoints): set is StoredPoints => 'dim' in set

/** "1,797 images, 8 × 8, grey, 10 classes" or "500 points, 2 coordinates, 3 classes" */
export const datasetFacts = (set: StoredImages | StoredPoints): string =>
  isPointSet(set) ? pointFacts(set) : imageFacts(set)

export const pointFacts = ({ data, dim, classNames }: Omit<StoredPoints, 'name'>): string =>
  [
    texts.files.points(data.length / dim, dim),
    ...(classNames ? [texts.dataset.classCount(classNames.length)] : []),
  ].join(', ')

function imageFacts({
  shape: [count, height, width, channels],
  classNames,
  captions,
}: StoredImages): string {
  const { dataset } = texts
  return [
    dataset.imageCount(count),
    `${width} × ${height}`,
    channels === 1 ? dataset.grey : dataset.rgb,
    ...(classNames ? [dataset.classCount(classNames.length)] : []),
    ...(captions ? [dataset.withCaptions] : []),
  ].join(', ')
}
