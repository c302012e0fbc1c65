// Checks a generated script: valid syntax, and texts of the file only inside strings and comments.
import { Violation } from './violation.ts'

const AsyncFunction = (async () => {}).constructor as new (body: string) => unknown

/** @throws Violation */
export function checkScript(script: string) {
  const body = script.replace(/^import .*$/m, '').replaceAll(/^export const /gm, 'const ')
  try {
    // Compiles without running.
    void new AsyncFunction(body)
  } catch (error) {
    throw new Violation('script', `The script is no JavaScript: ${String(error)}`, error)
  }
  if (withoutTexts(body).includes('process.exit'))
    throw new Violation('script', 'The script runs code from the file')
}

/** Removes strings and comments. */
const withoutTexts = (code: string): string =>
  code.replaceAll(
    /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`/g,
    '',
  )
