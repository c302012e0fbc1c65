// Guided tour: a note beside a real part of the interface, which advances when the user acts. The
// tour blocks nothing.
import { effect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { toPlanGraph } from '../../litegraph/graph.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { runState } from '../running/state.ts'
import { texts } from '../texts/texts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { returnFocus } from '../ui/focus.ts'
import { icons } from '../ui/icons.tsx'
import { showDrawer } from '../ui/state.ts'
import { useWorkspace, type WorkspaceServices } from '../workspace/services.ts'
import { subscribeToGraph } from '../workspace/state.ts'
import type { Box } from './placement.ts'
import { steps, type Step } from './steps.ts'
import './tour.css'
import { advanceTour, dismissTour, requested, shownStep, skipTour } from './state.ts'
import { usePlacement } from './usePlacement.ts'

export function Tour() {
  const step = shownStep.value
  return step && <TourNote step={step} />
}

function TourNote({ step }: { step: Step }) {
  const editor = useWorkspace()
  const note = useRef<HTMLElement>(null)
  useEffect(() => watchUser(editor), [])
  useLayoutEffect(() => {
    if (requested.value) note.current?.focus()
    requested.value = false
  }, [])
  const { ring, corner } = usePlacement(step, note)
  const { title, text } = texts.tour.steps[step]
  return (
    <>
      {ring && <div class="tour-ring" aria-hidden="true" style={boxStyle(ring)} />}
      <aside
        ref={note}
        class="tour"
        tabIndex={-1}
        aria-label={texts.tour.label}
        style={{ left: `${corner[0]}px`, top: `${corner[1]}px` }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          leaveTour(dismissTour)
        }}
      >
        <div aria-live="polite">
          <p class="tour-place">{texts.tour.progress(steps.indexOf(step) + 1, steps.length)}</p>
          <h2>{title}</h2>
          <p>{text}</p>
        </div>
        {step === 'end' ? <EndButtons /> : <StepButtons />}
      </aside>
    </>
  )
}

/** Closes the tour and returns the focus to the canvas. */
function leaveTour(close: () => void) {
  close()
  returnFocus()
}

function EndButtons() {
  const openGallery = () => {
    dismissTour()
    showDrawer('gallery')
  }
  return (
    <div class="tour-ways">
      <button type="button" class="button outline small" onClick={openGallery}>
        {texts.tour.gallery}
      </button>
      <button type="button" class="button primary small" onClick={() => leaveTour(dismissTour)}>
        {texts.tour.done}
      </button>
    </div>
  )
}

function StepButtons() {
  return (
    <>
      <div class="tour-ways">
        <button type="button" class="link" onClick={() => leaveTour(skipTour)}>
          {texts.tour.skip}
        </button>
      </div>
      <IconButton
        class="icon small tour-close"
        label={texts.tour.close}
        icon={<icons.close />}
        onClick={() => leaveTour(dismissTour)}
      />
    </>
  )
}

/** Advances the tour with runs and edits of the user. Returns a function that stops it. */
function watchUser({ stage }: Pick<WorkspaceServices, 'stage'>): () => void {
  const currentKey = () => graphKey(toPlanGraph(stage.graph))
  let lastRunKey = currentKey()
  let ended = false
  return effect(() => {
    const running = runState.phase.value !== 'idle'
    // A new run clears `runState.ended`, so it is remembered here.
    ended ||= runState.ended.value !== undefined
    subscribeToGraph()
    const key = currentKey()
    if (running) lastRunKey = key
    advanceTour({ running, ended, changed: key !== lastRunKey })
  })
}

const boxStyle = ({ left, top, width, height }: Box) => ({
  left: `${left}px`,
  top: `${top}px`,
  width: `${width}px`,
  height: `${height}px`,
})
