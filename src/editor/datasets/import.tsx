// The dialog in which images become a data set: of what size, and how they will look.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ImportOptions } from '../../engine/protocol.ts'
import { useEditor } from '../context.ts'
import type { Picture } from '../../engine/datasets/resize.ts'
import {
  candidatesOf,
  drawOriginal,
  drawPreview,
  foldersOf,
  looksGrey,
  openPreview,
  type Candidate,
  type Folder,
} from '../drops/images.ts'
import { placeFile } from '../drops/place.ts'
import { reasonOf } from '../drops/reason.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import type { Dialog } from '../state.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'

type ImportOf = Extract<Dialog, { kind: 'import' }>

const SIZES = [8, 16, 28, 32, 64] as const
/** So many images are shown before they are imported. */
const PREVIEWS = 12
const LARGEST_SIDE = 1024

interface Progress {
  done: number
  total: number
}

export function ImportImages({ dialog, close }: { dialog: ImportOf; close: () => void }) {
  const editor = useEditor()
  const [name, setName] = useState(dialog.name)
  const [options, setOptions] = useState<ImportOptions>()
  const [progress, setProgress] = useState<Progress>()
  const [failed, setFailed] = useState('')
  const { images, previews } = useImages(dialog, (first) => setOptions(first))
  const { folders, loose } = foldersOf(images?.map(({ path }) => path) ?? [])
  const [cancel] = useState(() => new AbortController())
  useEffect(() => () => cancel.abort(), [])

  const begin = async () => {
    setFailed('')
    setProgress({ done: 0, total: images?.length ?? 0 })
    try {
      await importImages(editor, dialog, name.trim() || dialog.name, options!, cancel.signal, setProgress)
    } catch (error) {
      if (!cancel.signal.aborted) setFailed(reasonOf(error))
    }
    if (!cancel.signal.aborted) setProgress(undefined)
  }
  return (
    <form
      class="import"
      onSubmit={(event) => {
        event.preventDefault()
        if (options && !progress) void begin()
      }}
    >
      <h2 id="dialog-title">{texts.dataset.importTitle}</h2>
      <p class="facts">{images ? texts.dataset.found(images.length, folders.length) : texts.dataset.looking}</p>
      {options && (
        <fieldset class="bare columns" disabled={progress !== undefined}>
          <div class="fields">
            <Settings name={name} setName={setName} options={options} set={setOptions} folders={folders} loose={loose} />
          </div>
          <Previews previews={previews} options={options} />
        </fieldset>
      )}
      {images && !images.length && <p class="wrong">{texts.dataset.noImages}</p>}
      {failed && (
        <p class="wrong" role="alert">
          {failed}
        </p>
      )}
      <div class="answers">
        {progress && (
          <span class="going">
            <progress max={progress.total || 1} value={progress.done} aria-label={texts.dataset.importing} />
            {texts.dataset.progress(format.count(progress.done), format.count(progress.total))}
          </span>
        )}
        <button type="button" class="button" onClick={close}>
          {texts.dialogs.cancel}
        </button>
        <button type="submit" class="button primary" disabled={!options || !images?.length || progress !== undefined}>
          {texts.dataset.import}
        </button>
      </div>
    </form>
  )
}

/** Then shows what became of it. */
async function importImages(
  editor: Editor,
  { files, on }: ImportOf,
  name: string,
  options: ImportOptions,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
) {
  const tell = (done: number, total: number) => onProgress({ done, total })
  const { file, report } = await editor.runner.importImages(name, files, options, tell, signal)
  if (signal.aborted) return // it was done before it could be ended; then it is kept
  const node = on === undefined ? undefined : editor.stage.node(on)
  state.dialog.value = { kind: 'dataset', file, report, placed: placeFile(editor, 'dataset', file, node) }
}

/** Lists the images and opens the first of them; `onFirst` gets the settings that suit these. */
function useImages({ files }: ImportOf, onFirst: (options: ImportOptions) => void) {
  const [images, setImages] = useState<Candidate[]>()
  const [previews, setPreviews] = useState<Picture[]>([])
  useEffect(() => {
    let gone = false
    const look = async () => {
      const listed = await candidatesOf(files)
      const open = await firstOf(listed)
      if (gone) return
      setImages(listed)
      setPreviews(open)
      if (listed.length) onFirst(settingsFor(open, foldersOf(listed.map(({ path }) => path)).folders.length))
    }
    look().catch(() => !gone && setImages([]))
    return () => void (gone = true)
  }, [files])
  return { images, previews }
}

/** Images from all over the set, so that its classes are among them. What cannot be opened the import will name. */
async function firstOf(images: readonly Candidate[]): Promise<Picture[]> {
  const step = Math.max(1, Math.floor(images.length / PREVIEWS))
  const chosen = images.filter((_, i) => i % step === 0).slice(0, PREVIEWS)
  const opened = await Promise.all(chosen.map((image) => openPreview(image).catch(() => undefined)))
  return opened.filter((image) => image !== undefined)
}

function settingsFor(previews: readonly Picture[], folders: number): ImportOptions {
  const [first] = previews
  const side = first && first.width === first.height && first.width <= 64 ? first.width : 32
  return {
    width: side,
    height: side,
    channels: previews.length && previews.every(looksGrey) ? 1 : 3,
    fit: 'crop',
    labels: folders > 1,
  }
}

// ---- settings

interface SettingsProps {
  name: string
  setName: (name: string) => void
  options: ImportOptions
  set: (options: ImportOptions) => void
  folders: readonly Folder[]
  loose: number
}

function Settings({ name, setName, options, set, folders, loose }: SettingsProps) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current!.focus(), [])
  const change = (some: Partial<ImportOptions>) => set({ ...options, ...some })
  const words = texts.dataset
  return (
    <>
      <label class="param" for={id}>
        <span class="label">{words.name}</span>
        <input
          ref={field}
          id={id}
          class="field"
          type="text"
          value={name}
          maxLength={80}
          required
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <Size options={options} change={change} />
      <Choice
        label={words.colour}
        value={String(options.channels)}
        choices={words.colours}
        choose={(value) => change({ channels: Number(value) as 1 | 3 })}
      />
      <Choice
        label={words.fit}
        value={options.fit}
        choices={words.fits}
        choose={(fit) => change({ fit: fit as ImportOptions['fit'] })}
      />
      <p class="hint">{words.fitMeaning[options.fit]}</p>
      {options.fit !== 'stretch' && <Position options={options} change={change} />}
      <Classes folders={folders} loose={loose} on={options.labels} set={(labels) => change({ labels })} />
    </>
  )
}

function Size({ options, change }: { options: ImportOptions; change: (some: Partial<ImportOptions>) => void }) {
  const preset = options.width === options.height && SIZES.includes(options.width as 8)
  const [free, setFree] = useState(!preset)
  const side = (which: 'width' | 'height') => (
    <input
      class="field"
      type="number"
      aria-label={texts.dataset[which]}
      min={1}
      max={LARGEST_SIDE}
      required
      value={options[which]}
      onInput={({ currentTarget }) => {
        if (currentTarget.validity.valid) change({ [which]: currentTarget.valueAsNumber })
      }}
    />
  )
  return (
    <>
      <Choice
        label={texts.dataset.size}
        value={free ? 'free' : String(options.width)}
        choices={{ ...Object.fromEntries(SIZES.map((size) => [size, String(size)])), free: texts.dataset.freeSize }}
        choose={(value) => {
          setFree(value === 'free')
          if (value !== 'free') change({ width: Number(value), height: Number(value) })
        }}
      />
      {free && (
        <div class="sides">
          {side('width')} <span aria-hidden="true">×</span> {side('height')}
        </div>
      )}
    </>
  )
}

const PLACES = [0, 0.5, 1] as const

/** Nine places: which part of what is cut stays, or where the image lies between its bars. */
function Position({ options, change }: { options: ImportOptions; change: (some: Partial<ImportOptions>) => void }) {
  const name = useId()
  const [atX, atY] = options.position ?? [0.5, 0.5]
  const words = texts.dataset
  return (
    <fieldset class="bare position">
      <legend class="label">{options.fit === 'crop' ? words.stays : words.lies}</legend>
      <div class="places">
        {PLACES.flatMap((y, row) =>
          PLACES.map((x, column) => (
            <label key={`${x} ${y}`} title={words.places[3 * row + column]}>
              <input
                type="radio"
                name={name}
                aria-label={words.places[3 * row + column]!}
                checked={x === atX && y === atY}
                onChange={() => change({ position: [x, y] })}
              />
              <span />
            </label>
          )),
        )}
      </div>
    </fieldset>
  )
}

interface ChoiceProps {
  label: string
  value: string
  choices: Record<string, string>
  choose: (value: string) => void
}

/** Radio buttons in a row. */
function Choice({ label, value, choices, choose }: ChoiceProps): ComponentChildren {
  const name = useId()
  return (
    <fieldset class="bare choice">
      <legend class="label">{label}</legend>
      <div class="segments">
        {Object.entries(choices).map(([key, text]) => (
          <label key={key}>
            <input type="radio" name={name} value={key} checked={key === value} onChange={() => choose(key)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

interface ClassesProps {
  folders: readonly Folder[]
  loose: number
  on: boolean
  set: (on: boolean) => void
}

function Classes({ folders, loose, on, set }: ClassesProps) {
  const id = useId()
  const most = Math.max(...folders.map(({ count }) => count))
  if (!folders.length) return <p class="hint">{texts.dataset.noFolders}</p>
  return (
    <>
      <div class="param inline">
        <div class="label">
          <label for={id}>{texts.dataset.labels}</label>
        </div>
        <input
          id={id}
          class="switch"
          type="checkbox"
          role="switch"
          checked={on}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      </div>
      {on && (
        <ul class="bars" tabIndex={0} aria-label={texts.dataset.classes}>
          {folders.map(({ name, count }) => (
            <li key={name}>
              <Bar name={name} count={count} most={most} />
            </li>
          ))}
        </ul>
      )}
      {on && loose > 0 && <p class="hint">{texts.dataset.loose(loose)}</p>}
    </>
  )
}

/** A class with its count, and how that compares to the largest. */
export const Bar = ({ name, count, most }: { name: string; count: number; most: number }) => (
  <span class="bar">
    <span class="name">{name}</span>
    <span class="track">
      <span style={{ width: `${(100 * count) / (most || 1)}%` }} />
    </span>
    <span class="count">{format.count(count)}</span>
  </span>
)

// ---- how it will look

type Draw = typeof drawPreview

function Previews({ previews, options }: { previews: readonly Picture[]; options: ImportOptions }) {
  const [shown, setShown] = useState<'made' | 'whole'>('made')
  if (!previews.length) return null
  return (
    <figure class="previews">
      <Choice
        label={texts.dataset.preview}
        value={shown}
        choices={texts.dataset.previews}
        choose={(value) => setShown(value as 'made' | 'whole')}
      />
      <div class="thumbs">
        {previews.map((image, i) => (
          <Preview key={i} image={image} options={options} draw={shown === 'made' ? drawPreview : drawOriginal} />
        ))}
      </div>
    </figure>
  )
}

function Preview({ image, options, draw }: { image: Picture; options: ImportOptions; draw: Draw }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => draw(canvas.current!, image, options), [image, options, draw])
  return <canvas ref={canvas} class="thumb" aria-hidden="true" />
}
