// Error about a checkpoint file, with a cure.
import { type MessageText, getText } from '../base/catalogue.ts'
import { CuredError } from '../base/errors.ts'
import { ArchiveError } from './error.ts'
import { archiveMessages } from '../messages/archive.ts'

/** Thrown for files that are not valid checkpoints, or not supported; with a cure. */
export class CheckpointError extends CuredError {
  override name = 'CheckpointError'

  constructor(message: MessageText, cure: MessageText = CHOOSE) {
    super(message, cure)
  }
}

const CHOOSE = archiveMessages.choose()

/** Runs a reader of a checkpoint; errors about its ZIP become CheckpointErrors. */
export function asCheckpointError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ArchiveError)
      throw new CheckpointError(getText(error, 'message'), getText(error, 'cure'))
    throw error
  }
}
