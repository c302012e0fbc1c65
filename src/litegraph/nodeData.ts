// First layer of the node class: slots, params, size, loading, saving and copying.
import type {
  InputSlot,
  OutputSlot,
  SerializedNode,
  Vector,
} from 'litegraph.js/build/litegraph.core.js'
import { isObject } from '../workflow/json.ts'
import { initialViewSpace, viewHeight } from '../workflow/nodeBody.ts'
import type { DiffusionNode, NodeStatus } from './diffusionNode.ts'
import { countFolded, isFolded, slotRows } from './foldedInputs.ts'
import type { NodeSetup } from './nodeSetup.ts'
import { titleColour } from './palette.ts'
import { inputParams } from './paramInputs.ts'
import { partnerValues } from './pairs.ts'
import { addProperties } from './properties.ts'
import { sanitizeNode, sanitizeSlots, sanitizeValues } from './sanitizeNode.ts'
import { matchNodeSlots, type FreeSlots } from './slotMatching.ts'
import { loopPartner } from './wires.ts'
import { refreshTypes } from './slotTypes.ts'
import { addWidgets, matchWidgets, syncWidget } from './widgets.ts'

/** Instance of the node class, for its layers. */
export interface NodeData extends DiffusionNode {
  /** Values of the partner of a copied loop end. The partner is copied with it. */
  copied_partner?: Record<string, unknown>
  /** Decides which values and partners the node gets when it is added to a graph. */
  origin: 'new' | 'copied' | 'loaded'
  /** True during `configure`: litegraph's callbacks are not edits then. */
  configuring: boolean
  matchSlots(free: FreeSlots, change?: () => void): void
}

export type NodeDataClass = new (title?: string) => NodeData

/** Width of a title with its dot and its state mark, in pixels. A letter is about 8.4 wide. */
const titleWidth = (title: string) => Math.ceil(8.4 * title.length + 62)

/** Returns the width at which the names of an input and the output beside it do not touch. */
function slotsWidth({ inputs, outputs }: DiffusionNode): number {
  const letters = outputs.map(({ name }, i) =>
    inputs[i] ? inputs[i].name.length + name.length : 0,
  )
  return 7 * Math.max(0, ...letters) + 50
}

export function createDataClass({ lite, declaration, hooks }: NodeSetup): NodeDataClass {
  return class extends lite.LGraphNode implements NodeData {
    static override title = declaration.title
    static desc = declaration.summary
    static color = titleColour(declaration.category)
    static title_text_color = '#e4e6e8'

    diffusion: NodeStatus = { declaration, state: 'idle' }
    declare copied_partner?: Record<string, unknown>
    declare rows?: number
    origin: NodeData['origin'] = 'new'
    configuring = false

    constructor(title?: string) {
      super(title ?? declaration.title)
      addProperties(this)
      addWidgets(this, hooks)
      this.matchSlots('keep')
      this.setSize(initialSize(this))
    }

    override computeSize(): Vector {
      const size = super.computeSize()
      const allRows = Math.max(this.inputs.length, this.outputs.length, 1)
      const hidden = (allRows - slotRows(this)) * lite.NODE_SLOT_HEIGHT
      return [Math.max(size[0], slotsWidth(this)), size[1] - hidden + viewHeight(declaration)]
    }

    /** Hidden inputs have no position (NaN): no point is on them, and nothing is drawn. */
    override getConnectionPos(isInput: boolean, slot: number, out?: Float32Array): Float32Array {
      const at = super.getConnectionPos(isInput, slot, out)
      if (!isInput || this.flags.collapsed) return at
      if (isFolded(this, slot)) at.fill(Number.NaN)
      else at[1] -= countFolded(this, slot) * lite.NODE_SLOT_HEIGHT
      return at
    }

    override configure(info: SerializedNode) {
      this.origin = this.graph ? 'loaded' : 'copied'
      this.configuring = true
      readSlotData(this, info)
      this.matchSlots('keep')
      super.configure(sanitizeNode(info))
      const [width, height] = this.size
      addWidgets(this, hooks)
      for (const name in this.properties) syncWidget(this, name)
      if (isObject(info.copied_partner)) this.copied_partner = sanitizeValues(info.copied_partner)
      enlargeTo(this, width, height)
      this.rows = slotRows(this)
      this.configuring = false
      refreshTypes(lite, this)
    }

    override onSerialize(info: SerializedNode) {
      writeNode(this, info)
    }

    override clone() {
      const copy = super.clone() as NodeData | null
      if (copy) copy.copied_partner = partnerValues(this)
      return copy
    }

    matchSlots(free: FreeSlots, change?: () => void) {
      matchNodeSlots(lite, this, free, change)
      // Outputs of an End follow the wires of its Start.
      const end = this.diffusion.declaration.role === 'start' ? loopPartner(this) : undefined
      if (end) matchNodeSlots(lite, end, free)
      if (this.configuring) return
      matchWidgets(this, hooks)
      refreshTypes(lite, this)
    }
  }
}

/** Sets a size, but at least the minimal size. */
function enlargeTo(node: DiffusionNode, width: number, height: number) {
  const least = node.computeSize()
  node.setSize([Math.max(width, least[0]), Math.max(height, least[1])])
}

function initialSize(node: DiffusionNode): Vector {
  const { declaration } = node.diffusion
  const least = node.computeSize()
  const { width, more } = initialViewSpace(declaration)
  const noteHeight = declaration.role === 'note' ? 110 : 0
  return [
    Math.max(least[0], width, titleWidth(declaration.title)),
    Math.max(least[1] + more, noteHeight),
  ]
}

/** Reads the slots of a file, to match them by name. litegraph would merge them by position. */
function readSlotData(node: DiffusionNode, info: SerializedNode) {
  const existing = existingLink(node)
  node.inputs = sanitizeSlots<InputSlot>(info.inputs, ({ link }) => ({ link: existing(link) }))
  node.outputs = sanitizeSlots<OutputSlot>(info.outputs, ({ links }) => ({
    links: links?.filter((id) => existing(id) !== null) ?? null,
  }))
}

/**
 * Returns null for links that the graph does not contain. A copy outside a graph has no wires.
 * @comfyorg/litegraph removes them itself, except from the nodes that it puts into a subgraph.
 */
const existingLink =
  ({ graph, inComfy }: DiffusionNode) =>
  (link: number | string | null | undefined) =>
    link != null && (graph ? graph.links[link] : inComfy) ? link : null

function writeNode(node: NodeData, info: SerializedNode) {
  info.pos = [node.pos[0], node.pos[1]]
  info.size = [node.size[0], node.size[1]]
  const params = inputParams(node)
  info.inputs = node.inputs.map(({ name, type, link }) => ({
    name,
    type,
    link,
    ...(params.has(name) && { widget: { name } }),
  }))
  info.outputs = node.outputs.map(({ name, type, links }) => ({
    name,
    type,
    links: links && [...links],
  }))
  // Only for a copy on the clipboard, never in a file.
  if (!node.graph && node.copied_partner) info.copied_partner = node.copied_partner
}
