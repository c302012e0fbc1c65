// The drawer at the left: the gallery of ready workflows, the user's own, and kept files.
import { useEffect, useRef, useState } from 'preact/hooks'
import { IconButton, MenuButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import type { Editor } from './editor.ts'
import { addFiles } from './files.ts'
import * as format from './format.ts'
import { allReady, byTopic, findReady, type Ready } from './gallery.ts'
import { icons } from './icons.tsx'
import { KeptFiles } from './kept.tsx'
import type { Draft, SavedWorkflow } from './library.ts'
import { storageMessage } from './library.ts'
import { Outline } from './outline.tsx'
import { isSmall } from './small.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

const tabs = ['gallery', 'mine', 'checkpoints', 'datasets'] as const

export function Drawer() {
  const editor = useEditor()
  const tab = state.drawer.value
  if (!tab) return null
  if (tab === 'outline') return <Outline />
  return (
    <nav class="side drawer" aria-label={texts.drawer.label}>
      <div class="tabs">
        <Tabs chosen={tab} />
        <IconButton
          class="icon small close"
          label={texts.drawer.close}
          icon={<icons.close />}
          onClick={() => (state.drawer.value = undefined)}
        />
      </div>
      <div class="tab-panel" role="tabpanel" id="library-panel" aria-label={texts.drawer[tab]}>
        {tab === 'gallery' && <Gallery />}
        {tab === 'mine' && <Mine />}
        {tab === 'checkpoints' && <KeptFiles what="checkpoint" addFiles={() => void addFiles(editor)} />}
        {tab === 'datasets' && <KeptFiles what="dataset" addFiles={() => void addFiles(editor)} />}
        {tab !== 'gallery' && <Used />}
      </div>
    </nav>
  )
}

/** One stop of the tab key; arrows go from one to the next. */
function Tabs({ chosen }: { chosen: state.DrawerTab }) {
  const box = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const now = tabs.indexOf(chosen)
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    state.drawer.value = tabs.at(next % tabs.length)!
    box.current!.querySelectorAll('button')[tabs.indexOf(state.drawer.value)]?.focus()
  }
  return (
    <div ref={box} class="tab-list" role="tablist" aria-label={texts.drawer.label} onKeyDown={onKeyDown}>
      {tabs.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          class="button small"
          aria-selected={each === chosen}
          aria-controls="library-panel"
          tabIndex={each === chosen ? 0 : -1}
          {...(each === 'mine' && { title: texts.drawer.mineMeaning })}
          onClick={() => (state.drawer.value = each)}
        >
          {texts.drawer[each]}
        </button>
      ))}
    </div>
  )
}

function Empty({ title, hint }: { title: string; hint: string }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {hint}
    </div>
  )
}

function Gallery() {
  const [ready, setReady] = useState<Ready[]>()
  const [query, setQuery] = useState('')
  useEffect(() => void allReady().then(setReady), [])
  if (!ready) return null
  if (!ready.length) return <Empty title={texts.drawer.galleryEmpty} hint={texts.drawer.galleryEmptyHint} />
  const found = findReady(ready, query)
  return (
    <>
      <label class="find">
        <icons.search />
        <input
          type="search"
          aria-label={texts.drawer.search}
          placeholder={texts.drawer.search}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </label>
      {!found.length && <Empty title={texts.drawer.notFound(query)} hint={texts.drawer.notFoundHint} />}
      {byTopic(found).map(([topic, some]) => (
        <section key={topic} aria-label={topic || texts.drawer.otherTopic}>
          {topic && <h3 class="topic">{topic}</h3>}
          <ul class="cards">
            {some.map((each) => (
              <Card key={each.id} ready={each} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

function Card({ ready: { id, title, about, picture } }: { ready: Ready }) {
  const editor = useEditor()
  return (
    <li>
      <button
        type="button"
        class="card"
        aria-current={state.openReady.value === id}
        onClick={() => {
          makeWay()
          void editor.workspace.openReady(id)
        }}
      >
        {picture && <img class="picture" src={picture} alt="" loading="lazy" />}
        <span class="body">
          <span class="name">{title}</span>
          {about && <span class="text">{about}</span>}
        </span>
      </button>
    </li>
  )
}

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

function Mine() {
  const editor = useEditor()
  useEffect(() => void editor.workspace.refresh(), [])
  const all = rows()
  if (!all.length) return <Empty title={texts.drawer.empty} hint={texts.drawer.emptyHint} />
  return (
    <ul class="rows">
      {all.map((row) => (
        <MineRow key={row.id} row={row} />
      ))}
    </ul>
  )
}

function MineRow({ row }: { row: Row }) {
  const editor = useEditor()
  const current = row.id === state.id.value
  const notes = [current && texts.drawer.current, row.draft && !row.draft.untouched && texts.drawer.draft].filter(Boolean)
  return (
    <li class={current ? 'row current' : 'row'}>
      <button type="button" class="open" aria-current={current} onClick={() => !current && void openRow(editor, row)}>
        <span>{row.name}</span>
        <span class="when">{[format.ago(row.when), ...notes].join(' · ')}</span>
      </button>
      <More name={row.name} items={() => rowItems(editor, row)} />
    </li>
  )
}

const More = ({ name, items }: { name: string; items: () => state.Menu['items'] }) => (
  <MenuButton class="icon small" label={texts.drawer.more(name)} icon={<icons.more />} menu={() => ({ items: items() })} />
)

/** Where the drawer covers the canvas it goes, for what was chosen to be seen. */
const makeWay = () => isSmall() && (state.drawer.value = undefined)

async function openRow({ workspace }: Editor, { id, saved, draft }: Row) {
  makeWay()
  try {
    if (saved) await workspace.openSaved(id)
    else if (draft) await workspace.openDraft(draft)
  } catch (error) {
    state.say(texts.files.unreadable(saved?.name ?? draft?.name ?? ''), { text: (error as Error).message, error: true })
  }
}

function rowItems(editor: Editor, row: Row): state.Menu['items'] {
  const { workspace, library } = editor
  const attempt = async (action: () => Promise<unknown>) => {
    try {
      await action()
    } catch (error) {
      state.say(row.name, { text: storageMessage(error), error: true })
    }
    await workspace.refresh()
  }
  const rename = async () => {
    const name = await state.askText(texts.dialogs.rename, row.name, texts.dialogs.ok)
    if (!name) return
    workspace.renamed(row.id, name)
    await library.rename(row.id, name)
  }
  const remove = async () => {
    const restore = await library.remove(row.id)
    // What its tab shows stays, as something that was never saved.
    workspace.revised(row.id, 0)
    state.say(texts.drawer.deleted(row.name), {
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
          { label: texts.drawer.duplicate, run: () => void attempt(() => library.duplicate(row.id, texts.copyOf(row.name))) },
        ]
      : []),
    'rule',
    { label: texts.drawer.delete, danger: true, run: () => void attempt(remove) },
  ]
}

function Used() {
  const used = state.storageUsed.value
  return used?.quota ? <p class="foot">{texts.drawer.used(format.bytes(used.used), format.bytes(used.quota))}</p> : null
}
