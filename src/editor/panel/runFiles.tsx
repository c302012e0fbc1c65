// Output files of a run, with downloads: images are shown, checkpoints can be saved to the library.
import { useRunning } from '../running/services.ts'
import { downloadOnnx } from '../drops/downloadOnnx.ts'
import { useEffect, useState } from 'preact/hooks'
import { IconButton } from '../ui/buttons.tsx'
import { download } from '../ui/download.ts'
import { formatError } from '../ui/reason.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { runState, type RunFile } from '../running/state.ts'
import { showToast } from '../ui/state.ts'
import { texts } from '../texts/texts.ts'
import { openPictures } from '../viewer/pictureFiles.ts'

/** Number of files listed at a time. */
const LISTED = 60

export function RunFiles({ files }: { files: readonly RunFile[] }) {
  const [most, setMost] = useState(LISTED)
  return (
    <>
      <ul class="files">
        {files.slice(0, most).map((file) => (
          <li key={file.name}>
            {file.mime.startsWith('image/') && (
              <Picture file={file} open={() => void openRunImage(files, file)} />
            )}
            <span class="name" title={file.name}>
              {file.name} <span class="type">{format.bytes(file.bytes.length)}</span>
            </span>
            {file.name.endsWith('.zip') && (
              <>
                <SaveButton file={file} />
                <button
                  type="button"
                  class="button small"
                  title={texts.panel.downloadOnnx}
                  aria-label={`${texts.panel.downloadOnnx}: ${file.name}`}
                  onClick={() => void downloadOnnx(file.name, file.bytes)}
                >
                  ONNX
                </button>
              </>
            )}
            <IconButton
              class="icon small"
              label={`${texts.panel.download} ${file.name}`}
              title={texts.panel.download}
              icon={<icons.download />}
              onClick={() => download(file)}
            />
          </li>
        ))}
      </ul>
      {files.length > most && (
        <button type="button" class="link" onClick={() => setMost(most + LISTED)}>
          {texts.panel.moreFiles(files.length - most)}
        </button>
      )}
    </>
  )
}

/** Thumbnail that opens the viewer. */
function Picture({ file, open }: { file: RunFile; open: () => void }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([file.bytes], { type: file.mime }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file.bytes])
  return (
    <a
      class="picture"
      onClick={(event) => {
        // With a modifier key or the middle button it opens in a new tab, as any link.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        open()
      }}
      href={url}
      target="_blank"
      rel="noreferrer"
      title={texts.commands.enlarge}
      aria-label={texts.panel.enlarge(file.name)}
    >
      {url && <img src={url} alt="" />}
    </a>
  )
}

function SaveButton({ file }: { file: RunFile }) {
  const { files } = useRunning()
  const keep = async () => {
    try {
      await files.store('checkpoint', file.name, file.bytes)
      runState.files.value = runState.files.value.map((each) =>
        each === file ? { ...file, stored: true } : each,
      )
    } catch (error) {
      showToast(file.name, { text: formatError(error), error: true })
    }
  }
  return (
    <button
      type="button"
      class="button small"
      disabled={file.stored ?? false}
      onClick={() => void keep()}
    >
      {file.stored ? texts.panel.savedToLibrary : texts.panel.saveToLibrary}
    </button>
  )
}

/** Opens the viewer with all images of a run, at one of them. Each PNG contains its workflow. */
async function openRunImage(files: readonly RunFile[], file: RunFile) {
  const pictures = files.filter(({ mime }) => mime.startsWith('image/'))
  const { readPngWorkflow } = await import('../../workflow/pngRead.ts')
  await openPictures(
    pictures.map(({ name, bytes, mime }) => ({
      title: name,
      image: new Blob([bytes], { type: mime }),
      workflow: readPngWorkflow(bytes),
    })),
    pictures.indexOf(file),
  )
}
