// Errors with messages. Those of engine functions refer to arguments, never to nodes.
import {
  createMessage,
  englishText,
  type MessageText,
  type Template,
  type Values,
  textFields,
  type MessageFields,
} from './catalogue.ts'

/** An error with a message for users. */
export class MessageError extends Error {
  /** Its texts by id. */
  readonly messages?: MessageFields<'message' | 'cure'>

  constructor(message: MessageText, cure?: MessageText) {
    super(englishText(message))
    const { messages } = textFields({ message, cure })
    if (messages) this.messages = messages
  }
}

/** An error with an instruction that resolves it. */
export class CuredError extends MessageError {
  readonly cure: string

  constructor(message: MessageText, cure: MessageText) {
    super(message, cure)
    this.cure = englishText(cure)
  }
}

/** Values of a message, and the name of the argument it refers to. */
type Problem<Hole extends string> = Values<Exclude<Hole, 'argument'>> &
  ('argument' extends Hole ? { readonly argument: string } : { readonly argument?: string })

/**
 * Thrown by engine functions for invalid arguments. The node layer catches it and uses the id of
 * its message to add the location and a cure.
 */
export class EngineError<Hole extends string = string> extends MessageError {
  readonly problem: Template<Hole>
  readonly values: Values

  constructor(problem: Template<Hole>, values: Problem<Hole>) {
    super(createMessage(problem, values))
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
    return new EngineError(this.problem as Template<'argument'>, { ...this.values, argument })
  }
}
