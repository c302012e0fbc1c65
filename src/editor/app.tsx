// The window: the canvas fills it, everything else lies on it.
import { effect } from '@preact/signals'
import { render } from 'preact'
import type { EnginePort } from '../engine/protocol.ts'
import { Dock } from './charts/dock.tsx'
import { EditorContext } from './context.ts'
import { Drawer } from './drawer.tsx'
import { startEditor, type Editor } from './editor.ts'
import { Finder } from './finder.tsx'
import { WireCard } from './glance.tsx'
import { Minimap } from './minimap.tsx'
import { SkipLink } from './outline.tsx'
import { Banner, Dialog, Dropping, Menu, Quick, Toasts } from './overlays.tsx'
import { Palette } from './palette.tsx'
import { Panel } from './panel.tsx'
import { QueueList } from './queue.tsx'
import { Lower } from './runs/lower.tsx'
import * as state from './state.ts'
import { TabBar } from './tabBar.tsx'
import { Status } from './status.tsx'
import { texts } from './texts.ts'
import { Crumbs } from './subgraph/crumbs.tsx'
import { Top } from './top.tsx'
import { Viewer } from './viewer/open.tsx'
import { TourLoader } from './tour/loader.tsx'

function App({ editor }: { editor: Editor }) {
  return (
    <EditorContext.Provider value={editor}>
      <Blank editor={editor} />
      <Top />
      <TabBar />
      <TourLoader />
      <Drawer />
      <Panel />
      <Lower />
      <Minimap />
      <Dock />
      <Crumbs />
      <Status />
      <Banner />
      <Toasts />
      <Dropping />
      <WireCard />
      <Palette />
      <Finder />
      <QueueList />
      <Menu />
      <Quick />
      <Viewer />
      <Dialog />
    </EditorContext.Provider>
  )
}

function Blank({ editor }: { editor: Editor }) {
  state.followGraph()
  if (editor.stage.nodes().length || state.palette.value) return null
  const left = state.drawer.value ? 'var(--drawer)' : '0px'
  const right = state.panelShown.value ? 'var(--panel)' : '0px'
  return (
    <div class="blank" style={{ marginLeft: `calc((${left} - ${right}) / 2)` }}>
      <strong>{texts.canvas.empty}</strong>
      <p>{texts.canvas.emptyHint}</p>
      <button type="button" class="button outline" onClick={() => (state.drawer.value = 'gallery')}>
        {texts.canvas.openGallery}
      </button>
    </div>
  )
}

/** Puts the editor into an element of the page. */
export async function mount(root: HTMLElement, port: EnginePort): Promise<Editor> {
  const canvas = document.createElement('canvas')
  canvas.className = 'canvas'
  canvas.setAttribute('role', 'application')
  effect(() => canvas.setAttribute('aria-label', texts.canvas.label))
  const main = document.createElement('main')
  main.append(canvas)
  const screen = document.createElement('div')
  const first = document.createElement('div')
  root.append(first, main, screen)
  return startEditor(canvas, port, (editor) => {
    render(<SkipLink editor={editor} />, first)
    render(<App editor={editor} />, screen)
  })
}
