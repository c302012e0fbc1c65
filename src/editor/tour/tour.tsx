// The tour: a note beside the real part that it is about, which goes on when the user has done what it asks for. Nothing is
// blocked by it.
import './tour.css'
import { effect } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { graphOf } from '../../nodes/litegraph/graph.ts'
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import type { Editor } from '../editor.ts'
import { icons } from '../icons.tsx'
import { meaningOf } from '../live.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { placeBeside, type Box } from './place.ts'
import { steps, type Step } from './steps.ts'
import { asked, endTour, goOn, putAside, shownStep } from './touring.ts'

export function Tour() {
  const editor = useEditor()
  const step = shownStep.value!
  const note = useRef<HTMLElement>(null)
  useEffect(() => follow(editor), [])
  useEffect(() => {
    if (asked.value) note.current!.focus()
    asked.value = false
  }, [])
  const { ring, at } = usePlaces(step, note)
  const { title, text } = texts.tour.steps[step]
  const leave = (how: () => void) => {
    how()
    editor.focus()
  }
  return (
    <>
      {ring && <div class="tour-ring" aria-hidden="true" style={inStyle(ring)} />}
      <aside
        ref={note}
        class="tour"
        tabIndex={-1}
        aria-label={texts.tour.label}
        style={{ left: `${at[0]}px`, top: `${at[1]}px` }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          leave(putAside)
        }}
      >
        <div aria-live="polite">
          <p class="tour-place">{texts.tour.place(steps.indexOf(step) + 1, steps.length)}</p>
          <h2>{title}</h2>
          <p>{text}</p>
        </div>
        {step === 'end' ? <WaysOn leave={leave} /> : <WaysOut leave={leave} />}
      </aside>
    </>
  )
}

interface WaysProps {
  leave: (how: () => void) => void
}

function WaysOn({ leave }: WaysProps) {
  const toGallery = () => {
    putAside()
    state.drawer.value = 'gallery'
  }
  return (
    <div class="tour-ways">
      <button type="button" class="button outline small" onClick={toGallery}>
        {texts.tour.gallery}
      </button>
      <button type="button" class="button primary small" onClick={() => leave(putAside)}>
        {texts.tour.done}
      </button>
    </div>
  )
}

function WaysOut({ leave }: WaysProps) {
  const editor = useEditor()
  return (
    <>
      <div class="tour-ways">
        <button type="button" class="link" onClick={() => leave(() => endTour(editor))}>
          {texts.tour.skip}
        </button>
      </div>
      <IconButton class="icon small tour-close" label={texts.tour.later} icon={<icons.close />} onClick={() => leave(putAside)} />
    </>
  )
}

/** Watches what the user does. Returns its own undo. */
function follow(editor: Editor): () => void {
  const meaning = () => meaningOf(graphOf(editor.stage.graph))
  let ran = meaning()
  let ended = false
  return effect(() => {
    const running = state.run.state.value !== 'idle'
    // A run that begins forgets how the last one ended.
    ended ||= state.run.ended.value !== undefined
    state.followGraph()
    const now = meaning()
    if (running) ran = now
    goOn(editor, { running, ended, changed: now !== ran })
  })
}

// ---- places

interface Places {
  /** Around what the note is about. */
  ring: Box | undefined
  at: [number, number]
}

/** Follows what the note is about, as the canvas is panned and panels come and go. */
function usePlaces(step: Step, note: { current: HTMLElement | null }): Places {
  const editor = useEditor()
  const [places, setPlaces] = useState<Places>({ ring: undefined, at: [0, 0] })
  useLayoutEffect(() => {
    const look = () => {
      const next = placesOf(editor, step, note.current!)
      setPlaces((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next))
    }
    look()
    const undo = editor.stage.onDrawn(look)
    addEventListener('resize', look)
    addEventListener('scroll', look, true)
    return () => {
      undo()
      removeEventListener('resize', look)
      removeEventListener('scroll', look, true)
    }
  }, [step, texts.tour, state.selection.value])
  return places
}

function placesOf(editor: Editor, step: Step, { offsetWidth: width, offsetHeight: height }: HTMLElement): Places {
  const { left, top, right, bottom } = editor.insets()
  const within = { left, top, width: innerWidth - left - right, height: innerHeight - top - bottom }
  const ring = partOf(editor, step)
  return { ring, at: placeBeside(ring, { width, height }, within) }
}

/** What a step is about, on the page. */
function partOf(editor: Editor, step: Step): Box | undefined {
  switch (step) {
    case 'run':
    case 'again':
      return boxOf(document.querySelector('.runs .button'))
    case 'watch':
      return nodeBox(editor, 'diffusion/Scatter')
    case 'change':
      return boxOf(fieldOf('predicts')) ?? nodeBox(editor, 'diffusion/MLP')
    case 'compare':
      return nodeBox(editor, 'diffusion/Chart')
    case 'end':
      return boxOf(document.querySelector('.top .button'))
    default:
      return step satisfies never
  }
}

const fieldOf = (param: string) =>
  [...document.querySelectorAll('.panel .param')].find((row) => row.querySelector('label')?.textContent === param)

function boxOf(element: Element | null | undefined): Box | undefined {
  if (!element) return undefined
  const { left, top, width, height } = element.getBoundingClientRect()
  return { left, top, width, height }
}

function nodeBox({ stage }: Editor, type: string): Box | undefined {
  const node = stage.nodes().find((each) => each.type === type)
  if (!node) return undefined
  const title = 30
  const [left, top] = stage.onPage([node.pos[0]!, node.pos[1]! - title])
  const scale = stage.scale()
  return { left, top, width: node.size[0]! * scale, height: ((node.flags.collapsed ? 0 : node.size[1]!) + title) * scale }
}

const inStyle = ({ left, top, width, height }: Box) => ({
  left: `${left}px`,
  top: `${top}px`,
  width: `${width}px`,
  height: `${height}px`,
})
