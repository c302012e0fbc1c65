// Copy and paste through the system clipboard. A copy is the text of a workflow file, so it can be
// pasted into any tab or text editor.
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import { withPartners } from '../../litegraph/pairs.ts'
import { isBorderNode } from '../graph/borderNodes.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { WorkspaceServices } from './services.ts'
import type { NodeId, WorkflowFile } from '../../workflow/index.ts'
import { parseWorkflow, stringifyWorkflow } from '../../workflow/index.ts'
import { withFreeNames } from '../../workflow/layerNames.ts'
import { withSubgraphs } from '../../workflow/subgraphDeclarations.ts'
import type { Point } from '../ui/geometry.ts'
import { ownTypes } from '../graph/declarations.ts'
import {
  getNodeBounds,
  mergePiece,
  findOutsideWires,
  extractPiece,
  connectOutsideWires,
  type OutsideWire,
} from '../graph/fragments.ts'
import { showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'

/**
 * Adds the other ends of loops, since half a loop cannot be copied, and removes border nodes of
 * subgraphs.
 */
export const withWholeLoops = (nodes: readonly LGraphNode[]): LGraphNode[] => {
  const own = withPartners(nodes.filter(isDiffusionNode))
  return [...new Set<LGraphNode>([...nodes, ...own])].filter((node) => !isBorderNode(node))
}

/** Returns the selected nodes and their wires as text, or undefined if nothing is selected. */
function selectionText({ stage }: WorkspaceServices): string | undefined {
  const nodes = withWholeLoops(stage.selection())
  if (!nodes.length) return undefined
  const file = stage.file()
  const ids = new Set(nodes.map((node) => node.id))
  // `outside` allows nodes to be pasted with their inputs. Workflow readers ignore it.
  const outside = findOutsideWires(file, ids)
  const text = stringifyWorkflow(extractPiece(file, ids))
  return outside.length
    ? JSON.stringify({ ...(JSON.parse(text) as object), outside }, null, 2)
    : text
}

/** Reads the wires from other nodes into the copied ones. */
function parseOutsideWires(text: string): OutsideWire[] {
  const { outside } = JSON.parse(text) as { outside?: unknown }
  const isWire = (wire: unknown): wire is OutsideWire =>
    Array.isArray(wire) &&
    wire.length === 5 &&
    wire.every((part) => typeof part === 'string' || typeof part === 'number')
  return Array.isArray(outside) ? outside.filter(isWire) : []
}

/**
 * Pastes nodes with their top left corner at `at`. Returns the new id of each node. `withInputs` also connects them to the sources
 * of the original nodes, as far as these exist.
 * @throws WorkflowError if the text is not a workflow
 */
function pasteText(
  { workspace }: WorkspaceServices,
  text: string,
  at: Point,
  withInputs = false,
): ReadonlyMap<NodeId, NodeId> {
  const { workflow } = parseWorkflow(text, ownTypes)
  const [left, top] = getNodeBounds(workflow.nodes)
  let renamed = new Map<NodeId, NodeId>()
  workspace.edit((file) => {
    const { file: doubled, ids } = mergePiece(file, workflow, [
      Math.round(at[0] - left),
      Math.round(at[1] - top),
    ])
    const merged = withNamesOfOwn(doubled, new Set(ids))
    renamed = new Map(workflow.nodes.map((node, i) => [node.id, ids[i]]))
    if (!withInputs) return { file: merged, select: ids }
    return { file: connectOutsideWires(merged, parseOutsideWires(text), renamed), select: ids }
  })
  return renamed
}

/** Gives the layers of added nodes names that no others have. */
function withNamesOfOwn(file: WorkflowFile, added: ReadonlySet<NodeId>): WorkflowFile {
  const others = file.nodes.filter(({ id }) => !added.has(id))
  const own = file.nodes.filter(({ id }) => added.has(id))
  const declared = withSubgraphs(file, ownTypes)
  return { ...file, nodes: [...others, ...withFreeNames(own, others, declared)] }
}

/**
 * Pastes a copy of the selection, by default below and to the right of it. Returns the copy of each
 * node.
 */
export function duplicateSelection(
  editor: WorkspaceServices,
  distance = 40,
): ReadonlyMap<NodeId, NodeId> {
  const text = selectionText(editor)
  if (!text) return new Map()
  const [left, top] = getNodeBounds(parseWorkflow(text, ownTypes).workflow.nodes)
  return pasteText(editor, text, [left + distance, top + distance])
}

/** Copies the selection without a clipboard event, for the menu. */
export async function copySelection(editor: WorkspaceServices) {
  const text = selectionText(editor)
  if (text) await navigator.clipboard.writeText(text)
}

export async function pasteFromClipboard(editor: WorkspaceServices, at: Point, withInputs = false) {
  try {
    pasteText(editor, await navigator.clipboard.readText(), at, withInputs)
  } catch {
    showToast(texts.files.emptyClipboard)
  }
}

/** Listens to the browser's clipboard events until the returned function is called. */
export function listenToClipboard(
  editor: WorkspaceServices,
  deleteSelection: () => void,
): () => void {
  const isFocusElsewhere = () => {
    const focus = document.activeElement
    return (
      (focus instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(focus.tagName)) ||
      !getSelection()?.isCollapsed
    )
  }
  const copy = (event: ClipboardEvent) => {
    const text = isFocusElsewhere() ? undefined : selectionText(editor)
    if (!text) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    if (event.type === 'cut') deleteSelection()
  }
  let withInputs = false
  /** Tracks Shift, since clipboard events do not report modifier keys. */
  const trackShift = (event: KeyboardEvent) => (withInputs = event.shiftKey)
  const paste = (event: ClipboardEvent) => {
    if (isFocusElsewhere()) return
    event.preventDefault()
    try {
      pasteText(
        editor,
        event.clipboardData?.getData('text/plain') ?? '',
        editor.stage.pointer().graph,
        withInputs,
      )
    } catch {
      showToast(texts.files.emptyClipboard)
    }
  }
  document.addEventListener('keydown', trackShift, true)
  document.addEventListener('copy', copy)
  document.addEventListener('cut', copy)
  document.addEventListener('paste', paste)
  return () => {
    document.removeEventListener('keydown', trackShift, true)
    document.removeEventListener('copy', copy)
    document.removeEventListener('cut', copy)
    document.removeEventListener('paste', paste)
  }
}
