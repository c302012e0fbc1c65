// Why a file is not opened: which part of it, and what was expected there.

export class WorkflowError extends Error {
  /** `nodes[3].pos`; '' for the file as a whole. */
  readonly part: string

  constructor(part: string, message: string) {
    super(part ? `${part}: ${message}` : message)
    this.name = 'WorkflowError'
    this.part = part
  }
}
