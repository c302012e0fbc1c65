// Storage of the open tabs, for a reload of the window and for the next visit.
import {
  changeSettings,
  isOpenEntries,
  type OpenEntry,
  type Settings,
} from '../storage/settings.ts'
import { isEmbedded } from '../storage/embedded.ts'
import { storageAvailability } from '../storage/stores.ts'
import { heldLocks, lockName } from './workflowLocks.ts'

/** Tabs of a window, and its active tab. */
export interface LastTabs {
  open?: OpenEntry
  tabs: readonly OpenEntry[]
}

/**
 * Returns the tabs of this window after a reload. A new window gets the tabs of the last visit,
 * except for background tabs that another window has open.
 */
export async function loadLastTabs({
  open,
  tabs = open ? [open] : [],
}: Settings): Promise<LastTabs> {
  const own = readWindowTabs()
  if (own) return own
  const openElsewhere = await heldLocks()
  return {
    ...(open && { open }),
    tabs: tabs.filter(({ id }) => id === open?.id || !openElsewhere.has(lockName(id))),
  }
}

function readWindowTabs(): LastTabs | undefined {
  // Session storage is that of the user's own pages in this window.
  if (isEmbedded) return undefined
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem('tabs') ?? 'null')
    const { open, tabs } = Object(stored) as Partial<Record<keyof LastTabs, unknown>>
    const isValid = isOpenEntries(tabs) && isOpenEntries(open === undefined ? [] : [open])
    return isValid ? (stored as LastTabs) : undefined
  } catch {
    return undefined
  }
}

export function rememberTabs(tabs: Required<LastTabs>) {
  // The tabs of the last visit are not known yet.
  if (storageAvailability.value.state === 'silent') return
  changeSettings(tabs)
  if (isEmbedded) return
  try {
    sessionStorage.setItem('tabs', JSON.stringify(tabs))
  } catch {
    // Without session storage, a reloaded window starts like a new one.
  }
}
