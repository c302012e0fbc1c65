// Commands that switch between tabs or move them.
import type { Point } from '../ui/geometry.ts'
import { shownTabList } from './state.ts'
import { openTabs, severalTabs, shownTab } from '../workspace/state.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** Below the button of the list. */
function listPosition(): Point {
  const button = document.querySelector('.tab-bar .list')?.getBoundingClientRect()
  return button ? [button.right - LIST_WIDTH, button.bottom + 4] : [innerWidth / 2, 90]
}
const LIST_WIDTH = 420

const places = [1, 2, 3, 4, 5, 6, 7, 8, 9]

export function tabCommands(workspace: Workspace) {
  const several = () => severalTabs.value
  const at = () => openTabs.value.findIndex(({ key }) => key === shownTab.value)
  const goTo = (place: number) => {
    const next = openTabs.value.at(place % openTabs.value.length)
    if (next) void workspace.activateTab(next.key)
  }
  const move = (by: number) => workspace.moveTab(shownTab.value, at() + by)
  return {
    nextTab: { keys: ['Alt+PageDown'], enabled: several, run: () => goTo(at() + 1) },
    previousTab: { keys: ['Alt+PageUp'], enabled: several, run: () => goTo(at() - 1) },
    /**
     * Switches to a tab by the pressed digit (9 is the last). Without a digit, focuses the tab bar.
     */
    toTab: {
      keys: places.map((place) => `Alt+${place}`),
      enabled: several,
      run(pressed?: string) {
        const place = Number(pressed?.slice(-1))
        if (!place) document.querySelector<HTMLElement>('.tab-bar [aria-current=true]')?.focus()
        else if (place === 9) goTo(-1)
        else if (place <= openTabs.value.length) goTo(place - 1)
      },
    },
    listTabs: {
      keys: ['Alt+0'],
      enabled: several,
      run: () => (shownTabList.value = shownTabList.value ? undefined : listPosition()),
    },
    closeOthers: { enabled: several, run: () => void workspace.closeOthers(shownTab.value) },
    closeRight: {
      enabled: () => at() < openTabs.value.length - 1,
      run: () => void workspace.closeRight(shownTab.value),
    },
    tabLeft: { keys: ['Alt+Shift+PageUp'], enabled: several, run: () => move(-1) },
    tabRight: { keys: ['Alt+Shift+PageDown'], enabled: several, run: () => move(1) },
  }
}
