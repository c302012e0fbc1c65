// The tabs of a window: which workflows are open, which of them is on the canvas, and where another comes.
import type { Library } from './library.ts'
import { isDirty, isSpare, lastTabs, newSession, openOf, rememberTabs, type Opening, type Session } from './session.ts'
import type { Stage } from './stage.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** What the rest of the editor does when tabs change. */
export interface TabHooks {
  /** A tab is gone, with what ran in it. */
  left(key: number): void
  /** Another tab is shown. */
  turned(): void
}

export interface Tabs {
  readonly shown: Session
  find(like: (each: Session) => boolean): Session | undefined
  /** Makes tabs of those of the last time; returns the one that is to be shown first. `changed`: the drafts there are. */
  recall(changed: ReadonlySet<string>): Promise<Session | undefined>
  /** The browser remembers which there are, for the next visit. */
  remember(): void
  /** What the screen shows of them is said anew. */
  tell(): void
  /** Shows a tab; one that has no graph yet is returned instead, to be opened. */
  turnTo(key: number): Session | undefined
  /**
   * Shows a new tab with an empty graph: in the place of `into`, or beside what is shown, or in the place of that if it would
   * not be missed.
   */
  makePlace(opening: Opening, into?: Session): Session
  /** A tab, and the one that is shown when it is gone. */
  withNext(key: number): [Session, Session | undefined] | []
  remove(tab: Session): void
  move(key: number, to: number): void
}

/** `putAside` is called before what is shown goes from the canvas. */
export function createTabs(stage: Stage, library: Library, hooks: TabHooks & { putAside(): void }): Tabs {
  let open: Session[] = []
  /** Before the first is opened, one that is none of them. */
  let shown = newSession({ id: '', revision: 0 })

  const tell = () => (state.tabs.value = open.map((each) => ({ key: each.key, name: each.name, dirty: isDirty(each) })))
  const withKey = (key: number) => open.find((each) => each.key === key)

  function remember() {
    const tabs = { open: openOf(shown), tabs: open.map(openOf) }
    state.settings.value = { ...state.settings.value, ...tabs }
    library.keepSettings(state.settings.value).catch(() => {})
    rememberTabs(tabs)
  }
  function putAside() {
    if (!open.includes(shown)) return
    hooks.putAside()
    shown.banner = state.banner.value
  }
  function bring(next: Session) {
    shown.scene = stage.turn(next.scene)
    delete next.scene
    shown = next
    state.tab.value = next.key
    state.found.value = next.found
    state.banner.value = next.banner
    hooks.turned()
  }
  /** Its draft stays if it has changes; what was only looked at is where it came from. */
  function letGo(tab: Session) {
    if (tab.outside && !isDirty(tab)) void library.dropDraft(tab.draftId).catch(() => {})
    tab.release()
    hooks.left(tab.key)
  }

  return {
    get shown() {
      return shown
    },
    find: (like) => open.find(like),
    async recall(changed) {
      const last = await lastTabs(state.settings.value)
      open = last.tabs.map((each) => ({
        ...newSession({ id: each.id, revision: 0, title: each.name ?? texts.untitled }),
        waiting: { open: each, dirty: changed.has(each.id) },
      }))
      return open.find(({ id }) => id === last.open?.id) ?? open[0]
    },
    remember,
    tell,
    turnTo(key) {
      const next = withKey(key)
      if (next?.waiting) return next
      if (!next || next === shown) return undefined
      putAside()
      bring(next)
      remember()
      return undefined
    },
    makePlace(opening, into) {
      putAside()
      const made = newSession(opening)
      const over = into ?? (isSpare(shown) ? shown : undefined)
      if (over) letGo(over)
      const at = open.indexOf(over ?? shown)
      open.splice(over ? Math.max(0, at) : at + 1, over && at >= 0 ? 1 : 0, made)
      bring(made)
      return made
    },
    withNext(key) {
      const at = open.findIndex((each) => each.key === key)
      return at < 0 ? [] : [open[at]!, open[at + 1] ?? open[at - 1]]
    },
    remove(tab) {
      letGo(tab)
      open = open.filter((each) => each !== tab)
      tell()
      remember()
    },
    move(key, to) {
      const moving = withKey(key)
      if (!moving) return
      open = open.filter((each) => each !== moving)
      open.splice(Math.max(0, Math.min(open.length, to)), 0, moving)
      tell()
      remember()
    },
  }
}
