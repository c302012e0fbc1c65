// The tabs of a window: open workflows, the active one, and the positions of new tabs.
import type { Stage } from '../canvas/stage.ts'
import { settings } from '../storage/settings.ts'
import { texts } from '../texts/texts.ts'
import { showBanner, shownBanner } from '../ui/state.ts'
import { loadLastTabs, rememberTabs } from './lastTabs.ts'
import type { Library } from './library.ts'
import {
  createOpenWorkflow,
  isSpare,
  isUnsaved,
  toEntry,
  type Opening,
  type OpenWorkflow,
} from './openWorkflow.ts'
import { openTabs, shownTab } from './state.ts'

/** Callbacks of other modules about tabs. */
export interface TabHooks {
  /** Called when a tab was closed. */
  onTabClosed(key: number): void
  /** Called when another tab was activated. */
  onTabShown(): void
  /** Called when a tab of an earlier visit, in which its workflow had the id `id`, was loaded. */
  onTabRestored(id: string): void
  /** Returns true if a tab has a run or results of one. */
  hasRun(key: number): boolean
}

interface Options extends TabHooks {
  stage: Pick<Stage, 'showTab'>
  library: Pick<Library, 'removeDraft'>
  /** Called before the shown workflow leaves the canvas. */
  beforeLeave(): void
}

export class Tabs {
  private open: OpenWorkflow[] = []
  /** Initially an empty workflow without a tab. */
  private current = createOpenWorkflow({ id: '', revision: 0 })

  constructor(private readonly options: Options) {}

  /** Workflow on the canvas. */
  get shown() {
    return this.current
  }

  /** Keys of the tabs, in order. */
  keys(): number[] {
    return this.open.map(({ key }) => key)
  }

  all(): readonly OpenWorkflow[] {
    return this.open
  }

  find(matches: (workflow: OpenWorkflow) => boolean): OpenWorkflow | undefined {
    return this.open.find(matches)
  }

  /**
   * Adds the tabs of the last visit that are not open; `drafts` contains the ids of unsaved drafts.
   * Returns the one to show first, which is not loaded yet.
   */
  async restore(drafts: ReadonlySet<string>): Promise<OpenWorkflow | undefined> {
    const last = await loadLastTabs(settings.value)
    const known = new Set(this.open.map(({ id }) => id))
    const restored = last.tabs
      .filter(({ id }) => !known.has(id))
      .map((entry) => ({
        ...createOpenWorkflow({ id: entry.id, revision: 0, title: entry.name ?? texts.untitled }),
        pending: { entry, unsaved: drafts.has(entry.id) },
      }))
    this.open = [...this.open, ...restored]
    return restored.find(({ id }) => id === last.open?.id) ?? restored[0]
  }

  /** Returns true if another workflow may replace the shown one without loss. */
  get isShownSpare() {
    return isSpare(this.current, this.options.hasRun)
  }

  /** Stores the tabs for the next visit. */
  remember() {
    rememberTabs({ open: toEntry(this.current), tabs: this.open.map(toEntry) })
  }

  /** Updates the displayed list of tabs. */
  publish() {
    openTabs.value = this.open.map((workflow) => ({
      key: workflow.key,
      name: workflow.name,
      dirty: isUnsaved(workflow),
    }))
  }

  /** Activates a tab. If it is not loaded yet, returns it instead. */
  activate(key: number): OpenWorkflow | undefined {
    const next = this.findByKey(key)
    if (next?.pending) return next
    if (!next || next === this.current) return undefined
    this.leave()
    this.setCurrent(next)
    this.remember()
    return undefined
  }

  /**
   * Adds and activates a tab with an empty graph. Replaces `into`, or else the active tab if it is
   * spare. Otherwise inserts the tab after the active one.
   */
  add(opening: Opening, into?: OpenWorkflow): OpenWorkflow {
    this.leave()
    const added = createOpenWorkflow(opening)
    const replaced = into ?? (isSpare(this.current, this.options.hasRun) ? this.current : undefined)
    if (replaced) this.discard(replaced)
    const at = this.open.indexOf(replaced ?? this.current)
    const inPlace = replaced !== undefined && at >= 0
    this.open.splice(replaced ? Math.max(0, at) : at + 1, inPlace ? 1 : 0, added)
    this.setCurrent(added)
    return added
  }

  /** Returns a tab, and the tab to activate when it closes. */
  findWithNext(key: number): [OpenWorkflow, OpenWorkflow | undefined] | [] {
    const at = this.open.findIndex((workflow) => workflow.key === key)
    return at < 0 ? [] : [this.open[at], this.open[at + 1] ?? this.open[at - 1]]
  }

  remove(workflow: OpenWorkflow) {
    this.discard(workflow)
    this.open = this.open.filter((each) => each !== workflow)
    this.publish()
    this.remember()
  }

  move(key: number, to: number) {
    const moved = this.findByKey(key)
    if (!moved) return
    this.open = this.open.filter((each) => each !== moved)
    this.open.splice(Math.max(0, Math.min(this.open.length, to)), 0, moved)
    this.publish()
    this.remember()
  }

  private findByKey(key: number) {
    return this.open.find((workflow) => workflow.key === key)
  }

  private leave() {
    if (!this.open.includes(this.current)) return
    this.options.beforeLeave()
    this.current.banner = shownBanner.value
  }

  private setCurrent(next: OpenWorkflow) {
    this.current.scene = this.options.stage.showTab(next.scene)
    delete next.scene
    this.current = next
    shownTab.value = next.key
    showBanner(next.banner)
    this.options.onTabShown()
  }

  /** Closes a workflow. Deletes the draft of an opened file that was not changed. */
  private discard(workflow: OpenWorkflow) {
    const { library, onTabClosed } = this.options
    if (workflow.outside && !isUnsaved(workflow))
      void library.removeDraft(workflow.draftId).catch(() => {})
    workflow.release()
    onTabClosed(workflow.key)
  }
}
