// The wires of a node in the outline: inputs with all that they may be wired to, outputs with what they go to.
import { useId } from 'preact/hooks'
import { isDiffusionNode } from '../nodes/litegraph/node.ts'
import { originOf, sourcePast, takersOf, type End } from '../nodes/litegraph/reroute.ts'
import { reasonAgainstWire } from '../nodes/litegraph/wires.ts'
import { declaredName } from '../nodes/workflow/slots.ts'
import { IconButton, MenuButton } from './buttons.tsx'
import type { LGraphNode, PendingWire, Point } from './canvas.ts'
import { useEditor } from './context.ts'
import type { Editor } from './editor.ts'
import { LookInto } from './glance.tsx'
import { icons } from './icons.tsx'
import { TITLE } from './look/painting.ts'
import { menuFor } from './menus.ts'
import { freeBelow } from './outlined.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'
import { endsOf } from './wiring.ts'

type NameOf = (node: LGraphNode) => string

interface SlotProps {
  node: LGraphNode
  index: number
  nameOf: NameOf
}

export const placeOf = ({ node, slot }: End, nameOf: NameOf) => `${nameOf(node)} · ${node.outputs[slot]!.name}`

export function sourceOf(node: LGraphNode, input: number): End | undefined {
  const origin = originOf(node, input)
  return origin && sourcePast(origin)
}

/** An input, and everything it may be wired to. */
export function Input({ node, index, nodes, nameOf }: SlotProps & { nodes: readonly LGraphNode[] }) {
  const editor = useEditor()
  const id = useId()
  const slot = node.inputs[index]!
  const now = sourceOf(node, index)
  const isNow = ({ node, slot }: End) => node === now?.node && slot === now.slot
  const fitting = nodes
    .flatMap((origin) => origin.outputs.map((_, output): End => ({ node: origin, slot: output })))
    .filter((from) => isNow(from) || reasonAgainstWire(from.node, from.slot, node, index) === undefined)
  const wire = (from: End | undefined) => {
    if (from) from.node.connect(from.slot, node, index)
    else node.disconnectInput(index)
    editor.stage.redraw()
    editor.workspace.touched()
  }
  const declared = isDiffusionNode(node) ? node.diffusion.declaration.inputs : {}
  const optional = declared[declaredName(declared, slot.name) ?? '']?.optional
  const type = String(slot.type) === '*' ? texts.panel.anything : String(slot.type).replaceAll(',', ', ')
  return (
    <div class="end">
      <label for={id}>
        <code>{slot.name}</code> <span class="type">{optional ? `${type}, ${texts.panel.optional}` : type}</span>
      </label>
      <div class="pair">
        <select
          id={id}
          class="field"
          data-control={`input ${slot.name}`}
          value={String(fitting.findIndex(isNow))}
          onChange={(event) => wire(fitting[Number(event.currentTarget.value)])}
        >
          <option value="-1">{texts.outline.nothing}</option>
          {fitting.map((from, i) => (
            <option key={placeOf(from, nameOf)} value={String(i)}>
              {placeOf(from, nameOf)}
            </option>
          ))}
        </select>
        {slot.link != null && (
          <MenuButton
            class="outline icon"
            label={texts.outline.wireMenu(slot.name)}
            icon={<icons.more />}
            menu={() => menuOfInput(editor, node, index)}
          />
        )}
        <IconButton
          class="outline icon"
          label={texts.outline.addFor(slot.name)}
          icon={<icons.plus />}
          onClick={() => addBeside(editor, { node, side: 'input', slot: index })}
        />
      </div>
    </div>
  )
}

export function Output({ node, index, nameOf }: SlotProps) {
  const editor = useEditor()
  const slot = node.outputs[index]!
  const places = takersOf({ node, slot: index }).map(
    ({ node: target, slot: input }) => `${nameOf(target)} · ${target.inputs[input]!.name}`,
  )
  return (
    <li>
      <span>
        <code>{slot.name}</code> <span class="type">{places.length ? texts.outline.goesTo(places) : texts.outline.unused}</span>
      </span>
      <IconButton
        class="outline icon small"
        label={texts.outline.addAfter(slot.name)}
        icon={<icons.plus />}
        onClick={() => addBeside(editor, { node, side: 'output', slot: index })}
      />
      <LookInto node={node} slot={index} />
    </li>
  )
}

/** What is done with the wire of an input, in the middle of it. */
function menuOfInput(editor: Editor, node: LGraphNode, index: number) {
  const link = node.graph!.links[node.inputs[index]!.link!]!
  const [from, to] = endsOf(node.graph!, link)!
  const middle: Point = [(from[0]! + to[0]!) / 2, (from[1]! + to[1]!) / 2]
  const { title, items } = menuFor(editor, { page: [editor.insets().left + 24, 90], graph: middle }, { link })
  return { ...(title && { title }), items }
}

/** About the size of a node, for room beside another. */
const ROOM: Point = [260, 240]

/** Opens the node search. What is chosen gets a free place beside the node of the wire, or the selected one. */
export function addBeside(editor: Editor, wire?: PendingWire) {
  const { stage } = editor
  const node = wire?.node ?? stage.selection()[0]
  if (!node) return editor.findNode()
  const x = wire?.side === 'input' ? node.pos[0]! - ROOM[0] - 70 : node.pos[0]! + node.size[0]! + 70
  const boxes = stage.nodes().map(({ pos, size }) => [pos[0]!, pos[1]! - TITLE, pos[0]! + size[0]!, pos[1]! + size[1]!] as const)
  const graph = freeBelow([x, node.pos[1]!], ROOM, boxes)
  state.palette.value = { spot: { page: [editor.insets().left + 24, 90], graph }, query: '', ...(wire && { wire }) }
}
