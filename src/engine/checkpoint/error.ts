// Error about a checkpoint file, with a cure.
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
