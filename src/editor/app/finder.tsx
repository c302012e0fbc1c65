// Finders: commands by name; nodes of this workflow, including its subgraphs, by title or values.
import { returnFocus } from '../ui/focus.ts'
import { goToNode } from '../workspace/navigation.ts'
import { allCommands } from '../ui/commands.ts'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Point } from '../ui/geometry.ts'
import { formatShortcut } from '../ui/commands.ts'
import { useEditor } from './services.ts'
import { ownTypes } from '../graph/declarations.ts'
import { Marked, Picker, type Entry } from '../ui/picker.tsx'
import { matchTitle, splitSearch } from '../graph/textMatch.ts'
import { shownFinder } from './state.ts'
import { subscribeToGraph, presentFile } from '../workspace/state.ts'
import { nodeAliases, texts, translateTitle, valueText, wantDescriptions } from '../texts/texts.ts'
import { sortOpenLevelFirst, listNodes, formatPath, type LocatedNode } from '../graph/nodePaths.ts'

export function Finder() {
  const what = shownFinder.value
  if (!what) return null
  return what === 'commands' ? <Commands /> : <Nodes />
}

const closeFinder = () => void (shownFinder.value = undefined)
const getPosition = (): Point => [innerWidth / 2 - 280, 90]

/** Returns the items that match the query, best first. */
function rankItems<T>(
  items: readonly T[],
  query: string,
  titleOf: (item: T) => string,
  more: (item: T) => string = () => '',
  aliasesOf: (item: T) => readonly string[] = () => [],
) {
  const words = splitSearch(query)
  return items
    .flatMap((item) => {
      const match = matchTitle(titleOf(item), words, more(item), aliasesOf(item))
      return match ? [{ item, ...match }] : []
    })
    .sort((a, b) => b.score - a.score)
}

function Commands() {
  const [query, setQuery] = useState('')
  const can = allCommands().filter(({ enabled }) => enabled?.() ?? true)
  const entries = rankItems(can, query, ({ label }) => label).map(({ item, matched }): Entry => {
    const keys = item.keys?.[0]
    return {
      key: item.label,
      choose: () => {
        returnFocus()
        item.run()
      },
      content: (
        <>
          <span />
          <Marked text={item.label} matched={matched} />
          <span class="slot">{keys && formatShortcut(keys)}</span>
        </>
      ),
    }
  })
  return (
    <Picker
      at={getPosition()}
      label={texts.finder.commands}
      placeholder={texts.finder.commandsHint}
      query={query}
      onQuery={setQuery}
      groups={[{ entries }]}
      none={<strong>{texts.finder.noCommand(query)}</strong>}
      onClose={closeFinder}
    />
  )
}

function Nodes() {
  const editor = useEditor()
  subscribeToGraph()
  const [query, setQuery] = useState('')
  const places = useMemo(
    () => sortOpenLevelFirst(listNodes(presentFile.value, ownTypes), editor.stage.within()),
    [],
  )
  const beside = (found: LocatedNode) =>
    [...found.ancestors, found.title, describeNode(found)].join(' · ')
  useEffect(wantDescriptions, [])
  const entries = rankItems(
    places,
    query,
    ({ title }) => translateTitle(title),
    beside,
    ({ declaration }) => (declaration ? nodeAliases(declaration) : []),
  ).map(({ item, matched }): Entry => ({
    key: item.id,
    choose: () => goToNode(editor, item.id),
    content: (
      <>
        <span
          class="dot"
          style={{
            '--tint': `var(--cat-${item.declaration?.category ?? 'tools'}, var(--cat-tools))`,
          }}
        />
        <Marked {...withPath(item, matched)} />
        <span class="slot" />
        <span class="about">{describeNode(item)}</span>
      </>
    ),
  }))
  return (
    <Picker
      at={getPosition()}
      label={texts.finder.nodes}
      placeholder={texts.finder.nodesHint}
      query={query}
      onQuery={setQuery}
      groups={[{ entries }]}
      none={<strong>{places.length ? texts.finder.noNode(query) : texts.canvas.empty}</strong>}
      onClose={closeFinder}
    />
  )
}

/** Title with the path of its subgraphs, and the positions of the matched characters in it. */
function withPath({ title: original, ancestors }: LocatedNode, matched: ReadonlySet<number>) {
  const title = translateTitle(original)
  const text = formatPath([...ancestors, title])
  return { text, matched: new Set([...matched].map((at) => at + text.length - title.length)) }
}

/** One line with the type of a node and its values that differ from the defaults. */
function describeNode({ node: { type, properties }, declaration }: LocatedNode): string {
  if (!declaration) return type
  const values = Object.entries(declaration.params)
    .filter(
      ([name, { default: usual }]) =>
        ['string', 'number'].includes(typeof properties[name]) && properties[name] !== usual,
    )
    .map(([name, param]) => `${name} ${valueText(param, properties[name]).slice(0, 60)}`)
  return [declaration.title, ...values].join(' · ')
}
