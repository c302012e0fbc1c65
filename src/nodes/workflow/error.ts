// Error for invalid workflow files, with the part that is wrong.

export class WorkflowError extends Error {
  /** A path such as `nodes[3].pos`; '' for the entire file. */
  readonly part: string

  constructor(part: string, message: string) {
    super(part ? `${part}: ${message}` : message)
    this.name = 'WorkflowError'
    this.part = part
  }
}
