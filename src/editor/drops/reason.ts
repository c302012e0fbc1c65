import { said } from '../texts.ts'

/** An error for people; those of ours also say what to do about it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cure } = error as { cure?: unknown }
  return typeof cure === 'string' ? `${said(error.message)} ${said(cure)}` : said(error.message)
}
