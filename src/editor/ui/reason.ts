// Errors as text.
import { translateMessage } from '../texts/texts.ts'

/** Returns the message of an error, with its cure if it has one. */
export function formatError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cure } = error as { cure?: unknown }
  return typeof cure === 'string'
    ? `${translateMessage(error.message)} ${translateMessage(cure)}`
    : translateMessage(error.message)
}
