// What the canvas asks of the rest of the editor, and tells it.
import type { LGraphGroup, LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { Kept } from '../engine/protocol.ts'
import type { DiffusionNode } from '../nodes/litegraph/node.ts'
import type { End } from '../nodes/litegraph/reroute.ts'
import type { PendingWire, Point, Spot } from './canvas.ts'

export interface MenuEntry {
  label: string
  /** What it stands for. */
  about?: string
  run: () => void
  checked?: boolean
}

export interface StageHooks {
  /** Something in the graph may be different now. */
  changed(): void
  /** The pointer went down (true) or up (false). */
  pressed(down: boolean): void
  selected(): void
  palette(spot: Spot, wire?: PendingWire): void
  menu(spot: Spot, target: { node?: LGraphNode; link?: LLink; group?: LGraphGroup; input?: number; output?: number }): void
  choose(page: Point, entries: MenuEntry[], title?: string): void
  ask(
    page: Point,
    question: { title: string; value: string; multiline: boolean; numeric: boolean },
    answer: (text: string) => void,
  ): void
  rename(what: LGraphNode | LGraphGroup, page: Point): void
  /** What a node shows was double-clicked. */
  enlarge(node: LGraphNode): void
  /** The body of a node was double-clicked. */
  entered(node: LGraphNode): void
  /** A param is to be typed. */
  edit(node: DiffusionNode, param: string, page: Point): void
  chooseFile(node: DiffusionNode, param: string, what: Kept, page: Point): void
  refused(reason: string): void
  /** Whether a node may be put into a wire. */
  fits(node: LGraphNode, link: LLink): boolean
  /** The pointer rests on a wire, or no longer does. */
  look(link: LLink | undefined, page: Point): void
  /** What would be wrong with the graph if it had this wire. */
  foresee(from: End, to: End): Promise<string | undefined>
  /** A wire is to go by a place of the graph. */
  reroute(link: LLink, at: Point): void
  /** A node was dropped on a wire that it fits. */
  insert(node: LGraphNode, link: LLink): void
  /** Observers on screen. */
  visible(ids: string[]): void
}
