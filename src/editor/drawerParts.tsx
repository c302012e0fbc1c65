// What the tabs of the drawer have in common.
import { icons } from './icons.tsx'
import { isSmall } from './small.ts'
import * as state from './state.ts'

export function Empty({ title, hint }: { title: string; hint: string }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {hint}
    </div>
  )
}

export const Find = ({ label, query, search }: { label: string; query: string; search: (query: string) => void }) => (
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

/** Where the drawer covers the canvas it goes, for what was chosen to be seen. */
export const makeWay = () => isSmall() && (state.drawer.value = undefined)
