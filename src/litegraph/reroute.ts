// Reroutes on a canvas: their class, and the slots at the ends of a chain of reroutes.
import type { LGraphNode, NodeClass, Vector } from 'litegraph.js/build/litegraph.core.js'
import { resolveSource } from '../engine/base/resolveSource.ts'
import type { Side } from '../workflow/slots.ts'
import { slotStyle } from './palette.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'

export interface Reroute extends DiffusionNode {
  /** While set, a press anywhere on the reroute targets this part: the dot drags, a side wires. */
  pressed: 'dot' | Side | undefined
}

/** Side length of the square that a reroute occupies. */
export const REROUTE_SIZE = 20
/** Radius of the dot in its middle. */
export const REROUTE_RADIUS = 6

export const isReroute = (node: LGraphNode): node is Reroute =>
  isDiffusionNode(node) && Boolean(node.diffusion.declaration.reroute)

/** An input or output of a node, by index. */
export interface SlotRef {
  node: LGraphNode
  slot: number
}

/** Returns the output behind a chain of reroutes, undefined if one of them is unwired. */
export const sourcePastReroutes = (output: SlotRef | undefined): SlotRef | undefined =>
  resolveSource(
    output,
    ({ node }) => (isReroute(node) ? { from: inputSource(node, 0) } : undefined),
    ({ node }) => node,
  )

/** Returns the output that is wired to an input. */
export function inputSource({ graph, inputs }: LGraphNode, input: number): SlotRef | undefined {
  const id = inputs[input]?.link
  const wire = id == null ? undefined : graph?.links[id]
  const node = wire && graph?.getNodeById(wire.origin_id)
  return node && node.outputs[wire.origin_slot] ? { node, slot: wire.origin_slot } : undefined
}

/** Returns the inputs that receive the value of an output, depth first. */
export function targetsPastReroutes(output: SlotRef): SlotRef[] {
  const found: SlotRef[] = []
  const seen = new Set<LGraphNode>()
  const stack = wiredInputs(output).reverse()
  for (let target = stack.pop(); target; target = stack.pop()) {
    if (!isReroute(target.node)) found.push(target)
    else if (!seen.has(target.node)) {
      seen.add(target.node)
      stack.push(...wiredInputs({ node: target.node, slot: 0 }).reverse())
    }
  }
  return found
}

/** Returns the inputs that are wired to an output. */
export const wiredInputs = ({ node: { graph, outputs }, slot }: SlotRef): SlotRef[] =>
  (outputs[slot]?.links ?? []).flatMap((id) => {
    const wire = graph?.links[id]
    const target = wire && graph?.getNodeById(wire.target_id)
    return target ? [{ node: target, slot: wire.target_slot }] : []
  })

/** Returns the first reroute of a chain. */
export function firstReroute(node: Reroute): Reroute {
  const seen = new Set<LGraphNode>()
  for (let current = node; ;) {
    seen.add(current)
    const source = inputSource(current, 0)
    if (!source || !isReroute(source.node) || seen.has(source.node)) return current
    current = source.node
  }
}

/** Creates the class of a reroute from the class of its declaration: small, without a title. */
export function createRerouteClass(Base: NodeClass): NodeClass {
  class Dot extends (Base as unknown as new (title?: string) => DiffusionNode) {
    static title_mode = 1 // litegraph's NO_TITLE
    static collapsable = false
    pressed: Reroute['pressed'] = undefined
    override resizable = false

    override computeSize(): Vector {
      return [REROUTE_SIZE, REROUTE_SIZE]
    }

    override setSize() {
      this.size = [REROUTE_SIZE, REROUTE_SIZE]
    }

    /** Does nothing: a reroute cannot be collapsed. */
    override collapse() {}

    override getConnectionPos(isInput: boolean, _slot: number, out = new Float32Array(2)) {
      const middle = REROUTE_SIZE / 2
      out[0] = this.pos[0] + middle + (isInput ? -REROUTE_RADIUS : REROUTE_RADIUS)
      out[1] = this.pos[1] + middle
      // litegraph finds the pressed slot by distance, and here every slot is near.
      if (this.pressed && this.pressed !== (isInput ? 'input' : 'output')) out.fill(Infinity)
      return out
    }

    /** @comfyorg/litegraph draws slots there. */
    getInputPos() {
      return this.getConnectionPos(true, 0)
    }

    getInputSlotPos() {
      return this.getConnectionPos(true, 0)
    }

    getOutputPos() {
      return this.getConnectionPos(false, 0)
    }

    isPointInside(x: number, y: number, margin = 0) {
      const [dx, dy] = [x - this.pos[0], y - this.pos[1]]
      return (
        dx > -margin && dy > -margin && dx < REROUTE_SIZE + margin && dy < REROUTE_SIZE + margin
      )
    }

    override onDrawForeground(ctx: CanvasRenderingContext2D) {
      ctx.fillStyle = slotStyle(this.outputs[0]?.type ?? '*').colour
      ctx.beginPath()
      ctx.arc(REROUTE_SIZE / 2, REROUTE_SIZE / 2, REROUTE_RADIUS, 0, 2 * Math.PI)
      ctx.fill()
    }

    override onDrawTitleBox() {}
  }
  Object.assign(Dot, { title: Base.title, desc: (Base as { desc?: string }).desc })
  return Dot as typeof Dot & NodeClass
}
