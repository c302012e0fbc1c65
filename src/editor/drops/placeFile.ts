// Placement of a stored file in the graph: in the node it was dropped on, in the only node without
// a file, or in a new node.
import type { WorkspaceServices } from '../workspace/services.ts'
import { panelInsets } from '../ui/insets.ts'
import type { Param, StoredFile } from '../../engine/plan/op.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { isDiffusionNode } from '../../litegraph/diffusionNode.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { declarations } from '../graph/declarations.ts'
import { OWN_IMAGES } from '../workspace/gallery.ts'
import { showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'

type GraphServices = Pick<WorkspaceServices, 'stage' | 'workspace'>

/** Kind of a stored file; `points` is a data set of points. */
export type PlacedKind = StoredFileKind | 'points'

const holdsFile = (param: Param, what: PlacedKind): boolean =>
  param.kind === 'dataset' ? (param.holds ?? 'dataset') === what : param.kind === what

/** Param of a node that references a file of this kind. */
const fileParam = (node: LGraphNode | undefined, what: PlacedKind): string | undefined =>
  node && isDiffusionNode(node)
    ? Object.entries(node.diffusion.declaration.params).find(([, param]) =>
        holdsFile(param, what),
      )?.[0]
    : undefined

interface FileNodeParam {
  node: LGraphNode
  param: string
}

const findFileNodes = ({ stage }: GraphServices, what: PlacedKind): FileNodeParam[] =>
  stage.nodes().flatMap((node) => {
    const param = fileParam(node, what)
    return param === undefined ? [] : [{ node, param }]
  })

const namedHash = ({ node, param }: FileNodeParam) =>
  (node.properties[param] as Partial<StoredFile> | null)?.sha256

/** Result of placing a file: a message, and an optional next action. */
export interface PlacedFile {
  message: string
  action?: { label: string; run: () => void }
}

/**
 * Assigns a stored file to the node it was dropped on, or else to the only node without a file.
 * Nodes that reference it already are listed in the message.
 */
export function placeFile(
  editor: GraphServices,
  what: PlacedKind,
  file: StoredFile,
  on?: LGraphNode,
): PlacedFile {
  const candidates = findFileNodes(editor, what)
  const users = candidates.filter((each) => namedHash(each) === file.sha256)
  const empty = candidates.filter((each) => namedHash(each) === undefined)
  const target =
    candidates.find(({ node }) => node === on) ??
    (users.length || empty.length !== 1 ? undefined : empty[0])
  if (target) {
    editor.workspace.setParam(target.node, target.param, { ...file })
    return { message: texts.files.selectedIn(file.name, target.node.getTitle()) }
  }
  if (users.length) {
    const titles = users.map(({ node }) => node.getTitle()).join(', ')
    return { message: texts.files.foundFor(file.name, titles) }
  }
  return {
    message: texts.files.savedToLibrary(file.name),
    ...(fileNodeDeclaration(what) && { action: addNodeAction(editor, what, file) }),
  }
}

/** Declaration of the node that loads files of this kind. */
const fileNodeDeclaration = (what: PlacedKind) =>
  declarations.find(({ params }) => Object.values(params).some((param) => holdsFile(param, what)))

/** Action that adds a node with the file in the middle of the view. */
export const addNodeAction = (editor: GraphServices, what: PlacedKind, file: StoredFile) => ({
  label: texts.files.useInNew(fileNodeDeclaration(what)?.title ?? ''),
  run: () => {
    const { stage, workspace } = editor
    const type = fileNodeDeclaration(what)?.type
    const node = type === undefined ? undefined : stage.add(type, stage.middle(panelInsets()))
    const param = fileParam(node, what)
    if (node && param !== undefined) workspace.setParam(node, param, { ...file })
    stage.focus()
  },
})

const POINT_TABLE = 'diffusion/PointTable'

export const isPointTable = (node: LGraphNode | undefined) => node?.type === POINT_TABLE

/** Puts a table of points into the node it was dropped on, or into a new node. */
export function placePoints(
  { stage, workspace }: GraphServices,
  name: string,
  table: string,
  on?: LGraphNode,
): PlacedFile {
  const target = isPointTable(on) ? on : stage.add(POINT_TABLE, stage.middle(panelInsets()))
  if (target) workspace.setParam(target, 'table', table)
  stage.focus()
  return { message: texts.files.tableIn(name, target?.getTitle() ?? '') }
}

/** Opens the ready workflow that trains on the user's images, with this data set. */
export async function trainOnDataset(editor: GraphServices, file: StoredFile) {
  await editor.workspace.openReady(OWN_IMAGES)
  showPlacedFile(placeFile(editor, 'dataset', file))
}

/** Shows the result as a toast, with a line of text about the contents. */
export const showPlacedFile = ({ message, action }: PlacedFile, text?: string) =>
  showToast(message, { ...(action && { action }), ...(text && { text }) })
