// Adding of nodes of any type, including saved ones, and replacement of nodes.
import type { LLink } from 'litegraph.js/build/litegraph.core.js'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { withPartners } from '../../litegraph/pairs.ts'
import type { LGraphNode, PendingWire } from '../canvas/canvas.ts'
import { byType } from '../graph/declarations.ts'
import { replaceNodeType } from '../graph/replace.ts'
import { changeSettings, settings } from '../storage/settings.ts'
import { texts } from '../texts/texts.ts'
import { returnFocus } from '../ui/focus.ts'
import type { Point } from '../ui/geometry.ts'
import { showToast } from '../ui/state.ts'
import type { WorkspaceServices } from '../workspace/services.ts'
import { insertIntoWire } from '../workspace/wireEdits.ts'
import { insertSavedNode } from './savedNodes.ts'
import { savedNodes } from './state.ts'

/** Number of node types that are remembered as recent. */
const MAX_RECENT = 8

/** Adds the subgraph of a saved node to the workflow. Returns false if it is missing or cyclic. */
function importSavedNode({ workspace }: Pick<WorkspaceServices, 'workspace'>, id: string): boolean {
  const saved = savedNodes.value.find((each) => each.id === id)
  return saved !== undefined && workspace.editWhole((file) => insertSavedNode(file, saved))
}

interface AddOptions {
  /** Wire to connect to the node. */
  wire?: PendingWire | undefined
  /** Wire to insert the node into. */
  into?: LLink | undefined
}

/** Adds a node at a point of the graph. Returns it, unless its subgraph cannot be added. */
export function addNode(
  services: WorkspaceServices,
  type: string,
  at: Point,
  { wire, into }: AddOptions = {},
): LGraphNode | undefined {
  const { stage, workspace } = services
  if (!byType.has(type) && !importSavedNode(services, type)) return undefined
  if (stage.containsOpenLevel(type)) {
    showToast(texts.subgraph.containsItself, { error: true })
    return undefined
  }
  // Importing a subgraph reloads the canvas, so the node of the wire is looked up again.
  const from = wire && stage.node(wire.node.id)
  const end = into || !from ? undefined : { ...wire, node: from }
  const node = workspace.editNodes(() => stage.add(type, at, end))
  if (!node) return undefined
  if (into) insertIntoWire(services, node.id, into)
  // The other end of a loop is added in a microtask.
  queueMicrotask(() => stage.makeRoom(idsWithPartner(stage.node(node.id))))
  const others = settings.value.recentNodes.filter((each) => each !== type)
  changeSettings({ recentNodes: [type, ...others].slice(0, MAX_RECENT) })
  returnFocus(node.id)
  return stage.node(node.id)
}

const idsWithPartner = (node: LGraphNode | undefined) =>
  node ? (isDiffusionNode(node) ? withPartners([node]) : [node]).map(({ id }) => id) : []

/** Replaces a node by one of another type, with its wires. */
export function replaceNode(services: WorkspaceServices, { id }: LGraphNode, type: string) {
  if (!byType.has(type) && !importSavedNode(services, type)) return
  services.workspace.edit((file) => ({
    file: replaceNodeType(file, id, type, byType),
    select: [id],
  }))
  returnFocus(id)
}
