// Data sets that nodes name by their SHA-256.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { computeSha256 } from '../../engine/checkpoint/pipeline.ts'
import { DatasetError } from '../../engine/datasets/file.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Assets, StoredFile } from '../../engine/plan/op.ts'
import { dataMessages } from '../../messages/data.ts'

interface Wanted {
  /** Name of the param. */
  param: string
  file: StoredFile
  cure: MessageText
}

/** Reads a stored data set. Throws NodeError if it is missing, changed or invalid. */
export async function readStored<T>(
  assets: Assets,
  { param, file: { name, sha256 }, cure }: Wanted,
  read: (bytes: Uint8Array) => T,
): Promise<T> {
  const bytes = await assets.dataset(sha256)
  if (!bytes) {
    throw new NodeError({
      param,
      message: dataMessages.datasetMissing({ name, hash: sha256.slice(0, 12) }),
      cure,
    })
  }
  try {
    if (computeSha256(bytes) !== sha256) throw new DatasetError(dataMessages.datasetChanged())
    return read(bytes)
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw new NodeError({
      param,
      message: dataMessages.datasetUnreadable({ name, problem: error.message }),
      cure,
    })
  }
}
