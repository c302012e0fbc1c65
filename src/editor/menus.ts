// What the right button offers: on a node, a slot, a wire, the empty canvas.
import type { LGraphGroup, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { Spot } from './canvas.ts'
import { groupsOf, nodesIn } from './groups.ts'
import { pasteFromClipboard } from './clipboard.ts'
import { showsChart } from './charts/open.ts'
import { groupSelection, openNode, shortcut, type CommandId } from './commands.ts'
import { reroute, type Editor } from './editor.ts'
import { BYPASSED, MUTED } from '../nodes/workflow/play.ts'
import { LOOP } from '../nodes/workflow/slots.ts'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import { varies } from './runs/varies.ts'
import type { Menu, MenuItem } from './state.ts'
import { standsFor } from './subgraph/actions.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'
import { comparable } from './viewer/open.tsx'
import { canEnlarge } from './viewer/sources.ts'

export interface MenuTarget {
  node?: LGraphNode
  link?: LLink
  group?: LGraphGroup
  input?: number
  output?: number
}

/** A menu entry for a command. */
export function itemOf({ commands }: Editor, id: CommandId, more: Partial<MenuItem> = {}): MenuItem {
  const command = commands[id]
  const keys = shortcut(command)
  return { label: command.label, run: command.run, disabled: !(command.enabled?.() ?? true), ...(keys && { keys }), ...more }
}

export function menuFor(editor: Editor, spot: Spot, target: MenuTarget): Menu {
  const { node, link, group, input, output } = target
  if (link) return { at: spot.page, title: String(link.type), items: wireItems(editor, spot, link) }
  if (node && (input !== undefined || output !== undefined)) {
    const slot = input === undefined ? node.outputs[output!]! : node.inputs[input]!
    return { at: spot.page, title: `${node.getTitle()} · ${slot.name}`, items: slotItems(editor, spot, node, target) }
  }
  if (node) return { at: spot.page, title: declarationOf(node)?.title ?? node.type, items: nodeItems(editor, spot, node) }
  if (group) return { at: spot.page, title: group.title, items: groupItems(editor, spot, group) }
  return { at: spot.page, items: canvasItems(editor, spot) }
}

function nodeItems(editor: Editor, spot: Spot, node: LGraphNode): Menu['items'] {
  const { commands } = texts
  return [
    ...(canEnlarge(node) || showsChart(node) ? [itemOf(editor, 'enlarge')] : []),
    ...(comparable(editor.stage.selection()) ? [itemOf(editor, 'compare')] : []),
    itemOf(editor, 'runTo'),
    ...(canVary(node) ? [itemOf(editor, 'vary')] : []),
    ...(standsFor(editor, node)
      ? [itemOf(editor, 'enter'), itemOf(editor, 'unpack')]
      : declarationOf(node)?.expands
        ? [{ label: commands.openNode, run: () => void openNode(editor, node) }]
        : []),
    'rule',
    itemOf(editor, 'rename'),
    itemOf(editor, 'replace'),
    itemOf(editor, 'collapse', { label: node.flags.collapsed ? commands.expand : commands.collapse }),
    itemOf(editor, 'pin', { label: node.flags.pinned ? commands.unpin : commands.pin }),
    ...(state.selection.value.length > 1
      ? [{ label: commands.order, run: () => (state.menu.value = { at: spot.page, items: orderItems(editor) }) }]
      : []),
    itemOf(editor, 'mute', { label: node.mode === MUTED ? commands.unmute : commands.mute }),
    itemOf(editor, 'bypass', { label: node.mode === BYPASSED ? commands.takePart : commands.bypass }),
    'rule',
    itemOf(editor, 'copy'),
    itemOf(editor, 'cut'),
    itemOf(editor, 'duplicate'),
    itemOf(editor, 'group'),
    ...groupsOf(node).map((group) => ({
      label: commands.groupMenu(group.title),
      run: () => (state.menu.value = menuFor(editor, spot, { group })),
    })),
    itemOf(editor, 'subgraph'),
    itemOf(editor, 'delete', { danger: true }),
    itemOf(editor, 'deleteThrough', { danger: true }),
  ]
}

const declarationOf = (node: LGraphNode) => (isDiffusionNode(node) ? node.diffusion.declaration : undefined)

function canVary(node: LGraphNode): boolean {
  const declaration = declarationOf(node)
  return declaration !== undefined && Object.values(declaration.params).some((param) => varies(param, declaration))
}

/** What is done to a group is done to its nodes, but for its name and its end. */
function groupItems(editor: Editor, spot: Spot, group: LGraphGroup): Menu['items'] {
  const { commands, stage, workspace } = editor
  const { commands: words } = texts
  const toNodes = (id: 'mute' | 'bypass' | 'collapse' | 'pin' | 'delete') =>
    itemOf(editor, id, {
      disabled: nodesIn(group).length === 0,
      run: () => {
        stage.select(nodesIn(group).map((node) => node.id))
        if (id === 'delete') stage.graph.remove(group)
        commands[id].run()
      },
      ...(id === 'delete' && { label: words.deleteGroup, danger: true }),
    })
  return [
    { label: words.rename, run: () => editor.rename(group, spot.page) },
    { label: words.selectIn, run: () => stage.select(nodesIn(group).map((node) => node.id)) },
    'rule',
    ...(['mute', 'bypass', 'collapse', 'pin'] as const).map(toNodes),
    'rule',
    {
      label: words.ungroup,
      run: () => {
        stage.graph.remove(group)
        stage.redraw()
        workspace.touched()
      },
    },
    toNodes('delete'),
  ]
}

const orderItems = (editor: Editor): Menu['items'] => [
  itemOf(editor, 'arrange'),
  'rule',
  ...(['alignLeft', 'alignRight', 'alignTop', 'alignBottom'] as const).map((id) => itemOf(editor, id)),
  'rule',
  ...(['distributeAcross', 'distributeDown'] as const).map((id) => itemOf(editor, id)),
]

function slotItems(editor: Editor, spot: Spot, node: LGraphNode, { input, output }: MenuTarget): Menu['items'] {
  const isInput = input !== undefined
  const slot = isInput ? node.inputs[input]! : node.outputs[output!]!
  const wired = 'link' in slot ? slot.link != null : Boolean(slot.links?.length)
  return [
    {
      label: texts.commands.add,
      run: () =>
        (state.palette.value = { spot, query: '', wire: { node, side: isInput ? 'input' : 'output', slot: (input ?? output)! } }),
    },
    {
      label: isInput ? texts.commands.disconnect : texts.commands.disconnectAll,
      disabled: !wired,
      run: () => {
        if (isInput) node.disconnectInput(input)
        else node.disconnectOutput(output!)
        editor.workspace.touched()
      },
    },
  ]
}

function wireItems(editor: Editor, spot: Spot, link: LLink): Menu['items'] {
  const { stage, workspace } = editor
  const [from, to] = [stage.node(link.origin_id), stage.node(link.target_id)]
  return [
    {
      label: texts.commands.insert,
      run: () =>
        from &&
        (state.palette.value = { spot, query: '', wire: { node: from, side: 'output', slot: link.origin_slot }, into: link }),
    },
    ...(String(link.type) === LOOP
      ? []
      : [{ label: texts.commands.reroute, keys: texts.commands.rerouteKeys, run: () => reroute(editor, link, spot.graph) }]),
    {
      label: texts.commands.disconnect,
      danger: true,
      run: () => {
        to?.disconnectInput(link.target_slot)
        stage.redraw()
        workspace.touched()
      },
    },
  ]
}

function canvasItems(editor: Editor, spot: Spot): Menu['items'] {
  return [
    itemOf(editor, 'add', { run: () => (state.palette.value = { spot, query: '' }) }),
    itemOf(editor, 'paste', { run: () => void pasteFromClipboard(editor, spot.graph) }),
    itemOf(editor, 'pasteWithInputs', { run: () => void pasteFromClipboard(editor, spot.graph, true) }),
    'rule',
    itemOf(editor, 'selectAll'),
    itemOf(editor, 'arrange'),
    itemOf(editor, 'group', { run: () => groupSelection(editor, spot) }),
    itemOf(editor, 'fit'),
    'rule',
    itemOf(editor, 'undo'),
    itemOf(editor, 'redo'),
  ]
}
