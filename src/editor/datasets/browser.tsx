// Browser for the images of a data set, page by page, or for its points, with the counts of its
// classes.
import { getText } from '../../engine/base/catalogue.ts'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { StoredImages } from '../../engine/datasets/file.ts'
import type { StoredPoints } from '../../engine/datasets/pointsFile.ts'
import { readFileWith } from '../storage/fileReader.ts'
import type { ImportReport } from '../../engine/protocol.ts'
import { trainOnDataset } from '../drops/placeFile.ts'
import { datasetFacts, isPointSet } from '../drops/storedFileFacts.ts'
import { useRunning } from '../running/services.ts'
import { translateMessage, texts } from '../texts/texts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { DialogActions } from '../ui/dialogActions.tsx'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { getGap, toImageData } from '../ui/pixels.ts'
import { formatError } from '../ui/reason.ts'
import type { Dialog } from '../ui/state.ts'
import { ClassBar } from './classBar.tsx'
import { PointsPlot } from './pointsPlot.tsx'

const [COLUMNS, ROWS] = [12, 5]
const PAGE = COLUMNS * ROWS

interface DatasetDialogProps {
  dialog: Extract<Dialog, { kind: 'dataset' }>
  close: () => void
}

export function DatasetDialog({ dialog, close }: DatasetDialogProps) {
  const { file, report, placed } = dialog
  const { set, error } = useDataset(file.sha256)
  const [shownClass, setShownClass] = useState<number>()
  return (
    <div class="look">
      <h2 id="dialog-title">{report ? texts.dataset.imported(report.count) : file.name}</h2>
      <p class="facts">
        {set ? `${datasetFacts(set)} · ${format.bytes(file.size)}` : texts.dataset.reading}
      </p>
      {placed && <p>{placed.message}.</p>}
      {report && <SkippedFiles report={report} />}
      {error && <p class="wrong">{error}</p>}
      {set && <Items set={set} shownClass={shownClass} />}
      {set?.labels && (
        <ClassFilter
          labels={set.labels}
          classNames={set.classNames}
          {...{ shownClass, setShownClass }}
        />
      )}
      <DatasetActions dialog={dialog} close={close} />
    </div>
  )
}

function DatasetActions({ dialog: { file, placed }, close }: DatasetDialogProps) {
  const editor = useRunning()
  // If there is no action, the open graph already uses the data set.
  const train = { label: texts.files.trainOn, run: () => void trainOnDataset(editor, file) }
  const actions = placed?.action ? [placed.action, ...(placed.hasPoints ? [] : [train])] : []
  return <DialogActions actions={actions} close={close} />
}

function useDataset(sha256: string) {
  const { files } = useRunning()
  const [set, setSet] = useState<StoredImages | StoredPoints>()
  const [error, setError] = useState('')
  useEffect(() => {
    const read = async () => {
      const bytes = await files.read('dataset', sha256)
      if (!bytes) throw new Error(texts.storage.deleted)
      setSet(await readFileWith('readDataset', bytes))
    }
    read().catch((failure: unknown) => setError(formatError(failure)))
  }, [sha256])
  return { set, error }
}

/** Limit of skipped files in the list. */
const MAX_SKIPPED = 1000

function SkippedFiles({ report: { skipped } }: { report: ImportReport }) {
  if (!skipped.length) return null
  return (
    <details class="skipped">
      <summary>{texts.dataset.skipped(skipped.length)}</summary>
      <ul tabIndex={0} aria-label={texts.dataset.skipped(skipped.length)}>
        {skipped.slice(0, MAX_SKIPPED).map((each) => (
          <li key={each.path}>
            <b>{each.path}</b> {translateMessage(getText(each, 'reason'))}
          </li>
        ))}
      </ul>
    </details>
  )
}

interface ItemsProps {
  set: StoredImages | StoredPoints
  shownClass: number | undefined
}

const Items = ({ set, shownClass }: ItemsProps) =>
  isPointSet(set) ? (
    <PointsPlot points={set} shownClass={shownClass} />
  ) : (
    <ImagePages key={shownClass} set={set} shownClass={shownClass} />
  )

interface ImagePagesProps {
  set: StoredImages
  /** Limits the pages to one class. */
  shownClass: number | undefined
}

function ImagePages({ set, shownClass }: ImagePagesProps) {
  const [page, setPage] = useState(0)
  const items = classItems(set, shownClass)
  const pages = Math.max(1, Math.ceil(items.length / PAGE))
  const shown = items.slice(page * PAGE, (page + 1) * PAGE)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current) drawSheet(canvas.current, set, shown)
  }, [set, page])
  const span = texts.dataset.range(
    format.count(page * PAGE + 1),
    format.count(page * PAGE + shown.length),
    format.count(items.length),
  )
  return (
    <>
      <canvas
        ref={canvas}
        class={set.shape[2] > 48 ? 'sheet' : 'sheet sharp'}
        role="img"
        aria-label={span}
      />
      <div class="paging">
        <span aria-live="polite">{span}</span>
        <IconButton
          class="icon small"
          label={texts.dataset.previous}
          icon={<icons.back />}
          disabled={page === 0}
          onClick={() => setPage(page - 1)}
        />
        <IconButton
          class="icon small"
          label={texts.dataset.next}
          icon={<icons.forward />}
          disabled={page >= pages - 1}
          onClick={() => setPage(page + 1)}
        />
      </div>
    </>
  )
}

/** Indices of the images of one class, or of all. */
function classItems(
  { shape: [count], labels }: StoredImages,
  shownClass: number | undefined,
): number[] {
  const all = Array.from({ length: count }, (_, i) => i)
  return shownClass === undefined || !labels ? all : all.filter((i) => labels[i] === shownClass)
}

/** Draws images in rows; the rest of the sheet stays transparent. */
function drawSheet(
  canvas: HTMLCanvasElement,
  { images, shape: [, height, width, channels], max }: StoredImages,
  items: number[],
) {
  const gap = getGap(width)
  const [stepX, stepY] = [width + gap, height + gap]
  Object.assign(canvas, { width: COLUMNS * stepX - gap, height: ROWS * stepY - gap })
  const ctx = canvas.getContext('2d')
  items.forEach((item, i) => {
    ctx?.putImageData(
      toImageData(images, item, { width, height, channels, max }),
      (i % COLUMNS) * stepX,
      Math.floor(i / COLUMNS) * stepY,
    )
  })
}

interface ClassFilterProps {
  labels: NonNullable<StoredImages['labels']>
  classNames?: StoredImages['classNames']
  shownClass: number | undefined
  setShownClass: (shownClass: number | undefined) => void
}

/** Classes with their counts; each is a toggle that limits the pages to it. */
function ClassFilter({ labels, classNames = [], shownClass, setShownClass }: ClassFilterProps) {
  const counts = classNames.map(() => 0)
  for (const label of labels) counts[label]++
  const max = counts.reduce((a, b) => Math.max(a, b), 0)
  return (
    <ul class="bars" aria-label={texts.dataset.classes}>
      {classNames.map((name, i) => (
        <li key={i}>
          <button
            type="button"
            aria-pressed={shownClass === i}
            onClick={() => setShownClass(shownClass === i ? undefined : i)}
          >
            <ClassBar name={name} count={counts[i]} max={max} />
          </button>
        </li>
      ))}
    </ul>
  )
}
