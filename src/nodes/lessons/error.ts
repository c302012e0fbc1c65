// Error of a lesson's file: where it is, what is wrong, and the cure.

export class LessonError extends Error {
  override name = 'LessonError'

  /** @param line line of the file, from 1; 0 for the file as a unit */
  constructor(
    readonly file: string,
    readonly line: number,
    readonly problem: string,
    readonly advice: string,
  ) {
    super(`${file}${line > 0 ? `:${line}` : ''}: ${problem} ${advice}`)
  }
}

/** Throws a {@link LessonError} for a line of one file. */
export type Fail = (line: number, problem: string, cure: string) => never

export const failIn =
  (file: string): Fail =>
  (line, problem, cure) => {
    throw new LessonError(file, line, problem, cure)
  }
