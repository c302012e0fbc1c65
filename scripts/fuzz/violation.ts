// Violations of the properties that every input must keep, and the check of thrown errors.

/** Thrown by the checks of a mutant. `property` is the promise that was broken. */
export class Violation extends Error {
  override name = 'Violation'
  readonly property: string

  constructor(property: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.property = property
  }
}

/** Parts of messages that quote the input, are about such words, or state that a β is NaN. */
const quotes =
  /Unexpected token .* is not valid JSON|^NaN and Infinity are not JSON|got NaN at t = /s

/** Words that appear where a message was built from a missing value. */
const missingValue = /\bundefined\b|\[object |\bNaN\b/

/** A message must not contain traces of missing values, unless the input contains them. */
export function checkMessage(message: string, input = '') {
  const [word] = missingValue.exec(message.replace(quotes, '')) ?? []
  if (word !== undefined && !input.includes(word))
    throw new Violation('messages', `A message contains ${JSON.stringify(word)}: ${message}`)
}

type ErrorClass = abstract new (...args: never[]) => Error

/**
 * Runs a reader. Returns undefined if it throws an error of `classes`, which must have a message.
 * @throws Violation for every other error
 */
export function refusalOrResult<T>(
  classes: readonly ErrorClass[],
  input: string,
  read: () => T,
): T | undefined {
  try {
    return read()
  } catch (error) {
    checkError(error, classes, input)
    return undefined
  }
}

export function checkError(error: unknown, classes: readonly ErrorClass[], input: string) {
  if (error instanceof Violation) throw error
  if (!(error instanceof Error) || !classes.some((own) => error.constructor === own))
    throw new Violation('errors', `Threw ${errorName(error)}: ${errorText(error)}`, error)
  if (!error.message) throw new Violation('messages', `${errorName(error)} without a message`)
  checkMessage(error.message, input)
  if ('cure' in error) checkMessage(String(error.cure), input)
}

const errorName = (error: unknown) =>
  error instanceof Error ? error.constructor.name : typeof error

const errorText = (error: unknown) => (error instanceof Error ? error.message : String(error))
