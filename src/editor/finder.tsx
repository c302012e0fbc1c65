// Finding what there is: a command by its name, a node of this workflow by what it is called or holds, in its subgraphs too.
import { useMemo, useState } from 'preact/hooks'
import type { Point } from './canvas.ts'
import { keysInWords, type Command } from './commands.ts'
import { useEditor } from './context.ts'
import { ownTypes } from './declarations.ts'
import { Marked, Picker, type Entry } from './picker.tsx'
import { matchOf, wordsIn } from './search.ts'
import * as state from './state.ts'
import { texts, valueText } from './texts.ts'
import { openFirst, placesIn, wayInWords, type Place } from './subgraph/places.ts'

export function Finder() {
  const what = state.finder.value
  if (!what) return null
  return what === 'commands' ? <Commands /> : <Nodes />
}

const close = () => void (state.finder.value = undefined)
const place = (): Point => [innerWidth / 2 - 280, 90]

/** Items whose words fit, best first. */
function ranked<T>(items: readonly T[], query: string, titleOf: (item: T) => string, more: (item: T) => string = () => '') {
  const words = wordsIn(query)
  return items
    .flatMap((item) => {
      const match = matchOf(titleOf(item), words, more(item))
      return match ? [{ item, ...match }] : []
    })
    .sort((a, b) => b.score - a.score)
}

function Commands() {
  const editor = useEditor()
  const [query, setQuery] = useState('')
  const can = (Object.values(editor.commands) as Command[]).filter(({ enabled }) => enabled?.() ?? true)
  const entries = ranked(can, query, ({ label }) => label).map(({ item, matched }): Entry => {
    const keys = item.keys?.[0]
    return {
      key: item.label,
      choose: () => {
        editor.focus()
        item.run()
      },
      content: (
        <>
          <span />
          <Marked text={item.label} matched={matched} />
          <span class="slot">{keys && keysInWords(keys)}</span>
        </>
      ),
    }
  })
  return (
    <Picker
      at={place()}
      label={texts.finder.commands}
      placeholder={texts.finder.commandsHint}
      query={query}
      onQuery={setQuery}
      groups={[{ entries }]}
      none={<strong>{texts.finder.noCommand(query)}</strong>}
      onClose={close}
    />
  )
}

function Nodes() {
  const editor = useEditor()
  state.followGraph()
  const [query, setQuery] = useState('')
  const places = useMemo(() => openFirst(placesIn(editor.stage.whole(), ownTypes), editor.stage.within()), [])
  const beside = (found: Place) => [...found.way, heldBy(found)].join(' · ')
  const entries = ranked(places, query, ({ title }) => title, beside).map(({ item, matched }): Entry => ({
    key: item.id,
    choose: () => editor.goTo(item.id),
    content: (
      <>
        <span class="dot" style={{ '--tint': `var(--cat-${item.declaration?.category ?? 'tools'}, var(--cat-tools))` }} />
        <Marked {...withWay(item, matched)} />
        <span class="slot" />
        <span class="about">{heldBy(item)}</span>
      </>
    ),
  }))
  return (
    <Picker
      at={place()}
      label={texts.finder.nodes}
      placeholder={texts.finder.nodesHint}
      query={query}
      onQuery={setQuery}
      groups={[{ entries }]}
      none={<strong>{places.length ? texts.finder.noNode(query) : texts.canvas.empty}</strong>}
      onClose={close}
    />
  )
}

/** A title after the way to it, and which of its characters were matched. */
function withWay({ title, way }: Place, matched: ReadonlySet<number>) {
  const text = wayInWords([...way, title])
  return { text, matched: new Set([...matched].map((at) => at + text.length - title.length)) }
}

/** Its type and values that are not the usual ones, in a line. */
function heldBy({ node: { type, properties }, declaration }: Place): string {
  if (!declaration) return type
  const values = Object.entries(declaration.params)
    .filter(([name, { default: usual }]) => ['string', 'number'].includes(typeof properties[name]) && properties[name] !== usual)
    .map(([name, param]) => `${name} ${valueText(param, properties[name]).slice(0, 60)}`)
  return [declaration.title, ...values].join(' · ')
}
