// Commands of the pointer's tools, of the selection toolbar, and of habits from other node editors.
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { canHideUnused, hidesUnused, setUnusedHidden } from '../../litegraph/foldedInputs.ts'
import { canvasTool, selectedIds, setCanvasTool, type CanvasTool } from '../canvas/state.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import { settings } from '../storage/settings.ts'
import { texts } from '../texts/texts.ts'
import { showDialog, showMenu, showToast } from '../ui/state.ts'
import { alignNodes } from '../workspace/arrangeNodes.ts'
import { enterNode, leaveLevel, nodeSubgraph } from '../workspace/navigation.ts'
import { levelTitles } from '../workspace/state.ts'
import { hasSelection, hasSeveralSelected, type CommandTable } from './commandTable.ts'
import { addViewer, connectSelected } from './nodeActions.ts'
import { colourItems } from './nodeColours.ts'
import type { Editor } from './services.ts'

/** Commands that choose what a drag on the canvas does. */
export function toolCommands() {
  const choose = (tool: CanvasTool) => ({
    enabled: () => canvasTool.value !== tool,
    run: () => setCanvasTool(tool),
  })
  return {
    selectTool: { keys: ['V', 'Escape'], ...choose('select') },
    handTool: { keys: ['H'], ...choose('hand') },
    cutTool: {
      keys: ['Y'],
      enabled: () => canvasTool.value !== 'cut',
      run: () => {
        setCanvasTool('cut')
        showToast(texts.commands.cutTool, { text: texts.wires.cutHint })
      },
    },
  } satisfies CommandTable
}

/** Commands on the selected nodes. */
export function habitCommands(editor: Editor) {
  const { stage, workspace } = editor
  const nodes = () => stage.selection()
  const isSubgraphSelected = () =>
    selectedIds.value.length === 1 && nodeSubgraph(editor, nodes()[0]) !== undefined
  const foldable = () =>
    nodes()
      .filter(isDiffusionNode)
      .filter((node) => canHideUnused(node) && !isBorderNode(node))
  return {
    connect: {
      keys: ['F'],
      enabled: hasSeveralSelected,
      run: () => void connectSelected(editor),
    },
    hideUnused: {
      keys: ['Mod+H'],
      enabled: () => hasSelection() && foldable().length > 0,
      run: () => {
        const hidden = foldable().some((node) => !hidesUnused(node))
        workspace.editNodes(() => foldable().forEach((node) => setUnusedHidden(node, hidden)))
      },
    },
    addViewer: {
      keys: ['Alt+I'],
      enabled: () => nodes().length === 1 && (nodes()[0].outputs ?? []).length > 0,
      run: () => void addViewer(editor, nodes()[0]),
    },
    colour: {
      enabled: hasSelection,
      run: () => {
        const [node] = nodes()
        const at = stage.toPage([node.pos[0] + 24, node.pos[1]])
        showMenu({ at, title: texts.commands.colour, items: colourItems(editor, nodes()) })
      },
    },
    enterOrLeave: {
      keys: ['Tab'],
      enabled: () => isSubgraphSelected() || levelTitles.value.length > 0,
      run: () => (isSubgraphSelected() ? enterNode(editor, nodes()[0]) : leaveLevel(editor)),
    },
    alignCentre: {
      enabled: hasSeveralSelected,
      run: () => void alignNodes(editor, 'centre'),
    },
    alignMiddle: {
      enabled: hasSeveralSelected,
      run: () => void alignNodes(editor, 'middle'),
    },
    focusToolbox: {
      keys: ['Alt+S'],
      enabled: () => hasSeveralSelected() && settings.value.toolbox,
      run: () => document.querySelector<HTMLElement>('.toolbox button:not(:disabled)')?.focus(),
    },
  } satisfies CommandTable
}

/** Commands that open dialogs and other pages. */
export const dialogCommands = () =>
  ({
    settings: { keys: ['Mod+,'], run: () => showDialog({ kind: 'settings' }) },
    shortcuts: { keys: ['?', 'Mod+Shift+K'], run: () => showDialog({ kind: 'shortcuts' }) },
    // In another tab: the editor and its engine would disturb what is measured.
    bench: {
      run: () => void window.open(new URL('?bench', document.baseURI), '_blank', 'noopener'),
    },
  }) satisfies CommandTable
