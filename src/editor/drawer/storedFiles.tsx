// Drawer tabs of stored files (checkpoints, data sets), with the actions on each.
import { englishText } from '../../engine/base/catalogue.ts'
import { safeFileName, type SafeFileName } from '../../engine/base/fileName.ts'
import { useBackup, type BackupServices } from '../backup/services.ts'
import { downloadOnnx } from '../drops/downloadOnnx.ts'
import { fileFacts, type FileFacts } from '../drops/storedFileFacts.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { useEffect, useState } from 'preact/hooks'
import type { StoredFile } from '../../engine/plan/op.ts'
import type { StoredFileKind } from '../../engine/protocol.ts'
import { MenuButton } from '../ui/buttons.tsx'
import { DialogActions } from '../ui/dialogActions.tsx'
import { download } from '../ui/download.ts'
import { addNodeAction, type PlacedKind } from '../drops/placeFile.ts'
import { formatError } from '../ui/reason.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { runState } from '../running/state.ts'
import { askText, showDialog, showToast, type Dialog, type Menu } from '../ui/state.ts'
import { translateMessage, texts, translateView } from '../texts/texts.ts'

export function StoredFileList({ what, addFiles }: { what: StoredFileKind; addFiles: () => void }) {
  const editor = useBackup()
  const files = runState.storedFiles[what].value
  useEffect(() => {
    void editor.files.refresh(what)
    void editor.workspace.refresh()
  }, [what])
  const words = texts.storedFiles[what]
  return (
    <>
      {files.length ? (
        <ul class="rows">
          {files.map((file) => (
            <StoredFileRow key={file.sha256} what={what} file={file} />
          ))}
        </ul>
      ) : (
        <div class="empty">
          <strong>{words.empty}</strong>
          {words.emptyHint}
        </div>
      )}
      <div class="add">
        <button type="button" class="button outline small" onClick={addFiles}>
          {words.add}
        </button>
      </div>
    </>
  )
}

function StoredFileRow({ what, file }: { what: StoredFileKind; file: StoredFile }) {
  const editor = useBackup()
  const facts = useFacts(what, file)
  return (
    <li class="row">
      <button
        type="button"
        class="open"
        onClick={() => void showContents(editor, what, file)}
        title={`SHA-256 ${file.sha256}`}
      >
        <span>{file.name}</span>
        <span class="when">
          {[format.bytes(file.size), translateView(facts.text)].filter(Boolean).join(' · ')}
        </span>
      </button>
      <MenuButton
        class="icon small"
        label={texts.drawer.more(file.name)}
        icon={<icons.more />}
        menu={() => ({
          items: fileMenuItems(editor, facts.hasPoints ? 'points' : what, file),
        })}
      />
    </li>
  )
}

/** Largest file, in bytes, that is read only to describe it in the list. */
const MAX_DESCRIBED = 64 * 2 ** 20
const known = new Map<string, FileFacts>()
const unknown: FileFacts = { text: '', hasPoints: false }

/** Returns a short description of a file. Each file is read only once. */
function useFacts(what: StoredFileKind, { sha256, size }: StoredFile): FileFacts {
  const { files } = useBackup()
  const [facts, setFacts] = useState(known.get(sha256) ?? unknown)
  useEffect(() => {
    if (known.has(sha256) || size > MAX_DESCRIBED) return
    const read = async () => {
      const bytes = await files.read(what, sha256)
      if (!bytes) return
      const facts = await fileFacts(what, bytes)
      known.set(sha256, facts)
      setFacts(facts)
    }
    read().catch((error: unknown) => setFacts({ ...unknown, text: formatError(error) }))
  }, [sha256])
  return facts
}

async function showContents(editor: BackupServices, what: StoredFileKind, file: StoredFile) {
  if (what === 'dataset') {
    showDialog({ kind: 'dataset', file })
    return
  }
  try {
    const bytes = await readStoredFile(editor, what, file)
    if (!bytes) return
    const description = await readFileWith('describeCheckpoint', bytes)
    showDialog({ kind: 'checkpoint', file, description })
  } catch (error) {
    showToast(file.name, { text: formatError(error), error: true })
  }
}

async function readStoredFile(
  { files }: BackupServices,
  what: StoredFileKind,
  { name, sha256 }: StoredFile,
) {
  const found = await files.read(what, sha256)
  if (!found) showToast(name, { text: texts.storage.deleted, error: true })
  return found
}

function fileMenuItems(editor: BackupServices, holds: PlacedKind, file: StoredFile): Menu['items'] {
  const what: StoredFileKind = holds === 'points' ? 'dataset' : holds
  const { files, workspace } = editor
  const keep = async (name: string, bytes: Uint8Array) => {
    try {
      await files.store(what, name, bytes)
    } catch (error) {
      showToast(name, { text: formatError(error), error: true })
    }
    await workspace.refresh()
  }
  const save = async () => {
    const bytes = await readStoredFile(editor, what, file)
    if (bytes)
      download({ name: getDownloadName(what, file), mime: 'application/octet-stream', bytes })
  }
  const saveOnnx = async () => {
    const bytes = await readStoredFile(editor, what, file)
    if (bytes) await downloadOnnx(file.name, bytes)
  }
  const rename = async () => {
    const name = await askText(texts.dialogs.rename, file.name, texts.dialogs.ok)
    const bytes = name && name !== file.name ? await readStoredFile(editor, what, file) : undefined
    // Storing the same bytes with another name renames the file.
    if (name && bytes) await keep(name, bytes)
  }
  const remove = async () => {
    const bytes = await readStoredFile(editor, what, file)
    if (!bytes) return
    await files.remove(what, file.sha256)
    await workspace.refresh()
    const undo = { label: texts.drawer.undo, run: () => void keep(file.name, bytes) }
    showToast(texts.drawer.deleted(file.name), { action: undo })
  }
  return [
    addNodeAction(editor, holds, file),
    {
      label: texts.storedFiles[what].showContents,
      run: () => void showContents(editor, what, file),
    },
    'rule',
    { label: texts.panel.download, run: () => void save() },
    ...(what === 'checkpoint'
      ? [{ label: texts.panel.downloadOnnx, run: () => void saveOnnx() }]
      : []),
    { label: texts.drawer.rename, run: () => void rename() },
    'rule',
    { label: texts.drawer.delete, danger: true, run: () => void remove() },
  ]
}

/** Adds the file extension that other programs expect. */
function getDownloadName(what: StoredFileKind, { name }: StoredFile): SafeFileName {
  const ending = what === 'dataset' ? '.safetensors' : '.zip'
  return safeFileName(name.toLowerCase().endsWith(ending) ? name : `${name}${ending}`)
}

/** Dialog that describes a checkpoint. */
export function CheckpointDialog({
  dialog,
  close,
}: {
  dialog: Extract<Dialog, { kind: 'checkpoint' }>
  close: () => void
}) {
  const editor = useBackup()
  const { file, description } = dialog
  const rows = [...description.rows, ['SHA-256', file.sha256]] as [string, string][]
  return (
    <>
      <h2 id="dialog-title">{file.name}</h2>
      <p>{translateView(description.title)}</p>
      <dl class="facts-list">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{translateView(name)}</dt>
            <dd>{translateView(text)}</dd>
          </div>
        ))}
      </dl>
      {description.messages.notices.map((notice) => (
        <p key={englishText(notice)} class="hint">
          {translateMessage(notice)}
        </p>
      ))}
      <DialogActions actions={[addNodeAction(editor, 'checkpoint', file)]} close={close} />
    </>
  )
}
