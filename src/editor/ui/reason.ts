// Errors as text.
import type { CuredError } from '../../engine/base/errors.ts'
import { getText } from '../../engine/base/catalogue.ts'
import { errorText, translateMessage, texts } from '../texts/texts.ts'

/** Returns the message of an error, with its cure if it has one. */
export function formatError(error: unknown): string {
  if (isAccessError(error)) return texts.files.noAccess
  if (!(error instanceof Error)) return String(error)
  const { cure, messages } = error as Partial<CuredError>
  return typeof cure === 'string'
    ? `${errorText(error)} ${translateMessage(getText({ cure, messages }, 'cure'))}`
    : errorText(error)
}

/** Errors of the browser: a file was moved, deleted or changed, or is too large for the memory. */
const isAccessError = (error: unknown) =>
  error instanceof RangeError ||
  (error instanceof DOMException && ['NotReadableError', 'NotFoundError'].includes(error.name))
