// Commands of the view, the panels and the drawer.
import { panelInsets } from '../ui/insets.ts'
import { changeSettings, settings } from '../storage/settings.ts'
import {
  showPanel,
  lowerPanel,
  panelShown,
  showDialog,
  showDrawer,
  showLowerPanel,
  shownDrawer,
  type DrawerTab,
} from '../ui/state.ts'
import { targetChart, toggleChart } from '../charts/openChart.ts'
import { toggleOutline } from '../outline/focus.ts'
import { shownChart } from '../charts/state.ts'
import { presenting } from '../present/state.ts'
import { resumeTour } from '../tour/state.ts'
import { openContextMenu, paramInputItems, showParamInputs } from './menus.ts'
import type { Editor } from './services.ts'
import { appModeShown } from './state.ts'
import type { CommandTable } from './commandTable.ts'

export function viewCommands(editor: Editor) {
  const { stage } = editor
  const nodes = () => stage.selection()
  return {
    fit: { keys: ['Home', 'Shift+1'], run: () => stage.fit(panelInsets()) },
    fitSelection: { keys: ['.', 'Shift+2'], run: () => stage.fitNodes(nodes(), panelInsets()) },
    zoomIn: { keys: ['Alt+='], run: () => stage.zoom(1.2) },
    zoomOut: { keys: ['Alt+-'], run: () => stage.zoom(1 / 1.2) },
    gallery: { keys: ['Alt+G'], run: () => toggleDrawer(editor, 'gallery') },
    library: { keys: ['Alt+L', 'W'], run: () => toggleLibrary(editor) },
    datasets: { keys: ['A'], run: () => toggleDrawer(editor, 'datasets') },
    checkpoints: { run: () => toggleDrawer(editor, 'checkpoints') },
    runs: { keys: ['Alt+R'], run: () => toggleRuns(editor) },
    vary: {
      keys: ['Alt+V'],
      run: () =>
        showDialog({
          kind: 'vary',
          ...(nodes()[0] && { node: stage.fullId(nodes()[0].id) }),
        }),
    },
    paramInputs: {
      enabled: () => nodes().length === 1 && paramInputItems(editor, nodes()[0]).length > 0,
      run: () => showParamInputs(editor, nodes()[0]),
    },
    appMode: {
      keys: ['Alt+Shift+A'],
      run: () => (appModeShown.value = !appModeShown.value),
    },
    outline: { keys: ['Alt+O'], run: () => toggleOutline(stage) },
    present: { keys: ['Alt+Shift+P'], run: () => (presenting.value = !presenting.value) },
    panel: { keys: ['Alt+P'], run: () => showPanel(!panelShown.value) },
    chart: {
      keys: ['Alt+K'],
      enabled: () => shownChart() !== undefined || targetChart(stage) !== undefined,
      run: () => toggleChart(stage),
    },
    minimap: { keys: ['Alt+M'], run: () => changeSettings({ minimap: !settings.value.minimap }) },
    menu: { keys: ['Shift+F10', 'ContextMenu'], run: () => openContextMenu(editor) },
    lessons: {
      run: () => showDrawer(shownDrawer.value === 'lessons' ? undefined : 'lessons'),
    },
    tour: { run: () => void resumeTour(editor) },
  } satisfies CommandTable
}

/** Closes the library on any of its tabs, or opens it with the saved workflows. */
function toggleLibrary(editor: Editor) {
  const shown = shownDrawer.value
  const isLibrary = shown !== undefined && shown !== 'outline' && shown !== 'lessons'
  toggleDrawer(editor, isLibrary ? shown : 'mine')
}

/** Opens or closes a tab of the drawer, and moves the focus into it or back to the canvas. */
function toggleDrawer(editor: Editor, tab: DrawerTab) {
  showDrawer(shownDrawer.value === tab ? undefined : tab)
  requestAnimationFrame(() => {
    const shown = document.querySelector<HTMLElement>('.drawer [role=tab][aria-selected=true]')
    if (shown) shown.focus()
    else editor.stage.focus()
  })
}

/** Opens or closes the runs. Closing moves the focus to the canvas. */
function toggleRuns(editor: Editor) {
  const open = lowerPanel.value === 'runs'
  showLowerPanel(open ? undefined : 'runs')
  if (open) editor.stage.focus()
}
