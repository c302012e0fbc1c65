// Context menus of nodes, slots, links, groups and the canvas.
import type { LGraphGroup, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { Spot } from '../ui/geometry.ts'
import { groupsAround, groupNodes } from '../canvas/groups.ts'
import { colourItems } from './nodeColours.ts'
import { pasteFromClipboard } from '../workspace/clipboard.ts'
import { showsChart } from '../charts/openChart.ts'
import { closeNode, downloadDiagram, replaceByGraph, groupSelection } from './nodeActions.ts'
import { byType } from '../graph/declarations.ts'
import { findClosed } from '../graph/closedModel.ts'
import type { JsonObject } from '../../workflow/json.ts'
import { getCommand, shortcut, type CommandId } from '../ui/commands.ts'
import { askTitle } from './prompts.ts'
import { panelInsets } from '../ui/insets.ts'
import { wireMenu } from '../workspace/wireEdits.ts'
import type { Editor } from './services.ts'
import { BYPASSED, MUTED } from '../../workflow/activity.ts'
import { isDiffusionNode, type DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { canHideUnused, hidesUnused } from '../../litegraph/foldedInputs.ts'
import { canBeInput, inputParams, toggleParamInput } from '../../litegraph/paramInputs.ts'
import { isSweepable } from '../runs/sweepableParams.ts'
import { showMenu, type Menu, type MenuItem } from '../ui/state.ts'
import { canvasTool, selectedIds, showNodeSearch } from '../canvas/state.ts'
import { nodeSubgraph } from '../workspace/navigation.ts'

import { texts } from '../texts/texts.ts'
import { canCompare } from '../viewer/openViewer.ts'
import { canEnlarge } from '../viewer/sources.ts'

export interface MenuTarget {
  node?: LGraphNode
  link?: LLink
  group?: LGraphGroup
  input?: number
  output?: number
}

/** Menu item for a command. */
export function commandItem(id: CommandId, more: Partial<MenuItem> = {}): MenuItem {
  const command = getCommand(id)
  const keys = shortcut(command)
  return {
    label: command.label,
    run: command.run,
    disabled: !(command.enabled?.() ?? true),
    ...(keys && { keys }),
    ...more,
  }
}

/** Opens the menu of the selected node, or of the canvas. */
export function openContextMenu(editor: Editor) {
  const { stage } = editor
  const [node] = stage.selection()
  const page = stage.toPage(node ? [node.pos[0] + 24, node.pos[1]] : stage.middle(panelInsets()))
  const target = node?.graph === stage.graph ? { node } : {}
  showMenu(menuFor(editor, { page, graph: stage.toGraph(page) }, target))
}

export function menuFor(editor: Editor, spot: Spot, target: MenuTarget): Menu {
  const { node, link, group, input, output } = target
  if (link) return wireMenu(editor, spot, link)
  if (node && (input !== undefined || output !== undefined)) {
    const slot = input === undefined ? node.outputs[output!] : node.inputs[input]
    return {
      at: spot.page,
      title: `${node.getTitle()} · ${slot.name}`,
      items: slotItems(editor, spot, node, target),
    }
  }
  if (node)
    return {
      at: spot.page,
      title: titleWithType(node),
      items: nodeItems(editor, spot, node),
    }
  if (group) return { at: spot.page, title: group.title, items: groupItems(editor, spot, group) }
  return { at: spot.page, items: canvasItems(editor, spot) }
}

/** Title of a node, with its type if that is another. */
function titleWithType(node: LGraphNode): string {
  const type = nodeDeclaration(node)?.title ?? node.type
  const title = node.getTitle()
  return title === type ? title : `${title} · ${type}`
}

function nodeItems(editor: Editor, spot: Spot, node: LGraphNode): Menu['items'] {
  const { commands } = texts
  return [
    ...(canEnlarge(node) || showsChart(node) ? [commandItem('enlarge')] : []),
    ...(canCompare(editor.stage.selection()) ? [commandItem('compare')] : []),
    commandItem('runTo'),
    ...(selectedIds.value.length > 1 ? [commandItem('connect')] : [commandItem('addViewer')]),
    ...(canVary(node) ? [commandItem('vary')] : []),
    ...(nodeSubgraph(editor, node)
      ? [commandItem('enter'), commandItem('unpack')]
      : nodeDeclaration(node)?.expands || nodeDeclaration(node)?.opens
        ? [{ label: commands.openNode, run: () => void replaceByGraph(editor, node) }]
        : []),
    ...(makesNetwork(node)
      ? [{ label: commands.downloadDiagram, run: () => void downloadDiagram(editor, node) }]
      : []),
    ...(findClosed(toTyped(node), byType)
      ? [{ label: commands.closeNode, run: () => void closeNode(editor, node) }]
      : []),
    'rule',
    commandItem('rename'),
    commandItem('replace'),
    ...(paramInputItems(editor, node).length ? [commandItem('paramInputs')] : []),
    ...(isDiffusionNode(node) && canHideUnused(node)
      ? [commandItem('hideUnused', { label: unusedLabel(node) })]
      : []),
    commandItem('colour', {
      run: () =>
        showMenu({
          at: spot.page,
          title: commands.colour,
          items: colourItems(editor, editor.stage.selection()),
        }),
    }),
    commandItem('appItems'),
    commandItem('collapse', {
      label: node.flags.collapsed ? commands.expand : commands.collapse,
    }),
    commandItem('pin', { label: node.flags.pinned ? commands.unpin : commands.pin }),
    ...(selectedIds.value.length > 1
      ? [
          {
            label: commands.order,
            run: () => showMenu({ at: spot.page, items: orderItems() }),
          },
        ]
      : []),
    commandItem('mute', { label: node.mode === MUTED ? commands.unmute : commands.mute }),
    commandItem('bypass', {
      label: node.mode === BYPASSED ? commands.removeBypass : commands.bypass,
    }),
    'rule',
    commandItem('copy'),
    commandItem('cut'),
    commandItem('duplicate'),
    commandItem('group'),
    ...groupsAround(node).map((group) => ({
      label: commands.groupMenu(group.title),
      run: () => showMenu(menuFor(editor, spot, { group })),
    })),
    commandItem('subgraph'),
    commandItem('delete', { danger: true }),
    commandItem('deleteAndReconnect', { danger: true }),
  ]
}

/** True for nodes that make a network of layers. */
const makesNetwork = (node: LGraphNode) =>
  nodeDeclaration(node)?.opens ||
  ['diffusion/ModelOutput', 'diffusion/Classifier'].includes(node.type)

/** Items that turn params of a node into inputs, and back. */
export const paramInputItems = (editor: Editor, node: LGraphNode, only?: string): MenuItem[] => {
  if (!isDiffusionNode(node)) return []
  const inputs = inputParams(node)
  return Object.keys(node.diffusion.declaration.params)
    .filter((name) => canBeInput(node, name) && (only === undefined || name === only))
    .map((name) => ({
      label: inputs.has(name) ? texts.tips.toParam(name) : texts.tips.toInput(name),
      run: () => editor.workspace.editNodes(() => toggleParamInput(node, name)),
    }))
}

/** Opens the menu of the params that can be inputs. */
export function showParamInputs(editor: Editor, node: LGraphNode) {
  const at = editor.stage.toPage([node.pos[0] + 24, node.pos[1]])
  showMenu({ at, title: node.getTitle(), items: paramInputItems(editor, node) })
}

const unusedLabel = (node: DiffusionNode) =>
  hidesUnused(node) ? texts.commands.showUnused : texts.commands.hideUnused

const toTyped = (node: LGraphNode) => ({
  type: nodeDeclaration(node)?.type ?? '',
  properties: node.properties as JsonObject,
})

const nodeDeclaration = (node: LGraphNode) =>
  isDiffusionNode(node) ? node.diffusion.declaration : undefined

function canVary(node: LGraphNode): boolean {
  const declaration = nodeDeclaration(node)
  return (
    declaration !== undefined &&
    Object.values(declaration.params).some((param) => isSweepable(param, declaration))
  )
}

/** Items of a group. All but renaming and ungrouping apply to its nodes. */
function groupItems(editor: Editor, spot: Spot, group: LGraphGroup): Menu['items'] {
  const { stage, workspace } = editor
  const { commands: words } = texts
  const toNodes = (id: 'mute' | 'bypass' | 'collapse' | 'pin' | 'delete') =>
    commandItem(id, {
      disabled: groupNodes(group).length === 0,
      run: () => {
        stage.select(groupNodes(group).map((node) => node.id))
        if (id === 'delete') stage.graph.remove(group)
        getCommand(id).run()
      },
      ...(id === 'delete' && { label: words.deleteGroup, danger: true }),
    })
  return [
    { label: words.rename, run: () => askTitle(editor, group, spot.page) },
    {
      label: words.selectContents,
      run: () => stage.select(groupNodes(group).map((node) => node.id)),
    },
    {
      label: words.colour,
      run: () =>
        showMenu({ at: spot.page, title: words.colour, items: colourItems(editor, [], group) }),
    },
    'rule',
    ...(['mute', 'bypass', 'collapse', 'pin'] as const).map(toNodes),
    'rule',
    {
      label: words.ungroup,
      run: () => workspace.editNodes(() => stage.graph.remove(group)),
    },
    toNodes('delete'),
  ]
}

const orderItems = (): Menu['items'] => [
  commandItem('arrange'),
  'rule',
  ...(['alignLeft', 'alignCentre', 'alignRight'] as const).map((id) => commandItem(id)),
  ...(['alignTop', 'alignMiddle', 'alignBottom'] as const).map((id) => commandItem(id)),
  'rule',
  ...(['distributeAcross', 'distributeDown'] as const).map((id) => commandItem(id)),
]

function slotItems(
  editor: Editor,
  spot: Spot,
  node: LGraphNode,
  { input, output }: MenuTarget,
): Menu['items'] {
  const isInput = input !== undefined
  const slot = isInput ? node.inputs[input] : node.outputs[output!]
  const wired = 'link' in slot ? slot.link != null : Boolean(slot.links?.length)
  const param = isInput && isDiffusionNode(node) && inputParams(node).has(slot.name)
  return [
    ...(param ? paramInputItems(editor, node, slot.name) : []),
    {
      label: texts.commands.add,
      run: () =>
        showNodeSearch({
          spot,
          query: '',
          wire: { node, side: isInput ? 'input' : 'output', slot: (input ?? output)! },
        }),
    },
    {
      label: isInput ? texts.commands.disconnect : texts.commands.disconnectAll,
      disabled: !wired,
      run: () =>
        editor.workspace.editNodes(() =>
          isInput ? node.disconnectInput(input) : node.disconnectOutput(output!),
        ),
    },
  ]
}

function canvasItems(editor: Editor, spot: Spot): Menu['items'] {
  return [
    commandItem('add', { run: () => showNodeSearch({ spot, query: '' }) }),
    commandItem('paste', { run: () => void pasteFromClipboard(editor, spot.graph) }),
    commandItem('pasteWithInputs', {
      run: () => void pasteFromClipboard(editor, spot.graph, true),
    }),
    'rule',
    commandItem('selectAll'),
    commandItem('arrange'),
    commandItem('group', { run: () => groupSelection(editor, spot) }),
    commandItem('cutTool'),
    commandItem(canvasTool.value === 'hand' ? 'selectTool' : 'handTool'),
    commandItem('fit'),
    'rule',
    commandItem('undo'),
    commandItem('redo'),
  ]
}
