// Errors as one sentence for the user, with the exit status.
import { CheckpointError } from '../../engine/archive/checkpointError.ts'
import { OnnxError } from '../../engine/onnx/error.ts'
import { ImportError } from '../../engine/datasets/import.ts'
import { LessonError } from '../../lessons/error.ts'
import { cliMessages } from '../../messages/cli.ts'
import { SettingError } from '../../workflow/settings.ts'
import { WorkflowError } from '../../workflow/index.ts'
import { statuses, type ExitStatus } from './status.ts'

/** Wrong options or arguments. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** An error whose message is complete: it states what is wrong and the cure. */
export class CommandError extends Error {
  override name = 'CommandError'
}

interface Failure {
  text: string
  status: ExitStatus
  /** With --debug, the stack of an error that is a defect of this program. */
  stack?: string
}

/** Describes any thrown value. */
export function describeFailure(error: unknown): Failure {
  const { usage, failed } = statuses
  if (error instanceof UsageError || error instanceof SettingError)
    return { text: `${error.message}\n${cliMessages.seeHelp()}`, status: usage.code }
  if (error instanceof CheckpointError || error instanceof OnnxError)
    return { text: `${error.message} ${error.cure}`, status: failed.code }
  if (
    error instanceof WorkflowError ||
    error instanceof LessonError ||
    error instanceof ImportError ||
    error instanceof CommandError
  )
    return { text: error.message, status: failed.code }
  const problem = describeFileError(error)
  if (problem !== undefined) return { text: problem, status: failed.code }
  const reason = (error instanceof Error ? error.message : String(error ?? '')).split('\n')[0]
  return {
    text: reason ? cliMessages.unexpected({ reason }) : cliMessages.unexpectedWithoutReason(),
    status: failed.code,
    ...(process.argv.includes('--debug') &&
      error instanceof Error &&
      error.stack !== undefined && { stack: error.stack }),
  }
}

/** Messages by Node's error codes. */
const fileErrors = new Map<string | undefined, (values: { path: string }) => string>([
  ['ENOENT', cliMessages.fileNotFound],
  ['EISDIR', cliMessages.isFolder],
  ['EEXIST', cliMessages.isFile],
  ['ENOTDIR', cliMessages.parentIsFile],
  ['EACCES', cliMessages.noAccess],
  ['EPERM', cliMessages.noAccess],
  ['EROFS', cliMessages.readOnly],
  ['ENOSPC', cliMessages.diskFull],
  ['EDQUOT', cliMessages.diskFull],
  ['EFBIG', cliMessages.fileTooLarge],
  ['ERR_FS_FILE_TOO_LARGE', cliMessages.fileTooLarge],
  ['ENAMETOOLONG', cliMessages.nameTooLong],
])

/** Describes an error of the file system; undefined for any other error. */
export function describeFileError(error: unknown): string | undefined {
  const { code, path, syscall } = error as NodeJS.ErrnoException
  const known = fileErrors.get(code)
  const place = path || cliMessages.aFile()
  if (known) return known({ path: place })
  return syscall === undefined ? undefined : cliMessages.fileFailed({ path: place, code })
}

/** Adds the path to errors of the file system that lack it, such as EISDIR. */
export async function atPath<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error) Object.assign(error, { path })
    throw error
  }
}
