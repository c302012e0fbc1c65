// Layout of the window: the canvas fills it, and all other components are drawn over it.
import { effect } from '@preact/signals'
import { render, type ComponentType } from 'preact'
import type { EnginePort } from '../../engine/protocol.ts'
import { ChartDock } from '../charts/dockLoader.tsx'
import { ServicesProvider } from '../ui/services.ts'
import { Drawer } from '../drawer/drawer.tsx'
import { readAddress, type HideablePart } from '../drops/address.ts'
import { startEditor } from './editor.ts'
import type { Editor } from './services.ts'
import { AppModeLoader } from './appModeLoader.tsx'
import { SkipLink } from '../outline/skipLink.tsx'
import { Dialog } from './dialogs.tsx'
import { lazyComponent } from '../ui/lazy.tsx'
import { Menu } from '../ui/menu.tsx'
import { QuickField } from '../ui/quickField.tsx'
import { Banners, DropTarget, Toasts } from '../ui/toasts.tsx'
import { Panel } from '../panel/panel.tsx'
import { WireCard } from '../panel/wireInspector.tsx'
import { QueueList } from '../running/queueLoader.tsx'
import { runState } from '../running/state.ts'
import { LowerPanel } from '../runs/lowerPanel.tsx'
import { shownTab, subscribeToGraph } from '../workspace/state.ts'
import { nodeSearch } from '../canvas/state.ts'
import { panelShown, showDrawer, showToast, shownDrawer } from '../ui/state.ts'
import { TabBar } from './tabBar.tsx'
import { TabListLoader } from './tabListLoader.tsx'
import { StatusBar } from './statusBar.tsx'
import { texts } from '../texts/texts.ts'
import { Breadcrumbs } from '../subgraph/breadcrumbs.tsx'
import { TopBar } from './topBar.tsx'
import { Viewer } from '../viewer/loader.tsx'
import { PresentationLoader } from '../present/loader.tsx'
import { TourLoader } from '../tour/loader.tsx'
import { Toolbox } from './toolboxLoader.tsx'

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
      <Toolbox />
      {isPart('charts') && <ChartDock />}
      <Breadcrumbs />
      {isPart('status') && <StatusBar />}
      <PresentationLoader />
      <Banners />
      <div class="over-status">
        <Toasts />
        <FailureLoader />
      </div>
      <DropTarget />
      <WireCard />
      <Palette />
      <Finder />
      <TabListLoader />
      <QueueList />
      <Menu />
      <Choices />
      <QuickField />
      <AppModeLoader />
      <Viewer />
      <Dialog />
    </ServicesProvider>
  )
}

/** Loads a component after the first paint, which does not need it. */
const loadAfterPaint = (load: () => Promise<ComponentType>) =>
  lazyComponent(load, (error) => showToast(texts.product, { text: error.message, error: true }))

const Choices = loadAfterPaint(async () => (await import('./choiceList.tsx')).Choices)
const Palette = loadAfterPaint(async () => (await import('./palette.tsx')).Palette)
const Finder = loadAfterPaint(async () => (await import('./finder.tsx')).Finder)
const Minimap = loadAfterPaint(async () => (await import('../canvas/minimap.tsx')).Minimap)

const Failure = lazyComponent(
  async () => (await import('./failure.tsx')).Failure,
  // The status bar leads to the problems as well.
  () => {},
)

/** Loads the reason of a failed run when a run fails. */
const FailureLoader = () => (runState.faults.value.length > 0 ? <Failure /> : null)

function EmptyCanvasHint({ editor }: { editor: Editor }) {
  subscribeToGraph()
  if (!shownTab.value || editor.stage.nodes().length || nodeSearch.value) return null
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

/** Renders the editor into an element of the page. */
export async function mount(
  root: HTMLElement,
  port: EnginePort,
  {
    mayOpen,
    onDraw,
  }: {
    /** Workflows are opened after this. */
    mayOpen?: Promise<void>
    /** Called when the editor can be seen. */
    onDraw: () => void
  },
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
  const draw = (editor: Editor) => {
    render(<SkipLink editor={editor} />, first)
    render(<App editor={editor} />, screen)
    onDraw()
  }
  return startEditor(canvas, port, { draw, ...(mayOpen && { mayOpen }) })
}
