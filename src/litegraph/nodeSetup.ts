// Declaration and callbacks from which the litegraph class of a node is created.
import type { LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../engine/plan/op.ts'
import type { StoredFileKind } from '../engine/protocol.ts'
import type { DiffusionNode } from './diffusionNode.ts'
import type { DrawBody } from './drawBody.ts'
import type { TipWords } from './tooltips.ts'
import type { WireWords } from './wires.ts'

/** Callbacks to the host. */
export interface NodeHooks {
  /** A wire was refused. */
  refused?(reason: string, target: LGraphNode): void
  /** The user changed a value on the node. */
  changed?(node: DiffusionNode, param: string): void
  /** Asks for a value. Default: litegraph's prompt. */
  edit?(node: DiffusionNode, param: string, event: MouseEvent): void
  /** Asks for a checkpoint or a data set. The host sets the property. */
  chooseFile?(node: DiffusionNode, param: string, what: StoredFileKind): void
  /** Texts of tooltips, read for each tooltip. Default: English. */
  words?(): TipWords
  /** Texts for refused wires. Default: English. */
  wireWords?(): WireWords
}

export interface NodeSetup {
  lite: LiteGraphStatic
  declaration: Declaration
  hooks: NodeHooks
  /** True if the declaration is that of a subgraph. */
  isSubgraph?: boolean
  /** Draws the body; undefined on canvases with their own painting. */
  drawBody?: DrawBody | undefined
  /** Returns the registered name of another type, with the host's prefix. */
  registeredType(type: string): string
}
