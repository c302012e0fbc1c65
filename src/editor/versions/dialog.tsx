// The versions of a workflow: when each was saved and what changed, what is different between any two, and the way back.
import { useEffect, useRef, useState } from 'preact/hooks'
import { parseWorkflow, type WorkflowFile } from '../../nodes/workflow.ts'
import { changesOf, type Change } from '../changes.ts'
import { changeInWords, inALine } from '../changeWords.ts'
import { useEditor } from '../context.ts'
import { ownTypes } from '../declarations.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import * as state from '../state.ts'
import { texts, translated } from '../texts.ts'
import type { Version } from './keep.ts'
import './versions.css'

/** One to look at; what the tab shows now is one as well. */
interface Entry {
  id: string
  label: string
  /** Undefined if it cannot be read. */
  file: WorkflowFile | undefined
  version?: Version
}

function read(text: string): WorkflowFile | undefined {
  try {
    return parseWorkflow(text, ownTypes).workflow
  } catch {
    return undefined
  }
}

/** Those of the same minute are told apart by the second. */
function entriesOf(versions: readonly Version[]): Entry[] {
  const minutes = versions.map((version) => format.when(version.when))
  return versions.map((version, i) => {
    const when = minutes.indexOf(minutes[i]!) === minutes.lastIndexOf(minutes[i]!) ? minutes[i]! : format.when(version.when, true)
    return { id: version.id, label: version.name ? `${version.name} · ${when}` : when, file: read(version.text), version }
  })
}

const between = (before: Entry | undefined, after: Entry | undefined): Change[] | undefined =>
  before?.file && after?.file && changesOf(before.file, after.file, ownTypes)

type Dialog = Extract<state.Dialog, { kind: 'versions' }>

export function VersionsDialog({ dialog: { id, name }, close }: { dialog: Dialog; close: () => void }) {
  const editor = useEditor()
  const [entries, reload] = useEntries(id)
  const [chosen, setChosen] = useState<string>()
  const [other, setOther] = useState<string>()
  if (!entries) return <h2 id="dialog-title">{texts.versions.title(translated(name))}</h2>
  const at = Math.max(0, chosen === undefined ? entries.findIndex(({ version }) => version) : indexOf(entries, chosen))
  const entry = entries[at]
  const before = other === undefined ? entries[at + 1] : entries[indexOf(entries, other)]
  return (
    <>
      <h2 id="dialog-title">{texts.versions.title(translated(name))}</h2>
      {entry ? (
        <div class="versions-body">
          <Entries entries={entries} chosen={entry.id} choose={(next) => (setChosen(next), setOther(undefined))} />
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
            <Changes changes={before && between(before, entry)} first={!before} />
          </section>
        </div>
      ) : (
        <p>{texts.versions.none}</p>
      )}
      <div class="answers">
        {entry?.version && <Ways editor={editor} of={id} version={entry.version} close={close} reload={reload} />}
        <button type="button" class="button primary" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </>
  )
}

const indexOf = (entries: readonly Entry[], id: string) => entries.findIndex((each) => each.id === id)

/** What is in the tab first, where it is open and differs; then the versions. */
function useEntries(of: string): [Entry[] | undefined, () => Promise<void>] {
  const { library, workspace } = useEditor()
  const [entries, setEntries] = useState<Entry[]>()
  const load = async () => {
    const versions = entriesOf(await library.versions.list(of))
    const text = state.id.value === of ? workspace.text() : undefined
    const now = text !== undefined && text !== versions[0]?.version!.text
    setEntries([...(now ? [{ id: 'now', label: texts.versions.now, file: read(text) }] : []), ...versions])
  }
  useEffect(() => void load(), [of])
  return [entries, load]
}

/** So many changes stand in the line of a version. */
const MOST_TOLD = 5

function Entries({ entries, chosen, choose }: { entries: readonly Entry[]; chosen: string; choose: (id: string) => void }) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => list.current!.querySelector<HTMLElement>('[aria-pressed=true]')?.focus(), [])
  const lines = entries.map((entry, i) => {
    if (i === entries.length - 1) return texts.versions.first
    const changes = between(entries[i + 1], entry)
    return changes ? inALine(changes, MOST_TOLD) || texts.versions.nothing : texts.versions.unreadable
  })
  return (
    <ul ref={list} class="rows" aria-label={texts.versions.label}>
      {entries.map(({ id, label }, i) => (
        <li key={id} class={id === chosen ? 'row current' : 'row'}>
          <button type="button" class="open" aria-pressed={id === chosen} onClick={() => choose(id)}>
            <span>{label}</span>
            <span class="when">{lines[i]}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Changes({ changes, first }: { changes: Change[] | undefined; first: boolean }) {
  if (first) return <p class="hint">{texts.versions.firstMeaning}</p>
  if (!changes) return <p class="hint">{texts.versions.unreadable}</p>
  if (!changes.length) return <p class="hint">{texts.versions.nothing}</p>
  return (
    <ul class="changes">
      {changes.map((change, i) => (
        <li key={i} data-kind={change.kind}>
          {changeInWords(change)}
        </li>
      ))}
    </ul>
  )
}

interface WaysProps {
  editor: Editor
  of: string
  version: Version
  close: () => void
  reload: () => Promise<void>
}

function Ways({ editor: { library, workspace }, of, version, close, reload }: WaysProps) {
  const attempt = (action: () => Promise<unknown>) => async () => {
    try {
      await action()
    } catch (error) {
      state.say(texts.versions.label, { text: (error as Error).message, error: true })
    }
  }
  const rename = async () => {
    const { dialog } = state
    const back = dialog.value
    const name = await state.askText(texts.versions.name, version.name ?? '', texts.dialogs.ok)
    if (name) await library.versions.name(version.id, name)
    dialog.value = back
    await reload()
  }
  const restore = async () => {
    close()
    await workspace.openSaved(of)
    workspace.editWhole(() => parseWorkflow(version.text, ownTypes).workflow, { follow: true })
    const undo = { label: texts.drawer.undo, run: () => workspace.undo() }
    state.say(texts.versions.restored(format.when(version.when)), { action: undo })
  }
  const open = async () => {
    close()
    await workspace.openText(version.text, version.name ?? state.name.value)
  }
  return (
    <>
      <button type="button" class="button" onClick={() => void attempt(rename)()}>
        {texts.versions.name}
      </button>
      <button type="button" class="button outline" onClick={() => void attempt(open)()}>
        {texts.versions.open}
      </button>
      <button type="button" class="button outline" onClick={() => void attempt(restore)()}>
        {texts.versions.restore}
      </button>
    </>
  )
}
