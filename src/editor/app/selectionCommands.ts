// Commands that select, copy, remove and arrange nodes.
import { panelInsets } from '../ui/insets.ts'
import { alignNodes, arrangeByWires, distributeNodes } from '../workspace/arrangeNodes.ts'
import {
  copySelection,
  duplicateSelection,
  pasteFromClipboard,
  withWholeLoops,
} from '../workspace/clipboard.ts'
import { byType } from '../graph/declarations.ts'
import { removeNodes } from '../graph/splice.ts'
import { findNeighbour, type Direction } from '../canvas/arrowKeys.ts'
import type { Editor } from './services.ts'
import { hasSelection, hasSeveralSelected, type CommandTable } from './commandTable.ts'

export function selectionCommands(editor: Editor) {
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

export function arrangeCommands(editor: Editor) {
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
