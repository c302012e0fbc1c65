// Commands on the selected nodes and on subgraphs.
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { BYPASSED, MUTED } from '../../workflow/activity.ts'
import { openChart, showsChart } from '../charts/openChart.ts'
import { makeSubgraph, unpackNode } from '../subgraph/actions.ts'
import { enterNode, leaveLevel, nodeSubgraph } from '../workspace/navigation.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import { canvasTool, selectedIds } from '../canvas/state.ts'
import { levelTitles } from '../workspace/state.ts'
import { canCompare, openComparison, openViewer } from '../viewer/openViewer.ts'
import { canEnlarge } from '../viewer/sources.ts'
import { askTitle } from './prompts.ts'
import type { Editor } from './services.ts'
import { groupSelection, searchReplacement } from './nodeActions.ts'
import { isIdle } from '../running/state.ts'
import { hasSelection, type CommandTable } from './commandTable.ts'

export function nodeCommands(editor: Editor) {
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
