// A wire in the air: which slots would take it, and in words why the one under the pointer does not. And wires that lie there.
import type { LGraph, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import { isReroute, REROUTE_RADIUS, REROUTE_SIZE, type End } from '../nodes/litegraph/reroute.ts'
import { after, before, reasonAgainstWire } from '../nodes/litegraph/wires.ts'
import type { Side } from '../nodes/workflow/slots.ts'
import type { EditorCanvas, Point } from './canvas.ts'
import { TITLE } from './look/painting.ts'
import { pointsOn } from './look/wires.ts'
import { texts } from './texts.ts'

/** So long the pointer is on a slot before the engine is asked, in milliseconds. */
const REST = 120

/** What is asked of every slot at every frame is found out once for a wire: circles take a walk through the graph. */
export class Wiring {
  private known = new Map<string, string | undefined>()
  private of: unknown
  /** Nodes that a wire to would close a circle. */
  private circle: ReadonlySet<LGraphNode> = new Set()
  /** Of slots that take the wire: what would be wrong with the graph then. */
  private readonly foreseen = new Map<string, string | undefined>()
  private asking: { key: string; timer: ReturnType<typeof setTimeout> } | undefined

  constructor(private readonly canvas: EditorCanvas) {}

  /** Whether a slot would take the wire in the air. */
  fits(node: LGraphNode, side: Side, index: number): boolean {
    const { connecting_output: output, connecting_node: from } = this.canvas
    if (side === (output ? 'output' : 'input') || node === from) return false
    return this.reason(node, index) === undefined
  }

  /** Why a wire in the air may not end in this slot of a node, on the side that it looks for. */
  reason(node: LGraphNode, index: number): string | undefined {
    const { connecting_node: from, connecting_output: output, connecting_input: input } = this.canvas
    const now = output ?? input
    if (this.of !== now) this.begin(now)
    const key = `${node.id} ${index}`
    if (this.known.has(key)) return this.known.get(key)
    const closes = () => this.circle.has(node)
    const reason = output
      ? reasonAgainstWire(from!, from!.outputs.indexOf(output), node, index, texts.wires, closes)
      : reasonAgainstWire(node, index, from!, from!.inputs.indexOf(input!), texts.wires, closes)
    this.known.set(key, reason)
    return reason
  }

  /** The wire was dropped: with it the graph may be another. */
  end() {
    this.of = undefined
  }

  private begin(slot: unknown) {
    const { connecting_node: from, connecting_output: output } = this.canvas
    this.of = slot
    this.circle = output ? before(from!) : after(from!)
    this.known.clear()
    this.foreseen.clear()
  }

  /**
   * What would be wrong with the graph if the slot under the pointer got the wire that it takes; found out when the pointer
   * has rested there.
   */
  warning(): string | undefined {
    const end = this.slotUnder()
    const key = end && `${end.node.id} ${end.slot}`
    if (this.asking && this.asking.key !== key) {
      clearTimeout(this.asking.timer)
      this.asking = undefined
    }
    if (!key || this.reason(end.node, end.slot) !== undefined) return undefined
    if (this.foreseen.has(key)) return this.foreseen.get(key)
    this.asking ??= { key, timer: setTimeout(() => void this.foresee(key, end), REST) }
    return undefined
  }

  private async foresee(key: string, end: End) {
    const { connecting_node: from, connecting_output: output, connecting_input: input, hooks } = this.canvas
    if (!from) return
    const own: End = { node: from, slot: output ? from.outputs.indexOf(output) : from.inputs.indexOf(input!) }
    const found = await (output ? hooks.foresee(own, end) : hooks.foresee(end, own))
    if ((output ?? input) !== this.of) return
    this.foreseen.set(key, found)
    this.canvas.setDirty(true)
  }

  /** The slot under the pointer, on the side that the wire looks for. */
  private slotUnder(): End | undefined {
    const { canvas } = this
    const { connecting_node: from, connecting_output: output, connecting_input: input } = canvas
    const node = from && (output ?? input) ? canvas.nodeUnderPointer() : null
    if (!node) return undefined
    const [x, y] = canvas.graph_mouse
    const slot = output ? canvas.isOverNodeInput(node, x, y) : canvas.isOverNodeOutput(node, x, y)
    return slot < 0 ? undefined : { node, slot }
  }

  /** Why the wire cannot go where the pointer is; undefined if it can, or if nothing is there. */
  whyRefused(): string | undefined {
    const { canvas } = this
    const end = this.slotUnder()
    if (end) return this.reason(end.node, end.slot)
    const node = canvas.nodeUnderPointer()
    const { connecting_node: from, connecting_output: output, connecting_input: input } = canvas
    if (!node || !from || !(output ?? input)) return undefined
    // Over the slots it came from, nothing is meant yet.
    if (node === from) return canvas.overSlot() ? undefined : texts.wires.itself(node.getTitle())
    return this.noneFits(node, output ? 'input' : 'output')
  }

  /** On a node beside its slots, the first that fits takes the wire. */
  private noneFits(node: LGraphNode, side: Side): string | undefined {
    const slots = (side === 'input' ? node.inputs : node.outputs) ?? []
    if (slots.some((_, index) => this.fits(node, side, index))) return undefined
    const { connecting_output: output, connecting_input: input } = this.canvas
    // A circle is what keeps it from all that would fit by their types.
    const circle = slots.map((_, index) => this.reason(node, index)).find((reason) => reason === texts.wires.circle)
    const types = String((output ?? input)!.type).split(',')
    return circle ?? (side === 'input' ? texts.wires.noneTakes : texts.wires.noneGives)(node.getTitle(), types)
  }
}

/** As far from a wire, in pixels of the screen, the pointer is still on it. */
const NEAR = 7

/** The wire under a place in the graph, of those that are seen. */
export function wireAt({ graph, ds, visible_links }: EditorCanvas, [x, y]: Point): LLink | undefined {
  const near = NEAR / Math.max(0.4, ds.scale)
  let [found, least]: [LLink | undefined, number] = [undefined, near]
  for (const link of visible_links) {
    const ends = graph!.links[link.id] === link && endsOf(graph!, link)
    if (!ends) continue
    const way = [ends[0], ...pointsOn(ends[0], ends[1]), ends[1]]
    for (let i = 1; i < way.length; i++) {
      const far = distance(x, y, way[i - 1]!, way[i]!)
      if (far < least) [found, least] = [link, far]
    }
  }
  return found
}

/** The wire under a node, nearest to its middle, that it may be put into. Of several that are dragged none is. */
export function wireUnderNode({ graph, selected_nodes, hooks }: EditorCanvas, node: LGraphNode): LLink | undefined {
  if (Object.keys(selected_nodes).length !== 1) return undefined
  const [x, y] = [node.pos[0]!, node.pos[1]! - TITLE]
  const [width, height] = [node.size[0]!, node.size[1]! + TITLE]
  const distance = ([px, py]: Point) =>
    px < x || px > x + width || py < y || py > y + height ? Infinity : Math.hypot(px - x - width / 2, py - y - height / 2)
  return Object.values(graph!.links)
    .flatMap((link) => {
      const ends = endsOf(graph!, link)
      if (!ends || [link.origin_id, link.target_id].includes(node.id)) return []
      const far = Math.min(...pointsOn(...ends).map(distance))
      return far < Infinity && hooks.fits(node, link) ? [{ link, far }] : []
    })
    .sort((a, b) => a.far - b.far)[0]?.link
}

export function endsOf(graph: LGraph, link: LLink): [ArrayLike<number>, ArrayLike<number>] | undefined {
  const [from, to] = [graph.getNodeById(link.origin_id), graph.getNodeById(link.target_id)]
  return from && to ? [from.getConnectionPos(false, link.origin_slot), to.getConnectionPos(true, link.target_slot)] : undefined
}

/** From a point to a piece of a wire. */
function distance(x: number, y: number, a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!]
  const along = ((x - a[0]!) * dx + (y - a[1]!) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.max(0, Math.min(1, along))
  return Math.hypot(x - a[0]! - t * dx, y - a[1]! - t * dy)
}

/** Presses on what is at a place; a reroute is moved by its middle, and wired at its sides. */
export function pressing<T>(node: LGraphNode | null, [x, y]: Point, press: () => T): T {
  if (!node || !isReroute(node)) return press()
  const middle = REROUTE_SIZE / 2
  const [dx, dy] = [x - node.pos[0]! - middle, y - node.pos[1]! - middle]
  node.pressed = Math.hypot(dx, dy) < REROUTE_RADIUS ? 'dot' : dx < 0 ? 'input' : 'output'
  const result = press()
  node.pressed = undefined
  return result
}
