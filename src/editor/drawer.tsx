// The drawer at the left: the gallery of ready workflows, the user's own, and kept files; or the outline of the graph.
import { useEffect, useRef, useState } from 'preact/hooks'
import { IconButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { Empty, Find, makeWay } from './drawerParts.tsx'
import { addFiles } from './files.ts'
import * as format from './format.ts'
import { allReady, byTopic, findReady, type Ready } from './gallery.ts'
import { icons } from './icons.tsx'
import { KeptFiles } from './kept.tsx'
import { Mine } from './mine.tsx'
import { Outline } from './outline.tsx'
import { MyNodes } from './subgraph/mine.tsx'
import * as state from './state.ts'
import { texts, topicText, translated } from './texts.ts'

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
        {tab === 'mine' && <MyNodes />}
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

function Gallery() {
  const [ready, setReady] = useState<Ready[]>()
  const [query, setQuery] = useState('')
  useEffect(() => void allReady().then(setReady), [])
  if (!ready) return null
  if (!ready.length) return <Empty title={texts.drawer.galleryEmpty} hint={texts.drawer.galleryEmptyHint} />
  const found = findReady(ready, query)
  return (
    <>
      <Find label={texts.drawer.search} query={query} search={setQuery} />
      {!found.length && <Empty title={texts.drawer.notFound(query)} hint={texts.drawer.notFoundHint} />}
      {byTopic(found).map(([topic, some]) => (
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
          <span class="name">{translated(title)}</span>
          {about && <span class="text">{translated(about)}</span>}
        </span>
      </button>
    </li>
  )
}

function Used() {
  const used = state.storageUsed.value
  return used?.quota ? (
    <p class="foot">
      <button type="button" class="link" onClick={() => (state.dialog.value = { kind: 'storage' })}>
        {texts.drawer.used(format.bytes(used.used), format.bytes(used.quota))}
      </button>
    </p>
  ) : null
}
