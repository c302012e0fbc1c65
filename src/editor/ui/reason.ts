// Errors as text.
import { translateMessage, texts } from '../texts/texts.ts'

/** Returns the message of an error, with its cure if it has one. */
export function formatError(error: unknown): string {
  if (isAccessError(error)) return texts.files.noAccess
  if (!(error instanceof Error)) return String(error)
  const { cure } = error as { cure?: unknown }
  return typeof cure === 'string'
    ? `${translateMessage(error.message)} ${translateMessage(cure)}`
    : translateMessage(error.message)
}

/** Errors of the browser: a file was moved, deleted or changed, or is too large for the memory. */
const isAccessError = (error: unknown) =>
  error instanceof RangeError ||
  (error instanceof DOMException && ['NotReadableError', 'NotFoundError'].includes(error.name))
