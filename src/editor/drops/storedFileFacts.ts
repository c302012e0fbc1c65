// Facts about the contents of stored files, which the worker reads.
import type { StoredImages } from '../../engine/datasets/file.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { texts } from '../texts/texts.ts'

/** One line about a file. */
export const fileFacts = async (what: StoredFileKind, bytes: Uint8Array): Promise<string> =>
  what === 'dataset'
    ? datasetFacts(await readFileWith('readImages', bytes))
    : (await readFileWith('describeCheckpoint', bytes)).title

/** "1,797 images, 8 × 8, grey, 10 classes" */
export function datasetFacts({
  shape: [count, height, width, channels],
  classNames,
}: StoredImages): string {
  const { dataset } = texts
  return [
    dataset.imageCount(count),
    `${width} × ${height}`,
    channels === 1 ? dataset.grey : dataset.rgb,
    ...(classNames ? [dataset.classCount(classNames.length)] : []),
  ].join(', ')
}
