// Files from outside: dropped anywhere, or chosen in the browser's own dialog.
import type { Kept } from '../engine/protocol.ts'
import type { LGraphNode } from './canvas.ts'
import { filesOfDrop, pickFiles, type Dropped, type Picking } from './drops/gather.ts'
import { reasonOf } from './drops/reason.ts'
import { checkedFile, takeFiles } from './drops/take.ts'
import type { Editor } from './editor.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** Lets files and folders be dropped anywhere. Returns its own undo. */
export function listenToDrops(editor: Editor): () => void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files')
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    state.dropping.value = true
  }
  const leave = (event: DragEvent) => {
    if (!event.relatedTarget) state.dropping.value = false
  }
  const drop = (event: DragEvent) => {
    state.dropping.value = false
    if (!event.dataTransfer || !hasFiles(event)) return
    event.preventDefault()
    const onCanvas = event.target instanceof HTMLCanvasElement
    const node = onCanvas ? editor.stage.nodeAt([event.clientX, event.clientY]) : undefined
    void take(editor, filesOfDrop(event.dataTransfer), node)
  }
  addEventListener('dragover', over)
  addEventListener('dragleave', leave)
  addEventListener('drop', drop)
  return () => {
    removeEventListener('dragover', over)
    removeEventListener('dragleave', leave)
    removeEventListener('drop', drop)
  }
}

async function take(editor: Editor, files: Promise<Dropped[]>, on?: LGraphNode) {
  try {
    await takeFiles(editor, await files, on)
  } catch (error) {
    state.say(texts.files.unreadable(texts.files.these), { text: reasonOf(error), error: true })
  }
}

/** Asks for files or a folder, and does with them what a drop would. */
export const addFiles = (editor: Editor, picking: Picking = {}) => take(editor, pickFiles(picking))

/** Asks for a file of a kind, and keeps it. */
export async function addFile(editor: Editor, what: Kept) {
  const [picked] = await pickFiles({ accept: '.safetensors,.zip', several: false })
  if (!picked) return undefined
  try {
    const bytes = await checkedFile(what, picked.file)
    return await editor.runner.keep(what, picked.file.name, bytes)
  } catch (error) {
    state.say(texts.files.unreadable(picked.file.name), { text: reasonOf(error), error: true })
    return undefined
  }
}
