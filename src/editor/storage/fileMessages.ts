// Messages between the page and the worker that reads files.
import { getText, type MessageFields } from '../../engine/base/catalogue.ts'
import { MessageError } from '../../engine/base/errors.ts'

/** Arguments of the task with this name. */
export interface FileTaskRequest {
  id: number
  task: string
  args: unknown[]
  /** Passes a {@link TaskControl} as the last argument. */
  controlled?: true
}

/** Request of a task, or to cancel the task with this id. */
export type FileRequest = FileTaskRequest | { cancel: number }

/** Control of a task that takes long for reasons outside of this program. */
export interface TaskControl {
  signal?: AbortSignal
  /** Receives the number of bytes so far. */
  onProgress?: (bytes: number) => void
}

/** Error in a form that keeps its name, its cure and the ids of its texts. */
export interface FileFailure {
  name: string
  message: string
  cure?: string
  messages?: MessageFields<'message' | 'cure'>
}

export type FileAnswer = { id: number } & (
  | { result: unknown }
  | { failure: FileFailure }
  | { progress: number }
)

/** Error of the worker. */
export class FileError extends MessageError {
  readonly cure?: string

  constructor(failure: FileFailure) {
    const { name, cure, messages } = failure
    super(getText(failure, 'message'), messages?.cure)
    this.name = name
    if (cure !== undefined) this.cure = cure
  }
}

export function toFileFailure(error: unknown): FileFailure {
  const { name, message, cure } = Object(error) as Record<string, unknown>
  const messages = error instanceof MessageError ? error.messages : undefined
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : String(error),
    ...(typeof cure === 'string' && { cure }),
    ...(messages && { messages }),
  }
}
