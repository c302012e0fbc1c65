// An open workflow: the data of a tab, with its document and its draft.
import type { TabGraph } from '../canvas/tabGraphs.ts'
import type { OpenEntry } from '../storage/settings.ts'
import { texts } from '../texts/texts.ts'
import type { Banner } from '../ui/state.ts'
import { WorkflowDocument } from './document.ts'
import { newId, type Draft } from './library.ts'
import { lockName } from './workflowLocks.ts'

/** Properties of a workflow when it is opened. */
export interface Opening {
  id: string
  title?: string
  /** Revision in the library; 0 until it is saved. */
  revision: number
  /** Id of the ready workflow that was opened. */
  ready?: string
  /** True if it was opened from a file. The browser stores only a draft until it is saved. */
  outside?: boolean
}

export interface OpenWorkflow extends Opening {
  readonly key: number
  name: string
  readonly document: WorkflowDocument
  /** Differs from `id` if another window has the same workflow open. */
  draftId: string
  /** Releases the lock on the workflow, for other windows. */
  release: () => void
  /** Graph of an inactive tab. The graph of the active tab is on the canvas. */
  scene?: TabGraph
  banner: Banner | undefined
  /** Stored tab of the last visit that has not been loaded yet. */
  pending?: { entry: OpenEntry; unsaved: boolean }
}

let lastKey = 0

export const createOpenWorkflow = (opening: Opening): OpenWorkflow => ({
  ...opening,
  key: ++lastKey,
  name: opening.title ?? texts.untitled,
  document: new WorkflowDocument(),
  draftId: opening.id,
  release: () => {},
  banner: undefined,
})

export const isUnsaved = ({ pending, document }: OpenWorkflow): boolean =>
  pending?.unsaved ?? document.unsaved

/**
 * Returns true if another workflow may replace this one in its tab: it is empty or an unchanged
 * ready workflow, and `hasRun` reports no run that would be lost.
 */
export const isSpare = (workflow: OpenWorkflow, hasRun: (tab: number) => boolean): boolean =>
  !isUnsaved(workflow) &&
  !workflow.revision &&
  !workflow.outside &&
  !workflow.pending &&
  !hasRun(workflow.key)

export const toDraft = (workflow: OpenWorkflow): Draft => ({
  id: workflow.draftId,
  of: workflow.id,
  name: workflow.name,
  text: workflow.document.present.text,
  revision: workflow.revision,
  changed: Date.now(),
  ...(!isUnsaved(workflow) && { untouched: true }),
})

/** Converts a tab to the entry that restores it at the next visit. */
export const toEntry = (workflow: OpenWorkflow): OpenEntry => {
  if (workflow.pending) return workflow.pending.entry
  const { id, name, ready, revision } = workflow
  const untouched = ready && !isUnsaved(workflow) && revision === 0
  return { id, name, ...(untouched && { ready }) }
}

/** Locks a workflow for this window. A second window gets a separate draft and shows a banner. */
export async function lockWorkflow(workflow: OpenWorkflow): Promise<void> {
  workflow.draftId = workflow.id
  workflow.release = () => {}
  if (!navigator.locks) return
  workflow.release = await new Promise<() => void>((resolve) => {
    const unlocked = () => resolve(() => {})
    const locked = navigator.locks.request(lockName(workflow.id), { ifAvailable: true }, (lock) => {
      if (lock) return new Promise<void>((free) => resolve(free))
      workflow.draftId = newId()
      workflow.banner = { text: texts.draft.openElsewhere, actions: [] }
      unlocked()
      return undefined
    })
    // Forbidden in sandboxed frames.
    locked.catch(unlocked)
  })
}
