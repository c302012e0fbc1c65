// Second layer of the node class: adding to and removing from a graph, and wires.
import type {
  LGraph,
  LGraphNode,
  LLink,
  OutputSlot,
  Slot,
} from 'litegraph.js/build/litegraph.core.js'
import { BYPASSED, MUTED } from '../workflow/activity.ts'
import { LOOP } from '../workflow/slots.ts'
import { isDiffusionNode, type DiffusionNode } from './diffusionNode.ts'
import type { NodeData, NodeDataClass } from './nodeData.ts'
import type { NodeHooks, NodeSetup } from './nodeSetup.ts'
import { addPartner, removePartner } from './pairs.ts'
import {
  canBeInput,
  convertToInput,
  convertToParam,
  inputParams,
  paramTakingWire,
} from './paramInputs.ts'
import { assignFreshNames, assignFreshSeeds } from './properties.ts'
import { matchNodeSlots } from './slotMatching.ts'
import { scheduleTypes } from './slotTypes.ts'
import { englishTips } from './tooltips.ts'
import { loopPartner, upstreamNodes, wireRefusal } from './wires.ts'

export function createWiredClass(Base: NodeDataClass, setup: NodeSetup): NodeDataClass {
  const { lite, hooks } = setup
  return class extends Base {
    /** Partner whose loop wire was cut in this task. It is removed together with this node. */
    #cutFrom: DiffusionNode | undefined

    override onAdded(graph: LGraph) {
      // litegraph configures nodes and connects pasted wires after this call, which sets `origin`.
      queueMicrotask(() => {
        if (this.graph === graph) completeAddedNode(this, graph, setup)
      })
    }

    override onRemoved() {
      const partner = this.#cutFrom
      this.#cutFrom = undefined
      if (partner) removePartner(partner)
    }

    override changeMode(mode: number): boolean {
      return changeLoopMode(this, mode, lite.ALWAYS)
    }

    override connect(slot: number | string, target: LGraphNode, to: number | string): LLink | null {
      return reportRefusal(this, slot, target, to, hooks) ? null : super.connect(slot, target, to)
    }

    /** A wire that is dropped on a widget turns its param into an input. */
    override connectByType(
      slot: number | string,
      target: LGraphNode,
      type: string | number,
      options?: object,
    ): LLink | null {
      const input = inputForWire(this, target, type)
      return input === undefined
        ? super.connectByType(slot, target, type, options)
        : this.connect(slot, target, input)
    }

    /** Items of litegraph's menu. The editor has its own menus. */
    getExtraMenuOptions() {
      return listConversions(this, setup)
    }

    override onConnectInput(
      slot: number,
      _type: string | number,
      _output: OutputSlot,
      origin: LGraphNode,
      index: number,
    ) {
      const reason = wireRefusal(origin, index, this, slot, hooks.wireWords?.())
      // Outputs of this package have reported it already, in `connect`.
      if (reason && !isDiffusionNode(origin)) hooks.refused?.(reason, this)
      return reason === undefined
    }

    override onConnectionsChange(
      side: number,
      _slot: number,
      connected: boolean,
      link: LLink | null,
      info: Slot,
    ) {
      if (this.configuring) return
      if (!connected && info?.name === LOOP && link)
        this.#rememberCut(side === lite.INPUT ? link.origin_id : link.target_id)
      if (connected) this.matchSlots('keep')
      // litegraph iterates over the slots while it removes a node, so free slots are removed later.
      else queueMicrotask(() => this.matchSlots('trim'))
    }

    #rememberCut(id: number | string) {
      const other = this.graph?.getNodeById(id)
      this.#cutFrom = other && isDiffusionNode(other) ? other : undefined
      queueMicrotask(() => (this.#cutFrom = undefined))
    }
  }
}

/** Turns the param under the pointer into an input, if it takes a wire of a type; returns its slot. */
function inputForWire(node: DiffusionNode, target: LGraphNode, type: string | number) {
  const [canvas] = target.graph?.list_of_graphcanvas ?? []
  const param = canvas && paramTakingWire(target, canvas.graph_mouse, type)
  if (param === undefined || !isDiffusionNode(target) || upstreamNodes(node).has(target))
    return undefined
  return convertToInput(target, param)
}

/** Gives a new node fresh seeds and names, and a loop end that was not loaded from a file its partner. */
function completeAddedNode(
  node: NodeData,
  graph: LGraph,
  { lite, declaration, registeredType }: NodeSetup,
) {
  if (node.origin === 'new') assignFreshSeeds(node, graph)
  if (node.origin !== 'loaded') assignFreshNames(node, graph)
  if (node.origin !== 'loaded' && declaration.loop && !loopPartner(node))
    addPartner(lite, node, registeredType(declaration.loop.other), node.origin === 'new')
  if (node.origin !== 'loaded') return node.matchSlots('trim')
  matchNodeSlots(lite, node, 'trim')
  scheduleTypes(lite, graph)
}

/** Menu items that turn params into inputs and back. */
function listConversions(node: DiffusionNode, { declaration, hooks }: NodeSetup) {
  const words = hooks.words?.() ?? englishTips
  const inputs = inputParams(node)
  return Object.keys(declaration.params)
    .filter((name) => canBeInput(node, name))
    .map((name) =>
      inputs.has(name)
        ? { content: words.toParam(name), callback: () => convertToParam(node, name) }
        : { content: words.toInput(name), callback: () => convertToInput(node, name) },
    )
}

/** Sets the mode of both ends of a loop. Ignores litegraph's event modes. */
function changeLoopMode(node: DiffusionNode, mode: number, always: number): boolean {
  if (mode !== always && mode !== MUTED && mode !== BYPASSED) return false
  const partner = loopPartner(node)
  node.mode = mode
  if (partner && partner.mode !== mode) partner.mode = mode
  node.setDirtyCanvas(true, true)
  return true
}

/**
 * Reports a wire that is not allowed, and returns true. litegraph refuses wrong types without a
 * message, before it calls the target.
 */
function reportRefusal(
  node: DiffusionNode,
  slot: number | string,
  target: LGraphNode,
  to: number | string,
  hooks: NodeHooks,
): boolean {
  const output = typeof slot === 'string' ? node.findOutputSlot(slot) : slot
  const input = typeof to === 'string' && target ? target.findInputSlot(to) : Number(to ?? 0)
  const reason = target?.inputs && wireRefusal(node, output, target, input, hooks.wireWords?.())
  if (reason) hooks.refused?.(reason, target)
  return Boolean(reason)
}
