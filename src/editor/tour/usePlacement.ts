// Placement of the tour's note and ring, updated as the canvas is panned and panels open.
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import type { LGraphNode } from '../canvas/canvas.ts'
import type { Stage } from '../canvas/stage.ts'
import { selectedIds } from '../canvas/state.ts'
import { texts } from '../texts/texts.ts'
import { panelInsets } from '../ui/insets.ts'
import { useWorkspace } from '../workspace/services.ts'
import { placeBeside, type Box } from './placement.ts'
import type { Step } from './steps.ts'

interface TourPlacement {
  /** Box around the target of the step; undefined if the target is not on the page. */
  ring: Box | undefined
  /** Top left corner of the note. */
  corner: [number, number]
}

export function usePlacement(step: Step, note: { current: HTMLElement | null }): TourPlacement {
  const { stage } = useWorkspace()
  const [placement, setPlacement] = useState<TourPlacement>({ ring: undefined, corner: [0, 0] })
  useEffect(() => showTarget(stage, step), [step])
  useLayoutEffect(() => {
    const update = () => {
      if (!note.current) return
      const next = measurePlacement(stage, step, note.current)
      setPlacement((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next))
    }
    update()
    const stopListening = stage.onDrawn(update)
    addEventListener('resize', update)
    addEventListener('scroll', update, true)
    return () => {
      stopListening()
      removeEventListener('resize', update)
      removeEventListener('scroll', update, true)
    }
  }, [step, texts.tour, selectedIds.value])
  return placement
}

function measurePlacement(
  stage: Stage,
  step: Step,
  { offsetWidth: width, offsetHeight: height }: HTMLElement,
): TourPlacement {
  const { left, top, right, bottom } = panelInsets()
  const within = { left, top, width: innerWidth - left - right, height: innerHeight - top - bottom }
  const ring = targetBox(stage, step)
  const around = stage.nodes().map((node) => nodeBoxOnPage(stage, node))
  return { ring, corner: placeBeside(ring, { width, height }, within, around) }
}

/** Returns the position of a step's target on the page. */
function targetBox(stage: Stage, step: Step): Box | undefined {
  switch (step) {
    case 'run':
    case 'again':
      return elementBox(document.querySelector('.runs .button'))
    case 'watch':
      return nodePageBox(stage, 'diffusion/Scatter')
    case 'change':
      return elementBox(paramRow('distribution')) ?? nodePageBox(stage, 'diffusion/Points')
    case 'compare':
      return nodePageBox(stage, 'diffusion/Scatter')
    case 'end':
      return elementBox(document.querySelector('.top .button'))
    default:
      return step satisfies never
  }
}

/** Types of the nodes that steps are about. */
const targetTypes: Partial<Record<Step, string>> = {
  watch: 'diffusion/Scatter',
  change: 'diffusion/Points',
  compare: 'diffusion/Scatter',
}

/** Brings the node of a step into view: a large graph opens on a part of it. */
function showTarget(stage: Stage, step: Step) {
  const node = stage.nodes().find(({ type }) => type === targetTypes[step])
  if (node) stage.reveal(node, panelInsets())
}

const paramRow = (param: string) =>
  [...document.querySelectorAll('.panel .param')].find(
    (row) => row.querySelector('label')?.textContent === param,
  )

function elementBox(element: Element | null | undefined): Box | undefined {
  if (!element) return undefined
  const { left, top, width, height } = element.getBoundingClientRect()
  return { left, top, width, height }
}

const TITLE_HEIGHT = 30

function nodePageBox(stage: Stage, type: string): Box | undefined {
  const node = stage.nodes().find((each) => each.type === type)
  return node && nodeBoxOnPage(stage, node)
}

function nodeBoxOnPage(stage: Stage, node: LGraphNode): Box {
  const [left, top] = stage.toPage([node.pos[0], node.pos[1] - TITLE_HEIGHT])
  const scale = stage.scale()
  const bodyHeight = node.flags.collapsed ? 0 : node.size[1]
  return { left, top, width: node.size[0] * scale, height: (bodyHeight + TITLE_HEIGHT) * scale }
}
