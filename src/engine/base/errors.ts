// Errors of engine functions. They refer to arguments, never to nodes.
import { fillHoles, type Message, type Text, type Values } from './catalogue.ts'

/** An error with a message for users. */
export class MessageError extends Error {}

/** Values of a message, and the name of the argument it refers to. */
type Problem<Hole extends string> = Values<Exclude<Hole, 'argument'>> &
  ('argument' extends Hole ? { readonly argument: string } : { readonly argument?: string })

/**
 * Thrown by engine functions for invalid arguments. The node layer catches it and uses the id of
 * its message to add the location and a cure.
 */
export class EngineError<Hole extends string = string> extends Error {
  readonly problem: Text
  readonly values: Values

  constructor(problem: Message<Hole>, values: Problem<Hole>) {
    super(fillHoles(problem.text, values))
    this.name = 'EngineError'
    this.problem = problem
    this.values = values
  }

  /** The name of the invalid argument; undefined if the error is not about a single one. */
  get argument(): string | undefined {
    return this.values.argument as string | undefined
  }

  /** The same error about an argument of another name. */
  renamed(argument: string): EngineError {
    return new EngineError(this.problem as Message<'argument'>, { ...this.values, argument })
  }
}
