// Transactions on the workflow on the canvas: begin, change, commit or amend. litegraph reports an
// edit through several callbacks, some of them late. They are batched here, and the workflow is
// serialised once, at the end of the transaction. A state that could not be read again from its text
// is refused there, whatever changed the canvas: the state before it returns.
import type { Stage } from '../canvas/stage.ts'
import { debounce } from '../ui/debounce.ts'
import { createSnapshot, type Snapshot, type WorkflowDocument } from './document.ts'
import { requireReadable } from './readable.ts'
import type { ChangeKind, WorkflowChange } from './workflowChange.ts'

/**
 * Delay from the first callback to the commit, in milliseconds. Widgets apply clicks late, and
 * loops add their other ends late.
 */
export const COMMIT_DELAY = 40

/** Pause in a drag before its state is previewed, in milliseconds. */
const PREVIEW_DELAY = 60

interface Options {
  stage: Pick<Stage, 'updateBorder' | 'workflow' | 'subgraph' | 'load'>
  /** Document of the workflow on the canvas. */
  document(): WorkflowDocument
  /** Completes an edit before it is committed; `before` is the state before the edit. */
  complete(before: Snapshot): void
  publish(change: WorkflowChange): void
  /** Reports that an edit was refused, and why. */
  refused(reason: unknown): void
}

interface Loading {
  kind: ChangeKind
  clean: boolean
  /** True for the state before a refused edit. */
  isRestored: boolean
}

export class Transactions {
  private timer: ReturnType<typeof setTimeout> | undefined
  /**
   * Set after loading until the graph is normalised (sizes, missing values), which is not an edit
   * by the user.
   */
  private loading: Loading | undefined
  private release: (() => void) | undefined
  private readonly preview = debounce(PREVIEW_DELAY, () => this.publishPreview())

  constructor(private readonly options: Options) {}

  private get document() {
    return this.options.document()
  }

  /** Begins a transaction if none is open. It commits automatically. */
  begin() {
    if (this.document.isSuspended) this.preview.call()
    else this.timer ??= setTimeout(() => this.commit(), COMMIT_DELAY)
  }

  /** Combines all edits while the pointer is down into one undo step. */
  setPointerDown(down: boolean) {
    if (down) this.release ??= this.document.suspend()
    else {
      this.release?.()
      this.release = undefined
      this.preview.cancel()
      this.begin()
    }
  }

  /** Ends the transaction. Changes become an undo step. */
  commit() {
    if (this.loading) return this.finishLoading()
    this.cancelTimer()
    const { document } = this
    if (document.isSuspended) return
    const before = document.present
    this.attempt(() => {
      this.options.complete(before)
      const after = this.read()
      if (document.commit(after)) this.publish('edit', before, after)
    })
  }

  /** Ends the transaction. Changes amend the current state without an undo step. */
  amend() {
    this.attempt(() => this.replace('amend'))
  }

  /**
   * Runs an edit of the canvas. If it fails, restores the state before it, reports why, and returns
   * false.
   */
  attempt(edit: () => void): boolean {
    try {
      edit()
      return true
    } catch (error) {
      this.restore()
      this.options.refused(error)
      return false
    }
  }

  /** Shows the present state again. */
  private restore() {
    this.cancelTimer()
    const { present } = this.document
    this.options.stage.load(present.file)
    this.load('show', present, true)
  }

  private replace(kind: ChangeKind, { clean = false } = {}) {
    this.cancelTimer()
    const { document } = this
    const before = document.present
    const after = this.read()
    document.amend(after, { clean })
    if (after.text !== before.text) this.publish(kind, before, after)
  }

  /** Publishes a newly loaded state. It is amended when its graph has been normalised. */
  load(kind: ChangeKind, before: Snapshot, isRestored = false) {
    const { document } = this
    this.loading = { kind, clean: !document.unsaved, isRestored }
    this.publish(kind, before, document.present)
    setTimeout(() => this.finishLoading())
  }

  finishLoading() {
    if (!this.loading) return
    const { kind, clean, isRestored } = this.loading
    this.loading = undefined
    try {
      this.replace(kind, { clean })
    } catch (error) {
      // An edit in the meantime. A state that was restored already would only fail again.
      if (!isRestored) this.restore()
      this.options.refused(error)
    }
  }

  /** Commits pending edits and returns the current workflow. During a drag, only reads it. */
  capture(): Snapshot {
    this.commit()
    const { document } = this
    return (document.isSuspended && this.peek()) || document.present
  }

  /** @throws WorkflowError if the state cannot be stored */
  private read(): Snapshot {
    const { stage } = this.options
    const { present } = this.document
    const after = createSnapshot(stage.updateBorder())
    if (after.text !== present.text) requireReadable(after, present, stage.subgraph()?.id)
    return after
  }

  /** The state during a drag. Undefined if it cannot be read, which is reported at its end. */
  private peek(): Snapshot | undefined {
    try {
      return createSnapshot(this.options.stage.workflow())
    } catch {
      return undefined
    }
  }

  private publish(kind: ChangeKind, before: Snapshot, after: Snapshot) {
    this.options.publish({ kind, before, after })
  }

  private publishPreview() {
    const { document } = this
    const after = document.isSuspended && this.peek()
    if (after) this.publish('preview', document.present, after)
  }

  private cancelTimer() {
    clearTimeout(this.timer)
    this.timer = undefined
  }
}
