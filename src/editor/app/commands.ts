// All commands, with their keys. Menus, buttons, the palette and the keyboard use this table.
import { askTitle } from './prompts.ts'
import { openContextMenu, paramInputItems, showParamInputs } from './menus.ts'
import { openNodeSearch } from '../canvas/openNodeSearch.ts'
import { panelInsets } from '../ui/insets.ts'
import { changeSettings } from '../storage/settings.ts'
import { showPanel } from '../ui/state.ts'
import { addFiles } from '../drops/files.ts'
import { download } from '../ui/download.ts'
import type { Editor } from './services.ts'
import { getOwn } from '../../engine/base/records.ts'
import { isDiffusionNode } from '../../nodes/litegraph/diffusionNode.ts'
import { BYPASSED, MUTED } from '../../nodes/workflow/activity.ts'
import { alignNodes, arrangeByWires, distributeNodes } from '../workspace/arrangeNodes.ts'
import { targetChart, openChart, showsChart, toggleChart } from '../charts/openChart.ts'
import {
  copySelection,
  duplicateSelection,
  pasteFromClipboard,
  withWholeLoops,
} from '../workspace/clipboard.ts'
import { toggleOutline } from '../outline/focus.ts'
import * as format from '../ui/format.ts'
import { byType } from '../graph/declarations.ts'
import { removeNodes } from '../graph/splice.ts'
import { groupSelection, searchReplacement } from './nodeActions.ts'
import { nextProblem } from './problems.ts'
import { makeSubgraph, unpackNode } from '../subgraph/actions.ts'
import { enterNode, leaveLevel, nodeSubgraph } from '../workspace/navigation.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import { canvasTool, selectedIds } from '../canvas/state.ts'
import { queueShown, runState, type RunSpeed } from '../running/state.ts'
import { settings } from '../storage/settings.ts'
import { isEmbedded } from '../storage/embedded.ts'
import { levelTitles, revision, undoable, workflowId, workflowName } from '../workspace/state.ts'
import { appModeShown, shownFinder } from './state.ts'
import {
  lowerPanel,
  panelShown,
  showDialog,
  showDrawer,
  showLowerPanel,
  showToast,
  shownDrawer,
  type DrawerTab,
} from '../ui/state.ts'
import { shownChart } from '../charts/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import type { Texts } from '../texts/en/index.ts'
import type { Command } from '../ui/commands.ts'
import { tabCommands } from './tabCommands.ts'
import { dialogCommands, habitCommands, toolCommands } from './toolCommands.ts'
import { presenting } from '../present/state.ts'
import { resumeTour } from '../tour/state.ts'
import { findNeighbour, type Direction } from '../canvas/arrowKeys.ts'
import { canCompare, openComparison, openViewer } from '../viewer/openViewer.ts'
import { canEnlarge } from '../viewer/sources.ts'

/** Runs an action of share.ts. Its code (ZIP, deflate) is loaded on first use. */
function share(action: (to: typeof import('./share.ts')) => Promise<void>) {
  import('./share.ts')
    .then(action)
    .catch((error: Error) => showToast(texts.share.title, { text: error.message, error: true }))
}

type CommandTable = { [K in keyof Texts['commands']]?: Omit<Command, 'label'> }

/** Creates the commands in the order in which lists show them. */
export const makeCommands = (editor: Editor) =>
  addLabels({
    ...runCommands(editor),
    ...editCommands(editor),
    ...fileCommands(editor),
    ...selectionCommands(editor),
    ...arrangeCommands(editor),
    ...nodeCommands(editor),
    ...habitCommands(editor),
    ...toolCommands(),
    ...viewCommands(editor),
    ...dialogCommands(),
  })

const hasSelection = () => selectedIds.value.length > 0
const hasSeveralSelected = () => selectedIds.value.length > 1
const isIdle = () => runState.phase.value === 'idle'

function runCommands(editor: Editor) {
  const { runner } = editor
  const speedTo = (speed: RunSpeed) => ({
    enabled: () => runState.speed.value !== speed,
    run: () => runner.setSpeed(speed),
  })
  return {
    run: { keys: ['Mod+Enter'], enabled: isIdle, run: () => runner.run() },
    stop: { keys: ['Mod+Alt+Enter'], enabled: () => !isIdle(), run: () => runner.stop() },
    pause: {
      enabled: () => runState.phase.value === 'running' || runState.phase.value === 'paused',
      run: () => runner.pause(),
    },
    step: {
      keys: ['Mod+Shift+Enter'],
      enabled: () => isIdle() || runState.phase.value === 'paused',
      run: () => runner.step(),
    },
    // Has the keys of Run while a run is active.
    queue: {
      keys: ['Mod+Enter', 'Alt+Shift+Enter'],
      enabled: () => !isIdle(),
      run: () => runner.enqueueCurrent(),
    },
    queueFirst: {
      enabled: () => !isIdle(),
      run: () => runner.enqueueCurrent({ first: true }),
    },
    showQueue: { run: () => (queueShown.value = true) },
    stopAll: { enabled: () => !isIdle(), run: () => runner.stopAll() },
    nextProblem: {
      keys: ['F8'],
      enabled: () => runState.faults.value.length + runState.notices.value.length > 0,
      run: () => nextProblem(editor),
    },
    speedFull: speedTo('full'),
    speedFour: speedTo('four'),
    speedOne: speedTo('one'),
    speedStep: speedTo('step'),
    measures: {
      keys: ['Alt+T'],
      run: () => changeSettings({ measures: !settings.value.measures }),
    },
  } satisfies CommandTable
}

function editCommands({ stage, workspace }: Editor) {
  return {
    undo: {
      keys: ['Mod+Z'],
      enabled: () => undoable.value.undo,
      run: () => workspace.undo(),
    },
    redo: {
      keys: ['Mod+Shift+Z', 'Mod+Y'],
      enabled: () => undoable.value.redo,
      run: () => workspace.redo(),
    },
    add: { keys: ['Mod+K', 'Shift+A', 'N'], run: () => openNodeSearch(stage) },
    commands: { keys: ['Mod+Shift+P', 'F1'], run: () => (shownFinder.value = 'commands') },
    find: { keys: ['Mod+F'], run: () => (shownFinder.value = 'graph') },
  } satisfies CommandTable
}

function fileCommands(editor: Editor) {
  const { workspace } = editor
  return {
    new: { keys: ['Alt+N'], run: () => void workspace.newWorkflow() },
    open: { keys: ['Mod+O'], run: () => void addFiles(editor) },
    openFolder: { run: () => void addFiles(editor, { folder: true }) },
    save: { keys: ['Mod+S'], run: () => void workspace.save() },
    saveAs: { keys: ['Mod+Shift+S'], run: () => void workspace.saveAs() },
    versions: {
      keys: ['Alt+H'],
      enabled: () => revision.value > 0,
      run: () => showDialog({ kind: 'versions', id: workflowId.value, name: workflowName.value }),
    },
    // The stores of an embedded page are in memory: there is nothing to back up.
    storage: { enabled: () => !isEmbedded, run: () => showDialog({ kind: 'storage' }) },
    closeTab: { keys: ['Alt+W'], run: () => void workspace.close() },
    ...tabCommands(workspace),
    download: {
      run: () =>
        download({
          name: `${format.fileName(translateWorkflow(workflowName.value))}.json`,
          mime: 'application/json',
          bytes: workspace.text(),
        }),
    },
    downloadScript: { run: () => share((to) => to.downloadScript(editor)) },
    copyLink: { keys: ['Alt+Shift+L'], run: () => share((to) => to.copyLink(editor)) },
    share: { run: () => share((to) => to.shareWithFiles(editor)) },
    embed: { run: () => showDialog({ kind: 'embed' }) },
    savePage: { run: () => share((to) => to.savePage(editor)) },
  } satisfies CommandTable
}

function selectionCommands(editor: Editor) {
  const { stage, workspace } = editor
  const nodes = () => stage.selection()
  const selectTowards = (direction: Direction) => () => {
    const next = findNeighbour(nodes()[0], stage.nodes(), direction)
    if (!next) return
    stage.select([next.id])
    stage.reveal(next, panelInsets())
  }
  const remove = () => workspace.editNodes(() => stage.remove(nodes()))
  return {
    selectAll: { keys: ['Mod+A'], run: () => stage.select(stage.nodes().map((node) => node.id)) },
    nodeLeft: { keys: ['ArrowLeft'], run: selectTowards('left') },
    nodeRight: { keys: ['ArrowRight'], run: selectTowards('right') },
    nodeUp: { keys: ['ArrowUp'], run: selectTowards('up') },
    nodeDown: { keys: ['ArrowDown'], run: selectTowards('down') },
    copy: {
      keys: ['Mod+C'],
      native: true,
      enabled: hasSelection,
      run: () => void copySelection(editor),
    },
    cut: {
      keys: ['Mod+X'],
      native: true,
      enabled: hasSelection,
      run: () => void copySelection(editor).then(() => remove()),
    },
    paste: {
      keys: ['Mod+V'],
      native: true,
      run: () => void pasteFromClipboard(editor, stage.middle(panelInsets())),
    },
    pasteWithInputs: {
      keys: ['Mod+Shift+V'],
      native: true,
      run: () => void pasteFromClipboard(editor, stage.middle(panelInsets()), true),
    },
    duplicate: { keys: ['Shift+D'], enabled: hasSelection, run: () => duplicateSelection(editor) },
    delete: {
      keys: ['Delete', 'Backspace'],
      enabled: hasSelection,
      run: remove,
    },
    deleteAndReconnect: {
      keys: ['Mod+Shift+X', 'Alt+Delete', 'Alt+Backspace'],
      enabled: hasSelection,
      run: () => {
        const ids = new Set(withWholeLoops(nodes()).map(({ id }) => id))
        workspace.edit((file) => ({ file: removeNodes(file, ids, byType) }))
      },
    },
    pin: {
      keys: ['P'],
      enabled: hasSelection,
      run: () => {
        const pinned = nodes().some(({ flags }) => !flags.pinned)
        workspace.editNodes(() => nodes().forEach(({ flags }) => (flags.pinned = pinned)))
      },
    },
  } satisfies CommandTable
}

function arrangeCommands(editor: Editor) {
  return {
    arrange: { keys: ['Alt+A'], run: () => void arrangeByWires(editor) },
    alignLeft: {
      keys: ['Alt+Shift+ArrowLeft'],
      enabled: hasSeveralSelected,
      run: () => void alignNodes(editor, 'left'),
    },
    alignRight: {
      keys: ['Alt+Shift+ArrowRight'],
      enabled: hasSeveralSelected,
      run: () => void alignNodes(editor, 'right'),
    },
    alignTop: {
      keys: ['Alt+Shift+ArrowUp'],
      enabled: hasSeveralSelected,
      run: () => void alignNodes(editor, 'top'),
    },
    alignBottom: {
      keys: ['Alt+Shift+ArrowDown'],
      enabled: hasSeveralSelected,
      run: () => void alignNodes(editor, 'bottom'),
    },
    distributeAcross: { enabled: hasSeveralSelected, run: () => void distributeNodes(editor, 0) },
    distributeDown: { enabled: hasSeveralSelected, run: () => void distributeNodes(editor, 1) },
  } satisfies CommandTable
}

function nodeCommands(editor: Editor) {
  const { stage, workspace, runner } = editor
  const nodes = () => stage.selection()
  /** One node is selected, and it is not a border of a subgraph. */
  const single = () => nodes().length === 1 && !isBorderNode(nodes()[0])
  const isSubgraphSelected = () =>
    selectedIds.value.length === 1 && nodeSubgraph(editor, nodes()[0]) !== undefined
  /** Sets the mode of all selected nodes, or resets it if they all have it. */
  const toggleMode = (mode: number) => () => {
    const changed = nodes()
      .filter(isDiffusionNode)
      .filter((node) => !isBorderNode(node))
    const on = changed.some((node) => node.mode !== mode)
    workspace.editNodes(() => changed.forEach((node) => node.changeMode(on ? mode : 0)))
  }
  return {
    group: { keys: ['Mod+G'], run: () => groupSelection(editor, stage.pointer()) },
    mute: { keys: ['M', 'Mod+M'], enabled: hasSelection, run: toggleMode(MUTED) },
    bypass: { keys: ['Mod+B'], enabled: hasSelection, run: toggleMode(BYPASSED) },
    collapse: {
      keys: ['Alt+C'],
      enabled: hasSelection,
      run: () => {
        const collapsed = nodes().some((node) => !node.flags.collapsed)
        const toggled = nodes().filter((node) => Boolean(node.flags.collapsed) !== collapsed)
        workspace.editNodes(() => toggled.forEach((node) => node.collapse(true)))
      },
    },
    subgraph: {
      keys: ['Mod+Shift+E'],
      enabled: hasSelection,
      run: () => void makeSubgraph(editor),
    },
    enter: {
      keys: ['Alt+Enter'],
      enabled: isSubgraphSelected,
      run: () => enterNode(editor, nodes()[0]),
    },
    leave: {
      keys: ['Escape'],
      enabled: () => levelTitles.value.length > 0 && canvasTool.value === 'select',
      run: () => leaveLevel(editor),
    },
    unpack: { enabled: isSubgraphSelected, run: () => unpackNode(editor, nodes()[0]) },
    rename: { keys: ['F2'], enabled: single, run: () => askTitle(editor, nodes()[0]) },
    replace: {
      keys: ['Alt+X'],
      enabled: single,
      run: () => searchReplacement(editor, nodes()[0]),
    },
    enlarge: {
      keys: ['Enter'],
      enabled: () => nodes().length === 1 && (canEnlarge(nodes()[0]) || showsChart(nodes()[0])),
      run: () =>
        showsChart(nodes()[0]) ? openChart(nodes()[0]) : void openViewer(stage, nodes()[0]),
    },
    compare: {
      keys: ['Alt+D'],
      enabled: () => canCompare(nodes()),
      run: () => openComparison(stage, nodes()),
    },
    appItems: {
      enabled: single,
      run: () =>
        void import('../figure/appItems.ts').then(({ showAppItems }) =>
          showAppItems(editor, nodes()[0]),
        ),
    },
    runTo: {
      keys: ['Shift+Enter'],
      enabled: () => isIdle() && single(),
      run: () => runner.run({ to: nodes()[0] }),
    },
  } satisfies CommandTable
}

function viewCommands(editor: Editor) {
  const { stage } = editor
  const nodes = () => stage.selection()
  return {
    fit: { keys: ['.', 'Home'], run: () => stage.fit(panelInsets()) },
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

/** Adds labels and keys as getters, because the user can change the language and the keys. */
function addLabels<K extends keyof Texts['commands']>(
  table: Record<K, Omit<Command, 'label'>>,
): Record<K, Command> {
  for (const id of Object.keys(table) as K[]) {
    const { keys: usual } = table[id]
    Object.defineProperties(table[id], {
      label: { get: () => texts.commands[id] },
      usualKeys: { value: usual },
      keys: { get: () => readChosenKeys(id) ?? usual },
    })
  }
  return table as Record<K, Command>
}

/** The keys that the user has chosen for a command. An imported backup may hold anything. */
function readChosenKeys(id: string): readonly string[] | undefined {
  const chosen: unknown = getOwn<unknown>(settings.value.keys, id)
  return Array.isArray(chosen) && chosen.every((keys) => typeof keys === 'string')
    ? chosen
    : undefined
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
