// Dialog that imports images as a data set.
import { useEffect, useState } from 'preact/hooks'
import type { Picture } from '../../engine/datasets/resize.ts'
import type { ImportOptions } from '../../engine/protocol.ts'
import {
  countFolderClasses,
  isGrey,
  listImages,
  openPreview,
  type ImageSource,
} from '../drops/images.ts'
import { placeFile } from '../drops/placeFile.ts'
import { useRunning, type RunningServices } from '../running/services.ts'
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { formatError } from '../ui/reason.ts'
import { showDialog, type Dialog } from '../ui/state.ts'
import { ImportFields } from './importFields.tsx'
import { Previews } from './importPreviews.tsx'

type ImportRequest = Extract<Dialog, { kind: 'import' }>

/** Number of previews. */
const PREVIEWS = 12

interface Progress {
  done: number
  total: number
}

interface ImportDialogProps {
  dialog: ImportRequest
  close: () => void
}

export function ImportDialog({ dialog, close }: ImportDialogProps) {
  const [name, setName] = useState(dialog.name)
  const [options, setOptions] = useState<ImportOptions>()
  const { images, previews } = useImages(dialog, setOptions)
  const { folders, loose } = countFolderClasses(images?.map(({ path }) => path) ?? [])
  const { progress, error, start } = useImport(dialog)
  return (
    <form
      class="import"
      onSubmit={(event) => {
        event.preventDefault()
        if (options && !progress)
          void start(name.trim() || dialog.name, options, images?.length ?? 0)
      }}
    >
      <h2 id="dialog-title">{texts.dataset.importTitle}</h2>
      <p class="facts">
        {images ? texts.dataset.found(images.length, folders.length) : texts.dataset.reading}
      </p>
      {options && (
        <fieldset class="bare columns" disabled={progress !== undefined}>
          <div class="fields">
            <ImportFields {...{ name, setName, options, setOptions, folders, loose }} />
          </div>
          <Previews previews={previews} options={options} />
        </fieldset>
      )}
      {images && !images.length && <p class="wrong">{texts.dataset.noImages}</p>}
      {error && <ImportError message={error} />}
      <div class="answers">
        {progress && <ImportProgress {...progress} />}
        <button type="button" class="button" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button
          type="submit"
          class="button primary"
          disabled={!options || !images?.length || progress !== undefined}
        >
          {texts.dataset.import}
        </button>
      </div>
    </form>
  )
}

const ImportError = ({ message }: { message: string }) => (
  <p class="wrong" role="alert">
    {message}
  </p>
)

const ImportProgress = ({ done, total }: Progress) => (
  <span class="going">
    <progress max={total || 1} value={done} aria-label={texts.dataset.importing} />
    {texts.dataset.progress(format.count(done), format.count(total))}
  </span>
)

/** Import in progress. It is aborted when the dialog closes. */
function useImport(request: ImportRequest) {
  const editor = useRunning()
  const [progress, setProgress] = useState<Progress>()
  const [error, setError] = useState('')
  const [controller] = useState(() => new AbortController())
  useEffect(() => () => controller.abort(), [])
  const start = async (name: string, options: ImportOptions, total: number) => {
    const { signal } = controller
    setError('')
    setProgress({ done: 0, total })
    try {
      await runImport(editor, request, name, options, signal, setProgress)
    } catch (failure) {
      if (!signal.aborted) setError(formatError(failure))
    }
    if (!signal.aborted) setProgress(undefined)
  }
  return { progress, error, start }
}

/** Imports images, places the data set in the graph and shows it. */
async function runImport(
  editor: Pick<RunningServices, 'files' | 'stage' | 'workspace'>,
  { files, on }: ImportRequest,
  name: string,
  options: ImportOptions,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
) {
  const sources = files.map(({ path, file: { source } }) => ({ path, file: source }))
  const { file, report } = await editor.files.importImages(name, sources, options, {
    onProgress: (done, total) => onProgress({ done, total }),
    signal,
  })
  // The import may finish before it is aborted. In that case, its file remains stored.
  if (signal.aborted) return
  const node = on === undefined ? undefined : editor.stage.node(on)
  const placed = placeFile(editor, 'dataset', file, node)
  showDialog({ kind: 'dataset', file, report, placed })
}

/** Lists the images and opens previews; `onOptions` receives options that suit them. */
function useImages({ files }: ImportRequest, onOptions: (options: ImportOptions) => void) {
  const [images, setImages] = useState<ImageSource[]>()
  const [previews, setPreviews] = useState<Picture[]>([])
  useEffect(() => {
    let closed = false
    const load = async () => {
      const listed = await listImages(files)
      const opened = await openPreviews(listed)
      if (closed) return
      setImages(listed)
      setPreviews(opened)
      const { folders } = countFolderClasses(listed.map(({ path }) => path))
      if (listed.length) onOptions(suggestOptions(opened, folders.length))
    }
    load().catch(() => !closed && setImages([]))
    return () => void (closed = true)
  }, [files])
  return { images, previews }
}

/** Opens images at even distances, to cover all classes. The import reports unreadable ones. */
async function openPreviews(images: readonly ImageSource[]): Promise<Picture[]> {
  const step = Math.max(1, Math.floor(images.length / PREVIEWS))
  const chosen = images.filter((_, i) => i % step === 0).slice(0, PREVIEWS)
  const opened = await Promise.all(chosen.map((image) => openPreview(image).catch(() => undefined)))
  return opened.filter((image) => image !== undefined)
}

function suggestOptions(previews: readonly Picture[], folders: number): ImportOptions {
  const [first] = previews
  const side = first && first.width === first.height && first.width <= 64 ? first.width : 32
  return {
    width: side,
    height: side,
    channels: previews.length && previews.every(isGrey) ? 1 : 3,
    fit: 'crop',
    labels: folders > 1,
  }
}
