// Finding a node: opened by double-click, Space, Ctrl+K, or by dropping a wire in the empty.
import { useMemo, useState } from 'preact/hooks'
import type { Declaration } from '../engine/plan/op.ts'
import { useEditor } from './context.ts'
import { byType, declarations } from './declarations.ts'
import { Equation } from './equation.tsx'
import { Marked, Picker, type EntryGroup } from './picker.tsx'
import { replacements } from './replace.ts'
import { findNodes, type Found, type LooseEnd } from './search.ts'
import { looseEndOf } from './stage.ts'
import type { Editor } from './editor.ts'
import { declarationOfSaved } from './subgraph/mine.ts'
import * as state from './state.ts'
import { declared, language, texts } from './texts.ts'

export function Palette() {
  const open = state.palette.value
  return open ? <OpenPalette key={open.spot.page.join()} {...open} /> : null
}

type Props = NonNullable<typeof state.palette.value>

function OpenPalette({ spot, wire, into, instead, query: first }: Props) {
  const editor = useEditor()
  const [query, setQuery] = useState(first)
  const end = useMemo(() => wire && looseEndOf(wire), [wire])
  const recent = state.settings.value.recentNodes
  const among = useMemo(() => {
    const all = [...declarations, ...mineThatFit(editor)]
    return instead ? replacements(editor.stage.file(), instead.id, all) : all
  }, [instead])
  const found = useMemo(
    () => findNodes(among, { query, recent, also, ...(end && { looseEnd: end }) }),
    [query, end, recent, among, language()],
  )
  const parts = useMemo(() => (query.trim() ? [{ items: found }] : groups(found, recent)), [found, query, recent])
  const entryOf = (item: Found) => ({
    key: item.declaration.type,
    content: <Result item={item} />,
    choose: () =>
      instead ? editor.replaceNode(instead, item.declaration.type) : editor.addNode(item.declaration.type, spot, wire, into),
  })
  return (
    <Picker
      at={spot.page}
      label={texts.palette.label}
      placeholder={texts.palette.placeholder}
      query={query}
      onQuery={setQuery}
      groups={parts.map(({ items, ...named }): EntryGroup => ({ ...named, entries: items.map(entryOf) }))}
      none={
        <>
          <strong>{query ? texts.palette.none(query) : instead ? texts.palette.noneInstead : texts.palette.noneFits}</strong>
          {query && texts.palette.noneHint}
        </>
      }
      beside={instead ? <span class="for">{texts.palette.instead(instead.getTitle())}</span> : end && <For end={end} />}
      preview={(type) => {
        const equation = byType.get(type)?.equation
        return equation && <Equation latex={equation} />
      }}
      onClose={() => {
        state.palette.value = undefined
        editor.stage.dropWire()
      }}
    />
  )
}

/** Subgraphs of this workflow and those that are kept, but for what holds the one that is open. */
function mineThatFit({ stage }: Editor): Declaration[] {
  const here = (stage.whole().subgraphs ?? []).map(({ id }) => byType.get(id)!)
  const kept = state.myNodes.value.filter(({ id }) => !byType.has(id)).map(declarationOfSaved)
  return [...here.filter(({ type }) => !stage.holdsOpen(type)), ...kept.filter((each) => each !== undefined)]
}

/** What a node is found by besides its declaration: the same in the language that is on. */
const also = (declaration: Declaration) => `${texts.categories[declaration.category] ?? ''} ${declared(declaration).summary}`

function For({ end }: { end: LooseEnd }) {
  const type = end.from === 'output' ? end.type : end.accepts === 'any' ? '*' : end.accepts.join(' or ')
  const words = end.from === 'output' ? texts.palette.fitting(type) : texts.palette.giving(type)
  return <span class="for">{words}</span>
}

/** Recent ones first, then by category. */
function groups(found: readonly Found[], recent: readonly string[]): { name: string; items: readonly Found[] }[] {
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

function Result({ item: { declaration, matched, slot } }: { item: Found }) {
  return (
    <>
      <span class="dot" style={{ '--tint': `var(--cat-${declaration.category}, var(--cat-tools))` }} />
      <Marked text={declaration.title} matched={matched} />
      <span class="slot">{slot && texts.palette.to(slot)}</span>
      <span class="about">{declared(declaration).summary}</span>
    </>
  )
}
