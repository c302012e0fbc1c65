// Components that the tabs of the drawer share.
import { icons } from '../ui/icons.tsx'
import { coversCanvas } from '../ui/insets.ts'
import { returnFocus } from '../ui/focus.ts'
import { showDrawer } from '../ui/state.ts'

export function Empty({ title, hint }: { title: string; hint: string }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {hint}
    </div>
  )
}

export const SearchField = ({
  label,
  query,
  search,
}: {
  label: string
  query: string
  search: (query: string) => void
}) => (
  <label class="find">
    <icons.search />
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={query}
      onInput={(event) => search(event.currentTarget.value)}
    />
  </label>
)

/** Closes the drawer if it covers the canvas, so that the opened workflow is visible. */
export function closeCoveringDrawer() {
  if (!coversCanvas()) return
  showDrawer(undefined)
  returnFocus()
}
