// Buttons over a plot of points, at the places that it paints: clouds of the legend can be hidden,
// and the note about points outside fits the view.
import { useState } from 'preact/hooks'
import type { ScatterView } from '../../engine/base/view.ts'
import type { Box } from '../../painters/frame.ts'
import {
  toggleCloud,
  toggleFit,
  type PlotControls,
  type PlotLook,
} from '../../painters/plotLook.ts'
import { texts } from '../texts/texts.ts'

export interface Plot {
  look: PlotLook | undefined
  change: (look: PlotLook) => void
  controls: PlotControls
  /** Receives the places that were painted. */
  onControls: (controls: PlotControls) => void
}

const none: PlotControls = { clouds: [] }

/** What the reader chose to see of a plot. It lasts as long as the figure. */
export function usePlot(): Plot {
  const [look, change] = useState<PlotLook>()
  const [controls, setControls] = useState(none)
  const onControls = (next: PlotControls) =>
    setControls((last) => (JSON.stringify(last) === JSON.stringify(next) ? last : next))
  return { look, change, controls, onControls }
}

interface Props {
  plot: Plot
  view: ScatterView
  /** Size of the units of the places. */
  zoom: number
}

export function PlotButtons({ plot: { look, change, controls }, view, zoom }: Props) {
  const { clouds, note } = controls
  return (
    <>
      {clouds.length > 1 &&
        clouds.map((box, i) => (
          <PlotButton
            key={`cloud ${i}`}
            label={view.clouds[i]?.name ?? ''}
            pressed={!look?.hidden.has(i)}
            box={box}
            zoom={zoom}
            press={() => change(toggleCloud(look, i))}
          />
        ))}
      {note && (
        <PlotButton
          label={texts.panel.fitPoints}
          pressed={look?.fits ?? false}
          box={note}
          zoom={zoom}
          press={() => change(toggleFit(look))}
        />
      )}
    </>
  )
}

interface ButtonProps {
  label: string
  pressed: boolean
  box: Box
  zoom: number
  press: () => void
}

function PlotButton({ label, pressed, box, zoom, press }: ButtonProps) {
  const { x, y, width, height } = box
  const style = Object.fromEntries(
    Object.entries({ left: x, top: y, width, height }).map(([name, value]) => [
      name,
      `${value * zoom}px`,
    ]),
  )
  return (
    <button
      type="button"
      class="plot-button"
      aria-label={label}
      aria-pressed={pressed}
      style={style}
      onClick={press}
    />
  )
}
