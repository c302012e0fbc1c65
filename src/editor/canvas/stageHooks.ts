// Callbacks from the canvas to the rest of the editor.
import type { LGraphGroup, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { StoredFileKind } from '../../engine/protocol.ts'
import type { NodeId } from '../../workflow/index.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { SlotRef } from '../../litegraph/reroute.ts'
import type { PendingWire } from './pendingWire.ts'
import type { Point, Spot } from '../ui/geometry.ts'

export interface MenuEntry {
  label: string
  /** Explains the entry. */
  about?: string
  run: () => void
  checked?: boolean
  /** Heading of the entry, in a long list. */
  group?: string
}

export interface StageHooks {
  /** The graph may have changed. */
  changed(): void
  /** The pointer went down (true) or up (false). */
  pressed(down: boolean): void
  selected(): void
  /** A finger tapped a node outside of its widgets, or the empty canvas. */
  tapped(node: LGraphNode | undefined): void
  searchNodes(spot: Spot, wire?: PendingWire): void
  menu(
    spot: Spot,
    target: {
      node?: LGraphNode
      link?: LLink
      group?: LGraphGroup
      input?: number
      output?: number
    },
  ): void
  chooseEntry(page: Point, entries: MenuEntry[], title?: string): void
  ask(
    page: Point,
    question: { title: string; value: string; multiline: boolean; numeric: boolean },
    answer: (text: string) => void,
  ): void
  rename(what: LGraphNode | LGraphGroup, page: Point): void
  /** The view of a node was double-clicked. */
  enlarge(node: LGraphNode): void
  /** A node was double-clicked. Returns true if it opens, as a subgraph does. */
  nodeOpened(node: LGraphNode): boolean
  /** The user starts to type a param. */
  edit(node: DiffusionNode, param: string, page: Point): void
  chooseFile(node: DiffusionNode, param: string, what: StoredFileKind, page: Point): void
  refused(reason: string): void
  /** Tests if a node can be inserted into a wire. */
  fits(node: LGraphNode, link: LLink): boolean
  /** The pointer rests on a wire, or has left it (undefined). */
  wireHovered(link: LLink | undefined, page: Point): void
  /** Resolves to the fault that the graph would have with this wire. */
  predictFault(from: SlotRef, to: SlotRef): Promise<string | undefined>
  /** The user adds a reroute to a wire at a point of the graph. */
  reroute(link: LLink, at: Point): void
  /** A node was dropped on a wire that it fits. */
  insert(node: LGraphNode, link: LLink): void
  /** Copies the selection in its place. Returns the copy of each node. */
  copyInPlace(): ReadonlyMap<NodeId, NodeId>
  /** A stroke was drawn across wires. */
  cut(links: readonly LLink[]): void
  /** The user wants to see the value of a node. */
  addViewer(node: LGraphNode): void
  /** The set of visible observers has changed. */
  observersVisible(ids: string[]): void
}
