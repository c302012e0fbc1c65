// Two pictures compared: over each other with a slider between them, side by side, or what is different.
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Theme } from '../../nodes/views/canvas.ts'
import { texts } from '../texts.ts'
import { differenceOf } from './difference.ts'
import { Pane, type Sight } from './pane.tsx'
import { groupsOf, picturesScene, type Found, type Scene, type Shown } from './scene.ts'
import type { Source } from './sources.ts'

export interface Comparing {
  scene: Scene
  /** What it is compared with. */
  over?: Scene
  views: readonly [Shown, Shown | undefined]
  at: number
  item: number | undefined
}

interface AgainstProps extends Comparing {
  titles: readonly [string, string | undefined]
  look: { sight: Sight; theme: Theme; smooth: boolean; onFound: (found: Found | undefined) => void }
}

const modes = ['slider', 'beside', 'difference'] as const
type Mode = (typeof modes)[number]

/** The other, if it shows the same kind of thing. */
export function canCompare(view: Shown, source: Source | undefined): { source: Source; view: Shown } | undefined {
  const other = source?.view()
  if (!source || !other || (other.kind === 'scatter') !== (view.kind === 'scatter')) return undefined
  return { source, view: other }
}

export function Against(props: AgainstProps) {
  const { scene, over, titles, look } = props
  const [chosen, setMode] = useState<Mode>('slider')
  const [split, setSplit] = useState(0.5)
  if (!over) return <Pane scene={scene} label={titles[0]} {...look} />
  const offered = scene.kind === 'pictures' ? modes : modes.slice(0, 2)
  const mode = offered.includes(chosen) ? chosen : 'slider'
  return (
    <>
      <div class="panes">
        {mode === 'slider' && (
          <Pane scene={scene} over={{ scene: over, split }} label={titles.join(', ')} {...look}>
            <Names titles={titles} />
            <Divider split={split} move={setSplit} titles={titles} />
          </Pane>
        )}
        {mode === 'beside' &&
          [scene, over].map((each, i) => (
            <Pane key={i} scene={each} label={titles[i]!} {...look}>
              <span class="of">{titles[i]}</span>
            </Pane>
          ))}
        {mode === 'difference' && <Difference {...props} />}
      </div>
      <Modes offered={offered} mode={mode} setMode={setMode} />
    </>
  )
}

function Modes({ offered, mode, setMode }: { offered: readonly Mode[]; mode: Mode; setMode: (mode: Mode) => void }) {
  const { viewer } = texts
  return (
    <fieldset class="bare modes">
      <legend class="hidden">{viewer.compare}</legend>
      <div class="segments">
        {offered.map((each) => (
          <label key={each}>
            <input type="radio" name="viewer-mode" value={each} checked={each === mode} onChange={() => setMode(each)} />
            <span>{viewer.modes[each]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

const Names = ({ titles }: Pick<AgainstProps, 'titles'>) => (
  <>
    <span class="of">{titles[0]}</span>
    <span class="of right">{titles[1]}</span>
  </>
)

interface DividerProps extends Pick<AgainstProps, 'titles'> {
  split: number
  move: (split: number) => void
}

/** To its left the one, to its right the other. */
function Divider({ split, move, titles: [left, right] }: DividerProps) {
  const element = useRef<HTMLDivElement>(null)
  const to = (share: number) => move(Math.min(1, Math.max(0, share)))
  const percent = Math.round(split * 100)
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowLeft: split - 0.02,
      ArrowDown: split - 0.02,
      ArrowRight: split + 0.02,
      ArrowUp: split + 0.02,
      PageDown: split - 0.1,
      PageUp: split + 0.1,
      Home: 0,
      End: 1,
    }[event.key]
    if (next === undefined) return
    event.preventDefault()
    to(next)
  }
  const onPointerMove = ({ clientX, pointerId }: PointerEvent) => {
    if (!element.current!.hasPointerCapture(pointerId)) return
    const { left, width } = element.current!.parentElement!.getBoundingClientRect()
    to((clientX - left) / width)
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
      onPointerDown={({ pointerId }) => element.current!.setPointerCapture(pointerId)}
      onPointerMove={onPointerMove}
    />
  )
}

function Difference({ views: [one, other], at, item, titles, look }: AgainstProps) {
  const { viewer } = texts
  const found = useMemo(() => {
    if (one.kind === 'scatter' || !other || other.kind === 'scatter') return undefined
    const difference = differenceOf(groupsOf(one, at), groupsOf(other, at))
    const scene = difference && picturesScene(difference.groups, one.columns, item)
    return difference && scene && { ...difference, scene }
  }, [one, other, at, item])
  if (!found) return <p class="nothing">{viewer.unequal}</p>
  return (
    <Pane scene={found.scene} label={viewer.differenceOf(titles[0], titles[1] ?? '')} {...look}>
      <span class="of">{viewer.apart(found.mean.toFixed(2), found.most, found.gain)}</span>
    </Pane>
  )
}
