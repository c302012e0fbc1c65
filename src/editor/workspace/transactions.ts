// Transactions on the workflow on the canvas: begin, change, commit or amend. litegraph reports an
// edit through several callbacks, some of them late. They are batched here, and the workflow is
// serialised once, at the end of the transaction.
import type { Stage } from '../canvas/stage.ts'
import { debounce } from '../ui/debounce.ts'
import { createSnapshot, type Snapshot, type WorkflowDocument } from './document.ts'
import type { ChangeKind, WorkflowChange } from './workflowChange.ts'

/**
 * Delay from the first callback to the commit, in milliseconds. Widgets apply clicks late, and
 * loops add their other ends late.
 */
export const COMMIT_DELAY = 40

/** Pause in a drag before its state is previewed, in milliseconds. */
const PREVIEW_DELAY = 60

interface Options {
  stage: Pick<Stage, 'updateBorder' | 'workflow'>
  /** Document of the workflow on the canvas. */
  document(): WorkflowDocument
  /** Completes an edit before it is committed; `before` is the state before the edit. */
  complete(before: Snapshot): void
  publish(change: WorkflowChange): void
}

export class Transactions {
  private timer: ReturnType<typeof setTimeout> | undefined
  /**
   * Set after loading until the graph is normalised (sizes, missing values), which is not an edit
   * by the user.
   */
  private loading: { kind: ChangeKind; clean: boolean } | undefined
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
    this.options.complete(before)
    const after = this.read()
    if (document.commit(after)) this.publish('edit', before, after)
  }

  /** Ends the transaction. Changes amend the current state without an undo step. */
  amend() {
    this.replace('amend')
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
  load(kind: ChangeKind, before: Snapshot) {
    const { document } = this
    this.loading = { kind, clean: !document.unsaved }
    this.publish(kind, before, document.present)
    setTimeout(() => this.finishLoading())
  }

  finishLoading() {
    if (!this.loading) return
    const { kind, clean } = this.loading
    this.loading = undefined
    this.replace(kind, { clean })
  }

  /** Commits pending edits and returns the current workflow. During a drag, only reads it. */
  capture(): Snapshot {
    this.commit()
    const { document } = this
    return document.isSuspended ? createSnapshot(this.options.stage.workflow()) : document.present
  }

  private read(): Snapshot {
    return createSnapshot(this.options.stage.updateBorder())
  }

  private publish(kind: ChangeKind, before: Snapshot, after: Snapshot) {
    this.options.publish({ kind, before, after })
  }

  private publishPreview() {
    const { document } = this
    if (!document.isSuspended) return
    this.publish('preview', document.present, createSnapshot(this.options.stage.workflow()))
  }

  private cancelTimer() {
    clearTimeout(this.timer)
    this.timer = undefined
  }
}
