// Error of a lesson's file: where it is, what is wrong, and the cure.
import { faultMessages, joinSentences } from '../engine/messages/faults.ts'
import { MessageError } from '../engine/base/errors.ts'
import type { MessageText } from '../engine/base/catalogue.ts'

export class LessonError extends MessageError {
  override name = 'LessonError'

  /** @param line line of the file, from 1; 0 for the file as a unit */
  constructor(
    readonly file: string,
    readonly line: number,
    readonly problem: MessageText,
    readonly advice: MessageText,
  ) {
    super(
      faultMessages.at({
        place: `${file}${line > 0 ? `:${line}` : ''}`,
        problem: joinSentences(problem, advice),
      }),
    )
  }
}

/** Throws a {@link LessonError} for a line of one file. */
export type Fail = (line: number, problem: MessageText, cure: MessageText) => never

export const failIn =
  (file: string): Fail =>
  (line, problem, cure) => {
    throw new LessonError(file, line, problem, cure)
  }
