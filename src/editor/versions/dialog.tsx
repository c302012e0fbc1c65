// Dialog for the versions of a workflow: list, comparison of any two, and restoring.
import { useState } from 'preact/hooks'
import { useFirstFocus } from '../ui/modal.ts'
import { findChanges, type Change } from '../graph/changes.ts'
import { describeChange, summarizeChanges } from '../graph/changeText.ts'
import { ownTypes } from '../graph/declarations.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import type { Dialog } from '../ui/state.ts'
import { VersionActions } from './actions.tsx'
import { useVersionEntries, type VersionEntry } from './entries.ts'
import './versions.css'

const entryChanges = (
  before: VersionEntry | undefined,
  after: VersionEntry | undefined,
): Change[] | undefined =>
  before?.file && after?.file && findChanges(before.file, after.file, ownTypes)

interface VersionsDialogProps {
  dialog: Extract<Dialog, { kind: 'versions' }>
  close: () => void
}

export function VersionsDialog({ dialog: { id, name }, close }: VersionsDialogProps) {
  const [entries, reload] = useVersionEntries(id)
  const [chosen, setChosen] = useState<string>()
  const [other, setOther] = useState<string>()
  const title = <h2 id="dialog-title">{texts.versions.title(translateWorkflow(name))}</h2>
  if (!entries) return title
  const index = Math.max(
    0,
    chosen === undefined
      ? entries.findIndex(({ version }) => version)
      : entryIndex(entries, chosen),
  )
  const entry = entries[index]
  const before = other === undefined ? entries[index + 1] : entries[entryIndex(entries, other)]
  return (
    <>
      {title}
      {entry ? (
        <div class="versions-body">
          <EntryList
            entries={entries}
            chosen={entry.id}
            choose={(next) => (setChosen(next), setOther(undefined))}
          />
          <Comparison {...{ entries, entry, before, setOther }} />
        </div>
      ) : (
        <p>{texts.versions.none}</p>
      )}
      <div class="answers">
        {entry?.version && (
          <VersionActions workflow={id} {...{ version: entry.version, close, reload }} />
        )}
        <button type="button" class="button primary" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </>
  )
}

const entryIndex = (entries: readonly VersionEntry[], id: string) =>
  entries.findIndex((each) => each.id === id)

/** Limit of changes in the summary of a version. */
const MAX_CHANGES = 5

interface EntryListProps {
  entries: readonly VersionEntry[]
  chosen: string
  choose: (id: string) => void
}

function EntryList({ entries, chosen, choose }: EntryListProps) {
  const list = useFirstFocus<HTMLUListElement>('[aria-pressed=true]')
  const summaries = entries.map((entry, i) => {
    if (i === entries.length - 1) return texts.versions.first
    const changes = entryChanges(entries[i + 1], entry)
    if (!changes) return texts.versions.unreadable
    return summarizeChanges(changes, MAX_CHANGES) || texts.versions.noChanges
  })
  return (
    <ul ref={list} class="rows" aria-label={texts.versions.label}>
      {entries.map(({ id, label }, i) => (
        <li key={id} class={id === chosen ? 'row current' : 'row'}>
          <button
            type="button"
            class="open"
            aria-pressed={id === chosen}
            onClick={() => choose(id)}
          >
            <span>{label}</span>
            <span class="when">{summaries[i]}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

interface ComparisonProps {
  entries: readonly VersionEntry[]
  entry: VersionEntry
  before: VersionEntry | undefined
  setOther: (id: string | undefined) => void
}

/** Changes from one version to another. */
function Comparison({ entries, entry, before, setOther }: ComparisonProps) {
  return (
    <section aria-label={texts.versions.changes}>
      <label>
        {texts.versions.comparedWith}
        <select
          class="field"
          value={before?.id ?? ''}
          onChange={({ currentTarget }) => setOther(currentTarget.value || undefined)}
        >
          {!before && <option value="">{texts.versions.first}</option>}
          {entries
            .filter((each) => each !== entry)
            .map((each) => (
              <option key={each.id} value={each.id}>
                {each.label}
              </option>
            ))}
        </select>
      </label>
      <ChangeList changes={before && entryChanges(before, entry)} isFirst={!before} />
    </section>
  )
}

interface ChangeListProps {
  /** Undefined if a version is unreadable. */
  changes: Change[] | undefined
  isFirst: boolean
}

function ChangeList({ changes, isFirst }: ChangeListProps) {
  if (isFirst) return <p class="hint">{texts.versions.firstHint}</p>
  if (!changes) return <p class="hint">{texts.versions.unreadable}</p>
  if (!changes.length) return <p class="hint">{texts.versions.noChanges}</p>
  return (
    <ul class="changes">
      {changes.map((change, i) => (
        <li key={i} data-kind={change.kind}>
          {describeChange(change)}
        </li>
      ))}
    </ul>
  )
}
