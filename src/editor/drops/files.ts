// Files from outside the editor: dropped, chosen in a dialog, or embedded or named in the address.
// The code for reading them is loaded on demand.
import type { StoredFileKind } from '../../engine/protocol.ts'
import { LINK_MARK } from '../../workflow/linkMark.ts'
import type { BackupServices } from '../backup/services.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { RunningServices } from '../running/services.ts'
import { texts } from '../texts/texts.ts'
import { readDroppedFiles, pickFiles, type DroppedFile, type PickOptions } from '../ui/pickFiles.ts'
import { formatError } from '../ui/reason.ts'
import { isBehindDialog } from '../ui/modal.ts'
import { setFilesDragged, showToast } from '../ui/state.ts'
import { readAddress } from './address.ts'

/** Accepts files and folders that are dropped anywhere. Returns a function that stops this. */
export function listenToDrops(editor: BackupServices): () => void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files')
  const over = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    setFilesDragged(!isBehindDialog())
  }
  const leave = (event: DragEvent) => {
    if (!event.relatedTarget) setFilesDragged(false)
  }
  const drop = (event: DragEvent) => {
    setFilesDragged(false)
    if (!event.dataTransfer || !hasFiles(event)) return
    event.preventDefault()
    if (isBehindDialog())
      return showToast(texts.files.dialogOpen, { text: texts.files.notOpened, error: true })
    const onCanvas = event.target instanceof HTMLCanvasElement
    const node = onCanvas ? editor.stage.nodeAt([event.clientX, event.clientY]) : undefined
    void handleFiles(editor, readDroppedFiles(event.dataTransfer), node)
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

async function handleFiles(editor: BackupServices, files: Promise<DroppedFile[]>, on?: LGraphNode) {
  try {
    const [{ openFiles }, dropped] = await Promise.all([import('./openDropped.ts'), files])
    await openFiles(editor, dropped, on)
  } catch (error) {
    showToast(texts.files.unreadable(texts.files.dropped), {
      text: formatError(error),
      error: true,
    })
  }
}

/** Asks for files or a folder, and handles them like ones that are dropped, on a node if given. */
export const addFiles = (editor: BackupServices, picking: PickOptions = {}, on?: LGraphNode) =>
  handleFiles(editor, pickFiles(picking), on)

/** Asks for a checkpoint or a data set, and stores it. */
export async function addStoredFile(
  { files }: Pick<RunningServices, 'files'>,
  what: StoredFileKind,
) {
  const [picked] = await pickFiles({ accept: '.safetensors,.zip', several: false })
  if (!picked) return undefined
  try {
    const { readCheckedFile } = await import('./openDropped.ts')
    const bytes = await readCheckedFile(what, picked.file)
    return await files.store(what, picked.file.name, bytes)
  } catch (error) {
    showToast(texts.files.unreadable(picked.file.name), { text: formatError(error), error: true })
    return undefined
  }
}

/**
 * Opens the workflows that the address contains and names, if any. A page in a frame opens the named
 * one itself: its address stays, as nothing is stored there for a reload.
 */
export async function openAddress(editor: BackupServices) {
  const isOpen = await openAddressLink(editor)
  const address = readAddress(location.search)
  const { workflow, set, unreadable, embed } = address
  if (embed) return
  if (workflow === undefined && !Object.keys(set).length && !unreadable.length) return
  try {
    const { openAddressed } = await import('./openAddress.ts')
    await openAddressed(editor, address, isOpen)
  } catch (error) {
    const title = texts.files.unreadable(workflow ?? texts.share.link)
    showToast(title, { text: formatError(error), error: true })
  }
}

/** Opens the workflow in the fragment of the address. Returns false if there is none. */
export async function openAddressLink(editor: BackupServices): Promise<boolean> {
  const { hash } = location
  if (!hash.startsWith(LINK_MARK)) return false
  try {
    const { openLink } = await import('./openDropped.ts')
    await openLink(editor, hash)
    return true
  } catch (error) {
    showToast(texts.files.unreadable(texts.share.link), { text: formatError(error), error: true })
    return false
  }
}
