// Checks of a dragged wire: slots that accept it, the reason of a refusal, and predicted faults.
import type {
  InputSlot,
  LGraphCanvas,
  LGraphNode,
  OutputSlot,
} from 'litegraph.js/build/litegraph.core.js'
import { paramTakingWire } from '../../litegraph/paramInputs.ts'
import type { SlotRef } from '../../litegraph/reroute.ts'
import { downstreamNodes, upstreamNodes, wireRefusal } from '../../litegraph/wires.ts'
import type { Side } from '../../workflow/slots.ts'
import { texts } from '../texts/texts.ts'
import type { PendingWire } from './pendingWire.ts'
import type { StageHooks } from './stageHooks.ts'

/** Members of the canvas that the checks need. */
export interface WireCanvas extends LGraphCanvas {
  readonly hooks: Pick<StageHooks, 'predictFault'>
  nodeUnderPointer(): LGraphNode | null
  isOverSlot(): boolean
}

/** The wire that is being dragged, and the slot where it began. */
export interface DraggedWire extends PendingWire {
  start: InputSlot | OutputSlot
}

/** Returns the wire that is being dragged, undefined if there is none. */
export function getDraggedWire({
  connecting_node: node,
  connecting_output: output,
  connecting_input: input,
}: Pick<LGraphCanvas, 'connecting_node' | 'connecting_output' | 'connecting_input'>):
  | DraggedWire
  | undefined {
  if (node && output)
    return { node, side: 'output', slot: node.outputs.indexOf(output), start: output }
  if (node && input) return { node, side: 'input', slot: node.inputs.indexOf(input), start: input }
  return undefined
}

/** Returns the side on which a wire can end. */
export const targetSide = ({ side }: PendingWire): Side => (side === 'output' ? 'input' : 'output')

/** Delay before the engine checks the wire to the slot under the pointer, in milliseconds. */
const PREDICT_DELAY = 120

/** Checks of the dragged wire. Cached per wire, since every slot is checked in every frame. */
export class WireChecks {
  private readonly reasons = new Map<string, string | undefined>()
  /** The slot where the wire of the cached checks began. */
  private checkedStart: InputSlot | OutputSlot | undefined
  /** Nodes that would close a cycle if the wire ended there. */
  private cycleNodes: ReadonlySet<LGraphNode> = new Set()
  /** Fault that the graph would have with the wire, by slot. Undefined without a fault. */
  private readonly predicted = new Map<string, string | undefined>()
  private pendingPrediction: { key: string; timer: ReturnType<typeof setTimeout> } | undefined

  constructor(private readonly canvas: WireCanvas) {}

  /** True if a slot accepts the dragged wire. */
  fits(node: LGraphNode, side: Side, index: number): boolean {
    const wire = getDraggedWire(this.canvas)
    if (!wire || side === wire.side || node === wire.node) return false
    return this.reason(wire, node, index) === undefined
  }

  /** Invalidates the cache after the wire was dropped, since the graph may have changed. */
  end() {
    this.checkedStart = undefined
  }

  /**
   * Returns the fault that the graph would have with a wire to the slot under the pointer. The
   * engine is asked after the pointer has rested there.
   */
  warning(): string | undefined {
    const wire = getDraggedWire(this.canvas)
    const end = wire && this.slotUnderPointer(wire)
    const key = end && `${end.node.id} ${end.slot}`
    if (this.pendingPrediction && this.pendingPrediction.key !== key) {
      clearTimeout(this.pendingPrediction.timer)
      this.pendingPrediction = undefined
    }
    if (!key || this.reason(wire, end.node, end.slot) !== undefined) return undefined
    if (this.predicted.has(key)) return this.predicted.get(key)
    this.pendingPrediction ??= {
      key,
      timer: setTimeout(() => void this.predict(key, end), PREDICT_DELAY),
    }
    return undefined
  }

  /** Returns why the wire cannot end at the pointer. Undefined if it can, or over empty canvas. */
  refusalAtPointer(): string | undefined {
    const wire = getDraggedWire(this.canvas)
    if (!wire) return undefined
    const end = this.slotUnderPointer(wire)
    if (end) return this.reason(wire, end.node, end.slot)
    const node = this.canvas.nodeUnderPointer()
    if (!node) return undefined
    if (this.takesParam(wire, node)) return undefined
    if (node !== wire.node) return this.noSlotReason(wire, node)
    // Over the slot where it began, the wire has no target yet.
    return this.canvas.isOverSlot() ? undefined : texts.wires.itself(node.getTitle())
  }

  /** True over the widget of a param that would become an input for the wire. */
  private takesParam(wire: DraggedWire, node: LGraphNode): boolean {
    if (wire.side === 'input' || node === wire.node) return false
    if (this.checkedStart !== wire.start) this.reset(wire)
    const { graph_mouse: at } = this.canvas
    return !this.cycleNodes.has(node) && paramTakingWire(node, at, wire.start.type) !== undefined
  }

  /** Returns why the wire cannot end in a slot of a node, undefined if it can. */
  private reason(wire: DraggedWire, node: LGraphNode, index: number): string | undefined {
    if (this.checkedStart !== wire.start) this.reset(wire)
    const key = `${node.id} ${index}`
    if (this.reasons.has(key)) return this.reasons.get(key)
    const closes = () => this.cycleNodes.has(node)
    const reason =
      wire.side === 'output'
        ? wireRefusal(wire.node, wire.slot, node, index, texts.wires, closes)
        : wireRefusal(node, index, wire.node, wire.slot, texts.wires, closes)
    this.reasons.set(key, reason)
    return reason
  }

  private reset({ node, side, start }: DraggedWire) {
    this.checkedStart = start
    this.cycleNodes = side === 'output' ? upstreamNodes(node) : downstreamNodes(node)
    this.reasons.clear()
    this.predicted.clear()
  }

  private async predict(key: string, end: SlotRef) {
    const wire = getDraggedWire(this.canvas)
    if (!wire) return
    const { hooks } = this.canvas
    const fault = await (wire.side === 'output'
      ? hooks.predictFault(wire, end)
      : hooks.predictFault(end, wire))
    if (wire.start !== this.checkedStart) return
    this.predicted.set(key, fault)
    this.canvas.setDirty(true)
  }

  /** The slot under the pointer, on the side where the wire can end. */
  private slotUnderPointer({ side }: DraggedWire): SlotRef | undefined {
    const { canvas } = this
    const node = canvas.nodeUnderPointer()
    if (!node) return undefined
    const [x, y] = canvas.graph_mouse
    const slot =
      side === 'output' ? canvas.isOverNodeInput(node, x, y) : canvas.isOverNodeOutput(node, x, y)
    return slot < 0 ? undefined : { node, slot }
  }

  /** Returns why no slot of a node accepts the wire. A dropped wire uses the first that does. */
  private noSlotReason(wire: DraggedWire, node: LGraphNode): string | undefined {
    const side = targetSide(wire)
    const slots = (side === 'input' ? node.inputs : node.outputs) ?? []
    const reasons = slots.map((_, index) => this.reason(wire, node, index))
    if (reasons.includes(undefined)) return undefined
    // A slot with a matching type can only be refused because of a cycle.
    if (reasons.includes(texts.wires.circle)) return texts.wires.circle
    const noneFits = side === 'input' ? texts.wires.noneTakes : texts.wires.noneGives
    return noneFits(node.getTitle(), String(wire.start.type).split(','))
  }
}
