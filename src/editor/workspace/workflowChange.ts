// Type of the changes that subscribers of the workspace receive.
import type { Snapshot } from './document.ts'

/**
 * - `edit`: the user changed the workflow, which adds an undo step.
 * - `amend`: a change without an undo step, e.g. seeds drawn for a run, or sizes after loading.
 * - `undo`, `redo`: another state of the same workflow was restored.
 * - `open`: another workflow was opened in the tab.
 * - `show`: another tab or another level was shown.
 * - `preview`: an intermediate state of a drag.
 */
export type ChangeKind = 'edit' | 'amend' | 'undo' | 'redo' | 'open' | 'show' | 'preview'

export interface WorkflowChange {
  readonly kind: ChangeKind
  readonly before: Snapshot
  readonly after: Snapshot
}
