// Drawer tab of saved workflows, drafts and nodes. The search includes the contents of workflows.
import { getErrorText } from '../../engine/messages/fault.ts'
import { toLabel } from '../../painters/cutText.ts'
import { isOpenSomewhere } from '../workspace/workflowLocks.ts'
import { useBackup, type BackupServices } from '../backup/services.ts'
import { useEffect, useState } from 'preact/hooks'
import { MenuButton } from '../ui/buttons.tsx'
import { Empty, SearchField, closeCoveringDrawer } from './parts.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { getSearchText } from '../graph/workflowText.ts'
import { type Draft, type SavedWorkflow } from '../workspace/library.ts'
import { matchTitle, splitSearch } from '../graph/textMatch.ts'
import { SavedNodeList } from '../subgraph/savedNodeList.tsx'
import { WorkflowThumbnail } from './thumbnail.tsx'
import { savedDrafts, savedWorkflows, workflowId } from '../workspace/state.ts'
import { askName, showDialog, showToast, type Menu } from '../ui/state.ts'
import { showStorageError } from '../ui/storageError.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'

interface Row {
  id: string
  name: string
  when: number
  saved?: SavedWorkflow
  draft?: Draft
}

/** Lists saved workflows with their drafts, and drafts that were never saved; latest first. */
function listRows(): Row[] {
  const [workflows, drafts] = [savedWorkflows.value, savedDrafts.value]
  const draftOf = new Map(drafts.map((draft) => [draft.id, draft]))
  const known = new Set(workflows.map(({ id }) => id))
  return [
    ...workflows.map((saved): Row => {
      const draft = draftOf.get(saved.id)
      return {
        id: saved.id,
        name: saved.name,
        when: draft?.changed ?? saved.saved,
        saved,
        ...(draft && { draft }),
      }
    }),
    ...drafts
      .filter(({ id }) => !known.has(id))
      .map((draft): Row => ({ id: draft.id, name: draft.name, when: draft.changed, draft })),
  ].sort((a, b) => b.when - a.when)
}

export const SavedItems = () => (
  <>
    <SavedWorkflows />
    <SavedNodeList />
  </>
)

function SavedWorkflows() {
  const editor = useBackup()
  const [query, setQuery] = useState('')
  useEffect(() => void editor.workspace.refresh(), [])
  const all = listRows()
  if (!all.length) return <Empty title={texts.drawer.empty} hint={texts.drawer.emptyHint} />
  const words = splitSearch(query)
  const found = words.length
    ? all.filter((row) =>
        matchTitle(
          translateWorkflow(row.name),
          words,
          `${row.name} ${getSearchText(getText(row))}`,
        ),
      )
    : all
  return (
    <>
      <SearchField label={texts.library.search} query={query} search={setQuery} />
      {!found.length && (
        <Empty title={texts.drawer.notFound(query)} hint={texts.library.searchHint} />
      )}
      <ul class="rows">
        {found.map((row) => (
          <SavedWorkflowRow key={row.id} row={row} />
        ))}
      </ul>
    </>
  )
}

const getText = ({ draft, saved }: Row): string => draft?.text ?? saved?.text ?? ''

function SavedWorkflowRow({ row }: { row: Row }) {
  const editor = useBackup()
  const current = row.id === workflowId.value
  const name = toLabel(translateWorkflow(row.name))
  const notes = [
    current && texts.drawer.current,
    row.draft && !row.draft.untouched && texts.drawer.draft,
  ].filter(Boolean)
  return (
    <li class={current ? 'row current' : 'row'}>
      <button
        type="button"
        class="open sketched"
        aria-current={current}
        onClick={() => !current && void openRow(editor, row)}
      >
        <WorkflowThumbnail text={getText(row)} />
        <span class="words">
          <span>{name}</span>
          <span class="when">{[format.ago(row.when), ...notes].join(' · ')}</span>
        </span>
      </button>
      <RowMenu name={name} items={() => rowItems(editor, row)} />
    </li>
  )
}

const RowMenu = ({ name, items }: { name: string; items: () => Menu['items'] }) => (
  <MenuButton
    class="icon small"
    label={texts.drawer.more(name)}
    icon={<icons.more />}
    menu={() => ({ items: items() })}
  />
)

async function openRow({ workspace }: BackupServices, { id, saved, draft }: Row) {
  closeCoveringDrawer()
  try {
    if (saved) await workspace.openSaved(id)
    else if (draft) await workspace.openDraft(draft)
  } catch (error) {
    showToast(texts.files.unreadable(translateWorkflow(saved?.name ?? draft?.name ?? '')), {
      text: getErrorText(error),
      error: true,
    })
  }
}

function rowItems(editor: BackupServices, row: Row): Menu['items'] {
  const { workspace, library } = editor
  const attempt = async (action: () => Promise<unknown>) => {
    try {
      await action()
    } catch (error) {
      showStorageError(translateWorkflow(row.name), error)
    }
    await workspace.refresh()
  }
  const rename = async () => {
    const name = await askName(texts.dialogs.rename, row.name, texts.dialogs.ok)
    if (!name) return
    workspace.applyRename(row.id, name)
    const revision = await library.rename(row.id, name)
    if (revision !== undefined) workspace.applyRevision(row.id, revision)
  }
  const remove = async () => {
    // Another window has its unsaved changes.
    const keepDraft = !workspace.isOpen(row.id) && (await isOpenSomewhere(row.id))
    const restore = await library.remove(row.id, { keepDraft })
    // An open tab keeps its content, as a workflow that was never saved.
    workspace.applyRevision(row.id, 0)
    showToast(texts.drawer.deleted(translateWorkflow(row.name)), {
      action: {
        label: texts.drawer.undo,
        run: () =>
          void attempt(async () => {
            await restore()
            if (row.saved) workspace.applyRevision(row.id, row.saved.revision)
          }),
      },
    })
  }
  return [
    { label: texts.drawer.open, run: () => void openRow(editor, row) },
    ...(row.saved
      ? [
          { label: texts.drawer.rename, run: () => void attempt(rename) },
          {
            label: texts.commands.versions,
            run: () => showDialog({ kind: 'versions', id: row.id, name: row.name }),
          },
          {
            label: texts.drawer.duplicate,
            run: () =>
              void attempt(() =>
                library.duplicate(row.id, texts.copyOf(translateWorkflow(row.name))),
              ),
          },
        ]
      : []),
    'rule',
    { label: texts.drawer.delete, danger: true, run: () => void attempt(remove) },
  ]
}
