// Creates the services of the editor, connects them and opens the first workflow.
import { effect } from '@preact/signals'
import type { EnginePort } from '../../engine/protocol.ts'
import { createClient } from '../../hosts/worker/client.ts'
import { createStage, type Stage } from '../canvas/stage.ts'
import { shownChart } from '../charts/state.ts'
import { listenToDrops, openAddress, openAddressLink } from '../drops/files.ts'
import { loadUsage } from '../graph/usageTable.ts'
import { readFigureLook } from '../figure/figureLook.ts'
import { followFocus } from '../outline/focus.ts'
import { createEngineRequests } from '../running/engineRequests.ts'
import { followShapes } from '../running/featureShapes.ts'
import { createRunner } from '../running/runner.ts'
import { createStoredFileActions } from '../running/storedFileActions.ts'
import { hasRun, runState, runsHere } from '../running/state.ts'
import { followArithmetic } from '../running/arithmetic.ts'
import { followSaving } from '../running/storedTrainings.ts'
import { createStoredViews } from '../running/storedViews.ts'
import { createRunHistory } from '../runs/runHistory.ts'
import { adoptSettings, loadSettings, settings } from '../storage/settings.ts'
import { isEmbedded } from '../storage/embedded.ts'
import { openStores, storageAvailability, type Stores } from '../storage/stores.ts'
import { refreshSavedNodes } from '../subgraph/savedNodeActions.ts'
import { createSavedNodeLibrary } from '../subgraph/savedNodes.ts'
import { applyLanguage, texts, wantDescriptions } from '../texts/texts.ts'
import { offerTour } from '../tour/state.ts'
import { showAddressLesson } from '../lessons/state.ts'
import { getCommand, provideCommands } from '../ui/commands.ts'
import { provideFocus } from '../ui/focus.ts'
import { panelInsets } from '../ui/insets.ts'
import { whenLeaving } from '../ui/leaving.ts'
import { isSmall } from '../ui/smallScreen.ts'
import { lowerPanel, panelShown, setPanelShown, shownDrawer } from '../ui/state.ts'
import { showStorageError } from '../ui/storageError.ts'
import type { Colours } from '../ui/theme.ts'
import { followActivity } from '../workspace/activity.ts'
import { listenToClipboard } from '../workspace/clipboard.ts'
import { createLibrary, type Library } from '../workspace/library.ts'
import { isInSubgraph, severalTabs } from '../workspace/state.ts'
import { Workspace } from '../workspace/workspace.ts'
import { followMotion, followTheme } from './appearance.ts'
import { makeCommands } from './commands.ts'
import { listenToKeys } from './keyboard.ts'
import type { Editor } from './services.ts'
import { createStageHooks } from './stageHooks.ts'
import { followStorage } from './storageStatus.ts'

interface StartOptions {
  /** Renders the components. */
  draw: (editor: Editor) => void
  /** Workflows are opened after this. */
  mayOpen?: Promise<void>
}

/** Starts the editor on a canvas. Resolves when a workflow is open. */
export async function startEditor(
  element: HTMLCanvasElement,
  port: EnginePort,
  { draw, mayOpen }: StartOptions,
): Promise<Editor> {
  const stores = openStores()
  const library = createLibrary(stores)
  loadSettings(await library.loadSettings(), (change) =>
    library
      .storeSettings(change)
      .catch((error: unknown) => showStorageError(texts.backup.parts.settings, error)),
  )
  if (isEmbedded) adoptSettings({ theme: readFigureLook(location.search).theme, panel: false })
  setPanelShown(settings.value.panel && !isSmall())
  await applyLanguage(settings.value.language)
  const editor = createServices(element, port, { stores, library })
  provideCommands(makeCommands(editor))
  draw(editor)
  followStorage(editor)
  loadAfterEngine()
  void refreshSavedNodes(editor)
  listenToKeys(editor)
  listenToClipboard(editor, () => getCommand('delete').run())
  listenToDrops(editor)
  const isNew = !settings.value.open
  await mayOpen
  await editor.workspace.restoreTabs()
  if (!isEmbedded) editor.runner.continueDiscarded()
  addEventListener('hashchange', () => void openAddressLink(editor))
  await openAddress(editor)
  const isLesson = !isEmbedded && showAddressLesson(location.search)
  offerTour(isNew && !isEmbedded && !isLesson && storageAvailability.value.state !== 'silent')
  return editor
}

/**
 * Loads what is needed soon: after the engine, so that the first run does not wait for it, and once
 * the user does something, as a visit may end before.
 */
function loadAfterEngine() {
  const stop = effect(() => {
    if (!runState.backend.value) return
    const load = () => {
      removeEventListener('pointerdown', load, true)
      removeEventListener('keydown', load, true)
      wantDescriptions()
      void loadUsage()
    }
    addEventListener('pointerdown', load, true)
    addEventListener('keydown', load, true)
    queueMicrotask(() => stop())
  })
}

function createServices(
  element: HTMLCanvasElement,
  port: EnginePort,
  { stores, library }: { stores: Stores; library: Library },
): Editor {
  let editor: Editor | undefined
  const observed = createVisibility(() => editor)
  const stage = createThemedStage((colours) =>
    createStage(
      element,
      colours,
      createStageHooks(() => editor, observed.set),
    ),
  )
  const workspace = new Workspace(stage, library, {
    fit: () => stage.open(panelInsets()),
    onTabClosed: (tab) => editor?.runner.onTabClosed(tab),
    onTabShown: () => editor?.runner.onTabShown(),
    onTabRestored: (id) => void editor?.runner.onTabRestored(id),
    hasRun,
  })
  const client = createClient(port)
  const runs = createRunHistory(stores, client)
  followSaving(client)
  followArithmetic(client)
  const storedViews = createStoredViews(stores.views)
  whenLeaving(() => void storedViews.flush())
  editor = {
    stores,
    stage,
    workspace,
    library,
    runs,
    engine: createEngineRequests(client, stage, workspace),
    files: createStoredFileActions(client),
    runner: createRunner({
      client,
      stage,
      workspace,
      storedViews,
      onStart: (run) => {
        if (!run.item.internal) runs.record(run)
      },
    }),
    savedNodeLibrary: createSavedNodeLibrary(stores.nodes),
  }
  provideFocus(followFocus(stage))
  showRuns(stage)
  followMotion()
  followPanels(stage)
  followShapes(client, stage, workspace)
  followActivity(stage, workspace)
  whenLeaving(() => workspace.flush())
  observed.follow()
  return editor
}

function createThemedStage(create: (colours: Colours) => Stage): Stage {
  let stage: Stage | undefined
  followTheme((colours) => {
    if (stage) stage.setColours(colours)
    else stage = create(colours)
  })
  return stage!
}

/** Reports visible observers to the runner: those on the canvas, and the node of the open chart. */
function createVisibility(editor: () => Editor | undefined) {
  let onCanvas: readonly string[] = []
  const tell = () => {
    const { stage, runner } = editor() ?? {}
    const chart = shownChart()
    const charted = chart === undefined || !stage ? [] : [stage.fullId(chart)]
    const hidden = document.visibilityState === 'hidden'
    runner?.setVisible(hidden ? [] : [...new Set([...onCanvas, ...charted])])
  }
  return {
    set(ids: readonly string[]) {
      onCanvas = ids
      tell()
    },
    follow() {
      lowerPanel.subscribe(tell)
      addEventListener('visibilitychange', tell)
    },
  }
}

/** Shows an active run and the measured times of nodes on the canvas. */
function showRuns(stage: Stage) {
  effect(() => {
    stage.setRunning(runsHere.value)
    stage.animate(runsHere.value && runState.phase.value !== 'paused')
  })
  effect(() => stage.setMeasures(settings.value.measures ? runState.measures.value.nodes : []))
}

/** Fits the view again when panels open or close. */
function followPanels(stage: Stage) {
  const refit = () => requestAnimationFrame(() => stage.refit(panelInsets()))
  for (const opened of [shownDrawer, panelShown, lowerPanel, severalTabs, isInSubgraph])
    opened.subscribe(refit)
  addEventListener('resize', refit)
}
