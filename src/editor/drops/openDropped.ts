// Opening of files from outside by their kind. Unreadable files are reported.
import { CuredError } from '../../engine/base/errors.ts'
import type { Description } from '../../engine/checkpoint/describe.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import type { Bundle } from '../../workflow/bundle.ts'
import type { BackupServices } from '../backup/services.ts'
import type { LGraphNode } from '../canvas/canvas.ts'
import { ownTypes } from '../graph/declarations.ts'
import { listNodes } from '../graph/nodePaths.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { OpenedFile } from '../storage/openedFile.ts'
import { dropMessages } from '../texts/dropMessages.ts'
import { translateMessage, texts, translateView } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import type { DroppedFile } from '../ui/pickFiles.ts'
import { formatError } from '../ui/reason.ts'
import { showDialog, shownDialog, showToast, whenDialogCloses } from '../ui/state.ts'
import { classifyFiles, type DroppedItem } from './classify.ts'
import { isPointTable, placeFile, placePoints, showPlacedFile } from './placeFile.ts'
import { pointFacts } from './storedFileFacts.ts'

type GraphServices = Pick<BackupServices, 'stage' | 'workspace'>
type BundleServices = GraphServices & Pick<BackupServices, 'files'>

/** Opens, stores or imports files; `on` is the node they were dropped on. */
export async function openFiles(
  editor: BackupServices,
  files: readonly DroppedFile[],
  on?: LGraphNode,
) {
  if (!files.length) return
  for (const item of await classifyFiles(files)) {
    // A dialog of the item before, or one that was opened while the files were read.
    while (shownDialog.value) await whenDialogCloses()
    try {
      await openItem(editor, item, on)
    } catch (error) {
      showToast(texts.files.unreadable(item.name), { text: formatError(error), error: true })
    }
  }
}

async function openItem(editor: BackupServices, item: DroppedItem, on: LGraphNode | undefined) {
  const { name } = item
  switch (item.kind) {
    case 'workflow':
      return openWorkflowText(editor, name, item.text)
    case 'checkpoint':
      return storeCheckpoint(editor, name, await item.file.checkpoint(), on)
    case 'checkpointFolder': {
      const read = await readFileWith('packCheckpointFolder', item.files)
      return storeCheckpoint(editor, `${name}.zip`, read, on)
    }
    case 'dataset': {
      const { bytes, hasPoints } = await item.file.dataset()
      const file = await editor.files.store('dataset', name, bytes)
      return showPlacedFile(placeFile(editor, hasPoints ? 'points' : 'dataset', file, on))
    }
    case 'points': {
      if (!isPointTable(on)) {
        showDialog({ kind: 'importPoints', name, file: item.file })
        return undefined
      }
      const { text, points } = await item.file.pointTable()
      return showPlacedFile(placePoints(editor, name, text, on), pointFacts(points))
    }
    case 'bundle':
      return openBundle(editor, name, await item.file.bundle(), item.file.size)
    case 'backup':
      return (await import('../backup/importReport.ts')).importBackup(editor, item.file)
    case 'images':
      showDialog({ kind: 'import', name, files: item.files, ...(on && { on: on.id }) })
      return undefined
    case 'unknown':
      throw new Error(item.reason)
    default:
      return item satisfies never
  }
}

/**
 * Opens a workflow in a new tab: a JSON file, a PNG with a workflow, or a ZIP with its files.
 * @throws Error with the reason, and a cure if there is one
 */
export async function openWorkflowFile(editor: BundleServices, file: File): Promise<void> {
  const { name } = file
  const [item] = await classifyFiles([{ path: name, file }])
  if (item?.kind === 'workflow') {
    if (item.text.trimStart().startsWith('<'))
      throw new CuredError(dropMessages.webPage({ name }), dropMessages.useRaw())
    return openWorkflowText(editor, name, item.text)
  }
  if (item?.kind === 'bundle')
    return openBundle(editor, name, await item.file.bundle(), item.file.size)
  if (item?.kind === 'unknown') throw new Error(item.reason)
  throw new CuredError(dropMessages.notWorkflow({ name }), dropMessages.dropInstead())
}

/** Reads a checkpoint or a data set. Throws Error with the reason if it is invalid. */
export async function readCheckedFile(what: StoredFileKind, file: File): Promise<Uint8Array> {
  return (await new OpenedFile(file)[what]()).bytes
}

async function storeCheckpoint(
  editor: BundleServices,
  name: string,
  { bytes, description: { title, messages } }: { bytes: Uint8Array; description: Description },
  on: LGraphNode | undefined,
) {
  const file = await editor.files.store('checkpoint', name, bytes)
  showPlacedFile(
    placeFile(editor, 'checkpoint', file, on),
    [`${translateView(title)}.`, ...messages.notices.map(translateMessage)].join(' '),
  )
}

/** Opens the workflow in the fragment of the address, and removes the fragment. */
export async function openLink(editor: BundleServices, hash: string) {
  const bundle = await readFileWith('unpackLink', hash)
  if (!bundle) return
  history.replaceState(null, '', location.pathname + location.search)
  const size = bundle.files.reduce((sum, { file }) => sum + file.size, 0)
  await openBundle(editor, texts.share.link, bundle, size)
}

/** Opens a workflow with its files. The files are stored first, so that the nodes find them. */
async function openBundle(
  editor: BundleServices,
  name: string,
  { workflow, files }: Bundle,
  size: number,
) {
  for (const { what, file, bytes: content } of files)
    await editor.files.store(what, file.name, content)
  await openWorkflowText(editor, name, workflow)
  if (files.length) showToast(texts.share.added(files.length, format.bytes(size)))
}

async function openWorkflowText(editor: GraphServices, name: string, text: string) {
  const notices = await editor.workspace.openText(text, name.replace(/\.\w+$/, ''))
  const missing = listUnknownTypes(editor)
  const remarks = [
    ...(missing.length ? [texts.files.unknownNodes(missing)] : []),
    ...notices.map(translateMessage),
  ]
  if (!remarks.length) return showToast(texts.files.opened(name))
  showToast(notices.length ? texts.files.notices(name) : texts.files.opened(name), {
    text: remarks.slice(0, 3).join(' '),
    action: { label: texts.dialogs.ok, run: () => {} },
  })
}

/** Unknown node types of the open workflow, including its subgraphs. */
const listUnknownTypes = ({ workspace }: GraphServices): string[] => [
  ...new Set(
    listNodes(workspace.present.file, ownTypes)
      .filter(({ declaration }) => !declaration)
      .map(({ node }) => node.type),
  ),
]
