// A file from outside, opened once: its head and the directory of a ZIP are read once, for
// classification and opening alike. Contents are read in the worker that reads files.
import type { ClassColumn } from '../../engine/datasets/pointTable.ts'
import { readFileWith } from './fileReader.ts'
import { readZipEntries, type ZipEntry } from './zip.ts'

/** Number of bytes by which a file is recognised. */
const HEAD_SIZE = 4096

/** Reads nothing before its first use: a folder may contain very many files. */
export class OpenedFile {
  private headBytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  private parts: Promise<Blob> | undefined
  private entries: Promise<ZipEntry[]> | undefined

  constructor(readonly source: Blob) {}

  get size() {
    return this.source.size
  }

  /** The first bytes of the file, at most 4096. */
  head() {
    return (this.headBytes ??= readBlob(this.source.slice(0, HEAD_SIZE)))
  }

  /** The file with its head from memory. */
  private contents() {
    return (this.parts ??= this.head().then(
      (head) => new Blob([head, this.source.slice(HEAD_SIZE)]),
    ))
  }

  /** Files of a ZIP in order, without folders. Rejects with an ArchiveError if it is damaged. */
  zipEntries() {
    return (this.entries ??= this.contents().then(readZipEntries))
  }

  async text() {
    return (await this.contents()).text()
  }

  /** The workflow in a PNG; undefined without one. Rejects with a WorkflowError for damage. */
  async pngWorkflow() {
    return readFileWith('findPngWorkflow', await this.contents())
  }

  /** Names of the tensors of a safetensors file. */
  async tensorNames() {
    return readFileWith('listTensors', await this.contents())
  }

  /** Bytes and description of a checkpoint. Rejects if it is invalid. */
  async checkpoint() {
    return readFileWith('readCheckpointFile', await this.contents())
  }

  /** Bytes of a data set, and true for one of points. Rejects if it is invalid. */
  async dataset() {
    return readFileWith('readDatasetFile', await this.contents())
  }

  /** Text and points of a table. Rejects if it is invalid. */
  async pointTable(classes?: ClassColumn) {
    return readFileWith('readPointTable', await this.contents(), classes)
  }

  /** Converts a table of points to a data set file. */
  async packPoints(name: string, classes: ClassColumn) {
    return readFileWith('packPoints', await this.contents(), name, classes)
  }

  /** Unpacks a workflow with its files. */
  async bundle() {
    return readFileWith('unpackBundle', await this.contents())
  }
}

/** Image of an import, or a ZIP of images. */
export interface OpenedImage {
  path: string
  file: OpenedFile
}

const readBlob = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer())
