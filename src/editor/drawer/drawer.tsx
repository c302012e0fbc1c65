// Drawer on the left: the library (gallery, saved workflows, stored files), or the outline.
import type { ComponentType } from 'preact'
import { useBackup } from '../backup/services.ts'
import { useEffect, useRef, useState } from 'preact/hooks'
import { IconButton } from '../ui/buttons.tsx'
import { Empty, SearchField, closeCoveringDrawer } from './parts.tsx'
import { addFiles } from '../drops/files.ts'
import * as format from '../ui/format.ts'
import {
  loadAllReady,
  groupByTopic,
  searchReady,
  type ReadyWorkflow,
} from '../workspace/gallery.ts'
import { icons } from '../ui/icons.tsx'
import { Outline } from '../outline/outline.tsx'
import { lazyComponent } from '../ui/lazy.tsx'
import { showDialog, showDrawer, showToast, shownDrawer, type DrawerTab } from '../ui/state.ts'
import { readyId, storageUsed } from '../workspace/state.ts'
import { texts, topicText, translateWorkflow } from '../texts/texts.ts'

const tabs = ['gallery', 'mine', 'checkpoints', 'datasets'] as const

/** Tab whose code is loaded when it is first shown. */
const lazyTab = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazyComponent(load, (error) => {
    showDrawer(undefined)
    showToast(texts.drawer.label, { text: error.message, error: true })
  })

const SavedItems = lazyTab(async () => (await import('./savedWorkflows.tsx')).SavedItems)
const Lessons = lazyTab(async () => (await import('../lessons/panel.tsx')).LessonsPanel)
const StoredFileList = lazyTab(async () => (await import('./storedFiles.tsx')).StoredFileList)

export function Drawer() {
  const editor = useBackup()
  const tab = shownDrawer.value
  if (!tab) return null
  if (tab === 'outline') return <Outline />
  if (tab === 'lessons') return <Lessons />
  return (
    <nav class="side drawer" aria-label={texts.drawer.label}>
      <div class="tabs">
        <Tabs chosen={tab} />
        <IconButton
          class="icon small close"
          label={texts.drawer.close}
          icon={<icons.close />}
          onClick={() => showDrawer(undefined)}
        />
      </div>
      <div class="tab-panel" role="tabpanel" id="library-panel" aria-label={texts.drawer[tab]}>
        {tab === 'gallery' && <Gallery />}
        {tab === 'mine' && <SavedItems />}
        {tab === 'checkpoints' && (
          <StoredFileList what="checkpoint" addFiles={() => void addFiles(editor)} />
        )}
        {tab === 'datasets' && (
          <StoredFileList what="dataset" addFiles={() => void addFiles(editor)} />
        )}
        {tab !== 'gallery' && <Used />}
      </div>
    </nav>
  )
}

/** The tabs are one tab stop; arrow keys move between them. */
function Tabs({ chosen }: { chosen: DrawerTab }) {
  const box = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const now = tabs.indexOf(chosen)
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    const tab = tabs.at(next % tabs.length)!
    showDrawer(tab)
    box.current?.querySelectorAll('button')[tabs.indexOf(tab)]?.focus()
  }
  return (
    <div
      ref={box}
      class="tab-list"
      role="tablist"
      aria-label={texts.drawer.label}
      onKeyDown={onKeyDown}
    >
      {tabs.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          class="button small"
          aria-selected={each === chosen}
          aria-controls="library-panel"
          tabIndex={each === chosen ? 0 : -1}
          {...(each === 'mine' && { title: texts.drawer.savedHint })}
          onClick={() => showDrawer(each)}
        >
          {texts.drawer[each]}
        </button>
      ))}
    </div>
  )
}

function Gallery() {
  const [ready, setReady] = useState<ReadyWorkflow[]>()
  const [query, setQuery] = useState('')
  useEffect(() => void loadAllReady().then(setReady), [])
  if (!ready) return null
  if (!ready.length)
    return <Empty title={texts.drawer.galleryEmpty} hint={texts.drawer.galleryEmptyHint} />
  const found = searchReady(ready, query)
  return (
    <>
      <SearchField label={texts.drawer.search} query={query} search={setQuery} />
      {!found.length && (
        <Empty title={texts.drawer.notFound(query)} hint={texts.drawer.notFoundHint} />
      )}
      {groupByTopic(found).map(([topic, some]) => (
        <section key={topic} aria-label={topicText(topic) || texts.drawer.otherTopic}>
          {topic && <h3 class="topic">{topicText(topic)}</h3>}
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

function Card({ ready: { id, title, about, picture } }: { ready: ReadyWorkflow }) {
  const editor = useBackup()
  return (
    <li>
      <button
        type="button"
        class="card"
        aria-current={readyId.value === id}
        onClick={() => {
          closeCoveringDrawer()
          void editor.workspace.openReady(id)
        }}
      >
        {picture && <img class="picture" src={picture} alt="" loading="lazy" />}
        <span class="body">
          <span class="name">{translateWorkflow(title)}</span>
          {about && <span class="text">{translateWorkflow(about)}</span>}
        </span>
      </button>
    </li>
  )
}

function Used() {
  const used = storageUsed.value
  return used?.quota ? (
    <p class="foot">
      <button type="button" class="link" onClick={() => showDialog({ kind: 'storage' })}>
        {texts.drawer.used(format.bytes(used.used), format.bytes(used.quota))}
      </button>
    </p>
  ) : null
}
