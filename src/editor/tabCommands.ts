// Going through the tabs by keys.
import * as state from './state.ts'
import type { Workspace } from './workspace.ts'

const places = [1, 2, 3, 4, 5, 6, 7, 8, 9]

export function tabCommands(workspace: Workspace) {
  const several = () => state.severalTabs.value
  const at = () => state.tabs.value.findIndex(({ key }) => key === state.tab.value)
  const goTo = (place: number) => {
    const next = state.tabs.value.at(place % state.tabs.value.length)
    if (next) void workspace.turnTo(next.key)
  }
  const move = (by: number) => workspace.moveTab(state.tab.value, at() + by)
  return {
    nextTab: { keys: ['Alt+PageDown'], enabled: several, run: () => goTo(at() + 1) },
    previousTab: { keys: ['Alt+PageUp'], enabled: several, run: () => goTo(at() - 1) },
    /** By its number, the last by 9; without one, the keys go to the tabs. */
    toTab: {
      keys: places.map((place) => `Alt+${place}`),
      enabled: several,
      run(pressed?: string) {
        const place = Number(pressed?.slice(-1))
        if (!place) document.querySelector<HTMLElement>('.tab-bar [aria-current=true]')?.focus()
        else if (place === 9) goTo(-1)
        else if (place <= state.tabs.value.length) goTo(place - 1)
      },
    },
    tabLeft: { keys: ['Alt+Shift+PageUp'], enabled: several, run: () => move(-1) },
    tabRight: { keys: ['Alt+Shift+PageDown'], enabled: several, run: () => move(1) },
  }
}
