// Error about a compressed file or an archive.
import { archiveMessages } from '../messages/archive.ts'

/** Thrown for damaged and unsupported ZIP and gzip files. The message names the part. */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
  readonly cure: string

  constructor(message: string, cure = DOWNLOAD) {
    super(message)
    this.cure = cure
  }
}

const DOWNLOAD = archiveMessages.downloadAgain()
