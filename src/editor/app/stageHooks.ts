// Handlers of the canvas events.
import type { WorkflowFile } from '../../workflow/index.ts'
import type { StageHooks } from '../canvas/stageHooks.ts'
import {
  setCanvasPressed,
  setHoveredWire,
  setSelectedIds,
  showNodeSearch,
} from '../canvas/state.ts'
import { openChart, showsChart } from '../charts/openChart.ts'
import { findWireFault } from '../graph/wireCheck.ts'
import { texts } from '../texts/texts.ts'
import { panelInsets } from '../ui/insets.ts'
import { isSmall } from '../ui/smallScreen.ts'
import { setPanelShown, showChoices, showMenu, showPrompt, showToast } from '../ui/state.ts'
import { openViewer } from '../viewer/openViewer.ts'
import { enterNode } from '../workspace/navigation.ts'
import { duplicateSelection } from '../workspace/clipboard.ts'
import { cutWires, fitsWire, insertIntoWire, rerouteWire } from '../workspace/wireEdits.ts'
import { menuFor } from './menus.ts'
import { addViewer } from './nodeActions.ts'
import { askParam, askTitle, offerStoredFiles } from './prompts.ts'
import type { Editor } from './services.ts'

/** Lists with more entries have a search field. */
const LONG_LIST = 12

/** Calls `editor` only in event handlers: the canvas is created before the editor is complete. */
export function createStageHooks(
  editor: () => Editor | undefined,
  visible: StageHooks['observersVisible'],
): StageHooks {
  const complete = () => {
    const now = editor()
    if (!now) throw new Error('The canvas was used before the editor was complete.')
    return now
  }
  let fileAtPress: WorkflowFile | undefined
  return {
    changed: () => editor()?.workspace.beginEdit(),
    pressed(down) {
      fileAtPress = undefined
      complete().workspace.setPointerDown(down)
      setCanvasPressed(down)
    },
    selected: () =>
      setSelectedIds(
        complete()
          .stage.selection()
          .map((node) => node.id),
      ),
    tapped(node) {
      if (!isSmall()) return
      if (node) {
        setPanelShown(true)
        // The sheet must not cover the node.
        requestAnimationFrame(() => complete().stage.reveal(node, panelInsets()))
      } else setPanelShown(false)
    },
    searchNodes: (spot, wire) => showNodeSearch({ spot, query: '', ...(wire && { wire }) }),
    menu: (spot, target) => showMenu(menuFor(complete(), spot, target)),
    chooseEntry(at, entries, title) {
      if (entries.length > LONG_LIST || entries.some(({ group }) => group !== undefined))
        showChoices({ at, title: title ?? texts.panel.parameters, entries })
      else showMenu({ at, items: entries, ...(title && { title }) })
    },
    ask: (at, question, answer) => showPrompt({ at, ...question, answer }),
    rename: (what, page) => askTitle(complete(), what, page),
    enlarge(node) {
      // Closing the viewer returns the focus to the canvas.
      complete().stage.focus()
      if (showsChart(node)) openChart(node)
      else openViewer(complete().stage, node)
    },
    nodeOpened: (node) => enterNode(complete(), node),
    edit: (node, param, page) => askParam(complete(), node, param, page),
    chooseFile: (node, param, what, page) =>
      void offerStoredFiles(complete(), node, param, what, page),
    refused: (reason) => showToast(reason),
    // Called at every move of a drag. Only positions change during it, so one file suffices.
    fits: (node, link) => fitsWire((fileAtPress ??= complete().stage.file()), node.id, link),
    insert: (node, link) => insertIntoWire(complete(), node.id, link),
    copyInPlace: () => duplicateSelection(complete(), 0),
    cut: (links) => cutWires(complete(), links),
    addViewer: (node) => void addViewer(complete(), node),
    wireHovered: (link, at) => setHoveredWire(link && { link, at }),
    reroute: (link, at) => rerouteWire(complete(), link, at),
    predictFault: (from, to) => {
      const { stage, workspace, engine } = complete()
      return findWireFault(workspace.capture().flat.graph, stage.fullId, from, to, engine.check)
    },
    observersVisible: visible,
  }
}
