// The node classes litegraph is given: made from declarations, one class a declaration, no code of its own in any.
import type {
  InputSlot,
  LGraph,
  LGraphCanvas,
  LGraphNode,
  LiteGraphStatic,
  LLink,
  NodeClass,
  OutputSlot,
  SerializedNode,
  Slot,
  Vector,
} from 'litegraph.js/build/litegraph.core.js'
import type { Fault } from '../../engine/plan/fault.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import type { View } from '../../engine/plan/view.ts'
import type { Kept } from '../../engine/protocol.ts'
import { isObject } from '../workflow/json.ts'
import { BYPASSED, MUTED } from '../workflow/play.ts'
import { inputsOf, LOOP, matchByName, outputsOf } from '../workflow/slots.ts'
import { drawBody, drawStateBox, firstRoom, viewHeight } from './body.ts'
import { cleaned, ownValues, slotsFrom } from './fromFile.ts'
import { addPartner, carriedByCopy, removePartner } from './pairs.ts'
import { styleOf, titleColour } from './palette.ts'
import { addProperties, takeFreshSeeds } from './properties.ts'
import { onFilm, scrubTo } from './scrub.ts'
import { slotLook } from './slotLook.ts'
import { tooltipAt, type TipWords } from './tooltips.ts'
import { addWidgets, showValue, shownParams } from './widgets.ts'
import { rerouteClass, takersOf } from './reroute.ts'
import { pairOf, reasonAgainstWire, sourcesOf, targetsOf, type WireWords } from './wires.ts'

export type NodeState = 'idle' | 'running' | 'done' | 'cached' | 'fault'

/** What a node shows besides its values. Not part of the file. */
export interface NodeStatus {
  readonly declaration: Declaration
  view?: View
  /** What it showed when the last run began. */
  before?: View
  /** Of what can be gone through in time: which frame is shown, from 0, the first, to 1, the last, which is shown unless said. */
  scrub?: number
  state: NodeState
  /** In slow motion: it is the one that runs next. */
  next?: boolean
  progress?: { index: number; count: number; label?: string }
  fault?: Fault
}

export interface DiffusionNode extends LGraphNode {
  diffusion: NodeStatus
}

/** What the host is asked and told. */
export interface Hooks {
  /** A wire was refused. */
  refused?(reason: string, target: LGraphNode): void
  /** A value was changed by hand. */
  changed?(node: DiffusionNode, param: string): void
  /** A value is to be typed; without this hook, litegraph's own prompt is used. */
  edit?(node: DiffusionNode, param: string, event: MouseEvent): void
  /** A checkpoint or a data set is to be chosen; the host sets the property. */
  chooseFile?(node: DiffusionNode, param: string, what: Kept): void
  /** The words of tool-tips, asked for at each; without this hook they are English. */
  words?(): TipWords
  /** The words of reasons against wires; without this hook they are English. */
  wireWords?(): WireWords
}

export const isDiffusionNode = (node: LGraphNode): node is DiffusionNode =>
  typeof (node as Partial<DiffusionNode>).diffusion?.declaration === 'object'

/** The room for a title between the dot before it and the state behind it, in pixels; a letter of it is about so wide. */
const titleWidth = (title: string) => Math.ceil(8.4 * title.length + 62)

/** So that the names of an input and of the output beside it do not run into one another. */
function slotsWidth({ inputs, outputs }: LGraphNode): number {
  const letters = outputs.map(({ name }, i) => (inputs[i] ? inputs[i].name.length + name.length : 0))
  return 7 * Math.max(0, ...letters) + 50
}

/** The class of a declaration. `typeIn` gives the registered name of another type. */
export function nodeClass(
  lite: LiteGraphStatic,
  declaration: Declaration,
  hooks: Hooks,
  typeIn: (type: string) => string,
): NodeClass {
  const colour = titleColour(declaration.category)

  class Node extends lite.LGraphNode implements DiffusionNode {
    static override title = declaration.title
    static desc = declaration.summary
    static color = colour
    static title_text_color = '#e4e6e8'

    diffusion: NodeStatus
    /** Of a copied end of a loop: the values of its other end, which is copied with it. */
    copied_partner?: Record<string, unknown>
    #origin: 'new' | 'copied' | 'loaded' = 'new'
    #configuring = false
    /** The partner whose loop wire was cut in this very moment: if we are being removed, it goes too. */
    #cutFrom: DiffusionNode | undefined

    constructor(title?: string) {
      super(title ?? declaration.title)
      this.diffusion = { declaration, state: 'idle' }
      addProperties(this)
      addWidgets(this, hooks)
      this.#matchSlots('keep')
      const size = this.computeSize()
      const writing = declaration.role === 'note' ? 110 : 0
      const { width, more } = firstRoom(declaration)
      this.setSize([Math.max(size[0], width, titleWidth(declaration.title)), Math.max(size[1] + more, writing)])
    }

    override computeSize(): Vector {
      const size = super.computeSize()
      return [Math.max(size[0], slotsWidth(this)), size[1] + viewHeight(declaration)]
    }

    // ---- loading, saving, copying

    override configure(info: SerializedNode) {
      this.#origin = this.graph ? 'loaded' : 'copied'
      this.#configuring = true
      // litegraph merges slots by position; here they are matched by name, and the links follow.
      this.inputs = slotsFrom<InputSlot>(info.inputs, (slot) => ({ link: this.#known(slot.link) }))
      this.outputs = slotsFrom<OutputSlot>(info.outputs, (slot) => ({
        links: slot.links?.filter((id) => this.#known(id) !== null) ?? null,
      }))
      this.#matchSlots('keep')
      super.configure(cleaned(info))
      const [width, height] = this.size
      addWidgets(this, hooks)
      for (const name in this.properties) showValue(this, name)
      if (isObject(info.copied_partner)) this.copied_partner = ownValues(info.copied_partner)
      const least = this.computeSize()
      this.setSize([Math.max(width, least[0]), Math.max(height, least[1])])
      this.#configuring = false
      this.refreshTypes()
    }

    /** A wire that leads nowhere counts as none; outside of a graph (in a copy) there are no wires. */
    #known(link: number | string | null | undefined) {
      return link != null && this.graph?.links[link] ? link : null
    }

    override onSerialize(info: SerializedNode) {
      info.pos = [this.pos[0], this.pos[1]]
      info.size = [this.size[0], this.size[1]]
      info.inputs = this.inputs.map(({ name, type, link }) => ({ name, type, link }))
      info.outputs = this.outputs.map(({ name, type, links }) => ({ name, type, links: links && [...links] }))
      // Only a copy on its way through the clipboard says this; a file never does.
      if (!this.graph && this.copied_partner) info.copied_partner = this.copied_partner
    }

    override clone() {
      const copy = super.clone() as Node | null
      if (copy) copy.copied_partner = carriedByCopy(this)
      return copy
    }

    // ---- in a graph

    override onAdded(graph: LGraph) {
      // Loading configures after adding, pasting wires after adding: only afterwards is it known what this node is.
      queueMicrotask(() => {
        if (this.graph !== graph) return
        if (this.#origin === 'new') takeFreshSeeds(this, graph)
        if (this.#origin !== 'loaded' && declaration.loop && !pairOf(this)) {
          addPartner(lite, this, typeIn(declaration.loop.other), this.#origin === 'new')
        }
        this.#matchSlots('trim')
      })
    }

    override onRemoved() {
      const partner = this.#cutFrom
      this.#cutFrom = undefined
      if (partner) removePartner(partner)
    }

    /** These nodes run, are muted or bypassed, both ends of a loop alike; litegraph's event modes mean nothing to them. */
    override changeMode(mode: number): boolean {
      if (mode !== lite.ALWAYS && mode !== MUTED && mode !== BYPASSED) return false
      const partner = pairOf(this)
      this.mode = mode
      if (partner && partner.mode !== mode) partner.mode = mode
      this.setDirtyCanvas(true, true)
      return true
    }

    // ---- wires

    override connect(slot: number | string, target: LGraphNode, targetSlot: number | string): LLink | null {
      const output = typeof slot === 'string' ? this.findOutputSlot(slot) : slot
      const input = target && typeof targetSlot === 'string' ? target.findInputSlot(targetSlot) : (targetSlot as number)
      // litegraph refuses wrong types without a word, before it asks the target.
      const reason = target?.inputs && reasonAgainstWire(this, output, target, input ?? 0, hooks.wireWords?.())
      if (reason) {
        hooks.refused?.(reason, target)
        return null
      }
      return super.connect(slot, target, targetSlot)
    }

    override onConnectInput(slot: number, _type: string | number, _output: OutputSlot, origin: LGraphNode, index: number) {
      const reason = reasonAgainstWire(origin, index, this, slot, hooks.wireWords?.())
      // Our own outputs have said so already.
      if (reason && !isDiffusionNode(origin)) hooks.refused?.(reason, this)
      return reason === undefined
    }

    override onConnectionsChange(side: number, _slot: number, connected: boolean, link: LLink | null, info: Slot) {
      if (this.#configuring) return
      if (!connected && info?.name === LOOP && link) this.#rememberCut(side === lite.INPUT ? link.origin_id : link.target_id)
      if (connected) this.#matchSlots('keep')
      // litegraph walks the slots by number while it removes a node: dropping free ones has to wait.
      else queueMicrotask(() => this.#matchSlots('trim'))
    }

    #rememberCut(id: number | string) {
      const other = this.graph?.getNodeById(id)
      this.#cutFrom = other && isDiffusionNode(other) ? other : undefined
      queueMicrotask(() => (this.#cutFrom = undefined))
    }

    #matchSlots(free: 'keep' | 'trim') {
      const names = (slots: readonly Slot[]) => new Set(slots.map(({ name }) => name))
      const wiredInputs = names(this.inputs.filter(({ link }) => link !== null))
      const wiredOutputs = names(this.outputs.filter(({ links }) => links?.length))
      const keep = free === 'keep'
      const inputs = matchByName<InputSlot>(
        this.inputs,
        inputsOf(declaration, wiredInputs, keep ? names(this.inputs) : undefined),
        ({ link }) => link !== null,
        (spec, old) => Object.assign(old ?? { link: null }, slotLook(lite, spec, 'input')) as InputSlot,
      )
      const outputs = matchByName<OutputSlot>(
        this.outputs,
        outputsOf(declaration, wiredInputs, keep ? names(this.outputs) : wiredOutputs),
        ({ links }) => !!links?.length,
        (spec, old) =>
          Object.assign(
            old ?? { links: null },
            // What an output is like is only known while something is wired; refreshTypes looks.
            slotLook(lite, old && spec.like ? { ...spec, type: String(old.type) } : spec, 'output'),
          ) as OutputSlot,
      )
      const rows = Math.max(this.inputs.length, this.outputs.length, 1)
      this.inputs = inputs.slots
      this.outputs = outputs.slots
      this.#repointLinks()
      const more = Math.max(this.inputs.length, this.outputs.length, 1) - rows
      if (more) this.setSize([this.size[0], Math.max(this.computeSize()[1], this.size[1] + more * lite.NODE_SLOT_HEIGHT)])
      if (!this.#configuring) this.refreshTypes()
      this.setDirtyCanvas(true, true)
    }

    #repointLinks() {
      const links = this.graph?.links
      if (!links) return
      this.inputs.forEach(({ link }, i) => {
        if (link !== null && links[link]) links[link].target_slot = i
      })
      this.outputs.forEach((output, i) => {
        for (const id of output.links ?? []) if (links[id]) links[id].origin_slot = i
      })
    }

    /** Colours wires by what runs through them; outputs that are like an input take its type, and pass the news on. */
    refreshTypes() {
      const { graph } = this
      if (!graph) return
      const types = new Map<string, string | number>()
      for (const input of this.inputs) {
        const link = input.link === null ? undefined : graph.links[input.link]
        const output = link && graph.getNodeById(link.origin_id)?.outputs?.[link.origin_slot]
        if (!link || !output) continue
        types.set(input.name, output.type)
        input.color_on = styleOf(output.type).colour
        link.type = output.type
        link.color = styleOf(output.type).colour
      }
      const wiredInputs = new Set(types.keys())
      for (const { name, like } of outputsOf(declaration, wiredInputs, new Set(this.outputs.map((slot) => slot.name)))) {
        const output = like && this.outputs.find((slot) => slot.name === name)
        const given = like && types.get(like)
        const type = (given === '*' ? undefined : given) ?? this.#wantedType() ?? '*'
        if (!output || output.type === type) continue
        Object.assign(output, slotLook(lite, { name, type: String(type), about: '' }, 'output'))
        for (const target of targetsOf(graph, output.links))
          if (target instanceof lite.LGraphNode && isTyped(target)) target.refreshTypes()
      }
    }

    /** A reroute that nothing is wired to has the type of what it leads to; so have those before it. */
    #wantedType() {
      if (!declaration.reroute) return undefined
      for (const before of sourcesOf(this)) if (isTyped(before) && before.type === this.type) before.refreshTypes()
      const [taker] = takersOf({ node: this, slot: 0 })
      return taker?.node.inputs[taker.slot]?.type
    }

    // ---- drawing

    override onPropertyChanged(name: string) {
      showValue(this, name)
      if (!this.#configuring) {
        this.#matchWidgets()
        hooks.changed?.(this, name)
        this.setDirtyCanvas(true)
      }
    }

    /** Widgets come and go with the values of their params; what is below them keeps its height. */
    #matchWidgets() {
      const bound = this.widgets?.map(({ options }) => options.property).join()
      if (
        bound ===
        shownParams(this)
          .map(([name]) => name)
          .join()
      )
        return
      const [width, height] = this.size
      const before = this.computeSize()[1]
      addWidgets(this, hooks) // litegraph shrinks the node to its least size with each
      const least = this.computeSize()
      this.setSize([Math.max(width, least[0]), height + least[1] - before])
    }

    override onDrawForeground(ctx: CanvasRenderingContext2D, canvas: LGraphCanvas) {
      drawBody(lite, this, ctx, canvas.ds.scale, super.computeSize()[1], hooks.words?.())
    }

    override onDrawTitleBox(ctx: CanvasRenderingContext2D, height: number) {
      drawStateBox(this, ctx, height)
    }

    /** Dragging over a film goes through its time. */
    override onMouseDown(event: MouseEvent, pos: [number, number]): boolean {
      if (event.button !== 0 || !onFilm(this, pos)) return false
      this.#scrubbing = true
      this.captureInput(true)
      scrubTo(this, pos[0])
      return true
    }
    #scrubbing = false

    override onMouseUp() {
      if (!this.#scrubbing) return
      this.#scrubbing = false
      this.captureInput(false)
    }

    override onMouseMove(event: MouseEvent, pos: [number, number], canvas: LGraphCanvas) {
      // The button may have been let go outside of the page.
      if (this.#scrubbing && !(event.buttons & 1)) this.onMouseUp()
      if (this.#scrubbing) scrubTo(this, pos[0])
      this.#hovered = canvas.canvas
      const text = tooltipAt(this, pos, hooks.words?.()) ?? ''
      if (canvas.canvas.title !== text) canvas.canvas.title = text
    }
    #hovered: HTMLCanvasElement | undefined

    override onMouseLeave() {
      if (this.#hovered) this.#hovered.title = ''
    }
  }
  return declaration.reroute ? rerouteClass(Node) : Node
}

const isTyped = (node: LGraphNode): node is LGraphNode & { refreshTypes(): void } =>
  typeof (node as { refreshTypes?: unknown }).refreshTypes === 'function'
