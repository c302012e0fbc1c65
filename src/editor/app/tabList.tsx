// List of all open workflows: search, switch, close. Loaded when it is first opened.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { matchTitle, splitSearch } from '../graph/textMatch.ts'
import { toLabel } from '../../painters/cutText.ts'
import { runState } from '../running/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { CommandButton, IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { MathText } from '../ui/math.tsx'
import { useOpenAt } from '../ui/popover.ts'
import type { Point } from '../ui/geometry.ts'
import { returnFocus } from '../ui/focus.ts'
import { openTabs, shownTab, type Tab } from '../workspace/state.ts'
import { useEditor } from './services.ts'
import { shownTabList } from './state.ts'
import './tabList.css'

export function TabList({ at }: { at: Point }) {
  const { workspace } = useEditor()
  const box = useRef<HTMLDivElement>(null)
  const [query, setQuery] = useState('')
  const close = useCallback(() => void (shownTabList.value = undefined), [])
  useOpenAt(box, at, close)
  useLayoutEffect(() => box.current?.querySelector('input')?.focus(), [])
  const found = findTabs(openTabs.value, query)
  const leave = () => {
    close()
    returnFocus()
  }
  const show = ({ key }: Tab) => {
    leave()
    void workspace.activateTab(key)
  }
  // The focused row may have been closed.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.querySelector('input')?.focus()
  }, [found.length])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') leave()
    else if (event.key === 'Enter' && event.target instanceof HTMLInputElement && found[0])
      show(found[0])
    else if (!focusTabRow(box.current, event.key)) return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={box}
      class="palette tab-list-box"
      popover="manual"
      role="dialog"
      aria-label={texts.tabs.list}
      onKeyDown={onKeyDown}
    >
      <div class="query">
        <icons.search />
        <input
          type="search"
          aria-label={texts.tabs.search}
          placeholder={texts.tabs.search}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </div>
      <ul class="results">
        {found.map((tab) => (
          <TabRow key={tab.key} tab={tab} show={() => show(tab)} />
        ))}
      </ul>
      {!found.length && <p class="empty">{texts.drawer.notFound(query)}</p>}
      <div class="tab-list-foot">
        {(['closeOthers', 'closeRight'] as const).map((id) => (
          <CommandButton key={id} command={id} class="small" icon={null}>
            {texts.commands[id]}
          </CommandButton>
        ))}
      </div>
    </div>
  )
}

function TabRow({ tab, show }: { tab: Tab; show: () => void }) {
  const { workspace } = useEditor()
  const name = translateWorkflow(tab.name)
  const runs = runState.present.value?.tab === tab.key
  const isShown = tab.key === shownTab.value
  return (
    <li class={isShown ? 'tab-row shown' : 'tab-row'}>
      <button type="button" class="go" aria-current={isShown} onClick={show}>
        <span class="name">
          <MathText>{name}</MathText>
        </span>
        {runs && <span class="note">{texts.tabs.running}</span>}
        {tab.dirty && <span class="unsaved" role="img" aria-label={texts.unsaved} />}
      </button>
      <IconButton
        class="icon small"
        label={texts.tabs.close(toLabel(name))}
        icon={<icons.close />}
        onClick={() => void workspace.close(tab.key)}
      />
    </li>
  )
}

function findTabs(tabs: readonly Tab[], query: string): readonly Tab[] {
  const words = splitSearch(query)
  return words.length
    ? tabs.filter(({ name }) => matchTitle(translateWorkflow(name), words, name))
    : tabs
}

/** Moves the focus between the field and the rows. Returns false for other keys. */
function focusTabRow(box: HTMLElement | null, key: string): boolean {
  const by = { ArrowDown: 1, ArrowUp: -1 }[key]
  if (!by || !box) return false
  const stops = [...box.querySelectorAll<HTMLElement>('input, .go')]
  const row = document.activeElement?.closest('.tab-row')?.querySelector('.go')
  const now = stops.indexOf((row ?? document.activeElement) as HTMLElement)
  stops.at((now + by) % stops.length)?.focus()
  return true
}
