// Copy and paste through the clipboard of the system: what is copied is a workflow file, which any tab or text editor takes.
import { parseWorkflow, stringifyWorkflow } from '../nodes/workflow.ts'
import type { Point } from './canvas.ts'
import { whole } from './commands.ts'
import { ownTypes } from './declarations.ts'
import type { Editor } from './editor.ts'
import { boundsOf, merge, outsideOf, pieceOf, wiredFromOutside, type OutsideWire } from './pieces.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** The selected nodes and the wires between them as text; undefined if nothing is selected. */
function copied({ stage }: Editor): string | undefined {
  const nodes = whole(stage.selection())
  if (!nodes.length) return undefined
  const file = stage.file()
  const ids = new Set(nodes.map((node) => node.id))
  // Any reader of workflows passes over it; it is read again when something is pasted with its wires.
  const outside = outsideOf(file, ids)
  const text = stringifyWorkflow(pieceOf(file, ids))
  return outside.length ? JSON.stringify({ ...(JSON.parse(text) as object), outside }, null, 2) : text
}

/** The wires into a copied piece from outside of it, if its text says so. */
function outsideIn(text: string): OutsideWire[] {
  const { outside } = JSON.parse(text) as { outside?: unknown }
  const isWire = (wire: unknown): wire is OutsideWire =>
    Array.isArray(wire) && wire.length === 5 && wire.every((part) => typeof part === 'string' || typeof part === 'number')
  return Array.isArray(outside) ? outside.filter(isWire) : []
}

/**
 * Puts a copied piece with its corner at `at`; `withInputs`: wired from the nodes that it was wired from, where they are.
 * @throws WorkflowError if the text is no workflow
 */
function paste({ workspace }: Editor, text: string, at: Point, withInputs = false) {
  const { workflow } = parseWorkflow(text, ownTypes)
  const [left, top] = boundsOf(workflow.nodes)
  workspace.edit((file) => {
    const { file: merged, ids } = merge(file, workflow, [Math.round(at[0] - left), Math.round(at[1] - top)])
    if (!withInputs) return { file: merged, select: ids }
    const renamed = new Map(workflow.nodes.map((node, i) => [node.id, ids[i]!]))
    return { file: wiredFromOutside(merged, outsideIn(text), renamed), select: ids }
  })
}

/** A copy of the selection, a little below it. */
export function insertCopy(editor: Editor) {
  const text = copied(editor)
  if (!text) return
  const [left, top] = boundsOf(parseWorkflow(text, ownTypes).workflow.nodes)
  paste(editor, text, [left + 40, top + 40])
}

/** Copies by menu, where no clipboard event carries the text. */
export async function copyToClipboard(editor: Editor) {
  const text = copied(editor)
  if (text) await navigator.clipboard.writeText(text)
}

export async function pasteFromClipboard(editor: Editor, at: Point, withInputs = false) {
  try {
    paste(editor, await navigator.clipboard.readText(), at, withInputs)
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
  let withInputs = false
  /** The event that follows does not say which keys were held. */
  const pressed = (event: KeyboardEvent) => (withInputs = event.shiftKey)
  const pasted = (event: ClipboardEvent) => {
    if (elsewhere()) return
    event.preventDefault()
    try {
      paste(editor, event.clipboardData?.getData('text/plain') ?? '', editor.stage.pointer().graph, withInputs)
    } catch {
      state.say(texts.files.pasteNothing)
    }
  }
  document.addEventListener('keydown', pressed, true)
  document.addEventListener('copy', copy)
  document.addEventListener('cut', copy)
  document.addEventListener('paste', pasted)
  return () => {
    document.removeEventListener('keydown', pressed, true)
    document.removeEventListener('copy', copy)
    document.removeEventListener('cut', copy)
    document.removeEventListener('paste', pasted)
  }
}
