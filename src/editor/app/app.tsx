// Layout of the window: the canvas fills it, and all other components are drawn over it.
import { effect } from '@preact/signals'
import { render } from 'preact'
import type { EnginePort } from '../../engine/protocol.ts'
import { ChartDock } from '../charts/dockLoader.tsx'
import { ServicesProvider } from '../ui/services.ts'
import { Drawer } from '../drawer/drawer.tsx'
import { readAddress, type HideablePart } from '../drops/address.ts'
import { startEditor } from './editor.ts'
import type { Editor } from './services.ts'
import { AppModeLoader } from './appModeLoader.tsx'
import { Finder } from './finder.tsx'
import { WireCard } from '../panel/wireInspector.tsx'
import { Minimap } from '../canvas/minimap.tsx'
import { SkipLink } from '../outline/outline.tsx'
import { Dialog } from './dialogs.tsx'
import { Menu } from '../ui/menu.tsx'
import { QuickField } from '../ui/quickField.tsx'
import { Banners, DropTarget, Toasts } from '../ui/toasts.tsx'
import { Palette } from './palette.tsx'
import { Panel } from '../panel/panel.tsx'
import { QueueList } from '../running/queueLoader.tsx'
import { LowerPanel } from '../runs/lowerPanel.tsx'
import { subscribeToGraph } from '../workspace/state.ts'
import { nodeSearch } from '../canvas/state.ts'
import { panelShown, showDrawer, shownDrawer } from '../ui/state.ts'
import { TabBar } from './tabBar.tsx'
import { StatusBar } from './statusBar.tsx'
import { texts } from '../texts/texts.ts'
import { Breadcrumbs } from '../subgraph/breadcrumbs.tsx'
import { TopBar } from './topBar.tsx'
import { Viewer } from '../viewer/loader.tsx'
import { TourLoader } from '../tour/loader.tsx'

/** Parts that the address leaves out. */
const { hide } = readAddress(location.search)
const isPart = (part: HideablePart) => !hide.has(part)

function App({ editor }: { editor: Editor }) {
  return (
    <ServicesProvider value={editor}>
      <EmptyCanvasHint editor={editor} />
      {isPart('bar') && <TopBar />}
      {isPart('tabs') && <TabBar />}
      <TourLoader />
      <Drawer />
      {isPart('panel') && <Panel />}
      <LowerPanel />
      {isPart('minimap') && <Minimap />}
      {isPart('charts') && <ChartDock />}
      <Breadcrumbs />
      {isPart('status') && <StatusBar />}
      <Banners />
      <Toasts />
      <DropTarget />
      <WireCard />
      <Palette />
      <Finder />
      <QueueList />
      <Menu />
      <QuickField />
      <AppModeLoader />
      <Viewer />
      <Dialog />
    </ServicesProvider>
  )
}

function EmptyCanvasHint({ editor }: { editor: Editor }) {
  subscribeToGraph()
  if (editor.stage.nodes().length || nodeSearch.value) return null
  const left = shownDrawer.value ? 'var(--drawer)' : '0px'
  const right = panelShown.value ? 'var(--panel)' : '0px'
  return (
    <div class="blank" style={{ marginLeft: `calc((${left} - ${right}) / 2)` }}>
      <strong>{texts.canvas.empty}</strong>
      <p>{texts.canvas.emptyHint}</p>
      <button type="button" class="button outline" onClick={() => showDrawer('gallery')}>
        {texts.canvas.openGallery}
      </button>
    </div>
  )
}

/** Renders the editor into an element of the page. `onDraw` is called when it can be seen. */
export async function mount(
  root: HTMLElement,
  port: EnginePort,
  onDraw: () => void,
): Promise<Editor> {
  const canvas = document.createElement('canvas')
  canvas.className = 'canvas'
  canvas.setAttribute('role', 'application')
  effect(() => canvas.setAttribute('aria-label', texts.canvas.label))
  const main = document.createElement('main')
  main.append(canvas)
  const screen = document.createElement('div')
  const first = document.createElement('div')
  root.append(first, main, screen)
  root.dataset.hide = [...hide].join(' ')
  return startEditor(canvas, port, (editor) => {
    render(<SkipLink editor={editor} />, first)
    render(<App editor={editor} />, screen)
    onDraw()
  })
}
