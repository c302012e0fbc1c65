// A film played and gone through: a button, a slider over its time, and how quick it is.
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { frameAt, timeText } from '../nodes/views/time.ts'
import { IconButton } from './buttons.tsx'
import { calm } from './canvas.ts'
import { icons } from './icons.tsx'
import { texts, viewText } from './texts.ts'

/** Frames a second. */
const SPEEDS = [2, 6, 12, 24, 48]
/** What it came to is seen for so long before it begins anew, in milliseconds. */
const HOLD = 900

/** One for all films. Slow at first where motion is unwelcome. */
const speed = signal(calm.matches ? SPEEDS[0]! : 12)

interface PlayerProps {
  film: { t: Float64Array }
  /** From 0, the first frame, to 1, the last. */
  at: number
  seek: (at: number) => void
  /** With the choice of how quick it is. */
  speeds?: boolean
  /** Above the slider, as wide as it is. */
  children?: ComponentChildren
}

/** Plays only when it is told to; where motion is unwelcome, to the end and not for ever. */
export function Player({ film, at, seek, speeds = false, children }: PlayerProps) {
  const [playing, setPlaying] = useState(false)
  const last = film.t.length - 1
  const frame = frameAt(film, at)
  useEffect(() => {
    if (!playing) return
    const ended = frame === last
    if (ended && calm.matches) return setPlaying(false)
    const timer = setTimeout(() => seek(ended ? 0 : (frame + 1) / last), ended ? HOLD : 1000 / speed.value)
    return () => clearTimeout(timer)
  }, [playing, frame, last, speed.value])
  const toggle = () => {
    if (!playing && frame === last) seek(0)
    setPlaying(!playing)
  }
  const { viewer } = texts
  const time = viewText(timeText(film.t[frame]!))
  return (
    <div class="player">
      <IconButton
        class="icon small"
        label={playing ? viewer.pause : viewer.play}
        icon={playing ? <icons.pause /> : <icons.run />}
        onClick={toggle}
      />
      <div class="time">
        {children}
        <input
          type="range"
          aria-label={texts.panel.scrub}
          aria-valuetext={time}
          min={0}
          max={last}
          step={1}
          value={frame}
          onInput={(event) => {
            setPlaying(false)
            seek(event.currentTarget.valueAsNumber / last)
          }}
        />
      </div>
      {speeds && (
        <>
          <output class="when">{time}</output>
          <select
            class="field"
            aria-label={viewer.speed}
            value={speed.value}
            onChange={(event) => (speed.value = Number(event.currentTarget.value))}
          >
            {SPEEDS.map((each) => (
              <option key={each} value={each}>
                {viewer.perSecond(each)}
              </option>
            ))}
          </select>
        </>
      )}
    </div>
  )
}
