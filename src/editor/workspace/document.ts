// The document of an open workflow: its current state, its undo history, and its saved text.
import {
  emptyWorkflow,
  parseWorkflow,
  stringifyWorkflow,
  type WorkflowFile,
} from '../../workflow/index.ts'
import { flattenWorkflow, type FlatWorkflow } from '../../workflow/planGraph.ts'
import { ownTypes } from '../graph/declarations.ts'
import { createHistory } from './history.ts'

/** State of a workflow: as a file, as text, and flattened. */
export interface Snapshot {
  readonly file: WorkflowFile
  readonly text: string
  readonly flat: FlatWorkflow
}

/** Wraps a file. It is serialised and flattened once, when its text or flat form is first read. */
export function createSnapshot(file: WorkflowFile, text?: string): Snapshot {
  let flat: FlatWorkflow | undefined
  return {
    file,
    get text() {
      return (text ??= stringifyWorkflow(file))
    },
    get flat() {
      return (flat ??= flattenWorkflow(file, ownTypes))
    },
  }
}

export class WorkflowDocument {
  present: Snapshot = createSnapshot(emptyWorkflow())
  savedText = ''
  private readonly history = createHistory()

  get unsaved() {
    return this.history.present !== this.savedText
  }

  get canUndo() {
    return this.history.canUndo
  }

  get canRedo() {
    return this.history.canRedo
  }

  /** True while undo steps are suspended, for example during a drag. */
  get isSuspended() {
    return this.history.isSuspended
  }

  /** Suspends undo steps until the returned function is called. */
  suspend(): () => void {
    return this.history.suspend()
  }

  /** Clears the history and sets the current state, saved unless `savedText` differs from it. */
  reset(first: Snapshot, savedText = first.text) {
    this.history.reset(first.text)
    this.present = first
    this.savedText = savedText
  }

  /** Adds a state as an undo step. Returns false if it equals the current one. */
  commit(next: Snapshot): boolean {
    if (!this.history.commit(next.text)) return false
    this.present = next
    return true
  }

  /** Replaces the current state without an undo step. `clean` also marks it as saved. */
  amend(next: Snapshot, { clean = false } = {}) {
    this.history.amend(next.text)
    this.present = next
    if (clean) this.markSaved()
  }

  undo(): Snapshot | undefined {
    return this.restore(this.history.undo())
  }

  redo(): Snapshot | undefined {
    return this.restore(this.history.redo())
  }

  markSaved(text = this.history.present) {
    this.savedText = text
  }

  private restore(text: string | undefined): Snapshot | undefined {
    if (text === undefined) return undefined
    return (this.present = createSnapshot(parseWorkflow(text, ownTypes).workflow, text))
  }
}
