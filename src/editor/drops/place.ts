// A kept file comes into the graph: to the node it was dropped on, to one that waits for it, or to a new one.
import type { KeptFile } from '../../engine/plan/op.ts'
import type { Kept } from '../../engine/protocol.ts'
import { isDiffusionNode } from '../../nodes/litegraph/node.ts'
import type { LGraphNode } from '../canvas.ts'
import { declarations } from '../declarations.ts'
import type { Editor } from '../editor.ts'
import { OWN_IMAGES } from '../gallery.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'

/** The param of a node that names a file of this kind. */
const paramFor = (node: LGraphNode | undefined, what: Kept): string | undefined =>
  node && isDiffusionNode(node)
    ? Object.entries(node.diffusion.declaration.params).find(([, { kind }]) => kind === what)?.[0]
    : undefined

interface Taker {
  node: LGraphNode
  param: string
}

const takersOf = ({ stage }: Editor, what: Kept): Taker[] =>
  stage.nodes().flatMap((node) => {
    const param = paramFor(node, what)
    return param === undefined ? [] : [{ node, param }]
  })

const namedBy = ({ node, param }: Taker) => (node.properties[param] as Partial<KeptFile> | null)?.sha256

/** What became of a file: in a sentence, and what could still be done with it. */
export interface Placed {
  said: string
  action?: { label: string; run: () => void }
}

/**
 * Gives a kept file to the node it was dropped on; else to the only node that has none yet. Nodes that name it already
 * find it now, which is said.
 */
export function placeFile(editor: Editor, what: Kept, file: KeptFile, on?: LGraphNode): Placed {
  const takers = takersOf(editor, what)
  const waiting = takers.filter((taker) => namedBy(taker) === file.sha256)
  const empty = takers.filter((taker) => namedBy(taker) === undefined)
  const to = takers.find(({ node }) => node === on) ?? (waiting.length || empty.length !== 1 ? undefined : empty[0])
  if (to) {
    editor.workspace.setParam(to.node, to.param, { ...file })
    return { said: texts.files.taken(file.name, to.node.getTitle()) }
  }
  if (waiting.length) return { said: texts.files.foundBy(file.name, waiting.map(({ node }) => node.getTitle()).join(', ')) }
  return { said: texts.files.kept(file.name), ...(nodeFor(what) && { action: useAction(editor, what, file) }) }
}

/** The node that brings files of this kind into a graph. */
const nodeFor = (what: Kept) => declarations.find(({ params }) => Object.values(params).some(({ kind }) => kind === what))

/** Adds a node that names the file, in the middle of what is seen. */
export const useAction = (editor: Editor, what: Kept, file: KeptFile) => ({
  label: texts.files.useInNew(nodeFor(what)?.title ?? ''),
  run: () => {
    const { stage, workspace, insets } = editor
    const type = nodeFor(what)?.type
    const node = type === undefined ? undefined : stage.add(type, stage.middle(insets()))
    const param = paramFor(node, what)
    if (param !== undefined) workspace.setParam(node!, param, { ...file })
    stage.focus()
  },
})

/** Opens the ready workflow that trains on images of one's own, with this data set in it. */
export async function trainOn(editor: Editor, file: KeptFile) {
  await editor.workspace.openReady(OWN_IMAGES)
  tell(placeFile(editor, 'dataset', file))
}

/** Says what became of a file, with a line on what is in it. */
export const tell = ({ said, action }: Placed, text?: string) =>
  state.say(said, { ...(action && { action }), ...(text && { text }) })
