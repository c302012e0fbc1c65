// Comparison of two pictures: overlaid with a slider, side by side, or as a difference.
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Theme } from '../../painters/theme.ts'
import { texts } from '../texts/texts.ts'
import { pictureDifference } from './difference.ts'
import { Pane } from './pane.tsx'
import type { PanZoom } from './panZoom.ts'
import { pictureGroups, picturesScene, type Hit, type PictureView, type Scene } from './scene.ts'
import type { PictureSource } from './sources.ts'

export interface ComparedScenes {
  scene: Scene
  /** Scene to compare with. */
  other?: Scene
  views: readonly [PictureView, PictureView | undefined]
  at: number
  item: number | undefined
}

interface ComparePanesProps extends ComparedScenes {
  titles: readonly [string, string | undefined]
  paneProps: {
    panZoom: PanZoom
    theme: Theme
    smooth: boolean
    onHit: (hit: Hit | undefined) => void
  }
}

const modes = ['slider', 'beside', 'difference'] as const
type Mode = (typeof modes)[number]

/** Returns the source with its view if it shows the same kind of content as `view`. */
export function comparableSource(
  view: PictureView,
  source: PictureSource | undefined,
): { source: PictureSource; view: PictureView } | undefined {
  const other = source?.view()
  if (!source || !other || (other.kind === 'scatter') !== (view.kind === 'scatter'))
    return undefined
  return { source, view: other }
}

export function ComparePanes(props: ComparePanesProps) {
  const { scene, other, titles, paneProps } = props
  const [chosen, setMode] = useState<Mode>('slider')
  const [split, setSplit] = useState(0.5)
  if (!other) return <Pane scene={scene} label={titles[0]} {...paneProps} />
  const available = scene.kind === 'pictures' ? modes : modes.slice(0, 2)
  const mode = available.includes(chosen) ? chosen : 'slider'
  return (
    <>
      <div class="panes">
        {mode === 'slider' && (
          <Pane
            scene={scene}
            overlay={{ scene: other, split }}
            label={titles.join(', ')}
            {...paneProps}
          >
            <PaneTitles titles={titles} />
            <Divider split={split} onSplit={setSplit} titles={titles} />
          </Pane>
        )}
        {mode === 'beside' &&
          [scene, other].map((scene, i) => (
            <Pane key={i} scene={scene} label={titles[i] ?? ''} {...paneProps}>
              <span class="of">{titles[i]}</span>
            </Pane>
          ))}
        {mode === 'difference' && <DifferencePane {...props} />}
      </div>
      <ModePicker available={available} mode={mode} setMode={setMode} />
    </>
  )
}

interface ModePickerProps {
  available: readonly Mode[]
  mode: Mode
  setMode: (mode: Mode) => void
}

function ModePicker({ available, mode, setMode }: ModePickerProps) {
  const { viewer } = texts
  return (
    <fieldset class="bare modes">
      <legend class="hidden">{viewer.compare}</legend>
      <div class="segments">
        {available.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="viewer-mode"
              value={each}
              checked={each === mode}
              onChange={() => setMode(each)}
            />
            <span>{viewer.modes[each]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

const PaneTitles = ({ titles }: Pick<ComparePanesProps, 'titles'>) => (
  <>
    <span class="of">{titles[0]}</span>
    <span class="of right">{titles[1]}</span>
  </>
)

interface DividerProps extends Pick<ComparePanesProps, 'titles'> {
  split: number
  onSplit: (split: number) => void
}

/** Slider between the picture on the left and the one on the right. */
function Divider({ split, onSplit, titles: [left, right] }: DividerProps) {
  const element = useRef<HTMLDivElement>(null)
  const moveTo = (fraction: number) => onSplit(Math.min(1, Math.max(0, fraction)))
  const percent = Math.round(split * 100)
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyboardSplit(event.key, split)
    if (next === undefined) return
    event.preventDefault()
    moveTo(next)
  }
  const onPointerMove = ({ clientX, pointerId }: PointerEvent) => {
    const pane = element.current?.parentElement
    if (!pane || !element.current?.hasPointerCapture(pointerId)) return
    const { left, width } = pane.getBoundingClientRect()
    moveTo((clientX - left) / width)
  }
  return (
    <div
      ref={element}
      class="divider"
      role="slider"
      tabIndex={0}
      aria-label={texts.viewer.divider}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={texts.viewer.divided(percent, left, right ?? '')}
      style={{ left: `${100 * split}%` }}
      onKeyDown={onKeyDown}
      onPointerDown={({ pointerId }) => element.current?.setPointerCapture(pointerId)}
      onPointerMove={onPointerMove}
    />
  )
}

const keyboardSplit = (key: string, split: number): number | undefined =>
  ({
    ArrowLeft: split - 0.02,
    ArrowDown: split - 0.02,
    ArrowRight: split + 0.02,
    ArrowUp: split + 0.02,
    PageDown: split - 0.1,
    PageUp: split + 0.1,
    Home: 0,
    End: 1,
  })[key]

function DifferencePane({ views: [view, other], at, item, titles, paneProps }: ComparePanesProps) {
  const { viewer } = texts
  const found = useMemo(() => {
    if (view.kind === 'scatter' || !other || other.kind === 'scatter') return undefined
    const difference = pictureDifference(pictureGroups(view, at), pictureGroups(other, at))
    const scene = difference && picturesScene(difference.groups, view.columns, item)
    return difference && scene && { ...difference, scene }
  }, [view, other, at, item])
  if (!found) return <p class="nothing">{viewer.unequal}</p>
  const label = viewer.differenceOf(titles[0], titles[1] ?? '')
  return (
    <Pane scene={found.scene} label={label} {...paneProps}>
      <span class="of">{viewer.difference(found.mean.toFixed(2), found.max, found.gain)}</span>
    </Pane>
  )
}
