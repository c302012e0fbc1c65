// The drawer's tabs of kept files: checkpoints and data sets, and what can be done with each.
import { useEffect, useState } from 'preact/hooks'
import { describeCheckpoint } from '../engine/checkpoint/describe.ts'
import { readImages } from '../engine/datasets/file.ts'
import type { KeptFile } from '../engine/plan/op.ts'
import type { Kept } from '../engine/protocol.ts'
import { MenuButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { factsOf } from './datasets/look.tsx'
import { download } from './download.ts'
import { useAction } from './drops/place.ts'
import { reasonOf } from './drops/reason.ts'
import type { Editor } from './editor.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import * as state from './state.ts'
import { said, texts, viewText } from './texts.ts'

export function KeptFiles({ what, addFiles }: { what: Kept; addFiles: () => void }) {
  const editor = useEditor()
  const files = state.run.kept[what].value
  useEffect(() => {
    void editor.runner.list(what)
    void editor.workspace.refresh()
  }, [what])
  const words = texts.kept[what]
  return (
    <>
      {files.length ? (
        <ul class="rows">
          {files.map((file) => (
            <KeptRow key={file.sha256} what={what} file={file} />
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

function KeptRow({ what, file }: { what: Kept; file: KeptFile }) {
  const editor = useEditor()
  const facts = useFacts(what, file)
  return (
    <li class="row">
      <button type="button" class="open" onClick={() => void look(editor, what, file)} title={`SHA-256 ${file.sha256}`}>
        <span>{file.name}</span>
        <span class="when">{[format.bytes(file.size), viewText(facts)].filter(Boolean).join(' · ')}</span>
      </button>
      <MenuButton
        class="icon small"
        label={texts.drawer.more(file.name)}
        icon={<icons.more />}
        menu={() => ({ items: itemsFor(editor, what, file) })}
      />
    </li>
  )
}

/** Above this a file is not read only to say in a list what is in it, in bytes. */
const LISTED = 64 * 2 ** 20
const known = new Map<string, string>()

/** What is in a file, in a few words; read once. */
function useFacts(what: Kept, { sha256, size }: KeptFile): string {
  const { runner } = useEditor()
  const [facts, setFacts] = useState(known.get(sha256) ?? '')
  useEffect(() => {
    if (known.has(sha256) || size > LISTED) return
    const read = async () => {
      const bytes = await runner.get(what, sha256)
      if (!bytes) return
      known.set(sha256, what === 'dataset' ? factsOf(readImages(bytes)) : describeCheckpoint(bytes).title)
      setFacts(known.get(sha256)!)
    }
    read().catch((error: unknown) => setFacts(reasonOf(error)))
  }, [sha256])
  return facts
}

async function look(editor: Editor, what: Kept, file: KeptFile) {
  if (what === 'dataset') {
    state.dialog.value = { kind: 'dataset', file }
    return
  }
  try {
    const bytes = await bytesOf(editor, what, file)
    if (bytes) state.dialog.value = { kind: 'checkpoint', file, description: describeCheckpoint(bytes) }
  } catch (error) {
    state.say(file.name, { text: reasonOf(error), error: true })
  }
}

async function bytesOf({ runner }: Editor, what: Kept, { name, sha256 }: KeptFile) {
  const found = await runner.get(what, sha256)
  if (!found) state.say(name, { text: texts.storage.gone, error: true })
  return found
}

function itemsFor(editor: Editor, what: Kept, file: KeptFile): state.Menu['items'] {
  const { runner, workspace } = editor
  const keep = async (name: string, bytes: Uint8Array) => {
    try {
      await runner.keep(what, name, bytes)
    } catch (error) {
      state.say(name, { text: reasonOf(error), error: true })
    }
    await workspace.refresh()
  }
  const save = async () => {
    const bytes = await bytesOf(editor, what, file)
    if (bytes) download({ name: fileNameOf(what, file), mime: 'application/octet-stream', bytes })
  }
  const rename = async () => {
    const name = await state.askText(texts.dialogs.rename, file.name, texts.dialogs.ok)
    const bytes = name && name !== file.name ? await bytesOf(editor, what, file) : undefined
    // The same bytes under another name are the same file.
    if (name && bytes) await keep(name, bytes)
  }
  const remove = async () => {
    const bytes = await bytesOf(editor, what, file)
    if (!bytes) return
    await runner.remove(what, file.sha256)
    await workspace.refresh()
    const undo = { label: texts.drawer.undo, run: () => void keep(file.name, bytes) }
    state.say(texts.drawer.deleted(file.name), { action: undo })
  }
  return [
    useAction(editor, what, file),
    { label: texts.kept[what].look, run: () => void look(editor, what, file) },
    'rule',
    { label: texts.panel.download, run: () => void save() },
    { label: texts.drawer.rename, run: () => void rename() },
    'rule',
    { label: texts.drawer.delete, danger: true, run: () => void remove() },
  ]
}

/** With the ending that other programs expect. */
function fileNameOf(what: Kept, { name }: KeptFile): string {
  const ending = what === 'dataset' ? '.safetensors' : '.zip'
  return name.toLowerCase().endsWith(ending) ? name : `${name}${ending}`
}

/** What is in a checkpoint. */
export function AboutCheckpoint({ dialog, close }: { dialog: Extract<state.Dialog, { kind: 'checkpoint' }>; close: () => void }) {
  const editor = useEditor()
  const { file, description } = dialog
  const { label, run } = useAction(editor, 'checkpoint', file)
  const rows = [...description.rows, ['SHA-256', file.sha256]] as [string, string][]
  return (
    <>
      <h2 id="dialog-title">{file.name}</h2>
      <p>{viewText(description.title)}</p>
      <dl class="facts-list">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{viewText(name)}</dt>
            <dd>{viewText(text)}</dd>
          </div>
        ))}
      </dl>
      {description.notices.map((notice) => (
        <p key={notice} class="hint">
          {said(notice)}
        </p>
      ))}
      <div class="answers">
        <button
          type="button"
          class="button outline"
          onClick={() => {
            close()
            run()
          }}
        >
          {label}
        </button>
        <button type="button" class="button primary" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </>
  )
}
