// What can be done with subgraphs on the canvas: make one of what is selected, go into it and out of it, open it for good.
import type { View } from '../camera.ts'
import type { LGraphNode } from '../canvas.ts'
import { byType } from '../declarations.ts'
import type { Editor } from '../editor.ts'
import { newId } from '../library.ts'
import { titleOfNode } from '../../nodes/titles.ts'
import { INPUTS, type NodeId, type Subgraph } from '../../nodes/workflow/file.ts'
import { pathOf } from '../../nodes/workflow/flatten.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { subgraphOf, type Path } from './levels.ts'
import { isBorder, packed, refusalOf, unpacked } from './pack.ts'

/** What a node stands for, if it stands for a subgraph. */
export const standsFor = ({ stage }: Pick<Editor, 'stage'>, node: LGraphNode | undefined): Subgraph | undefined =>
  node && subgraphOf(stage.graph, node.type)

/** The selected nodes become one; half a loop, and what leaves them and comes back, is refused with names. */
export async function makeSubgraph(editor: Editor) {
  const { stage, workspace } = editor
  const words = texts.subgraph
  const ids = new Set<NodeId>(stage.selection().flatMap((node) => (isBorder(node) ? [] : [node.id])))
  if (!ids.size) return state.say(words.nothing)
  const refusal = refusalOf(stage.file(), ids)
  if (refusal) {
    stage.select([...stage.selection().map(({ id }) => id), ...refusal.nodes.map(({ id }) => id)])
    const text = words.refused[refusal.kind](refusal.nodes.map((node) => titleOfNode(node, byType)).join(', '))
    return state.say(words.refusal, { text, error: true })
  }
  const name = await state.askText(words.make, words.unnamed, words.makeIt)
  if (!name) return
  workspace.edit((file) => {
    const made = packed(file, ids, { id: newId(), name }, byType)
    return { file: made.file, select: [made.node] }
  })
  editor.focus()
}

/** What is inside of a node takes its place. */
export const unpackNode = ({ workspace }: Editor, { id }: LGraphNode) =>
  workspace.edit((file) => {
    const opened = unpacked(file, id)
    return { file: opened.file, select: opened.ids }
  })

/** Where the canvas looked at a level, by the full id of the node it is in. */
const looks = new Map<string, View>()

function go(editor: Editor, path: Path, select: readonly NodeId[] = []): boolean {
  const { stage, workspace } = editor
  const from = stage.within() ?? ''
  const view = stage.view()
  if (!workspace.show(path)) return false
  looks.set(from, view)
  // The chart that is open below is of a node that has gone from the canvas.
  if (state.chartOpen() !== undefined) state.lower.value = undefined
  stage.select(select)
  const before = path.join(':').length < from.length ? looks.get(path.join(':')) : undefined
  if (before) stage.setView(before)
  else stage.fit(editor.insets())
  return true
}

export function enterNode(editor: Editor, node: LGraphNode | undefined) {
  if (!standsFor(editor, node)) return
  go(editor, [...editor.stage.path(), node!.id])
  editor.focus(INPUTS)
}

/** One level up, or up to a depth. */
export function leave(editor: Editor, depth = editor.stage.path().length - 1) {
  const path = editor.stage.path()
  if (depth < 0 || depth >= path.length) return
  go(editor, path.slice(0, depth), [path[depth]!])
  editor.focus(path[depth])
}

/** Shows the node of a full id, wherever it is. */
export function goToNode(editor: Editor, id: string) {
  const path = pathOf(id)
  const { stage } = editor
  if ((stage.within() ?? '') !== path.slice(0, -1).join(':')) go(editor, path.slice(0, -1))
  const node = stage.node(path.at(-1)!)
  if (node) stage.goTo(node, editor.insets())
  editor.focus(node?.id)
}
