// The lesson that is open in the panel. panel.tsx is loaded on demand.
import { signal } from '@preact/signals'
import { readAddress } from '../drops/address.ts'
import { showDrawer } from '../ui/state.ts'

/** `course/lesson`, or a part of it from an address; undefined: the list. */
export const openLesson = signal<string | undefined>(undefined)

/** Opens the panel with the lesson that the address of the page names. Returns false if it names none. */
export function showAddressLesson(search: string): boolean {
  const { lesson } = readAddress(search)
  if (lesson === undefined) return false
  openLesson.value = lesson
  showDrawer('lessons')
  return true
}
