// Copy and paste through the clipboard of the system: what is copied is a workflow file, which any tab or text editor takes.
import { parseWorkflow, stringifyWorkflow } from '../nodes/workflow.ts'
import type { Point } from './canvas.ts'
import { whole } from './commands.ts'
import { byType } from './declarations.ts'
import type { Editor } from './editor.ts'
import { boundsOf, merge, pieceOf } from './pieces.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** The selected nodes and the wires between them as text; undefined if nothing is selected. */
export function copied({ stage }: Editor): string | undefined {
  const nodes = whole(stage.selection())
  if (!nodes.length) return undefined
  return stringifyWorkflow(pieceOf(stage.file(), new Set(nodes.map((node) => node.id))))
}

/**
 * Puts a copied piece with its corner at `at`.
 * @throws WorkflowError if the text is no workflow
 */
export function paste({ workspace }: Editor, text: string, at: Point) {
  const { workflow } = parseWorkflow(text, byType)
  const [left, top] = boundsOf(workflow.nodes)
  workspace.edit((file) => {
    const { file: merged, ids } = merge(file, workflow, [Math.round(at[0] - left), Math.round(at[1] - top)])
    return { file: merged, select: ids }
  })
}

/** A copy of the selection, a little below it. */
export function insertCopy(editor: Editor) {
  const text = copied(editor)
  if (!text) return
  const [left, top] = boundsOf(parseWorkflow(text, byType).workflow.nodes)
  paste(editor, text, [left + 40, top + 40])
}

/** Copies by menu, where no clipboard event carries the text. */
export async function copyToClipboard(editor: Editor) {
  const text = copied(editor)
  if (text) await navigator.clipboard.writeText(text)
}

export async function pasteFromClipboard(editor: Editor, at: Point) {
  try {
    paste(editor, await navigator.clipboard.readText(), at)
  } catch {
    state.say(texts.files.pasteNothing)
  }
}

/** Listens to the browser's clipboard events. Returns its own undo. */
export function listenToClipboard(editor: Editor): () => void {
  const elsewhere = () => {
    const focus = document.activeElement
    return (focus instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(focus.tagName)) || !getSelection()?.isCollapsed
  }
  const copy = (event: ClipboardEvent) => {
    const text = elsewhere() ? undefined : copied(editor)
    if (!text) return
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    if (event.type === 'cut') editor.commands.delete.run()
  }
  const pasted = (event: ClipboardEvent) => {
    if (elsewhere()) return
    event.preventDefault()
    try {
      paste(editor, event.clipboardData?.getData('text/plain') ?? '', editor.stage.pointer().graph)
    } catch {
      state.say(texts.files.pasteNothing)
    }
  }
  document.addEventListener('copy', copy)
  document.addEventListener('cut', copy)
  document.addEventListener('paste', pasted)
  return () => {
    document.removeEventListener('copy', copy)
    document.removeEventListener('cut', copy)
    document.removeEventListener('paste', pasted)
  }
}
