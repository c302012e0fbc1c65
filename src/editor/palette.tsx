// Finding a node: opened by double-click, Space, Ctrl+K, or by dropping a wire in the empty.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { looseEndOf } from './stage.ts'
import { useEditor } from './context.ts'
import { declarations } from './declarations.ts'
import { icons } from './icons.tsx'
import { useOpenAt } from './place.ts'
import { findNodes, type Found, type LooseEnd } from './search.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

export function Palette() {
  const open = state.palette.value
  return open ? <OpenPalette key={open.spot.page.join()} {...open} /> : null
}

type Props = NonNullable<typeof state.palette.value>

function OpenPalette({ spot, wire, into, query: first }: Props) {
  const editor = useEditor()
  const [query, setQuery] = useState(first)
  const [at, setAt] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const end = useMemo(() => wire && looseEndOf(wire), [wire])
  const recent = state.settings.value.recentNodes
  const found = useMemo(() => findNodes(declarations, { query, recent, ...(end && { looseEnd: end }) }), [query, end, recent])
  const grouped = useMemo(() => (query.trim() ? undefined : groups(found, recent)), [found, query, recent])
  const list = grouped ? grouped.flatMap(({ items }) => items) : found

  const close = () => {
    state.palette.value = undefined
    editor.stage.dropWire()
  }
  useOpenAt(box, spot.page, close)
  useLayoutEffect(() => {
    input.current!.focus()
    input.current!.setSelectionRange(first.length, first.length)
  }, [])
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const choose = (item: Found | undefined) => {
    if (!item) return
    state.palette.value = undefined
    editor.addNode(item.declaration.type, spot, wire, into)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (move) setAt(Math.min(list.length - 1, Math.max(0, at + move)))
    else if (event.key === 'Enter') choose(list[at])
    else if (event.key === 'Escape') {
      close()
      editor.stage.focus()
    } else if (event.key !== 'Tab') return
    event.preventDefault()
    event.stopPropagation()
  }

  let index = 0
  const result = (item: Found) => {
    const i = index++
    return (
      <Result
        key={item.declaration.type}
        id={`found-${i}`}
        item={item}
        selected={i === at}
        onPoint={() => setAt(i)}
        onChoose={() => choose(item)}
      />
    )
  }
  return (
    <div ref={box} class="palette" popover="manual" role="dialog" aria-label={texts.palette.label} onKeyDown={onKeyDown}>
      <div class="query">
        <icons.search />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="found"
          aria-activedescendant={list.length ? `found-${at}` : undefined}
          aria-label={texts.palette.label}
          placeholder={texts.palette.placeholder}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value)
            setAt(0)
          }}
        />
        {end && <For end={end} />}
      </div>
      <div class="results" id="found" role="listbox" aria-label={texts.palette.label}>
        {grouped
          ? grouped.map(({ name, items }) => (
              <div key={name} role="group" aria-label={name}>
                <div class="group">{name}</div>
                {items.map(result)}
              </div>
            ))
          : found.map(result)}
        {!list.length && (
          <div class="empty">
            <strong>{query ? texts.palette.none(query) : texts.palette.noneFits}</strong>
            {query && texts.palette.noneHint}
          </div>
        )}
      </div>
      <div class="hint" aria-hidden="true">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> {texts.palette.hint[0]}
        </span>
        <span>
          <kbd>Enter</kbd> {texts.palette.hint[1]}
        </span>
        <span>
          <kbd>Esc</kbd> {texts.palette.hint[2]}
        </span>
      </div>
    </div>
  )
}

function For({ end }: { end: LooseEnd }) {
  const type = end.from === 'output' ? end.type : end.accepts === 'any' ? '*' : end.accepts.join(' or ')
  const words = end.from === 'output' ? texts.palette.fitting(type) : texts.palette.giving(type)
  return <span class="for">{words}</span>
}

/** Recent ones first, then by category. */
function groups(found: readonly Found[], recent: readonly string[]) {
  const lately = recent.slice(0, 4).flatMap((type) => found.filter(({ declaration }) => declaration.type === type))
  const rest = found.filter((item) => !lately.includes(item))
  const byName = new Map<string, Found[]>()
  if (lately.length) byName.set(texts.palette.recent, lately)
  for (const item of rest) {
    const name = texts.categories[item.declaration.category] ?? item.declaration.category
    byName.set(name, [...(byName.get(name) ?? []), item])
  }
  const order = [texts.palette.recent, ...Object.values(texts.categories)]
  return [...byName].map(([name, items]) => ({ name, items })).sort((a, b) => place(order, a.name) - place(order, b.name))
}

const place = (order: readonly string[], name: string) => (order.includes(name) ? order.indexOf(name) : order.length)

interface ResultProps {
  id: string
  item: Found
  selected: boolean
  onPoint: () => void
  onChoose: () => void
}

function Result({ id, item: { declaration, matched, slot }, selected, onPoint, onChoose }: ResultProps) {
  return (
    <div id={id} class="result" role="option" aria-selected={selected} onPointerMove={onPoint} onClick={onChoose}>
      <span class="dot" style={{ '--tint': `var(--cat-${declaration.category}, var(--cat-tools))` }} />
      <span class="name">
        {[...declaration.title].map((letter, i) => (matched.has(i) ? <mark key={i}>{letter}</mark> : letter))}
      </span>
      <span class="slot">{slot && texts.palette.to(slot)}</span>
      <span class="about">{declaration.summary}</span>
    </div>
  )
}
