// A long list of choices at the pointer, in groups and with a search field.
import { useMemo, useState } from 'preact/hooks'
import { matchTitle, splitSearch } from '../graph/textMatch.ts'
import { texts } from '../texts/texts.ts'
import { returnFocus } from '../ui/focus.ts'
import { Marked, Picker, type EntryGroup } from '../ui/picker.tsx'
import { closeChoices, shownChoices, type ChoiceEntry, type ChoiceList } from '../ui/state.ts'

export const Choices = () =>
  shownChoices.value ? (
    <OpenChoices key={shownChoices.value.at.join()} list={shownChoices.value} />
  ) : null

function OpenChoices({ list: { at, title, entries } }: { list: ChoiceList }) {
  const [query, setQuery] = useState('')
  const groups = useMemo(() => groupEntries(entries, query), [entries, query])
  const all = groups.flatMap((group) => group.entries)
  const current = entries.find(({ checked }) => checked)?.label
  return (
    <Picker
      at={at}
      start={Math.max(
        0,
        all.findIndex(({ key }) => key === current),
      )}
      label={title}
      placeholder={texts.choices.search}
      query={query}
      onQuery={setQuery}
      groups={groups}
      class="choices"
      none={<strong>{texts.choices.none(query)}</strong>}
      onClose={closeChoices}
    />
  )
}

/** Returns the entries that match the query in their groups: the best first, or in their order. */
function groupEntries(entries: readonly ChoiceEntry[], query: string): EntryGroup[] {
  const words = splitSearch(query)
  const found = entries.flatMap((entry) => {
    const match = matchTitle(entry.label, words, `${entry.about ?? ''} ${entry.group ?? ''}`)
    return match ? [{ entry, ...match }] : []
  })
  const ranked = words.length > 0 ? found.toSorted(compareMatches) : found
  const groups = new Map<string, EntryGroup['entries'][number][]>()
  for (const { entry, matched } of ranked) {
    const group = groups.get(entry.group ?? '') ?? []
    groups.set(entry.group ?? '', group)
    group.push({
      key: entry.label,
      content: <Content entry={entry} matched={matched} />,
      choose() {
        returnFocus()
        entry.run()
      },
    })
  }
  return [...groups].map(([name, within]) => ({ ...(name && { name }), entries: within }))
}

interface Match {
  entry: ChoiceEntry
  score: number
}

/** The match with the fewest other letters comes first among equally good ones. */
const compareMatches = (a: Match, b: Match) =>
  b.score - a.score || a.entry.label.length - b.entry.label.length

interface ContentProps {
  entry: ChoiceEntry
  matched: ReadonlySet<number>
}

const Content = ({ entry: { label, about, checked }, matched }: ContentProps) => (
  <>
    <span class="check" aria-hidden="true">
      {checked ? '✓' : ''}
    </span>
    <Marked text={label} matched={matched} />
    <span class="about">{about}</span>
  </>
)
