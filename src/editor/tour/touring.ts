// Whether the tour is on the screen: for who has never been here, and for who asks for it. What it says and points at is fetched
// then (tour.tsx).
import { computed, signal } from '@preact/signals'
import type { Editor } from '../editor.ts'
import { FIRST } from '../gallery.ts'
import * as state from '../state.ts'
import { stepAfter, type Seen, type Step } from './steps.ts'

/** Put aside until it is asked for. */
const away = signal(true)
/** Somebody asked for it: keys go to it. */
export const asked = signal(false)

const tour = computed(() => state.settings.value.tour)

/** The step that is shown; undefined where none is. The tour is of one workflow, and waits while another is open. */
export const shownStep = computed<Step | undefined>(() =>
  tour.value && !away.value && tour.value.of === state.id.value ? tour.value.step : undefined,
)

/** Somebody who has never been here sees it, on what opens first. What came by a link or a file is not talked over. */
export function offerTour(editor: Editor, isNew: boolean) {
  if (!tour.value && isNew && state.openReady.value === FIRST) editor.keepTour({ of: state.id.value, step: 'run' })
  away.value = tour.value?.ended !== undefined
}

/** Goes on where it was, or begins anew if it was ended, or its workflow is not open. */
export async function resumeTour(editor: Editor) {
  away.value = false
  asked.value = true
  if (tour.value && !tour.value.ended && tour.value.of === state.id.value) return
  await editor.workspace.openReady(FIRST)
  editor.keepTour({ of: state.id.value, step: 'run' })
}

export function goOn(editor: Editor, seen: Seen) {
  const step = shownStep.value
  const next = step && stepAfter(step, seen)
  if (!next || next === step) return
  // At its end it is not shown again by itself, however it is closed.
  editor.keepTour({ ...tour.value!, step: next, ...(next === 'end' && { ended: 'done' }) })
}

/** Until it is asked for, or the next visit. */
export const putAside = () => (away.value = true)

/** For good: it comes again only when it is asked for. */
export function endTour(editor: Editor) {
  away.value = true
  if (tour.value && !tour.value.ended) editor.keepTour({ ...tour.value, ended: 'skipped' })
}
