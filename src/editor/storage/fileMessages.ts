// Messages between the page and the worker that reads files.

/** Arguments of the task with this name. */
export interface FileRequest {
  id: number
  task: string
  args: unknown[]
}

/** Error in a form that keeps its name and cure. */
export interface FileFailure {
  name: string
  message: string
  cure?: string
}

export type FileAnswer = { id: number } & ({ result: unknown } | { failure: FileFailure })

/** Error of the worker. */
export class FileError extends Error {
  readonly cure?: string

  constructor({ name, message, cure }: FileFailure) {
    super(message)
    this.name = name
    if (cure !== undefined) this.cure = cure
  }
}

export function describeFailure(error: unknown): FileFailure {
  const { name, message, cure } = Object(error) as Record<string, unknown>
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
    ...(typeof cure === 'string' && { cure }),
  }
}
