// Opening of the workflow that the address of the page names, such as
// `?workflow=points&set=Data.noise:0.1`. Loaded on demand.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { ownTypes } from '../graph/declarations.ts'
import type { BackupServices } from '../backup/services.ts'
import { runState } from '../running/state.ts'
import { texts, translateMessage } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { showActivity, showToast } from '../ui/state.ts'
import { readyIds } from '../workspace/gallery.ts'
import { COMMIT_DELAY } from '../workspace/transactions.ts'
import type { Address } from './address.ts'
import { fetchFile, addressFileName, resolveAddress } from './fetchFile.ts'
import { nearest } from './nearest.ts'
import { openWorkflowFile } from './openDropped.ts'
import { setParams } from './workflowSettings.ts'

type AddressedWorkflow = Pick<Address, 'workflow' | 'set' | 'unreadable'>

/**
 * Opens the workflow of an address in a tab, with its settings as an edit that can be undone, and
 * removes both from the address: a reload restores the tab with the user's work instead. Throws
 * Error with the reason if the workflow cannot be opened; the address stays then.
 * @param isOpen true if a link has opened the workflow that the settings are for
 */
export async function openAddressed(
  editor: BackupServices,
  { workflow, set, unreadable }: AddressedWorkflow,
  isOpen: boolean,
): Promise<void> {
  if (unreadable.length)
    showToast(texts.link.unreadable, { text: unreadable.join(', '), error: true })
  if (workflow !== undefined) await openNamedWorkflow(editor, workflow)
  if (Object.keys(set).length) {
    if (workflow !== undefined || isOpen) await setOpenParams(editor, set)
    else showToast(texts.link.noWorkflow, { error: true })
  }
  editor.workspace.flush()
  forgetWorkflow()
}

/** Opens a ready workflow by its id, or the file at an address. */
export async function openNamedWorkflow(editor: BackupServices, name: string): Promise<void> {
  if (!/^[\w-]+$/.test(name)) {
    return openWorkflowFile(editor, await loadFile(name))
  }
  const ids = await readyIds()
  if (!ids.includes(name)) throw new Error(texts.link.unknownReady(nearest(name, ids)))
  return editor.workspace.openReady(name)
}

/** Loads the file at an address, with a message that shows the progress and offers to cancel. */
async function loadFile(address: string): Promise<File> {
  const controller = new AbortController()
  const activity = showActivity(texts.link.loading(addressFileName(resolveAddress(address))), {
    label: texts.dialogs.cancel,
    run: () => controller.abort(),
  })
  try {
    return await fetchFile(address, {
      signal: controller.signal,
      onProgress: (size) => activity.update(format.bytes(size)),
    })
  } finally {
    activity.end()
  }
}

/** Sets params of the workflow on the canvas, as an edit. Shows what does not match it. */
export async function setOpenParams(editor: BackupServices, set: Address['set']): Promise<void> {
  let problems = applyOnce(editor, set)
  if (problems.length) {
    // A value may be the name of a stored file, and their lists may not be loaded yet.
    await Promise.allSettled([editor.files.refresh('checkpoint'), editor.files.refresh('dataset')])
    problems = applyOnce(editor, set)
  }
  // The graph completes its slots, and the edit ends.
  await new Promise((resolve) => setTimeout(resolve, COMMIT_DELAY))
  editor.workspace.text()
  const count = Object.keys(set).length - problems.length
  if (count) showToast(texts.link.applied(count))
  if (problems.length)
    showToast(texts.link.notApplied, {
      text: problems.map(translateMessage).join(' '),
      error: true,
    })
}

function applyOnce({ workspace }: BackupServices, set: Address['set']): MessageText[] {
  const { checkpoint, dataset } = runState.storedFiles
  let problems: MessageText[] = []
  workspace.editWhole((file) => {
    const done = setParams(file, set, ownTypes, [...checkpoint.value, ...dataset.value])
    ;({ problems } = done)
    return done.file === file ? undefined : done.file
  })
  return problems
}

/** Removes the workflow and its settings from the address. */
function forgetWorkflow() {
  const query = new URLSearchParams(location.search)
  for (const name of ['workflow', 'set']) query.delete(name)
  const rest = String(query)
  history.replaceState(null, '', location.pathname + (rest && `?${rest}`) + location.hash)
}
