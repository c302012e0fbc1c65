// Files that a run made: pictures are shown, checkpoints can be kept, everything can be saved to disk.
import { useEffect, useState } from 'preact/hooks'
import { workflowOfPng } from '../nodes/workflow.ts'
import { IconButton } from './buttons.tsx'
import { useEditor } from './context.ts'
import { download } from './download.ts'
import { reasonOf } from './drops/reason.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import * as state from './state.ts'
import { texts } from './texts.ts'
import { openPictures } from './viewer/files.ts'

/** More than this are not listed at once. */
const LISTED = 60

export function MadeFiles({ files }: { files: readonly state.MadeFile[] }) {
  const [most, setMost] = useState(LISTED)
  return (
    <>
      <ul class="files">
        {files.slice(0, most).map((file) => (
          <li key={file.name}>
            {file.mime.startsWith('image/') && <Picture file={file} open={() => openMade(files, file)} />}
            <span class="name" title={file.name}>
              {file.name} <span class="type">{format.bytes(file.bytes.length)}</span>
            </span>
            {file.name.endsWith('.zip') && <KeepButton file={file} />}
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

/** Small; it opens large. */
function Picture({ file, open }: { file: state.MadeFile; open: () => void }) {
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
        // With a key, or the middle button, in a tab of its own as any link.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        open()
      }}
      href={url}
      target="_blank"
      rel="noreferrer"
      title={texts.commands.enlarge}
      aria-label={texts.panel.enlarged(file.name)}
    >
      {url && <img src={url} alt="" />}
    </a>
  )
}

function KeepButton({ file }: { file: state.MadeFile }) {
  const { runner } = useEditor()
  const keep = async () => {
    try {
      await runner.keep('checkpoint', file.name, file.bytes)
      state.run.files.value = state.run.files.value.map((each) => (each === file ? { ...file, kept: true } : each))
    } catch (error) {
      state.say(file.name, { text: reasonOf(error), error: true })
    }
  }
  return (
    <button type="button" class="button small" disabled={file.kept ?? false} onClick={() => void keep()}>
      {file.kept ? texts.panel.kept : texts.panel.keep}
    </button>
  )
}

/** All pictures of the run are there to be gone to. Each holds its own workflow already. */
function openMade(files: readonly state.MadeFile[], file: state.MadeFile) {
  const pictures = files.filter(({ mime }) => mime.startsWith('image/'))
  void openPictures(
    pictures.map(({ name, bytes, mime }) => ({
      title: name,
      image: new Blob([bytes], { type: mime }),
      workflow: workflowOfPng(bytes),
    })),
    pictures.indexOf(file),
  )
}
