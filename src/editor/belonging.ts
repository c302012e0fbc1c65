// Which loop a node belongs to, and why: by its wires, wherever it lies.
import type { LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import { originOf, sourcePast } from '../nodes/litegraph/reroute.ts'
import { boxOfNode, zonesOf, type Zone } from '../nodes/litegraph/zones.ts'
import type { Box } from '../nodes/views/canvas.ts'
import type { EditorCanvas, Point } from './canvas.ts'
import { texts } from './texts.ts'

interface Belonging {
  words: string
  /** Of the loop: decides the colour. */
  category: string
}

/** The innermost loop whose body a node is in. */
const zoneWith = (zones: readonly Zone[], node: LGraphNode): Zone | undefined =>
  zones.findLast(({ body }) => body.includes(String(node.id)))

/** By node, the loop that it is an end of or in the body of; found once for a list of zones. */
export function loopsByNode(): (zones: readonly Zone[]) => ReadonlyMap<string, Zone> {
  let of: readonly Zone[] | undefined
  let map = new Map<string, Zone>()
  return (zones) => {
    if (zones === of) return map
    of = zones
    map = new Map(zones.flatMap((zone) => [...zone.body, zone.start, zone.end].map((id) => [id, zone] as const)))
    return map
  }
}

/** For so long after a drop it is still said which loop the node belongs to, in milliseconds. */
const TOLD = 2500

/** Says of a dragged node which loop it belongs to, until a while after it was dropped. */
export class Following {
  private node: LGraphNode | undefined
  private belonging: (() => Belonging | undefined) | undefined
  private untold: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly canvas: EditorCanvas) {}

  /** null: what was dragged was dropped. */
  moved(node: LGraphNode | null) {
    if (node && this.node !== node) {
      this.forget()
      this.node = node
      this.belonging = followNode(this.canvas.graph!, node)
    } else if (!node && this.node) {
      this.untold ??= setTimeout(() => this.forget(), TOLD)
    }
  }

  /** What there is to say now, and where in the graph: below the node. */
  said(): (Belonging & { at: Point }) | undefined {
    const said = this.node?.graph ? this.belonging?.() : undefined
    const { pos, size } = this.node ?? {}
    return said && { ...said, at: [pos![0]!, pos![1]! + size![1]!] }
  }

  private forget() {
    clearTimeout(this.untold)
    this.node = this.belonging = this.untold = undefined
    this.canvas.setDirty(true)
  }
}

/**
 * What is said of a node that is dragged: where it lies in a loop that does not reach it, or outside of one that does. Returns
 * what tells it at each move; the other nodes lie still meanwhile.
 */
function followNode(graph: LGraph, node: LGraphNode): () => Belonging | undefined {
  const zones = zonesOf(graph, node)
  const own = zoneWith(zones, node)
  const isEnd = zones.some(({ start, end }) => [start, end].includes(String(node.id)))
  return () => {
    if (isEnd) return undefined
    const middle = middleOf(boxOfNode(node))
    if (own) return isIn(own.box, middle) ? undefined : { words: reasonIn(node, own), category: own.category }
    const under = zones.findLast(({ box }) => isIn(box, middle))
    return under && { words: texts.zones.runsOnce, category: under.category }
  }
}

const middleOf = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const
const isIn = ({ x, y, width, height }: Box, [px, py]: readonly [number, number]) =>
  px > x && px < x + width && py > y && py < y + height

/** The wire by which a node is in a body: from the Start itself if there is one, or else from another node of it. */
function reasonIn(node: LGraphNode, { start, body }: Zone): string {
  const sources = node.inputs.flatMap((_, input) => {
    const origin = originOf(node, input)
    const source = origin && sourcePast(origin)
    return source ? [source] : []
  })
  const from = (ids: readonly string[]) => sources.find((source) => ids.includes(String(source.node.id)))
  const [direct, through] = [from([start]), from(body)]
  const said = direct ?? through
  if (!said) return texts.zones.inBody
  const [slot, title] = [said.node.outputs[said.slot]!.name, said.node.getTitle()]
  return direct ? texts.zones.takes(slot, title) : texts.zones.takesThrough(slot, title)
}
