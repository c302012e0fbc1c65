// Nodes of this package on a litegraph canvas: their type, their status, and a type guard.
import type { InputSlot, LGraph, LGraphNode } from 'litegraph.js/build/litegraph.core.js'
import type { Fault } from '../engine/messages/fault.ts'
import type { Declaration } from '../engine/plan/op.ts'
import type { View } from '../engine/base/view.ts'
import type { PlotControls, PlotLook } from '../painters/plotLook.ts'

export type NodeState = 'idle' | 'running' | 'done' | 'cached' | 'fault'

/** Run status of a node, for display. Not part of the file. */
export interface NodeStatus {
  readonly declaration: Declaration
  view?: View
  /** The view at the start of the last run. */
  before?: View
  /** Frame of a view with time, from 0 (first) to 1 (last, the default). */
  scrub?: number
  /** Hidden clouds and fit of a plot of points, as the user chose them. */
  plot?: PlotLook
  /** Places of the last painted plot that can be clicked. */
  plotControls?: PlotControls
  /** True if the last painted view fills the node, without slots and widgets above it. */
  filled?: boolean
  /** Turns a view of points in space to the angles that the user chose. */
  turn?: (view: View) => View
  state: NodeState
  /** True in slow motion for the node that runs next. */
  next?: boolean
  progress?: { index: number; count: number; label?: string }
  fault?: Fault
}

export interface DiffusionNode extends LGraphNode {
  diffusion: NodeStatus
  /** True on the canvas of @comfyorg/litegraph (comfy.ts). */
  readonly inComfy?: boolean
  /** Number of rows of slots for which the node has room. */
  rows?: number
  /** Tests which hidden inputs are shown for a dragged wire. */
  unfolds?: (input: InputSlot) => boolean
}

export const isDiffusionNode = (node: LGraphNode): node is DiffusionNode =>
  typeof (node as Partial<DiffusionNode>).diffusion?.declaration === 'object'

export const diffusionNodes = (graph: LGraph): DiffusionNode[] =>
  graph._nodes.filter(isDiffusionNode)
