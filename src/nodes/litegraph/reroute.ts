// Reroutes on a canvas: a dot that a wire goes by, and where wires lead past them.
import type { LGraphNode, NodeClass, Vector } from 'litegraph.js/build/litegraph.core.js'
import type { Side } from '../workflow/slots.ts'
import { styleOf } from './palette.ts'
import type { DiffusionNode } from './node.ts'
import { isDiffusionNode } from './node.ts'

export interface Reroute extends DiffusionNode {
  /** While it is said, what is pressed is taken for this part: the dot itself, which can be dragged, or a slot. */
  pressed: 'dot' | Side | undefined
}

/** Both sides of the square that a reroute takes. */
export const REROUTE_SIZE = 20
/** Of the dot in its middle. */
export const REROUTE_RADIUS = 6

export const isReroute = (node: LGraphNode): node is Reroute =>
  isDiffusionNode(node) && Boolean(node.diffusion.declaration.reroute)

/** A slot of a node, by its index. */
export interface End {
  node: LGraphNode
  slot: number
}

/** The output that a value really comes from; undefined where a reroute on the way has nothing wired to it. */
export function sourcePast({ node, slot }: End): End | undefined {
  const seen = new Set<LGraphNode>()
  while (isReroute(node) && !seen.has(node)) {
    seen.add(node)
    const before = originOf(node, 0)
    if (!before) return undefined
    ;({ node, slot } = before)
  }
  return { node, slot }
}

/** The output that is wired to an input. */
export function originOf(node: LGraphNode, input: number): End | undefined {
  const id = node.inputs[input]?.link
  const wire = id == null ? undefined : node.graph?.links[id]
  const from = wire && node.graph!.getNodeById(wire.origin_id)
  return from?.outputs[wire!.origin_slot] ? { node: from, slot: wire!.origin_slot } : undefined
}

/** The inputs that an output really leads to. */
export function takersOf({ node, slot }: End, seen = new Set<LGraphNode>()): End[] {
  const { graph } = node
  return (node.outputs[slot]?.links ?? []).flatMap((id): End[] => {
    const wire = graph?.links[id]
    const target = wire && graph!.getNodeById(wire.target_id)
    if (!target || seen.has(target)) return []
    if (!isReroute(target)) return [{ node: target, slot: wire!.target_slot }]
    return takersOf({ node: target, slot: 0 }, new Set([...seen, target]))
  })
}

/** The first of a row of reroutes. */
export function firstOf(node: Reroute): Reroute {
  const seen = new Set<LGraphNode>()
  for (let now = node; ;) {
    seen.add(now)
    const before = originOf(now, 0)
    if (!before || !isReroute(before.node) || seen.has(before.node)) return now
    now = before.node
  }
}

/** The class of a reroute, from that of its declaration: small, without a title, and always open. */
export function rerouteClass(Base: NodeClass): NodeClass {
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

    /** There is nothing to fold. */
    override collapse() {}

    override getConnectionPos(isInput: boolean, _slot: number, out = new Float32Array(2)) {
      const middle = REROUTE_SIZE / 2
      out[0] = this.pos[0] + middle + (isInput ? -REROUTE_RADIUS : REROUTE_RADIUS)
      out[1] = this.pos[1] + middle
      // By where its slots are litegraph finds out what was pressed, and here all is within their reach.
      if (this.pressed && this.pressed !== (isInput ? 'input' : 'output')) out.fill(Infinity)
      return out
    }

    isPointInside(x: number, y: number, margin = 0) {
      const [dx, dy] = [x - this.pos[0], y - this.pos[1]]
      return dx > -margin && dy > -margin && dx < REROUTE_SIZE + margin && dy < REROUTE_SIZE + margin
    }

    override onDrawForeground(ctx: CanvasRenderingContext2D) {
      ctx.fillStyle = styleOf(this.outputs[0]?.type ?? '*').colour
      ctx.beginPath()
      ctx.arc(REROUTE_SIZE / 2, REROUTE_SIZE / 2, REROUTE_RADIUS, 0, 2 * Math.PI)
      ctx.fill()
    }

    override onDrawTitleBox() {}
  }
  Object.assign(Dot, { title: Base.title, desc: (Base as { desc?: string }).desc })
  return Dot as unknown as NodeClass
}
