// Finding what there is: a command by its name, a node of this graph by what it is called or holds.
import { useMemo, useState } from 'preact/hooks'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import type { LGraphNode, Point } from './canvas.ts'
import { keysInWords, type Command } from './commands.ts'
import { useEditor } from './context.ts'
import { byType } from './declarations.ts'
import { Marked, Picker, type Entry } from './picker.tsx'
import { matchOf, wordsIn } from './search.ts'
import * as state from './state.ts'
import { texts, valueText } from './texts.ts'

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
  const nodes = useMemo(() => [...editor.stage.nodes()], [])
  const entries = ranked(nodes, query, (node) => node.getTitle(), heldBy).map(({ item, matched }): Entry => ({
    key: String(item.id),
    choose: () => editor.goTo(editor.stage.fullId(item.id)),
    content: (
      <>
        <span class="dot" style={{ '--tint': `var(--cat-${byType.get(item.type)?.category ?? 'tools'}, var(--cat-tools))` }} />
        <Marked text={item.getTitle()} matched={matched} />
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
      none={<strong>{nodes.length ? texts.finder.noNode(query) : texts.canvas.empty}</strong>}
      onClose={close}
    />
  )
}

/** Its type and values that are not the usual ones, in a line. */
function heldBy(node: LGraphNode): string {
  if (!isDiffusionNode(node)) return node.type
  const { title, params } = node.diffusion.declaration
  const values = Object.entries(params)
    .filter(
      ([name, { default: usual }]) =>
        ['string', 'number'].includes(typeof node.properties[name]) && node.properties[name] !== usual,
    )
    .map(([name, param]) => `${name} ${valueText(param, node.properties[name]).slice(0, 60)}`)
  return [title, ...values].join(' · ')
}
