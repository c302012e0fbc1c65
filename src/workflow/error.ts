// Error for invalid workflow files, with the part that is wrong.
import type { MessageText } from '../engine/base/catalogue.ts'
import { MessageError } from '../engine/base/errors.ts'
import { faultMessages } from '../engine/messages/faults.ts'

export class WorkflowError extends MessageError {
  /** A path such as `nodes[3].pos`; '' for the entire file. */
  readonly part: string

  constructor(part: string, message: MessageText) {
    super(part ? faultMessages.at({ place: part, problem: message }) : message)
    this.name = 'WorkflowError'
    this.part = part
  }
}
