// Node search. Opens by double-click, Space, Ctrl+K, or by dropping a link on the empty canvas.
import { presentFile } from '../workspace/state.ts'
import { addNode, replaceNode } from '../subgraph/addNode.ts'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Declaration } from '../../engine/plan/op.ts'
import { useEditor } from './services.ts'
import { byType, declarations } from '../graph/declarations.ts'
import { Equation } from '../panel/lazyEquation.tsx'
import { Marked, Picker, type EntryGroup } from '../ui/picker.tsx'
import { findReplacements } from '../graph/replace.ts'
import { findNodes, type FoundNode, type LooseEnd } from '../graph/nodeSearch.ts'
import { getUsage, loadUsage } from '../graph/usageTable.ts'
import { getLooseEnd } from '../canvas/nodeAccess.ts'
import type { Editor } from './services.ts'
import { savedDeclaration } from '../subgraph/savedNodes.ts'
import { closeNodeSearch, nodeSearch } from '../canvas/state.ts'
import { settings } from '../storage/settings.ts'
import { savedNodes } from '../subgraph/state.ts'
import {
  englishSummary,
  hasDescriptions,
  language,
  nodeAliases,
  texts,
  translateNode,
  wantDescriptions,
} from '../texts/texts.ts'

export function Palette() {
  const open = nodeSearch.value
  return open ? <OpenPalette key={open.spot.page.join()} {...open} /> : null
}

type Props = NonNullable<typeof nodeSearch.value>

function OpenPalette({ spot, wire, into, instead, query: first }: Props) {
  const editor = useEditor()
  const [query, setQuery] = useState(first)
  const end = useMemo(() => wire && getLooseEnd(wire), [wire])
  const recent = settings.value.recentNodes
  const candidates = useMemo(() => {
    const all = [...declarations, ...getSavedDeclarations(editor)]
    return instead ? findReplacements(editor.stage.file(), instead.id, all) : all
  }, [instead])
  const usage = getUsage()
  useEffect(() => {
    wantDescriptions()
    void loadUsage()
  }, [])
  const found = useMemo(
    () =>
      findNodes(candidates, {
        query,
        recent,
        also: getSearchWords,
        aliasesOf: nodeAliases,
        usage,
        ...(end && { looseEnd: end }),
      }),
    [query, end, recent, candidates, usage, language(), hasDescriptions()],
  )
  const parts = useMemo(
    () => (query.trim() ? [{ items: found }] : groupResults(found, recent, end !== undefined)),
    [found, query, recent, end],
  )
  const toEntry = (item: FoundNode) => ({
    key: item.declaration.type,
    content: <PaletteResult item={item} />,
    choose: () =>
      instead
        ? replaceNode(editor, instead, item.declaration.type)
        : void addNode(editor, item.declaration.type, spot.graph, { wire, into }),
  })
  return (
    <Picker
      at={spot.page}
      label={texts.palette.label}
      placeholder={texts.palette.placeholder}
      query={query}
      onQuery={setQuery}
      groups={parts.map(({ items, ...named }): EntryGroup => ({
        ...named,
        entries: items.map(toEntry),
      }))}
      none={<NoResults query={query} isReplacement={instead !== undefined} />}
      beside={
        instead ? (
          <span class="for">{texts.palette.replace(instead.getTitle())}</span>
        ) : (
          end && <For end={end} />
        )
      }
      preview={showEquation}
      onClose={() => {
        closeNodeSearch()
        editor.stage.dropWire()
      }}
    />
  )
}

function NoResults({ query, isReplacement }: { query: string; isReplacement: boolean }) {
  const { palette } = texts
  if (!query) return <strong>{isReplacement ? palette.noReplacement : palette.noneFitsLink}</strong>
  return (
    <>
      <strong>{palette.none(query)}</strong>
      {palette.noneHint}
    </>
  )
}

function showEquation(type: string) {
  const declaration = byType.get(type)
  const equation = declaration && translateNode(declaration).equation
  return equation && <Equation latex={equation} />
}

/** Subgraphs of this workflow and saved nodes, except those that contain the open subgraph. */
function getSavedDeclarations({ stage }: Editor): Declaration[] {
  const local = (presentFile.value.subgraphs ?? []).flatMap(({ id }) => byType.get(id) ?? [])
  const saved = savedNodes.value.filter(({ id }) => !byType.has(id)).map(savedDeclaration)
  return [
    ...local.filter(({ type }) => !stage.containsOpenLevel(type)),
    ...saved.filter((each) => each !== undefined),
  ]
}

/** Category and summary in the current language, and in English, which the search matches as well. */
const getSearchWords = (declaration: Declaration) =>
  [
    texts.categories[declaration.category] ?? '',
    translateNode(declaration).summary,
    englishSummary(declaration),
  ].join(' ')

function For({ end }: { end: LooseEnd }) {
  const type =
    end.from === 'output' ? end.type : end.accepts === 'any' ? '*' : end.accepts.join(' or ')
  const words =
    end.from === 'output' ? texts.palette.withInput(type) : texts.palette.withOutput(type)
  return <span class="for">{words}</span>
}

interface ResultGroup {
  name: string
  items: readonly FoundNode[]
}

/** Number of nodes in the first groups of the list. */
const [MAX_RECENT, MAX_USUAL] = [4, 6]

/**
 * Groups results: for a wire, the nodes that ready workflows wire to it first; otherwise the
 * recently used nodes and then those that ready workflows use most. Then by category.
 */
function groupResults(
  found: readonly FoundNode[],
  recent: readonly string[],
  isForWire: boolean,
): ResultGroup[] {
  const { palette } = texts
  const recentItems = isForWire
    ? []
    : recent
        .slice(0, MAX_RECENT)
        .flatMap((type) => found.filter(({ declaration }) => declaration.type === type))
  const usualItems = found
    .filter((item) => item.usual > 0 && !recentItems.includes(item))
    .sort((a, b) => (isForWire ? 0 : b.usual - a.usual))
    .slice(0, MAX_USUAL)
  const first = [
    { name: palette.recent, items: recentItems },
    { name: isForWire ? palette.suggested : palette.often, items: usualItems },
  ]
  const rest = found.filter((item) => !recentItems.includes(item) && !usualItems.includes(item))
  return [...first.filter(({ items }) => items.length > 0), ...groupByCategory(rest)]
}

function groupByCategory(found: readonly FoundNode[]): ResultGroup[] {
  const byName = new Map<string, FoundNode[]>()
  for (const item of found) {
    const name = texts.categories[item.declaration.category] ?? item.declaration.category
    byName.set(name, [...(byName.get(name) ?? []), item])
  }
  const order = Object.values(texts.categories)
  return [...byName]
    .map(([name, items]) => ({ name, items }))
    .sort((a, b) => groupIndex(order, a.name) - groupIndex(order, b.name))
}

const groupIndex = (order: readonly string[], name: string) =>
  order.includes(name) ? order.indexOf(name) : order.length

function PaletteResult({ item: { declaration, matched, slot, alias } }: { item: FoundNode }) {
  return (
    <>
      <span
        class="dot"
        style={{ '--tint': `var(--cat-${declaration.category}, var(--cat-tools))` }}
      />
      <Marked text={declaration.title} matched={matched} />
      <span class="slot">{slot ? texts.palette.to(slot) : alias}</span>
      <span class="about">{translateNode(declaration).summary}</span>
    </>
  )
}
