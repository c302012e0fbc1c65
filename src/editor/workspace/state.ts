// State of the workspace: the open workflows, the one on the canvas, and the library. Only files of
// this folder write it.
import { computed, signal } from '@preact/signals'
import { emptyWorkflow } from '../../workflow/index.ts'
import { texts } from '../texts/texts.ts'
import type { Draft, SavedWorkflow } from './library.ts'
import type { WorkflowChange } from './workflowChange.ts'

export interface Tab {
  /** Identifies the tab for as long as the window is open. */
  key: number
  name: string
  dirty: boolean
}

export const openTabs = signal<readonly Tab[]>([])
export const severalTabs = computed(() => openTabs.value.length > 1)
/** Key of the tab on the canvas. The signals down to `levelTitles` describe its workflow. */
export const shownTab = signal(0)

/** Id in the library, assigned before the workflow is first saved. */
export const workflowId = signal('')
export const workflowName = signal(texts.untitled)
/** Id of the ready workflow that it was opened from. */
export const readyId = signal<string | undefined>(undefined)
/** Revision in the library; 0 until it is saved. */
export const revision = signal(0)
/** Current text, and the saved text. */
export const presentText = signal('')
export const savedText = signal('')
export const unsaved = computed(() => presentText.value !== savedText.value)
/** Latest change of the canvas. */
export const lastChange = signal<WorkflowChange | undefined>(undefined)
/** File of the workflow on the canvas, as of the latest change. */
export const presentFile = computed(() => lastChange.value?.after.file ?? emptyWorkflow())
/** Subscribes the rendering component to all changes of the graph. */
export const subscribeToGraph = () => void lastChange.value
export const undoable = signal({ undo: false, redo: false })
/** Titles of the subgraph nodes around the open level, outermost first. */
export const levelTitles = signal<readonly string[]>([])
/** True while the canvas shows a subgraph, and its path above. */
export const isInSubgraph = computed(() => levelTitles.value.length > 0)

// ---- the library

export const savedWorkflows = signal<readonly SavedWorkflow[]>([])
export const savedDrafts = signal<readonly Draft[]>([])
export const storageUsed = signal<{ used: number; quota: number } | undefined>(undefined)
