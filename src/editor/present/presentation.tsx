// The presentation: one step at a time over the canvas, its notes beside it, and a bar below.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { texts } from '../texts/texts.ts'
import { panelInsets } from '../ui/insets.ts'
import { reducedMotion } from '../ui/motion.ts'
import { isSmall } from '../ui/smallScreen.ts'
import { hideNotices } from '../ui/state.ts'
import type { View } from '../canvas/camera.ts'
import type { Stage } from '../canvas/stage.ts'
import { useRunning, type RunningServices } from '../running/services.ts'
import { enterNode, leaveLevel, nodeSubgraph } from '../workspace/navigation.ts'
import { lastChange, levelTitles, shownTab } from '../workspace/state.ts'
import { PresentationBar } from './bar.tsx'
import { LargeView } from './largeView.tsx'
import { listenToPresentationKeys, type PresentationMoves } from './keys.ts'
import { StepNotes } from './notes.tsx'
import { presenting, spotlightOn, startLevel } from './state.ts'
import { stageSteps, stepSpotlight, stepView } from './stageSteps.ts'
import type { Step } from './steps.ts'
import './present.css'

export function Presentation() {
  const services = useRunning()
  const { stage } = services
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
  const { index, goTo } = useStepIndex(steps)
  const step = steps.at(index)
  usePresentedPage(stage)
  useCamera(stage, step, insets, size)
  useKeys({
    move: (by) => goTo(index + by),
    first: () => goTo(0),
    last: () => goTo(steps.length - 1),
    enter: () => enterNode(services, focusedSubgraph(services, step)),
    leave: () => leaveLevelOrPresentation(services),
  })
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

/** The current step. Each level of each tab has its own. */
function useStepIndex(steps: readonly Step[]) {
  const place = `${shownTab.value} ${levelTitles.value.join('/')}`
  const [keys, setKeys] = useState<Readonly<Record<string, string>>>({})
  const index = Math.max(
    0,
    steps.findIndex(({ key }) => key === keys[place]),
  )
  const goTo = (next: number) => {
    const step = steps.at(Math.max(0, Math.min(steps.length - 1, next)))
    if (step) setKeys((before) => ({ ...before, [place]: step.key }))
  }
  return { index, goTo }
}

function useKeys(moves: PresentationMoves) {
  const current = useRef(moves)
  current.current = moves
  useEffect(
    () =>
      listenToPresentationKeys({
        move: (by) => current.current.move(by),
        first: () => current.current.first(),
        last: () => current.current.last(),
        enter: () => current.current.enter(),
        leave: () => current.current.leave(),
      }),
    [],
  )
}

const focusedSubgraph = (services: RunningServices, step: Step | undefined) =>
  step?.ids
    .map((id) => services.stage.node(id))
    .find((node) => nodeSubgraph(services, node) !== undefined)

function leaveLevelOrPresentation(services: RunningServices) {
  if (levelTitles.value.length > startLevel.value) leaveLevel(services)
  else leavePresentation()
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
    const before = { view: stage.view(), tab: shownTab.peek() }
    startLevel.value = levelTitles.peek().length
    hideNotices()
    document.documentElement.dataset.presenting = ''
    stage.focus()
    return () => {
      delete document.documentElement.dataset.presenting
      stage.setSpotlight(undefined)
      const isSame =
        shownTab.peek() === before.tab && levelTitles.peek().length === startLevel.peek()
      if (isSame) stage.setView(before.view)
      else stage.fit(panelInsets())
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
  const { x = 0, y = 0, width = 0, height = 0 } = step?.box ?? {}
  const placed = [shownTab.value, levelTitles.value, step?.key, x, y, width, height].join()
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
