// What a plot of points shows, in the panel: its clouds, and its fit. Loaded with the first plot.
import { useEffect, useState } from 'preact/hooks'
import type { ScatterView } from '../../engine/base/view.ts'
import type { DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { toggleCloud, toggleFit, type PlotLook } from '../../painters/plotLook.ts'
import { useRunning } from '../running/services.ts'
import { texts } from '../texts/texts.ts'
import { Switch } from '../ui/switch.tsx'

/** Polling interval in milliseconds: a click on the node sends no event. */
const POLL_MS = 200

export function PlotSection({ node }: { node: DiffusionNode }) {
  const { stage } = useRunning()
  const [view, setView] = useState<ScatterView>()
  const [look, setLook] = useState<PlotLook>()
  useEffect(() => {
    const update = () => {
      const { view, plot } = node.diffusion
      setView(view?.kind === 'scatter' ? view : undefined)
      setLook(plot)
    }
    update()
    const timer = setInterval(update, POLL_MS)
    return () => clearInterval(timer)
  }, [node])
  if (!view) return null
  // The present look of the node, which may be newer than the state.
  const change = (next: PlotLook) => {
    node.diffusion.plot = next
    setLook(next)
    stage.redraw()
  }
  return (
    <section class="section params">
      <h3>{texts.panel.plot}</h3>
      {view.clouds.length > 1 &&
        view.clouds.map(({ name }, cloud) => (
          <Switch
            key={`${cloud} ${name}`}
            label={name}
            checked={!look?.hidden.has(cloud)}
            onChecked={() => change(toggleCloud(node.diffusion.plot, cloud))}
          />
        ))}
      <Switch
        label={texts.panel.fitPoints}
        checked={look?.fits ?? false}
        onChecked={() => change(toggleFit(node.diffusion.plot))}
      />
    </section>
  )
}
