// Error about a backup, or an entry of it.

/** Thrown for files that are not valid backups. The message is shown to the user. */
export class BackupError extends Error {
  override name = 'BackupError'
}
