// Files from the disk: workflows, pictures with one inside, checkpoints. What cannot be read is said, and nothing else
// is touched.
import { isPng, workflowOfPng } from '../nodes/workflow.ts'
import type { Editor } from './editor.ts'
import * as state from './state.ts'
import { texts } from './texts.ts'

/** Above this a file is not even read. */
const LARGEST = 2e9

export async function openFiles(editor: Editor, files: Iterable<File>) {
  for (const file of files) {
    try {
      await openFile(editor, file)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      state.say(texts.files.unreadable(file.name), { text: why, error: true })
    }
  }
}

async function openFile(editor: Editor, file: File) {
  if (file.size > LARGEST) throw new Error(texts.files.notWorkflow)
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (isCheckpoint(file.name)) {
    await editor.runner.keep('checkpoint', file.name, bytes)
    state.say(texts.files.checkpointKept(file.name))
    return
  }
  const notices = await editor.workspace.openText(textOf(file.name, bytes), file.name.replace(/\.\w+$/, ''))
  const missing = unknownTypes(editor)
  const remarks = [...(missing.length ? [texts.files.unknownNodes(missing)] : []), ...notices]
  if (remarks.length)
    state.say(texts.files.notices(file.name), {
      text: remarks.slice(0, 3).join(' '),
      action: { label: texts.dialogs.ok, run: () => {} },
    })
  else state.say(texts.files.opened(file.name))
}

const isCheckpoint = (name: string) => /\.(safetensors|zip)$/i.test(name)

function textOf(name: string, bytes: Uint8Array): string {
  if (isPng(bytes)) return workflowOfPng(bytes)
  // Text, whatever its ending; a byte that no text has says that it is something else.
  if (bytes.subarray(0, 2000).includes(0) || /\.(jpe?g|gif|mp4|pdf|exe)$/i.test(name)) throw new Error(texts.files.notWorkflow)
  return new TextDecoder().decode(bytes)
}

const unknownTypes = ({ stage, known }: Editor): string[] => [
  ...new Set(
    stage
      .nodes()
      .filter((node) => !known(node.type))
      .map((node) => node.type),
  ),
]

/** Lets files be dropped anywhere. Returns its own undo. */
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
    if (!event.dataTransfer?.files.length) return
    event.preventDefault()
    void openFiles(editor, event.dataTransfer.files)
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

/** Asks for files by the browser's own dialog. */
export function pickFiles(accept = '.json,.png,.safetensors,.zip'): Promise<File[]> {
  return new Promise((resolve) => {
    const input = Object.assign(document.createElement('input'), { type: 'file', accept, multiple: true })
    input.addEventListener('change', () => resolve([...(input.files ?? [])]))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}
