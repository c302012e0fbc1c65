// Tasks of the worker that reads untrusted files: everything that can take long for a large file.
// Arguments and results are structured-cloneable.
import { packFolder } from '../../engine/checkpoint/archive.ts'
import { describeCheckpoint } from '../../engine/checkpoint/describe.ts'
import { listTensorNames, readHeaderLength } from '../../engine/archive/safetensors.ts'
import { readDatasetFile, writePoints } from '../../engine/datasets/pointsFile.ts'
import {
  parsePointTable,
  TABLE_LIMITS,
  type ClassColumn,
} from '../../engine/datasets/pointTable.ts'
import { unpackBundle } from '../../workflow/bundle.ts'
import { bundleFromHash } from '../../workflow/link.ts'
import { isPngDamage, readPngWorkflow } from '../../workflow/pngRead.ts'
import { fetchBlob } from './fetchTask.ts'
import type { TaskControl } from './fileMessages.ts'
import { listZipEntries, unpackZipEntry } from './zipEntries.ts'

/** Reads one byte more than a table may have, of larger files. */
const readTableText = (file: Blob) => file.slice(0, TABLE_LIMITS.characters + 1).text()

const blobBytes = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())

export const fileTasks = {
  fetchBlob: (address: string, control: TaskControl) => fetchBlob(address, control),
  listZipEntries,
  unpackZipEntry,
  describeCheckpoint: async (bytes: Uint8Array) => describeCheckpoint(bytes),
  readDataset: async (bytes: Uint8Array) => readDatasetFile(bytes),

  /** Reads and checks a checkpoint. */
  async readCheckpointFile(file: Blob) {
    const bytes = await blobBytes(file)
    return { bytes, description: describeCheckpoint(bytes) }
  },

  /** Converts a checkpoint to ONNX: named files. */
  async exportOnnx(bytes: Uint8Array, name: string) {
    const { onnxFileName, onnxFromCheckpoint } = await import('../../engine/onnx/export.ts')
    return onnxFromCheckpoint(bytes).map(({ part, bytes }) => ({
      name: onnxFileName(name, part),
      bytes,
    }))
  },

  /** Reads and checks a data set. */
  async readDatasetFile(file: Blob) {
    const bytes = await blobBytes(file)
    return { bytes, hasPoints: 'dim' in readDatasetFile(bytes) }
  },

  /** Reads and checks a table of points. */
  async readPointTable(file: Blob, classes: ClassColumn = 'auto') {
    const text = await readTableText(file)
    return { text, points: parsePointTable(text, classes) }
  },

  /** Converts a table of points to a data set file. */
  async packPoints(file: Blob, name: string, classes: ClassColumn) {
    return writePoints({ name, ...parsePointTable(await readTableText(file), classes) })
  },

  /** Packs the folder of a checkpoint and checks it. */
  async packCheckpointFolder(files: readonly { path: string; file: Blob }[]) {
    const contents = files.map(async ({ path, file }) => ({ path, bytes: await blobBytes(file) }))
    const bytes = packFolder(await Promise.all(contents))
    return { bytes, description: describeCheckpoint(bytes) }
  },

  async unpackBundle(zip: Blob) {
    return unpackBundle(await blobBytes(zip))
  },

  /** Unpacks the workflow in the fragment of an address; undefined without one. */
  async unpackLink(hash: string) {
    const bytes = bundleFromHash(hash)
    return bytes && unpackBundle(bytes)
  },

  /** Returns the workflow in a PNG; undefined without one. Throws WorkflowError for damage. */
  async findPngWorkflow(image: Blob) {
    try {
      return readPngWorkflow(await blobBytes(image))
    } catch (error) {
      if (isPngDamage(error)) throw error
      return undefined
    }
  },

  /** Lists the tensors of a safetensors file by their names. */
  async listTensors(file: Blob) {
    const length = readHeaderLength(await blobBytes(file.slice(0, 8)), file.size)
    return listTensorNames(await blobBytes(file.slice(8, 8 + length)))
  },
}

export type FileTasks = typeof fileTasks
