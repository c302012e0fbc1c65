// Error about a compressed file or an archive.
import type { MessageText } from '../base/catalogue.ts'
import { CuredError } from '../base/errors.ts'
import { archiveMessages } from '../messages/archive.ts'

/** Thrown for damaged and unsupported ZIP and gzip files. The message names the part. */
export class ArchiveError extends CuredError {
  override name = 'ArchiveError'

  constructor(message: MessageText, cure: MessageText = DOWNLOAD) {
    super(message, cure)
  }
}

const DOWNLOAD = archiveMessages.downloadAgain()
