// Loop membership of nodes, and a hint for a dragged node. Wires decide the membership, not the
// position of the node.
import type { LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { inputSource, sourcePastReroutes } from '../../litegraph/reroute.ts'
import { fullNodeBox, graphZones } from '../../litegraph/canvasZones.ts'
import type { Zone } from '../../litegraph/zones.ts'
import type { Box } from '../../painters/frame.ts'
import type { Point } from '../ui/geometry.ts'
import { texts } from '../texts/texts.ts'

interface HintText {
  words: string
  /** Category of the loop, which decides the colour. */
  category: string
}

/** Returns the innermost zone whose body contains a node. */
const innermostZone = (zones: readonly Zone[], node: LGraphNode): Zone | undefined =>
  zones.findLast(({ body }) => body.includes(String(node.id)))

/** Maps the ids of start, end and body nodes to their zone. The map of the last list is cached. */
export function createLoopLookup(): (zones: readonly Zone[]) => ReadonlyMap<string, Zone> {
  let mappedZones: readonly Zone[] | undefined
  let map = new Map<string, Zone>()
  return (zones) => {
    if (zones === mappedZones) return map
    mappedZones = zones
    map = new Map(
      zones.flatMap((zone) =>
        [...zone.body, zone.start, zone.end].map((id) => [id, zone] as const),
      ),
    )
    return map
  }
}

/** Time for which the hint remains after a drop, in milliseconds. */
const HINT_DURATION = 2500

/** Explains which loop a dragged node belongs to, until shortly after it is dropped. */
export class LoopHint {
  private node: LGraphNode | undefined
  private computeText: (() => HintText | undefined) | undefined
  private hideTimer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly canvas: { readonly graph: LGraph; setDirty(front: boolean): void },
  ) {}

  /** @param node the dragged node, null after it was dropped */
  update(node: LGraphNode | null) {
    if (node && this.node !== node) {
      this.clear()
      this.node = node
      this.computeText = createHint(this.canvas.graph, node)
    } else if (!node && this.node) {
      this.hideTimer ??= setTimeout(() => this.clear(), HINT_DURATION)
    }
  }

  /** The current hint and its position in the graph: below the node. */
  current(): (HintText & { at: Point }) | undefined {
    const { node } = this
    if (!node?.graph) return undefined
    const text = this.computeText?.()
    return text && { ...text, at: [node.pos[0], node.pos[1] + node.size[1]] }
  }

  private clear() {
    clearTimeout(this.hideTimer)
    this.node = this.computeText = this.hideTimer = undefined
    this.canvas.setDirty(true)
  }
}

/**
 * Returns a function that computes the hint for the current position of a dragged node. There is a
 * hint if the node is drawn outside its loop, or inside a loop that it does not belong to. The
 * other nodes must not move meanwhile.
 */
function createHint(graph: LGraph, node: LGraphNode): () => HintText | undefined {
  const zones = graphZones(graph, node)
  const own = innermostZone(zones, node)
  const isEnd = zones.some(({ start, end }) => [start, end].includes(String(node.id)))
  return () => {
    if (isEnd) return undefined
    const middle = boxCentre(fullNodeBox(node))
    if (own)
      return containsPoint(own.box, middle)
        ? undefined
        : { words: membershipReason(node, own), category: own.category }
    const under = zones.findLast(({ box }) => containsPoint(box, middle))
    return under && { words: texts.zones.runsOnce, category: under.category }
  }
}

const boxCentre = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const
const containsPoint = ({ x, y, width, height }: Box, [px, py]: readonly [number, number]) =>
  px > x && px < x + width && py > y && py < y + height

/** Explains by which wire a node is in a body: preferably one from Start, else from a body node. */
function membershipReason(node: LGraphNode, { start, body }: Zone): string {
  const sources = node.inputs.flatMap((_, input) => {
    const origin = inputSource(node, input)
    const source = origin && sourcePastReroutes(origin)
    return source ? [source] : []
  })
  const from = (ids: readonly string[]) =>
    sources.find((source) => ids.includes(String(source.node.id)))
  const [direct, through] = [from([start]), from(body)]
  const source = direct ?? through
  if (!source) return texts.zones.inBody
  const [slot, title] = [source.node.outputs[source.slot].name, source.node.getTitle()]
  return direct ? texts.zones.uses(slot, title) : texts.zones.usesThrough(slot, title)
}
