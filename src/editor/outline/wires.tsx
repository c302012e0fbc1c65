// Links of a node in the outline: inputs with all possible sources, outputs with their targets.
import { useRunning, type RunningServices } from '../running/services.ts'
import { panelInsets } from '../ui/insets.ts'
import { useId } from 'preact/hooks'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import {
  inputSource,
  sourcePastReroutes,
  targetsPastReroutes,
  type SlotRef,
} from '../../litegraph/reroute.ts'
import { wireRefusal } from '../../litegraph/wires.ts'
import { declaredName } from '../../workflow/slots.ts'
import { IconButton, MenuButton } from '../ui/buttons.tsx'
import type { LGraphNode, PendingWire } from '../canvas/canvas.ts'
import type { Point } from '../ui/geometry.ts'
import { ValueToggle } from '../panel/wireInspector.tsx'
import { icons } from '../ui/icons.tsx'
import { TITLE } from '../graph/nodeSize.ts'
import { openNodeSearch } from '../canvas/openNodeSearch.ts'
import { wireMenu } from '../workspace/wireEdits.ts'
import { findFreePosition } from '../graph/outlineTree.ts'
import { showNodeSearch } from '../canvas/state.ts'
import { texts } from '../texts/texts.ts'
import { wireEndPoints } from '../canvas/wireHits.ts'

type NameOf = (node: LGraphNode) => string

interface SlotProps {
  node: LGraphNode
  index: number
  nameOf: NameOf
}

export const formatSource = ({ node, slot }: SlotRef, nameOf: NameOf) =>
  `${nameOf(node)} · ${node.outputs[slot].name}`

export function findInputSource(node: LGraphNode, input: number): SlotRef | undefined {
  const origin = inputSource(node, input)
  return origin && sourcePastReroutes(origin)
}

/** Input with a list of all outputs that can be connected to it. */
export function Input({
  node,
  index,
  nodes,
  nameOf,
}: SlotProps & { nodes: readonly LGraphNode[] }) {
  const editor = useRunning()
  const id = useId()
  const slot = node.inputs[index]
  const now = findInputSource(node, index)
  const isNow = ({ node, slot }: SlotRef) => node === now?.node && slot === now.slot
  const fitting = nodes
    .flatMap((origin) =>
      origin.outputs.map((_, output): SlotRef => ({ node: origin, slot: output })),
    )
    .filter((from) => isNow(from) || wireRefusal(from.node, from.slot, node, index) === undefined)
  const wire = (from: SlotRef | undefined) => {
    editor.workspace.editNodes(() =>
      from ? from.node.connect(from.slot, node, index) : node.disconnectInput(index),
    )
  }
  const { inputs = {}, params = {} } = isDiffusionNode(node) ? node.diffusion.declaration : {}
  const declared = declaredName(inputs, slot.name)
  const optional =
    declared === undefined ? Object.hasOwn(params, slot.name) : inputs[declared].optional
  const type =
    String(slot.type) === '*' ? texts.panel.anything : String(slot.type).replaceAll(',', ', ')
  return (
    <div class="end">
      <label for={id}>
        <code>{slot.name}</code>{' '}
        <span class="type">{optional ? `${type}, ${texts.panel.optional}` : type}</span>
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
            <option key={formatSource(from, nameOf)} value={String(i)}>
              {formatSource(from, nameOf)}
            </option>
          ))}
        </select>
        {slot.link != null && (
          <MenuButton
            class="outline icon"
            label={texts.outline.wireMenu(slot.name)}
            icon={<icons.more />}
            menu={() => createLinkMenu(editor, node, index)}
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
  const editor = useRunning()
  const slot = node.outputs[index]
  const places = targetsPastReroutes({ node, slot: index }).map(
    ({ node: target, slot: input }) => `${nameOf(target)} · ${target.inputs[input].name}`,
  )
  return (
    <li>
      <span>
        <code>{slot.name}</code>{' '}
        <span class="type">
          {places.length ? texts.outline.targets(places) : texts.outline.unused}
        </span>
      </span>
      <IconButton
        class="outline icon small"
        label={texts.outline.addAfter(slot.name)}
        icon={<icons.plus />}
        onClick={() => addBeside(editor, { node, side: 'output', slot: index })}
      />
      <ValueToggle node={node} slot={index} />
    </li>
  )
}

/** Menu of the link of an input. Nodes inserted by it are placed at its middle. */
function createLinkMenu(editor: RunningServices, node: LGraphNode, index: number) {
  const link = node.graph!.links[node.inputs[index].link!]
  const [from, to] = wireEndPoints(node.graph!, link)!
  const middle: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
  const spot = { page: [panelInsets().left + 24, 90] as Point, graph: middle }
  const { title, items } = wireMenu(editor, spot, link)
  return { ...(title && { title }), items }
}

/** Approximate size of a node, for a free position beside another. */
const NODE_SIZE: Point = [260, 240]

/**
 * Opens the node search. The chosen node gets a free position beside the node of the link or the
 * selected node.
 */
export function addBeside(editor: RunningServices, wire?: PendingWire) {
  const { stage } = editor
  const node = wire?.node ?? stage.selection()[0]
  if (!node) return openNodeSearch(stage)
  const x =
    wire?.side === 'input' ? node.pos[0] - NODE_SIZE[0] - 70 : node.pos[0] + node.size[0] + 70
  const boxes = stage
    .nodes()
    .map(({ pos, size }) => [pos[0], pos[1] - TITLE, pos[0] + size[0], pos[1] + size[1]] as const)
  const graph = findFreePosition([x, node.pos[1]], NODE_SIZE, boxes)
  showNodeSearch({
    spot: { page: [panelInsets().left + 24, 90], graph },
    query: '',
    ...(wire && { wire }),
  })
}
