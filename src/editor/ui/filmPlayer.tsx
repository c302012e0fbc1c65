// Player for a sequence of frames: a play button, a slider, and a choice of speed.
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { frameAt, timeText } from '../../painters/time.ts'
import { IconButton } from './buttons.tsx'
import { reducedMotion } from './motion.ts'
import { icons } from './icons.tsx'
import { texts, translateView } from '../texts/texts.ts'

/** Frames per second. */
const SPEEDS = [2, 6, 12, 24, 48]
/** Time for which the last frame is shown before the next loop, in milliseconds. */
const HOLD = 900

/** Speed of all players. Starts slow if the system asks for reduced motion. */
const speed = signal(reducedMotion.matches ? SPEEDS[0] : 12)

interface PlayerProps {
  film: { t: Float64Array }
  /** Position from 0 (first frame) to 1 (last frame). */
  at: number
  seek: (at: number) => void
  /** Shows the choice of speed. */
  speeds?: boolean
  /** Content above the slider, of the same width. */
  children?: ComponentChildren
}

/** Never starts by itself. With reduced motion it plays once, otherwise in a loop. */
export function Player({ film, at, seek, speeds = false, children }: PlayerProps) {
  const [playing, setPlaying] = useState(false)
  const last = film.t.length - 1
  const frame = frameAt(film, at)
  useEffect(() => {
    if (!playing) return
    const ended = frame === last
    if (ended && reducedMotion.matches) return setPlaying(false)
    const timer = setTimeout(
      () => seek(ended ? 0 : (frame + 1) / last),
      ended ? HOLD : 1000 / speed.value,
    )
    return () => clearTimeout(timer)
  }, [playing, frame, last, speed.value])
  const toggle = () => {
    if (!playing && frame === last) seek(0)
    setPlaying(!playing)
  }
  const { viewer } = texts
  const time = translateView(timeText(film.t[frame]))
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
          aria-label={texts.panel.timePosition}
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
          <SpeedField />
        </>
      )}
    </div>
  )
}

const SpeedField = () => (
  <select
    class="field"
    aria-label={texts.viewer.speed}
    value={speed.value}
    onChange={(event) => (speed.value = Number(event.currentTarget.value))}
  >
    {SPEEDS.map((each) => (
      <option key={each} value={each}>
        {texts.viewer.perSecond(each)}
      </option>
    ))}
  </select>
)
