// Drawer on the left: the library (gallery, saved workflows, stored files), or the outline.
import type { ComponentType } from 'preact'
import { useBackup } from '../backup/services.ts'
import { useRef } from 'preact/hooks'
import { IconButton } from '../ui/buttons.tsx'
import { addFiles } from '../drops/files.ts'
import { returnFocus } from '../ui/focus.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { coversCanvas } from '../ui/insets.ts'
import { lazyComponent } from '../ui/lazy.tsx'
import { showDialog, showDrawer, showToast, shownDrawer, type DrawerTab } from '../ui/state.ts'
import { storageUsed } from '../workspace/state.ts'
import { texts } from '../texts/texts.ts'

const tabs = ['gallery', 'mine', 'checkpoints', 'datasets'] as const

/** Tab whose code is loaded when it is first shown. */
const lazyTab = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazyComponent(load, (error) => {
    showDrawer(undefined)
    showToast(texts.drawer.label, { text: error.message, error: true })
  })

const Outline = lazyTab(async () => (await import('../outline/outline.tsx')).Outline)
const Gallery = lazyTab(async () => (await import('./gallery.tsx')).Gallery)
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
    <nav
      class={tab === 'gallery' ? 'side drawer wide' : 'side drawer'}
      aria-label={texts.drawer.label}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !coversCanvas()) return
        event.preventDefault()
        event.stopPropagation()
        showDrawer(undefined)
        returnFocus()
      }}
    >
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
