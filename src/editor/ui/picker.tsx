// Text field with a list below it. Typing filters the list; arrow keys and the pointer choose from
// it.
import { returnFocus } from './focus.ts'
import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Point } from './geometry.ts'
import { icons } from './icons.tsx'
import { useOpenAt } from './popover.ts'
import { texts } from '../texts/texts.ts'

export interface Entry {
  key: string
  content: ComponentChildren
  choose: () => void
}

export interface EntryGroup {
  /** Heading, if the list has groups. */
  name?: string
  entries: readonly Entry[]
}

interface Props {
  at: Point
  label: string
  placeholder: string
  query: string
  onQuery: (query: string) => void
  groups: readonly EntryGroup[]
  /** Message for an empty list. */
  none: ComponentChildren
  /** Content to the right of the field. */
  beside?: ComponentChildren
  /** Index of the entry that is selected at first. */
  start?: number
  /** Additional class of the box. */
  class?: string
  /** Preview of the selected entry, below the list. */
  preview?: (key: string) => ComponentChildren
  onClose: () => void
}

export function Picker({
  at: point,
  label,
  placeholder,
  query,
  onQuery,
  groups,
  none,
  beside,
  start = 0,
  class: ofClass,
  preview,
  onClose,
}: Props) {
  const [at, setAt] = useState(start)
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const list = groups.flatMap(({ entries }) => entries)
  const now = Math.min(at, list.length - 1)

  useOpenAt(box, point, onClose)
  useLayoutEffect(() => {
    input.current?.focus()
    input.current?.setSelectionRange(query.length, query.length)
  }, [])
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [now])

  const choose = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.choose()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveByKey(event.key, now, list.length)
    if (next !== undefined) setAt(next)
    else if (event.key === 'Enter') choose(list[now])
    else if (event.key === 'Escape') {
      onClose()
      returnFocus()
    } else if (event.key !== 'Tab') return
    event.preventDefault()
    event.stopPropagation()
  }

  const shown = list[now] && preview?.(list[now].key)
  return (
    <div
      ref={box}
      class={ofClass ? `palette ${ofClass}` : 'palette'}
      popover="manual"
      role="dialog"
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      <Query
        field={input}
        {...{ label, placeholder, query, beside }}
        active={list.length ? `found-${now}` : undefined}
        onQuery={(next) => {
          onQuery(next)
          setAt(0)
        }}
      />
      <Results
        {...{ label, groups, none, choose }}
        chosen={list[now]}
        point={(entry) => setAt(list.indexOf(entry))}
      />
      {shown && <div class="preview">{shown}</div>}
      <KeysHint />
    </div>
  )
}

/** Index after a key that moves in the list; undefined for other keys. */
function moveByKey(key: string, now: number, count: number): number | undefined {
  const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[key]
  return move && Math.min(count - 1, Math.max(0, now + move))
}

interface QueryProps extends Pick<Props, 'label' | 'placeholder' | 'query' | 'beside' | 'onQuery'> {
  field: RefObject<HTMLInputElement | null>
  /** Id of the selected result. */
  active: string | undefined
}

function Query({ field, label, placeholder, query, beside, onQuery, active }: QueryProps) {
  return (
    <div class="query">
      <icons.search />
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={active}
        aria-label={label}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => onQuery(event.currentTarget.value)}
      />
      {beside}
    </div>
  )
}

interface ResultsProps extends Pick<Props, 'label' | 'groups' | 'none'> {
  chosen: Entry | undefined
  point: (entry: Entry) => void
  choose: (entry: Entry) => void
}

/** List of the entries, numbered across groups. */
function Results({ label, groups, none, chosen, point, choose }: ResultsProps) {
  const list = groups.flatMap(({ entries }) => entries)
  const row = (entry: Entry) => (
    <div
      key={entry.key}
      id={`found-${list.indexOf(entry)}`}
      class="result"
      role="option"
      aria-selected={entry === chosen}
      onPointerMove={() => point(entry)}
      onClick={() => choose(entry)}
    >
      {entry.content}
    </div>
  )
  return (
    <div class="results" id="found" role="listbox" aria-label={label}>
      {groups.map(({ name, entries }) =>
        name === undefined ? (
          entries.map(row)
        ) : (
          <div key={name} role="group" aria-label={name}>
            <div class="group">{name}</div>
            {entries.map(row)}
          </div>
        ),
      )}
      {!list.length && <div class="empty">{none}</div>}
    </div>
  )
}

function KeysHint() {
  const [move, choose, close] = texts.palette.hint
  return (
    <div class="hint" aria-hidden="true">
      <span>
        <kbd>↑</kbd> <kbd>↓</kbd> {move}
      </span>
      <span>
        <kbd>Enter</kbd> {choose}
      </span>
      <span>
        <kbd>Esc</kbd> {close}
      </span>
    </div>
  )
}

/** Text with the matched characters highlighted. */
export const Marked = ({ text, matched }: { text: string; matched: ReadonlySet<number> }) => (
  <span class="name">
    {[...text].map((letter, i) => (matched.has(i) ? <mark key={i}>{letter}</mark> : letter))}
  </span>
)
