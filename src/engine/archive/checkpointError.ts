// Error about a checkpoint file, with a cure.
import { ArchiveError } from './error.ts'
import { archiveMessages } from '../messages/archive.ts'

/** Thrown for files that are not valid checkpoints, or not supported; with a cure. */
export class CheckpointError extends Error {
  override name = 'CheckpointError'
  readonly cure: string

  constructor(message: string, cure = CHOOSE) {
    super(message)
    this.cure = cure
  }
}

const CHOOSE = archiveMessages.choose()

/** Runs a reader of a checkpoint; errors about its ZIP become CheckpointErrors. */
export function asCheckpointError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ArchiveError) throw new CheckpointError(error.message, error.cure)
    throw error
  }
}
