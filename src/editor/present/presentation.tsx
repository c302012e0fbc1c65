// The presentation: one step at a time over the canvas, its notes beside it, and a bar below.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { texts } from '../texts/texts.ts'
import { reducedMotion } from '../ui/motion.ts'
import { isSmall } from '../ui/smallScreen.ts'
import type { View } from '../canvas/camera.ts'
import type { Stage } from '../canvas/stage.ts'
import { useRunning } from '../running/services.ts'
import { lastChange, levelTitles, shownTab } from '../workspace/state.ts'
import { PresentationBar } from './bar.tsx'
import { LargeView } from './largeView.tsx'
import { listenToPresentationKeys } from './keys.ts'
import { StepNotes } from './notes.tsx'
import { presenting, spotlightOn } from './state.ts'
import { stageSteps, stepSpotlight, stepView } from './stageSteps.ts'
import type { Step } from './steps.ts'
import './present.css'

export function Presentation() {
  const { stage } = useRunning()
  const size = useWindowSize()
  const insets = presentationInsets(size)
  const steps = useMemo(
    () =>
      stageSteps(stage, {
        width: size.width - insets.left - insets.right,
        height: size.height - insets.top - insets.bottom,
      }),
    [lastChange.value, shownTab.value, levelTitles.value, size],
  )
  const [key, setKey] = useState('graph')
  const index = Math.max(
    0,
    steps.findIndex((step) => step.key === key),
  )
  const step = steps.at(index)
  const goTo = (next: number) => {
    const target = steps.at(Math.max(0, Math.min(steps.length - 1, next)))
    if (target) setKey(target.key)
  }
  useEffect(() => setKey('graph'), [shownTab.value])
  usePresentedPage(stage)
  useCamera(stage, step, insets, size)
  const moves = useRef({ index, last: steps.length - 1, goTo })
  moves.current = { index, last: steps.length - 1, goTo }
  useEffect(
    () =>
      listenToPresentationKeys({
        move: (by) => moves.current.goTo(moves.current.index + by),
        first: () => moves.current.goTo(0),
        last: () => moves.current.goTo(moves.current.last),
        leave: leavePresentation,
      }),
    [],
  )
  return (
    <section class="presentation" aria-label={texts.present.label}>
      {step?.kind === 'view' && <LargeView key={step.key} id={step.ids[0]} />}
      <StepNotes step={step} />
      <PresentationBar
        index={index}
        count={steps.length}
        step={step}
        goTo={goTo}
        leave={leavePresentation}
      />
    </section>
  )
}

const leavePresentation = () => {
  presenting.value = false
  if (document.fullscreenElement) void document.exitFullscreen()
}

/** Height of the bar and width of the notes, in CSS pixels, as in present.css. */
const [BAR, NOTES] = [64, 360]

/** The parts of the canvas that the notes and the bar cover. */
function presentationInsets({ width, height }: { width: number; height: number }) {
  const notes = Math.min(NOTES, width * 0.34)
  return isSmall()
    ? { top: 0, left: 0, right: 0, bottom: BAR + height * 0.34 }
    : { top: 0, left: 0, right: notes, bottom: BAR }
}

function useWindowSize() {
  const [size, setSize] = useState({ width: innerWidth, height: innerHeight })
  useEffect(() => {
    const update = () => setSize({ width: innerWidth, height: innerHeight })
    addEventListener('resize', update)
    return () => removeEventListener('resize', update)
  }, [])
  return size
}

/** Hides the other parts of the page, and restores the view and the focus at the end. */
function usePresentedPage(stage: Stage) {
  useLayoutEffect(() => {
    const before = stage.view()
    document.documentElement.dataset.presenting = ''
    stage.focus()
    return () => {
      delete document.documentElement.dataset.presenting
      stage.setSpotlight(undefined)
      stage.setView(before)
      stage.focus()
    }
  }, [])
}

/** Duration of a move of the camera, in milliseconds. */
const MOVE_MS = 350

/** Moves the camera and the spotlight to a step. */
function useCamera(
  stage: Stage,
  step: Step | undefined,
  insets: ReturnType<typeof presentationInsets>,
  size: { width: number; height: number },
) {
  const dims = spotlightOn.value
  const placed = step && [step.key, step.box.x, step.box.y, step.box.width, step.box.height].join()
  useEffect(() => {
    if (step) stage.setSpotlight(stepSpotlight(step, dims))
  }, [placed, dims])
  useEffect(() => {
    if (!step) return
    return moveCamera(stage, stepView(stage, step, insets))
  }, [placed, size])
}

/** Returns a function that ends the move. */
function moveCamera(stage: Stage, to: View): () => void {
  const from = stage.view()
  const start = performance.now()
  let frame = 0
  const move = () => {
    const share = reducedMotion.matches ? 1 : Math.min(1, (performance.now() - start) / MOVE_MS)
    stage.setView(share < 1 ? betweenViews(from, to, 1 - (1 - share) ** 3) : to)
    if (share < 1) frame = requestAnimationFrame(move)
  }
  move()
  return () => cancelAnimationFrame(frame)
}

function betweenViews(from: View, to: View, share: number): View {
  const between = (a: number, b: number) => a + (b - a) * share
  // Scales change by equal factors in equal times, and the offset follows on a straight path.
  const scale = from.scale * (to.scale / from.scale) ** share
  const offset = ([0, 1] as const).map(
    (axis) => between(from.offset[axis] * from.scale, to.offset[axis] * to.scale) / scale,
  )
  return { scale, offset: [offset[0], offset[1]] }
}
