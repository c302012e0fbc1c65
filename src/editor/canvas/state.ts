// State of the canvas for other modules: selection, hovered wire, node search. Only the functions
// below change it.
import { signal, type ReadonlySignal } from '@preact/signals'
import type { LGraphNode, LLink } from 'litegraph.js/build/litegraph.core.js'
import type { NodeId } from '../../workflow/index.ts'
import type { Point, Spot } from '../ui/geometry.ts'
import type { PendingWire } from './pendingWire.ts'

const selection = signal<readonly NodeId[]>([])
export const selectedIds: ReadonlySignal<readonly NodeId[]> = selection
export const setSelectedIds = (ids: readonly NodeId[]) => void (selection.value = ids)

/** What a drag with the left button does: select and move, pan, or cut wires. */
export type CanvasTool = 'select' | 'hand' | 'cut'

const tool = signal<CanvasTool>('select')
export const canvasTool: ReadonlySignal<CanvasTool> = tool
export const setCanvasTool = (next: CanvasTool) => void (tool.value = next)

const pressed = signal(false)
/** True while the pointer is down on the canvas. */
export const canvasPressed: ReadonlySignal<boolean> = pressed
export const setCanvasPressed = (down: boolean) => void (pressed.value = down)

/** Request to open the node search at a spot. */
export interface NodeSearch {
  spot: Spot
  query: string
  /** Wire to connect to the new node. */
  wire?: PendingWire
  /** Wire to insert the new node into. */
  into?: LLink
  /** Node to replace. */
  instead?: LGraphNode
}

const search = signal<NodeSearch | undefined>(undefined)
export const nodeSearch: ReadonlySignal<NodeSearch | undefined> = search
export const showNodeSearch = (request: NodeSearch) => void (search.value = request)
export const closeNodeSearch = () => void (search.value = undefined)

export interface HoveredWire {
  link: LLink
  at: Point
}

const hovered = signal<HoveredWire | undefined>(undefined)
/** Wire under the resting pointer, and the position of the pointer on the page. */
export const hoveredWire: ReadonlySignal<HoveredWire | undefined> = hovered
export const setHoveredWire = (wire: HoveredWire | undefined) => void (hovered.value = wire)
