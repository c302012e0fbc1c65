// The drawer's tab of the user's own workflows: saved ones and drafts, found by what is in them.
import { useEffect, useState } from 'preact/hooks'
import { MenuButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { Empty, Find, makeWay } from './drawerParts.tsx'
import type { Editor } from './editor.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import { wordsInside } from './inside.ts'
import { storageMessage, type Draft, type SavedWorkflow } from './library.ts'
import { matchOf, wordsIn } from './search.ts'
import { Sketch } from './sketch.tsx'
import * as state from './state.ts'
import { texts, translated } from './texts.ts'

interface Row {
  id: string
  name: string
  when: number
  saved?: SavedWorkflow
  draft?: Draft
}

/** Saved workflows, each with its draft if there is one; then drafts that were never saved. */
function rows(): Row[] {
  const [workflows, drafts] = [state.workflows.value, state.drafts.value]
  const draftOf = new Map(drafts.map((draft) => [draft.id, draft]))
  const known = new Set(workflows.map(({ id }) => id))
  return [
    ...workflows.map((saved): Row => {
      const draft = draftOf.get(saved.id)
      return { id: saved.id, name: saved.name, when: draft?.changed ?? saved.saved, saved, ...(draft && { draft }) }
    }),
    ...drafts
      .filter(({ id }) => !known.has(id))
      .map((draft): Row => ({ id: draft.id, name: draft.name, when: draft.changed, draft })),
  ].sort((a, b) => b.when - a.when)
}

export function Mine() {
  const editor = useEditor()
  const [query, setQuery] = useState('')
  useEffect(() => void editor.workspace.refresh(), [])
  const all = rows()
  if (!all.length) return <Empty title={texts.drawer.empty} hint={texts.drawer.emptyHint} />
  const words = wordsIn(query)
  const found = words.length
    ? all.filter((row) => matchOf(translated(row.name), words, `${row.name} ${wordsInside(textOf(row))}`))
    : all
  return (
    <>
      <Find label={texts.library.search} query={query} search={setQuery} />
      {!found.length && <Empty title={texts.drawer.notFound(query)} hint={texts.library.searchHint} />}
      <ul class="rows">
        {found.map((row) => (
          <MineRow key={row.id} row={row} />
        ))}
      </ul>
    </>
  )
}

const textOf = ({ draft, saved }: Row): string => draft?.text ?? saved?.text ?? ''

function MineRow({ row }: { row: Row }) {
  const editor = useEditor()
  const current = row.id === state.id.value
  const name = translated(row.name)
  const notes = [current && texts.drawer.current, row.draft && !row.draft.untouched && texts.drawer.draft].filter(Boolean)
  return (
    <li class={current ? 'row current' : 'row'}>
      <button type="button" class="open sketched" aria-current={current} onClick={() => !current && void openRow(editor, row)}>
        <Sketch text={textOf(row)} />
        <span class="words">
          <span>{name}</span>
          <span class="when">{[format.ago(row.when), ...notes].join(' · ')}</span>
        </span>
      </button>
      <More name={name} items={() => rowItems(editor, row)} />
    </li>
  )
}

const More = ({ name, items }: { name: string; items: () => state.Menu['items'] }) => (
  <MenuButton class="icon small" label={texts.drawer.more(name)} icon={<icons.more />} menu={() => ({ items: items() })} />
)

async function openRow({ workspace }: Editor, { id, saved, draft }: Row) {
  makeWay()
  try {
    if (saved) await workspace.openSaved(id)
    else if (draft) await workspace.openDraft(draft)
  } catch (error) {
    state.say(texts.files.unreadable(translated(saved?.name ?? draft?.name ?? '')), {
      text: (error as Error).message,
      error: true,
    })
  }
}

function rowItems(editor: Editor, row: Row): state.Menu['items'] {
  const { workspace, library } = editor
  const attempt = async (action: () => Promise<unknown>) => {
    try {
      await action()
    } catch (error) {
      state.say(translated(row.name), { text: storageMessage(error), error: true })
    }
    await workspace.refresh()
  }
  const rename = async () => {
    const name = await state.askName(texts.dialogs.rename, row.name, texts.dialogs.ok)
    if (!name) return
    workspace.renamed(row.id, name)
    await library.rename(row.id, name)
  }
  const remove = async () => {
    const restore = await library.remove(row.id)
    // What its tab shows stays, as something that was never saved.
    workspace.revised(row.id, 0)
    state.say(texts.drawer.deleted(translated(row.name)), {
      action: {
        label: texts.drawer.undo,
        run: () =>
          void attempt(async () => {
            await restore()
            if (row.saved) workspace.revised(row.id, row.saved.revision)
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
            run: () => (state.dialog.value = { kind: 'versions', id: row.id, name: row.name }),
          },
          {
            label: texts.drawer.duplicate,
            run: () => void attempt(() => library.duplicate(row.id, texts.copyOf(translated(row.name)))),
          },
        ]
      : []),
    'rule',
    { label: texts.drawer.delete, danger: true, run: () => void attempt(remove) },
  ]
}
