// Popup menu: items under headings, for pointer and keyboard.
import { useLayoutEffect, useRef } from 'preact/hooks'
import { returnFocus } from './focus.ts'
import { useOpenAt } from './popover.ts'
import { closeMenu, shownMenu, type Menu as MenuState, type MenuItem } from './state.ts'
import { texts } from '../texts/texts.ts'

export const Menu = () =>
  shownMenu.value ? <OpenMenu key={shownMenu.value.at.join()} menu={shownMenu.value} /> : null

function OpenMenu({ menu: { at, title, items } }: { menu: MenuState }) {
  const box = useRef<HTMLDivElement>(null)
  const before = useRef(document.activeElement)
  const close = () => closeMenu()
  useOpenAt(box, at, close)
  useLayoutEffect(
    () => box.current?.querySelector<HTMLElement>('.item:not(:disabled)')?.focus(),
    [],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    const entries = [...(box.current?.querySelectorAll<HTMLElement>('.item:not(:disabled)') ?? [])]
    const now = entries.indexOf(document.activeElement as HTMLElement)
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key]
    if (next !== undefined) entries.at(next % entries.length)?.focus()
    else if (event.key === 'Escape') {
      close()
      if (before.current instanceof HTMLElement) before.current.focus()
    } else if (event.key.length === 1 && /\S/.test(event.key)) {
      const typed = event.key.toLowerCase()
      entries.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(typed))?.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const checks = items.some((item) => typeof item === 'object' && 'checked' in item)
  const choose = (item: MenuItem) => {
    close()
    returnFocus()
    item.run()
  }
  const entry = (item: MenuItem | 'rule', i: number) =>
    item === 'rule' ? (
      <hr key={i} />
    ) : (
      <MenuEntry key={item.label} item={item} checks={checks} choose={() => choose(item)} />
    )
  return (
    <div
      ref={box}
      class="menu"
      popover="manual"
      role="menu"
      aria-label={title ?? texts.top.file}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      {title && (
        <p class="title" aria-hidden="true">
          {title}
        </p>
      )}
      {splitByHeading(items).map(({ heading, items }) =>
        heading === undefined ? (
          items.map(entry)
        ) : (
          <div key={heading} role="group" aria-label={heading}>
            <p class="heading" aria-hidden="true">
              {heading}
            </p>
            {items.map(entry)}
          </div>
        ),
      )}
    </div>
  )
}

interface MenuPart {
  heading?: string
  items: (MenuItem | 'rule')[]
}

/** Splits items by headings. The first part has no heading. */
function splitByHeading(items: MenuState['items']): MenuPart[] {
  const parts: MenuPart[] = [{ items: [] }]
  for (const item of items) {
    if (item !== 'rule' && 'heading' in item) parts.push({ heading: item.heading, items: [] })
    else parts.at(-1)?.items.push(item)
  }
  return parts
}

interface MenuEntryProps {
  item: MenuItem
  /** True if the menu has items with check marks. */
  checks: boolean
  choose: () => void
}

const MenuEntry = ({ item, checks, choose }: MenuEntryProps) => (
  <button
    type="button"
    class={item.danger ? 'item danger' : 'item'}
    role={'checked' in item ? (item.several ? 'menuitemcheckbox' : 'menuitemradio') : 'menuitem'}
    {...('checked' in item && { 'aria-checked': Boolean(item.checked) })}
    disabled={item.disabled}
    onClick={choose}
  >
    {checks && (
      <span class="check" aria-hidden="true">
        {item.checked ? '✓' : ''}
      </span>
    )}
    {item.swatch && <span class="dot" style={{ '--tint': item.swatch }} />}
    <span class="what">{item.label}</span>
    {item.about && <span class="about">{item.about}</span>}
    {item.keys && <span class="keys">{item.keys}</span>}
  </button>
)
