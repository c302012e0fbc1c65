// A look through a data set: its images page by page, and how many there are of each class.
import { useEffect, useRef, useState } from 'preact/hooks'
import { readImages, type StoredImages } from '../../engine/datasets/file.ts'
import type { ImportReport } from '../../engine/protocol.ts'
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import { trainOn } from '../drops/place.ts'
import { reasonOf } from '../drops/reason.ts'
import * as format from '../format.ts'
import { icons } from '../icons.tsx'
import { gapOf, imageOf } from '../pixels.ts'
import type { Dialog } from '../state.ts'
import { said, texts } from '../texts.ts'
import { Bar } from './import.tsx'

const [COLUMNS, ROWS] = [12, 5]
const PAGE = COLUMNS * ROWS

type LookOf = Extract<Dialog, { kind: 'dataset' }>

export function LookThrough({ dialog: { file, report, placed }, close }: { dialog: LookOf; close: () => void }) {
  const editor = useEditor()
  const { set, wrong } = useDataset(file.sha256)
  const [only, setOnly] = useState<number>()
  // What the open graph took is used already.
  const ways = placed?.action ? [placed.action, { label: texts.files.trainOn, run: () => void trainOn(editor, file) }] : []
  return (
    <div class="look">
      <h2 id="dialog-title">{report ? texts.dataset.imported(report.count) : file.name}</h2>
      <p class="facts">{set ? `${factsOf(set)} · ${format.bytes(file.size)}` : texts.dataset.looking}</p>
      {placed && <p>{placed.said}.</p>}
      {report && <Skipped report={report} />}
      {wrong && <p class="wrong">{wrong}</p>}
      {set && <Pages key={only} set={set} only={only} />}
      {set?.labels && <Balance set={set} only={only} choose={setOnly} />}
      <div class="answers">
        {ways.map(({ label, run }) => (
          <button
            key={label}
            type="button"
            class="button outline"
            onClick={() => {
              close()
              run()
            }}
          >
            {label}
          </button>
        ))}
        <button type="button" class="button primary" onClick={close}>
          {texts.dialogs.close}
        </button>
      </div>
    </div>
  )
}

/** "1,797 images, 8 × 8, grey, 10 classes" */
export function factsOf({ shape: [count, height, width, channels], classNames }: StoredImages): string {
  const { dataset } = texts
  return [
    dataset.images(count),
    `${width} × ${height}`,
    channels === 1 ? dataset.grey : dataset.rgb,
    ...(classNames ? [dataset.ofClasses(classNames.length)] : []),
  ].join(', ')
}

function useDataset(sha256: string) {
  const { runner } = useEditor()
  const [set, setSet] = useState<StoredImages>()
  const [wrong, setWrong] = useState('')
  useEffect(() => {
    const read = async () => {
      const bytes = await runner.get('dataset', sha256)
      if (!bytes) throw new Error(texts.storage.gone)
      setSet(readImages(bytes))
    }
    read().catch((error: unknown) => setWrong(reasonOf(error)))
  }, [sha256])
  return { set, wrong }
}

function Skipped({ report: { skipped } }: { report: ImportReport }) {
  if (!skipped.length) return null
  return (
    <details class="skipped">
      <summary>{texts.dataset.skipped(skipped.length)}</summary>
      <ul tabIndex={0} aria-label={texts.dataset.skipped(skipped.length)}>
        {skipped.slice(0, 1000).map(({ path, reason }) => (
          <li key={path}>
            <b>{path}</b> {said(reason)}
          </li>
        ))}
      </ul>
    </details>
  )
}

// ---- images

/** All images, or those of one class. */
function Pages({ set, only }: { set: StoredImages; only: number | undefined }) {
  const [page, setPage] = useState(0)
  const items = itemsOf(set, only)
  const pages = Math.max(1, Math.ceil(items.length / PAGE))
  const shown = items.slice(page * PAGE, (page + 1) * PAGE)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => drawSheet(canvas.current!, set, shown), [set, page])
  const span = texts.dataset.span(
    format.count(page * PAGE + 1),
    format.count(page * PAGE + shown.length),
    format.count(items.length),
  )
  return (
    <>
      <canvas ref={canvas} class={set.shape[2] > 48 ? 'sheet' : 'sheet sharp'} role="img" aria-label={span} />
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

function itemsOf({ shape: [count], labels }: StoredImages, only: number | undefined): number[] {
  const all = Array.from({ length: count }, (_, i) => i)
  return only === undefined || !labels ? all : all.filter((i) => labels[i] === only)
}

/** The images in rows, a pixel apart; the rest of the sheet stays clear. */
function drawSheet(
  canvas: HTMLCanvasElement,
  { images, shape: [, height, width, channels], max }: StoredImages,
  items: number[],
) {
  const [stepX, stepY] = [width + gapOf(width), height + gapOf(width)]
  Object.assign(canvas, { width: COLUMNS * stepX - gapOf(width), height: ROWS * stepY - gapOf(width) })
  const ctx = canvas.getContext('2d')!
  items.forEach((item, at) => {
    ctx.putImageData(
      imageOf(images, item, { width, height, channels, max }),
      (at % COLUMNS) * stepX,
      Math.floor(at / COLUMNS) * stepY,
    )
  })
}

// ---- classes

interface BalanceProps {
  set: StoredImages
  only: number | undefined
  choose: (only: number | undefined) => void
}

function Balance({ set: { labels, classNames = [] }, only, choose }: BalanceProps) {
  const counts = classNames.map(() => 0)
  for (const label of labels!) counts[label]!++
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  return (
    <ul class="bars" aria-label={texts.dataset.classes}>
      {classNames.map((name, i) => (
        <li key={i}>
          <button type="button" aria-pressed={only === i} onClick={() => choose(only === i ? undefined : i)}>
            <Bar name={name} count={counts[i]!} most={most} />
          </button>
        </li>
      ))}
    </ul>
  )
}
