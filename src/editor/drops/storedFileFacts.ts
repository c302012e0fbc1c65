// Facts about the contents of stored files. Loaded on demand: the checkpoint reader takes 20 kB.
import { describeCheckpoint, type Description } from '../../engine/checkpoint/describe.ts'
import { readImages, type StoredImages } from '../../engine/datasets/file.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { texts } from '../texts/texts.ts'

/** One line about a file. */
export const fileFacts = (what: StoredFileKind, bytes: Uint8Array): string =>
  what === 'dataset' ? datasetFacts(readImages(bytes)) : describeCheckpoint(bytes).title

export const checkpointFacts = (bytes: Uint8Array): Description => describeCheckpoint(bytes)

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
