// Storage dialog: sizes of all stored data, deletion, and export and import as a ZIP.
import { safeFileName } from '../../engine/base/fileName.ts'
import { useEffect, useRef, useState } from 'preact/hooks'
import { OpenedFile } from '../storage/openedFile.ts'
import { refreshSavedNodes } from '../subgraph/savedNodeActions.ts'
import { texts, translateWorkflow, translateMessage } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { pickFiles } from '../ui/pickFiles.ts'
import { formatError } from '../ui/reason.ts'
import { showToast } from '../ui/state.ts'
import { storageUsed } from '../workspace/state.ts'
import './backup.css'
import { readBackup, writeBackup, type ReportProgress } from './backupZip.ts'
import { browserParts, offlineSize } from './browserParts.ts'
import { showBackupReport } from './importReport.ts'
import type { StoredItem } from './part.ts'
import { partIds, type PartId, type Parts } from './parts.ts'
import { useBackup } from './services.ts'

type StoredItems = Record<PartId, StoredItem[]>

const totalSize = (items: readonly StoredItem[]) =>
  items.reduce((size, item) => size + item.size, 0)

export function StorageDialog({ close }: { close: () => void }) {
  const editor = useBackup()
  const [parts] = useState(() => browserParts(editor))
  const [items, load] = useStoredItems(parts)
  const [exported, setExported] = useState<ReadonlySet<PartId>>(
    new Set(partIds.filter((part) => part !== 'states')),
  )
  if (!items) return <h2 id="dialog-title">{texts.backup.title}</h2>
  const remove = async (part: PartId, id: string) => {
    await parts[part].remove(id)
    await load()
    // Drafts that did not fit may fit now.
    editor.workspace.flush()
    await editor.workspace.refresh()
    await refreshSavedNodes(editor)
  }
  const setPart = (part: PartId, on: boolean) =>
    setExported(new Set(on ? [...exported, part] : [...exported].filter((each) => each !== part)))
  return (
    <>
      <h2 id="dialog-title">{texts.backup.title}</h2>
      <p>{texts.backup.hint}</p>
      <ul class="kept-parts">
        {partIds.map((part) => (
          <PartRow
            key={part}
            part={part}
            items={items[part]}
            exported={exported.has(part)}
            onExported={(on) => setPart(part, on)}
            remove={(id) => remove(part, id)}
          />
        ))}
      </ul>
      <OfflineHint />
      <PersistenceHint />
      <DialogButtons {...{ parts, items, load, close }} exported={exported} />
    </>
  )
}

/** Items of all parts (undefined while loading), and a function that reloads them. */
function useStoredItems(parts: Parts): [StoredItems | undefined, () => Promise<void>] {
  const [items, setItems] = useState<StoredItems>()
  const load = async () => {
    const lists = await Promise.all(
      partIds.map(async (part) => [part, await parts[part].items()] as const),
    )
    setItems(Object.fromEntries(lists) as StoredItems)
  }
  useEffect(() => {
    load().catch((error: unknown) =>
      showToast(texts.backup.title, { text: formatError(error), error: true }),
    )
  }, [])
  return [items, load]
}

interface DialogButtonsProps {
  parts: Parts
  items: StoredItems
  exported: ReadonlySet<PartId>
  load: () => Promise<void>
  close: () => void
}

function DialogButtons({ parts, items, exported, load, close }: DialogButtonsProps) {
  const editor = useBackup()
  const { job, run } = useJob(load)
  const chosen = partIds.filter((part) => exported.has(part))
  const exportBackup: JobWork = async (onProgress, signal) => {
    const { zip, failed } = await writeBackup(parts, chosen, onProgress, signal)
    const date = new Date().toISOString().slice(0, 10)
    const name = safeFileName(`litegraph-diffusion ${date}.zip`)
    download({ name, mime: 'application/zip', bytes: zip })
    const [first] = failed
    if (first)
      showToast(
        texts.backup.exportFailed(
          failed.length,
          `${first.path}: ${translateMessage(first.reason)}`,
        ),
        {
          error: true,
        },
      )
  }
  const importBackup = async () => {
    const [picked] = await pickFiles({ accept: '.zip', several: false })
    if (!picked) return
    await run(async (onProgress, signal) =>
      showBackupReport(
        editor,
        await readBackup(new OpenedFile(picked.file), parts, onProgress, signal),
      ),
    )
  }
  if (job)
    return (
      <div class="answers">
        <JobProgress job={job} />
      </div>
    )
  const size = chosen.reduce((sum, part) => sum + totalSize(items[part]), 0)
  return (
    <div class="answers">
      <button type="button" class="button outline" onClick={() => void importBackup()}>
        {texts.backup.import}
      </button>
      <button
        type="button"
        class="button outline"
        disabled={!chosen.length}
        onClick={() => void run(exportBackup)}
      >
        {texts.backup.export(format.bytes(size))}
      </button>
      <button type="button" class="button primary" onClick={close}>
        {texts.dialogs.close}
      </button>
    </div>
  )
}

interface Job {
  /** Fraction done. */
  progress: number
  cancel: () => void
}
type JobWork = (onProgress: ReportProgress, signal: AbortSignal) => Promise<void>

/** Runs one cancellable job at a time, and calls `after` when it ends. */
function useJob(after: () => Promise<void>) {
  const [job, setJob] = useState<Job>()
  const run = async (work: JobWork) => {
    const controller = new AbortController()
    const cancel = () => controller.abort()
    setJob({ progress: 0, cancel })
    try {
      await work(
        (done, total) => setJob({ progress: total ? done / total : 1, cancel }),
        controller.signal,
      )
    } catch (error) {
      if (!controller.signal.aborted)
        showToast(texts.backup.title, { text: formatError(error), error: true })
    }
    setJob(undefined)
    await after()
  }
  return { job, run }
}

const JobProgress = ({ job: { progress, cancel } }: { job: Job }) => (
  <div class="going">
    <progress value={progress} aria-label={texts.backup.title} />
    <span>{Math.round(100 * progress)}%</span>
    <button type="button" class="button outline" onClick={cancel}>
      {texts.dialogs.cancel}
    </button>
  </div>
)

interface PartRowProps {
  part: PartId
  items: readonly StoredItem[]
  exported: boolean
  onExported: (on: boolean) => void
  remove: (id: string) => Promise<void>
}

/** Limit of items in a list; the largest are shown. */
const MAX_ITEMS = 100

function PartRow({ part, items, exported, onExported, remove }: PartRowProps) {
  const name = texts.backup.parts[part]
  const attempt = (id: string) =>
    remove(id).catch((error: unknown) => showToast(name, { text: formatError(error), error: true }))
  const largest = items.toSorted((a, b) => b.size - a.size).slice(0, MAX_ITEMS)
  return (
    <li>
      <input
        type="checkbox"
        class="switch"
        checked={exported}
        aria-label={texts.backup.include(name)}
        onChange={({ currentTarget }) => onExported(currentTarget.checked)}
      />
      <details>
        <summary>
          <span class="name">{name}</span>
          <span class="count">{format.count(items.length)}</span>
          <span class="size">{format.bytes(totalSize(items))}</span>
        </summary>
        <p class="hint">{texts.backup.about[part]}</p>
        {part !== 'settings' && (
          <ul>
            {largest.map((item) => (
              <ItemRow key={item.id} item={item} remove={() => attempt(item.id)} />
            ))}
          </ul>
        )}
      </details>
    </li>
  )
}

/** Deletion here is final, so the button asks for a second press. */
function ItemRow({ item, remove }: { item: StoredItem; remove: () => Promise<void> }) {
  const name = translateWorkflow(item.name)
  const [confirming, setConfirming] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const facts = [format.bytes(item.size), item.when ? format.dateTime(item.when) : '']
    .filter(Boolean)
    .join(' · ')
  return (
    <li>
      <span class="name" title={name}>
        {name}
      </span>
      <span class="size">{facts}</span>
      <button
        ref={button}
        type="button"
        class={confirming ? 'button small danger' : 'button small'}
        aria-label={`${confirming ? texts.backup.confirmDelete : texts.drawer.delete} ${name}`}
        onClick={() => (confirming ? void remove() : setConfirming(true))}
        onBlur={() => setConfirming(false)}
      >
        {confirming ? texts.backup.confirmDelete : texts.drawer.delete}
      </button>
    </li>
  )
}

/** Size of the editor's own files, cached for use without a network. */
function OfflineHint() {
  const [size, setSize] = useState(0)
  useEffect(() => void offlineSize().then(setSize), [])
  return size ? <p class="hint">{texts.backup.offline(format.bytes(size))}</p> : null
}

/** Used storage, and whether the browser may clear it when space is short. */
function PersistenceHint() {
  const [persisted, setPersisted] = useState<boolean>()
  useEffect(() => void navigator.storage?.persisted?.().then(setPersisted), [])
  const used = storageUsed.value
  const request = async () => {
    const granted = await navigator.storage.persist()
    setPersisted(granted)
    if (!granted) showToast(texts.backup.notPersistent)
  }
  return (
    <p class="hint">
      {used?.quota
        ? `${texts.drawer.used(format.bytes(used.used), format.bytes(used.quota))}. `
        : ''}
      {persisted === true && texts.backup.persistent}
      {persisted === false && (
        <button type="button" class="link" onClick={() => void request()}>
          {texts.backup.askPersistent}
        </button>
      )}
    </p>
  )
}
