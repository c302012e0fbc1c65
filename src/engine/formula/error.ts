// Errors of formulas, with the place in the text.
import type { Template } from '../base/catalogue.ts'
import { EngineError } from '../base/errors.ts'

/** First character and the character after the last one. */
export type TextRange = readonly [from: number, to: number]

/** Thrown for an invalid formula, or for operands that do not fit it. */
export class FormulaError<Hole extends string = string> extends EngineError<Hole> {
  readonly range: TextRange

  constructor(
    problem: Template<Hole>,
    values: Readonly<Record<Exclude<Hole, 'argument'>, unknown>>,
    range: TextRange,
  ) {
    super(problem, { ...values, argument: 'expression' } as never)
    this.name = 'FormulaError'
    this.range = range
  }
}
